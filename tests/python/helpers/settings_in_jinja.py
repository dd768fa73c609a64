"""The macros of settings as a host would set them, rendered without dbt."""

from __future__ import annotations

import datetime
import re
from types import SimpleNamespace
from typing import Any

import pytz
from macro_values import MacroValues

# What a host sets in the package's scope, and for all projects or on the command line.
GIVEN: dict[str, Any] = {}
GIVEN_TO_ALL: dict[str, Any] = {}


class Refused(Exception):  # noqa: N818 - what dbt calls a compilation error
    pass


class Var:
    """Stands in for dbt's `var`, as a host would set it."""

    def __call__(self, name: str, default: Any = None) -> Any:
        return {**GIVEN_TO_ALL, **GIVEN}.get(name, default)

    def packages_for_node(self) -> list[Any]:
        project = SimpleNamespace(to_dict=lambda: {"precision_marketing": GIVEN})
        return [SimpleNamespace(vars=project)]


def refuse(sentence: str) -> None:
    raise Refused(sentence)


def dispatched(name: str, package: str) -> Any:
    return getattr(MACROS, f"default__{name}")


CONTEXT: dict[str, Any] = {
    "adapter": SimpleNamespace(dispatch=dispatched),
    "var": Var(),
    "modules": SimpleNamespace(re=re, datetime=datetime, pytz=pytz),
    "render": lambda text: text,
    "exceptions": SimpleNamespace(raise_compiler_error=refuse),
    "project_name": "a_host",
}
# While dbt parses, and while it builds, when `validate_settings` checks everything.
MACROS = MacroValues(**CONTEXT)
MACROS_OF_A_BUILD = MacroValues(**CONTEXT, execute=True)
TABLE = MACROS.settings_table()
NAMED = {record["var"]: [] for record in TABLE}
for record in TABLE:
    NAMED[record["var"]].append(record["key"])


def path_of(record: dict[str, Any]) -> str:
    """Return a setting's name as messages have it."""
    return ".".join(filter(None, (record["var"], record["key"])))
