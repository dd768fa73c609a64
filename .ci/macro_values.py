"""What the package's macros return, read without dbt.

Macros that hold records (`scorers()`, the table of settings) or check values are plain
Jinja: they call each other through `precision_marketing` and hand values back with
`return`, as in dbt.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

import jinja2

PROJECT = Path(__file__).parents[1]


class _Returned(Exception):  # noqa: N818 - control flow, as dbt's own `return` is
    """Carries what a macro returns past the rest of it."""

    def __init__(self, value: Any):
        self.value = value


def macro_source(*folders: str) -> str:
    """Return the text of all macros in folders below `macros/`.

    Materializations are left out: Jinja alone does not know their tag.
    """
    files = sorted(
        file
        for folder in folders
        for file in (PROJECT / "macros" / folder).rglob("*.sql")
        if file.parent.name != "materializations"
    )
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


@cache
def _compiled(folders: tuple[str, ...]) -> tuple[jinja2.Environment, CodeType]:
    """Compile the macros once for whoever calls them: of all folders, seconds."""
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    return environment, environment.compile(macro_source(*folders))


def macro_module(*folders: str, **context: Any) -> Any:
    """Return the macros of folders below `macros/` as attributes of one object.

    Parameters
    ----------
    *folders : str
        As `macro_source` takes them.
    **context : Any
        What the macros find by name.
    """
    environment, code = _compiled(folders)
    found = environment.make_globals(context)
    return jinja2.Template.from_code(environment, code, found).module


class MacroValues:
    """Calls the macros of this package by name, with every var at its default.

    Parameters
    ----------
    folder : str
        Folder below `macros/` whose files are read, with all folders in it.
    **context : Any
        What else the macros find by name, such as another `var`.

    Examples
    --------
    >>> MacroValues().policy_cutoffs()
    [1, 3, 5, 10]
    """

    def __init__(self, folder: str = ".", **context: Any):
        found = {
            "precision_marketing": self,
            "return": self._return,
            "var": lambda name, default=None: default,
        }
        self._module = macro_module(folder, **found | context)

    @staticmethod
    def _return(value: Any) -> None:
        raise _Returned(value)

    def __getattr__(self, name: str) -> Any:
        """Return the macro as a function."""
        macro = getattr(self._module, name)

        def call(*arguments: Any, **named: Any) -> Any:
            try:
                return str(macro(*arguments, **named)).strip()
            except _Returned as returned:
                return returned.value

        return call
