"""Markdown tables that also read well in a terminal, and numbers in them."""

import textwrap
from collections.abc import Iterable, Sequence

NOT_MEASURED = ("not measured", "")


def judge(met: bool) -> str:
    """Return what the report says of a target."""
    return "met" if met else "**missed**"


def table(
    headers: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1
) -> list[str]:
    """Return a padded Markdown table.

    Parameters
    ----------
    headers : sequence of str
    rows : iterable of sequence of str
        As many cells as headers.
    left : int
        Columns aligned to the left; the others are numbers.

    Returns
    -------
    list of str
        Lines, a blank one last; none if there are no rows.

    Examples
    --------
    >>> table(["x", "y"], [["a", "1.5"]])
    ['| x |   y |', '|---|----:|', '| a | 1.5 |', '']
    """
    rows = [list(row) for row in rows]
    if not rows:
        return []
    widths = [max(len(row[i]) for row in [headers, *rows]) for i in range(len(headers))]

    def line(cells: Sequence[str]) -> str:
        padded = [
            cell.ljust(width) if i < left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return f"| {' | '.join(padded)} |"

    rule = "|".join(
        "-" * (width + 2) if i < left else "-" * (width + 1) + ":"
        for i, width in enumerate(widths)
    )
    return [line(headers), f"|{rule}|", *map(line, rows), ""]


def per_cent(share: float) -> str:
    """Return a share in per cent.

    Examples
    --------
    >>> per_cent(0.9523)
    '95.2 %'
    """
    return f"{100 * share:.1f} %"


def share(value: float | None) -> str:
    """Return a quality figure as the literature writes it, such as .0720."""
    if value is None:
        return ""
    return f"{value:.4f}".removeprefix("0") if value < 1 else f"{value:.4f}"


def share_with_error(metric: dict | None) -> str:
    """Return a quality figure and its standard error."""
    if metric is None:
        return ""
    error = metric["standard_error"]
    return share(metric["value"]) + ("" if error is None else f" ±{share(error)}")


def paragraph(text: str) -> list[str]:
    """Return lines of at most 88 characters, a blank one last."""
    return [*textwrap.wrap(text, 88, break_on_hyphens=False), ""]
