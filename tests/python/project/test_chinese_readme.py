"""README.zh-CN.md says what README.md says: the same commands, figures and links."""

from __future__ import annotations

import csv
import re
from collections import Counter

import pytest
from whole_builds import PROJECT

ENGLISH, CHINESE = "README.md", "README.zh-CN.md"
TABLE_OF_SETTINGS = re.compile(r"<!-- generated: .*?<!-- end: \w+ -->", re.DOTALL)
BLOCK = re.compile(r"(?:^ {4}.*\n)+", re.MULTILINE)
COMMENT = re.compile(r"(?:^|\s+)# ?.*$", re.MULTILINE)
NUMBER = re.compile(r"(?<![\w-])(\d[\d,.]*\d|\d)(?![a-zA-Z\d-])(?: (million|万))?")
UNITS = {"": 1, "million": 1_000_000, "万": 10_000}


def sections(text: str) -> list[str]:
    """Return a page's sections, without the table that has a check of its own."""
    return re.split(r"^(?=#+ )", TABLE_OF_SETTINGS.sub("", text), flags=re.MULTILINE)[
        1:
    ]


def numbers(text: str) -> Counter[float]:
    return Counter(
        round(float(digits.replace(",", "")) * UNITS[unit], 6)
        for digits, unit in NUMBER.findall(text)
        if digits.count(".") < 2
    )


def said(section: str) -> dict[str, object]:
    """Return what both languages share of a section."""
    blocks = [block.group() for block in BLOCK.finditer(section)]
    prose = BLOCK.sub("", section)
    targets = re.findall(r"\]\(([^)]+)\)", prose)
    code = re.findall(r"`([^`]+)`", re.sub(r"\]\([^)]*\)", "]", prose))
    return {
        "level": len(re.match(r"#+", section).group()),
        "commands": [COMMENT.sub("", block) for block in blocks],
        "figures": numbers(re.sub(r"`[^`]+`|\]\([^)]*\)", " ", section)),
        "links": Counter(targets) - Counter([ENGLISH, CHINESE]),
        "code": Counter(" ".join(part.split()) for part in code),
        "rows": len(re.findall(r"^\| ", prose, re.MULTILINE)),
        "items": len(re.findall(r"^- ", prose, re.MULTILINE)),
    }


def differences(english: str, chinese: str) -> list[tuple[str, object, object]]:
    """Return what differs, by the English section's title."""
    pairs = [sections(english), sections(chinese)]
    if len(pairs[0]) != len(pairs[1]):
        return [("sections", len(pairs[0]), len(pairs[1]))]
    return [
        (f"{one.splitlines()[0]}: {name}", there, said(other)[name])
        for one, other in zip(*pairs, strict=True)
        for name, there in said(one).items()
        if there != said(other)[name]
    ]


@pytest.fixture(scope="module")
def pages() -> list[str]:
    return [(PROJECT / name).read_text("utf-8") for name in (ENGLISH, CHINESE)]


def test_both_say_the_same_and_link_to_each_other(pages):
    assert len(sections(pages[0])) == 7
    assert f"]({CHINESE})" in pages[0]
    assert f"]({ENGLISH})" in pages[1]
    assert differences(*pages) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("make run-openbandit ", "make openbandit "),
        ("2,469", "2,496"),
        ("147 万", "14 万"),
        ("Python 3.11", "Python 3.12"),
        ("docs/scorers.md", "docs/tuning.md"),
        ("`marts.rejected_rows`", "`marts.rejections`"),
        ("## 参与开发", "### 参与开发"),
    ],
)
def test_what_differs_is_found(pages, before, after):
    assert before in pages[1]
    assert differences(pages[0], pages[1].replace(before, after, 1)) != []


def test_settings_are_those_of_the_english_table_and_nearly_all_in_chinese(pages):
    tables = [TABLE_OF_SETTINGS.search(page).group().splitlines() for page in pages]
    rows = [[row.split(" | ") for row in table[3:-1]] for table in tables]
    assert len(rows[0]) == len(rows[1]) > 80
    # Name and key; a new setting may be in English for a while.
    assert [row[:2] for row in rows[0]] == [row[:2] for row in rows[1]]
    english = [row for row in rows[1] if not re.search(r"[一-鿿]", row[-1])]
    assert len(english) <= len(rows[1]) / 10


def test_no_translation_stands_twice():
    path = PROJECT / ".ci" / "docs_blocks" / "settings_chinese.csv"
    with path.open(encoding="utf-8", newline="") as file:
        counts = Counter(row["english"] for row in csv.DictReader(file))
    assert [text for text, count in counts.items() if count > 1] == []
