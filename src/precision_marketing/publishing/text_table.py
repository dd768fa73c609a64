"""Aligned plain-text tables by rich, right for wide characters such as 漢字."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

NOT_MEASURED = "-"
# Directional overrides would reorder the whole line; a title may hold any character.
_BIDIRECTIONAL = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    header : str
        Heading, printed as it is.
    is_number : bool, default False
        Numbers are aligned right and never shortened; text is aligned left.
    """

    header: str
    is_number: bool = False


def clean(text: str) -> str:
    r"""Return one printable line: control characters of a title must not reach a tty.

    Examples
    --------
    >>> clean("green\x1b[31m\ntea")
    'green [31m tea'
    """
    visible = (
        " " if unicodedata.category(character) in {"Cc", "Zl", "Zp"} else character
        for character in text
        if character not in _BIDIRECTIONAL
    )
    return " ".join("".join(visible).split())


def format_table(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str | None]],
    maximum_width: int = 100,
) -> str:
    """Lay rows out under a heading and a rule.

    Parameters
    ----------
    columns : sequence of Column
        One per value of a row.
    rows : sequence of sequences of (str or None)
        Formatted values; None prints as a dash, which means "not measured".
    maximum_width : int, default 100
        Terminal cells. The widest text columns are shortened until the table fits.

    Returns
    -------
    str
        Lines joined by newlines, without colours or trailing blanks.

    Raises
    ------
    ValueError
        If a row has another number of values than there are columns.

    Examples
    --------
    >>> columns = [Column("item"), Column("views", is_number=True)]
    >>> print(format_table(columns, [("緑茶", "1,234"), ("tea", None)]))
    item  views
    ----  -----
    緑茶  1,234
    tea       -
    """
    table = Table(box=None, padding=(0, 1), pad_edge=False, header_style="none")
    for row in rows:
        if len(row) != len(columns):
            raise ValueError(f"{len(row)} values for {len(columns)} columns: {row}")
    cells = [
        [NOT_MEASURED if value is None else clean(value) for value in row]
        for row in rows
    ]
    for i, column in enumerate(columns):
        kept = [column.header, *(row[i] for row in cells if column.is_number)]
        table.add_column(
            Text(column.header),
            justify="right" if column.is_number else "left",
            # What may not wrap is not narrowed; the flags of a text cut it instead.
            no_wrap=column.is_number,
            min_width=max(map(cell_len, kept)),
        )
    table.add_row(*[Rule(characters="-", style="none")] * len(columns))
    for row in cells:
        table.add_row(*(Text(v, no_wrap=True, overflow="ellipsis") for v in row))
    written = io.StringIO()
    console = Console(file=written, width=maximum_width, color_system=None)
    console.print(table, crop=False)
    return "\n".join(line.rstrip() for line in written.getvalue().splitlines())
