"""Write the parts of the documentation that repeat what the code says.

A page holds `<!-- generated: NAME -->` and `<!-- end: NAME -->`, each on a line of its
own; between them stands what `render()` of `.ci/docs_blocks/NAME.py` returns. Run
`python .ci/generate_docs.py` after a change; `make lint` runs it with `--check`.
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[1]
PAGES = (
    "README.md",
    "README.zh-CN.md",
    "CONTRIBUTING.md",
    "docs/**/*.md",
    "models/**/*.md",
)
BLOCK = re.compile(
    r"(?P<begin><!-- generated: (?P<name>\w+) -->\n)"
    r".*?(?P<end><!-- end: (?P=name) -->)",
    re.DOTALL,
)


def rendered(name: str) -> str:
    """Return a block's text, ending in one newline."""
    path = PROJECT / ".ci" / "docs_blocks" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"docs_blocks_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.render().rstrip("\n") + "\n"


def with_blocks(text: str) -> str:
    """Return a page with every block written anew."""
    return BLOCK.sub(
        lambda block: block["begin"] + rendered(block["name"]) + block["end"], text
    )


def main(arguments: list[str] | None = None) -> int:
    """Write the pages, or with --check name those that are not up to date."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--check", action="store_true", help="change nothing")
    check = parser.parse_args(arguments).check
    sys.path.insert(0, str(PROJECT / ".ci"))
    stale = []
    for page in sorted({path for part in PAGES for path in PROJECT.glob(part)}):
        text = page.read_text(encoding="utf-8")
        new = with_blocks(text)
        if new != text:
            stale.append(str(page.relative_to(PROJECT)))
            if not check:
                page.write_text(new, encoding="utf-8")
    if check and stale:
        print(f"Not up to date: {', '.join(stale)}. Run python .ci/generate_docs.py")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
