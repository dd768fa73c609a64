"""The documentation's site opens from its folder, whole, and asks nothing outside."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest
from whole_builds import PROJECT

ZENSICAL = Path(
    os.environ.get("PRECISION_MARKETING_SITE", PROJECT / ".venv" / "site" / "bin")
)
NODE_FOLDER = PROJECT / ".ci" / "dashboard"
CHROMIUMS = ("chromium", "chromium-headless-shell", "google-chrome")
# What a browser fetches by itself; a link is followed by a person.
FETCHED = {"script": "src", "img": "src", "link": "href", "iframe": "src"}
SEARCH = """
import { chromium } from "playwright-core";
import { pathToFileURL } from "node:url";
const [program, file, word, picture] = process.argv.slice(1);
const flags = ["--no-sandbox", "--disable-gpu"];
const browser = await chromium.launch({ executablePath: program, args: flags });
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
const outside = [], errors = [];
page.on("request", (request) => {
  if (!/^(file|data|blob):/.test(request.url())) outside.push(request.url());
});
page.on("pageerror", (error) => errors.push(String(error)));
await page.goto(pathToFileURL(file).href);
await page.keyboard.press("/");
await page.keyboard.type(word, { delay: 30 });
const found = page.locator("a[href*='refund'], a[href*='h=']").first();
await found.waitFor({ timeout: 15000 });
if (picture) await page.screenshot({ path: picture });
const href = await found.getAttribute("href");
console.log(JSON.stringify({ outside, errors, href }));
await browser.close();
"""


class _Page(HTMLParser):
    """What a page links to, what it fetches, and where it can be linked to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if "id" in values:
            self.ids.add(values["id"])
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if FETCHED.get(tag) in values:
            self.fetched.append(values[FETCHED[tag]])


@pytest.fixture(scope="module")
def site() -> Path:
    """Give the folder of the site, written anew."""
    python = ZENSICAL / "python"
    if not (ZENSICAL / "zensical").exists():
        pytest.skip("needs Zensical: `make .venv/.site`")
    finished = subprocess.run(
        [str(python), str(PROJECT / ".ci" / "site.py")], capture_output=True, text=True
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return PROJECT / "target" / "site"


@pytest.fixture(scope="module")
def read(site: Path) -> dict[Path, _Page]:
    return {
        path: _Page(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")
    }


def test_every_page_of_the_docs_is_in_it(site):
    docs = {
        path.relative_to(PROJECT).with_suffix(".html")
        for path in (PROJECT / "docs").rglob("*.md")
        if not path.name.startswith("columns_") and path.name != "overview.md"
    }
    docs = {
        page.with_name("index.html") if page.name == "README.html" else page
        for page in docs
    }
    assert {page for page in docs if not (site / page).is_file()} == set()
    assert (site / "index.html").is_file()


def test_every_link_leads_to_a_page_and_a_heading_that_are_there(read):
    astray = []
    for path, page in read.items():
        for link in [*page.links, *page.fetched]:
            if re.match(r"https?:|mailto:|data:|/|$", link) or path.name == "404.html":
                continue
            name, heading = urldefrag(link)
            target = (path.parent / unquote(name)).resolve() if name else path
            target = target / "index.html" if target.is_dir() else target
            headings = read[target].ids if target in read else {heading}
            if not target.is_file() or (heading and unquote(heading) not in headings):
                astray.append((path.name, link))
    assert len(read) > 60
    assert astray == []


def test_nothing_is_fetched_from_outside(site, read):
    outside = {
        link
        for page in read.values()
        for link in page.fetched
        if re.match(r"(https?:)?//", link)
    }
    assert outside == set()
    styles = [path.read_text(encoding="utf-8") for path in site.rglob("*.css")]
    assert styles
    assert [
        found for style in styles for found in re.findall(r"url\(\s*['\"]?http", style)
    ] == []


def test_a_broken_link_fails_the_build(site, tmp_path):
    copied = tmp_path / "project"
    (copied / ".ci").mkdir(parents=True)
    for name in ("site.py", "iframe_worker.js"):
        shutil.copy(PROJECT / ".ci" / name, copied / ".ci" / name)
    (copied / "docs").mkdir()
    (copied / "README.md").write_text("# Title\n\n[A](docs/there.md#not)\n")
    (copied / "docs" / "there.md").write_text("# There\n")
    command = [str(ZENSICAL / "python"), str(copied / ".ci" / "site.py")]
    said = subprocess.run(command, capture_output=True, text=True)
    assert said.returncode != 0
    (copied / "README.md").write_text("# Title\n\n[A](docs/there.md#there)\n")
    assert subprocess.run(command, capture_output=True).returncode == 0


def test_a_page_in_no_group_stands_at_the_end():
    spec = importlib.util.spec_from_file_location(
        "site_of_docs", PROJECT / ".ci/site.py"
    )
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    names = list(made.pages())
    groups = made.navigation([*names, "docs/new.md"])
    placed = [page for group in groups for some in group.values() for page in some]
    assert sorted(placed) == sorted([*names, "docs/new.md"])
    assert "docs/new.md" in groups[-1][made.REST]


def test_the_search_works_from_a_file(site):
    chromium = os.environ.get("PRECISION_MARKETING_CHROMIUM") or next(
        filter(None, map(shutil.which, CHROMIUMS)), None
    )
    if chromium is None or shutil.which("node") is None:
        pytest.skip("needs Chromium and Node.js")
    if not (NODE_FOLDER / "node_modules").is_dir():
        pytest.skip("needs `npm ci` in .ci/dashboard")
    folder = os.environ.get("PRECISION_MARKETING_SCREENSHOTS")
    picture = [str(Path(folder) / "site_search.png")] if folder else []
    page = str(site / "docs" / "tutorial.html")
    finished = subprocess.run(
        [
            *("node", "--input-type=module", "-e", SEARCH),
            *(chromium, page, "refund", *picture),
        ],
        cwd=NODE_FOLDER,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert finished.returncode == 0, finished.stderr
    seen = json.loads(finished.stdout)
    assert seen["outside"] == seen["errors"] == []
    assert seen["href"].startswith("file:")
