"""Write the documentation as a site that opens from a folder: `make site`.

The pages are those of the repository, at their places: links lead where they lead
there. What is linked and is no page is copied; a link to a folder or to a file of code
becomes its text, for the site has none. A link that leads nowhere, or to a heading
that is not there, fails the build. Why Zensical:
docs/decisions/0022-a-site-from-a-folder.md.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

PROJECT = Path(__file__).parents[1]
WORK = PROJECT / "target" / "site_pages"
SITE = PROJECT / "target" / "site"

# The way of a newcomer; titles are first headings, but for those of TITLES.
NAVIGATION = {
    "Start": "README.md README.zh-CN.md tutorial questions campaigns example_data "
    "complete_journey open_bandit",
    "Inputs": "inputs mapping health",
    "Marts and numbers": "campaign_metrics campaign_lift attribution audiences "
    "programme recommendations recommender_quality recommendation_feedback "
    "policy_value explanations",
    "Privacy and operations": "privacy publication command_line operations hosts spark "
    "parts recipes/README",
    "Applications": "dashboard service exports connect metrics",
    "Rankings": "scorers business_rules cold_start features tuning algorithms/*",
    "Internals": "architecture CONTRIBUTING.md benchmarks benchmarks/report.md "
    "CHANGELOG.md decisions/*",
}
TITLES = {"README.md": "What it is", "README.zh-CN.md": "简体中文"}
# Pages in no group come last, so that none is lost.
REST = "Further pages"
# For dbt's own documentation: nothing but texts of columns.
BLOCKS = re.compile(r"docs/(columns_\w+|overview)\.md")
ASSETS = (".csv", ".json")
# Of Zensical's pages: lets the search run where a page is a file.
SHIM = "https://unpkg.com/iframe-worker/shim"
LINK = re.compile(r"(?<!\!)\[([^\]]*)\]\((?!https?:|mailto:|#)([^)#\s]+)(#[^)]*)?\)")


def pages() -> dict[str, str]:
    """Return the pages' texts by their paths in the repository."""
    top = ("README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md")
    names = [*top, "benchmarks/report.md"]
    names += [
        str(path.relative_to(PROJECT))
        for path in sorted((PROJECT / "docs").rglob("*.md"))
    ]
    return {
        name: (PROJECT / name).read_text(encoding="utf-8")
        for name in names
        if (PROJECT / name).is_file() and not BLOCKS.fullmatch(name)
    }


def navigation(names: list[str]) -> list[dict[str, list[str]]]:
    """Return the groups of pages, each page in one.

    Examples
    --------
    >>> navigation(["README.md", "docs/new.md"])
    [{'Start': ['README.md']}, {'Further pages': ['docs/new.md']}]
    """
    left = list(names)
    groups = []
    for title, wanted in NAVIGATION.items():
        found = []
        for name in wanted.split():
            path = name if name.endswith(".md") else f"docs/{name}.md"
            # A page of two groups' patterns stands in the first.
            found += [page for page in left if fnmatch(page, path)]
            left = [page for page in left if page not in found]
        if found:
            groups.append({title: found})
    return [*groups, *([{REST: left}] if left else [])]


def with_links(name: str, text: str, names: set[str]) -> str:
    """Return a page without links to what the site has not; copy what it shows."""

    def kept(link: re.Match[str]) -> str:
        target = (PROJECT / name).parent.joinpath(link[2]).resolve()
        if not target.is_relative_to(PROJECT) or not target.exists():
            return link[0]
        path = str(target.relative_to(PROJECT))
        if path in names:
            return link[0]
        if target.is_file() and (path.startswith("docs/") or target.suffix in ASSETS):
            copy(path)
            return link[0]
        return link[1]

    return LINK.sub(kept, text)


def copy(path: str) -> None:
    """Copy a file to where the site reads its pages."""
    (WORK / path).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(PROJECT / path, WORK / path)


def main() -> int:
    """Write target/site; return 1 if a page has a fault."""
    shutil.rmtree(WORK, ignore_errors=True)
    found = pages()
    for name, text in found.items():
        (WORK / name).parent.mkdir(parents=True, exist_ok=True)
        (WORK / name).write_text(with_links(name, text, set(found)), encoding="utf-8")
    for image in sorted((PROJECT / "docs").rglob("*.png")):
        copy(str(image.relative_to(PROJECT)))
    settings = {
        "site_name": "precision_marketing",
        "docs_dir": WORK.name,
        "site_dir": SITE.name,
        "use_directory_urls": False,
        "nav": [
            {title: [{TITLES[page]: page} if page in TITLES else page for page in some]}
            for group in navigation(list(found))
            for title, some in group.items()
        ],
        "theme": {
            # No request to a host of fonts.
            "font": False,
            "language": "en",
            "features": ["navigation.top", "content.code.copy"],
            "palette": [
                {
                    "media": f"(prefers-color-scheme: {colors})",
                    "scheme": scheme,
                    "toggle": {"icon": "lucide/sun-moon", "name": "Colors"},
                }
                for colors, scheme in (("light", "default"), ("dark", "slate"))
            ],
        },
        "plugins": ["search", "offline"],
        "markdown_extensions": ["tables", "fenced_code", {"toc": {"permalink": True}}],
        "extra": {"generator": False},
    }
    config = WORK.parent / "site.yml"
    # JSON is YAML.
    config.write_text(json.dumps(settings, indent=1), encoding="utf-8")
    zensical = str(Path(sys.executable).with_name("zensical"))
    command = (zensical, "build", "--clean", "--strict", "--config-file", str(config))
    finished = subprocess.run(command, check=False)
    if finished.returncode == 0:
        keep_shim()
    return finished.returncode


def keep_shim() -> None:
    """Let pages load the script from the site that they load from elsewhere."""
    shim = Path(__file__).with_name("iframe_worker.js")
    shutil.copyfile(shim, SITE / "assets" / shim.name)
    for page in SITE.rglob("*.html"):
        up = "../" * (len(page.relative_to(SITE).parts) - 1)
        text = page.read_text(encoding="utf-8")
        local = text.replace(SHIM, f"{up}assets/{shim.name}")
        page.write_text(local, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
