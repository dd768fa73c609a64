"""The table of settings in README.zh-CN.md: README's, with what there is in Chinese.

What `settings_chinese.csv` does not have, or was since said otherwise, stays English.
"""

from __future__ import annotations

import csv
import importlib.util
import re
from pathlib import Path

HERE = Path(__file__).parent
EXAMPLE = re.compile(r"(?P<said>.*), as (?P<example>`.*`)")
BOUNDS = re.compile(r"(?P<said>[^,`]+), (?P<bounds>-?[\d.]+-[\d.]+)")


def translations() -> dict[str, str]:
    """Return Chinese by English."""
    with (HERE / "settings_chinese.csv").open(encoding="utf-8", newline="") as file:
        return {row["english"]: row["chinese"] for row in csv.DictReader(file)}


def cell(text: str, chinese: dict[str, str]) -> str:
    """Return a cell in Chinese.

    Examples
    --------
    >>> cell("days, 0-9", {"days": "天"})
    '天, 0-9'
    >>> cell("a file, as `x`", {"a file": "文件", ", as ": "例如"})
    '文件例如`x`'
    """
    if text in chinese:
        return chinese[text]
    if found := EXAMPLE.fullmatch(text):
        return cell(found["said"], chinese) + chinese[", as "] + found["example"]
    if found := BOUNDS.fullmatch(text):
        return f"{chinese.get(found['said'], found['said'])}, {found['bounds']}"
    return text


def render() -> str:
    """Return the rows of README's table."""
    spec = importlib.util.spec_from_file_location("of_readme", HERE / "settings.py")
    english = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(english)
    chinese = translations()
    # A default is a value, but for these.
    words = ("default", "empty")
    lines = []
    for line in english.render().splitlines():
        cells = [
            part if place == 3 and part not in words else cell(part, chinese)
            for place, part in enumerate(line[2:-2].split(" | "))
        ]
        lines.append(line if set(line) <= set("|-") else f"| {' | '.join(cells)} |")
    return "\n".join(lines)
