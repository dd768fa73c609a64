"""SQL on a documentation page and the answers below it: run, compare, write anew.

A block indented by four spaces that starts with `select` or `with` is a query; the next
block, if it is a table (its second line are dashes) or the word ANSWER, is its answer.

    python tests/python/helpers/pages_of_sql.py docs/campaigns.md build.duckdb

writes the answers that a database gives into the page.
"""

from __future__ import annotations

import re
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

_INDENT = "    "
_BLOCK = re.compile(r"(?:^ {4}.*\n)+", re.MULTILINE)
_QUERY = re.compile(r"\s*(select|with)\b", re.IGNORECASE)
_PLACEHOLDER = "ANSWER\n"


def queries(page: str) -> list[str]:
    """Return the queries of a page."""
    return [query for query, _, _ in _queries_with_answers(page)]


def answered(page: str, connection: duckdb.DuckDBPyConnection) -> str:
    """Return the page with the answers that the database gives, where it has any."""
    parts, position = [], 0
    for query, start, end in _queries_with_answers(page):
        cursor = connection.execute(query)
        if start == end:
            continue
        names = [column[0] for column in cursor.description]
        parts += [page[position:start], render(names, cursor.fetchall())]
        position = end
    return "".join([*parts, page[position:]])


def render(names: list[str], rows: list[tuple[Any, ...]]) -> str:
    """Return a table as an indented block.

    Examples
    --------
    >>> print(render(["id", "rate"], [("a", 0.5), ("b", None)]), end="")
        id  rate
        --  ----
        a    0.5
        b      -
    """
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    texts = [_column(values) for values in columns]
    widths = [
        max(map(len, [name, *column]))
        for name, column in zip(names, texts, strict=True)
    ]
    is_number = [_is_number(values) for values in columns]

    def line(cells: list[str]) -> str:
        padded = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(cells, widths, is_number, strict=True)
        ]
        return f"{_INDENT}{'  '.join(padded)}".rstrip() + "\n"

    lines = [line(names), line(["-" * width for width in widths])]
    return "".join(lines + [line(list(row)) for row in zip(*texts, strict=True)])


def _queries_with_answers(page: str) -> list[tuple[str, int, int]]:
    """Return each query and where its answer begins and ends; equal without one."""
    found = []
    for block in _BLOCK.finditer(page):
        if not _QUERY.match(block[0]):
            continue
        rest = page[block.end() :].lstrip("\n")
        start = end = len(page) - len(rest)
        answer = _BLOCK.match(rest)
        if rest.startswith(_PLACEHOLDER):
            end += len(_PLACEHOLDER)
        elif answer and set("".join(answer[0].splitlines()[1:2])) == {"-", " "}:
            end += answer.end()
        found.append((block[0], start, end))
    return found


def _is_number(values: tuple[Any, ...]) -> bool:
    known = [value for value in values if value is not None]
    return bool(known) and all(
        isinstance(value, int | float | Decimal) and not isinstance(value, bool)
        for value in known
    )


def _column(values: tuple[Any, ...]) -> list[str]:
    """Return a column's texts; decimals as many as its longest number has."""
    if not _is_number(values):
        return ["-" if value is None else str(value) for value in values]
    known = [Decimal(str(value)) for value in values if value is not None]
    places = max(max(-value.normalize().as_tuple().exponent, 0) for value in known)
    return ["-" if value is None else f"{value:,.{places}f}" for value in values]


if __name__ == "__main__":
    path = Path(sys.argv[1])
    with duckdb.connect(sys.argv[2], read_only=True) as database:
        path.write_text(answered(path.read_text("utf-8"), database), "utf-8")
