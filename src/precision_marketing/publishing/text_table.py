"""Aligned plain-text tables for terminals, right for wide characters such as 漢字."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

GAP = "  "
NOT_MEASURED = "-"
_ELLIPSIS = "…"
_ZERO_WIDTH_JOINER = "\u200d"
_EMOJI_PRESENTATION = "\ufe0f"
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


def clusters(text: str) -> list[tuple[str, int]]:
    """Split text into what a terminal draws as one character, each with its width.

    Source: Unicode Standard Annex 11 (East Asian width) and Unicode Technical
    Standard 51 (emoji sequences); enough of both for product titles.

    Parameters
    ----------
    text : str
        One line of clean text, see `clean`.

    Returns
    -------
    list of (str, int)
        Characters that belong together, and the terminal cells they take: 0, 1 or 2.
    """
    found: list[tuple[str, int]] = []
    for character in text:
        if found and _joins(found[-1][0], character):
            drawn, width = found[-1]
            is_pair = character == _EMOJI_PRESENTATION or _is_flag_letter(character)
            found[-1] = (drawn + character, 2 if is_pair else width)
        else:
            found.append((character, _width_alone(character)))
    return found


def display_width(text: str) -> int:
    """Return the terminal cells that `text` takes.

    Examples
    --------
    >>> display_width("tea"), display_width("緑茶"), display_width("👩‍🍳")
    (3, 4, 2)
    """
    return sum(width for _, width in clusters(text))


def shorten(text: str, width: int) -> str:
    """Return `text` cut to at most `width` cells, with an ellipsis where it was cut.

    Examples
    --------
    >>> shorten("green tea", 6), shorten("緑茶の葉", 6)
    ('green…', '緑茶…')
    """
    if display_width(text) <= width:
        return text
    kept, used = "", 0
    for drawn, cells in clusters(text):
        if used + cells > width - 1:
            break
        kept, used = kept + drawn, used + cells
    return kept.rstrip() + _ELLIPSIS


def clean(text: str) -> str:
    """Return one printable line: control characters of a title must not reach a tty."""
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
        Lines joined by newlines, without trailing blanks.

    Raises
    ------
    ValueError
        If a row has another number of values than there are columns.
    """
    for row in rows:
        if len(row) != len(columns):
            raise ValueError(f"{len(row)} values for {len(columns)} columns: {row}")
    cells = [
        [NOT_MEASURED if value is None else clean(value) for value in row]
        for row in rows
    ]
    widths = [
        max([display_width(column.header), *(display_width(row[i]) for row in cells)])
        for i, column in enumerate(columns)
    ]
    _shrink(widths, columns, maximum_width)
    heading = [column.header for column in columns]
    lines = [_line(heading, columns, widths), GAP.join("-" * width for width in widths)]
    lines += [_line(row, columns, widths) for row in cells]
    return "\n".join(lines)


def _joins(before: str, character: str) -> bool:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return True
    if before.endswith(_ZERO_WIDTH_JOINER) and _width_alone(character) == 2:
        return True
    is_skin_tone = "\U0001f3fb" <= character <= "\U0001f3ff"
    is_second_flag_letter = _is_flag_letter(character) and (
        len(before) == 1 and _is_flag_letter(before)
    )
    return is_skin_tone or is_second_flag_letter


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _width_alone(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _shrink(widths: list[int], columns: Sequence[Column], maximum_width: int) -> None:
    """Take one cell at a time from the widest text column, in place."""
    shrinkable = [i for i, column in enumerate(columns) if not column.is_number]
    while sum(widths) + len(GAP) * (len(widths) - 1) > maximum_width and shrinkable:
        widest = max(shrinkable, key=lambda i: widths[i])
        if widths[widest] <= display_width(columns[widest].header):
            shrinkable.remove(widest)
        else:
            widths[widest] -= 1


def _line(
    values: Sequence[str], columns: Sequence[Column], widths: Sequence[int]
) -> str:
    padded = []
    for value, column, width in zip(values, columns, widths, strict=True):
        text = shorten(value, width)
        blank = " " * (width - display_width(text))
        padded.append(blank + text if column.is_number else text + blank)
    return GAP.join(padded).rstrip()
