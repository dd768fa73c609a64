"""Names and texts as SQL quotes them."""

from __future__ import annotations

from pathlib import Path


def identifier(name: str) -> str:
    """Return a name as SQL quotes it.

    Examples
    --------
    >>> print(identifier('a "b" c'))
    "a ""b"" c"
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str | Path) -> str:
    """Return a text as SQL quotes it.

    Examples
    --------
    >>> literal("it's")
    "'it''s'"
    """
    return "'" + str(text).replace("'", "''") + "'"
