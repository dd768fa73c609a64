"""The table of settings in README.md, from macros/settings/settings_table.sql."""

from __future__ import annotations

from typing import Any

from macro_values import MacroValues


def _default(value: Any) -> str:
    if isinstance(value, list):
        value = ", ".join(value)
    if value in ("", {}):
        return "empty"
    if isinstance(value, dict):
        return ", ".join(f"{name} {part}" for name, part in value.items())
    return str(value).lower() if isinstance(value, bool) else str(value)


def _effect(record: dict[str, Any]) -> str:
    example = f", as `{record['example']}`" if "example" in record else ""
    return record["effect"] + example


def _unit(record: dict[str, Any]) -> str:
    """Return the unit, with the bounds or words where there are any."""
    if record["kind"] == "word":
        return ", ".join(f"`{word}`" for word in record["words"])
    if record["kind"] == "flag":
        return "true, false"
    if record["kind"] == "text" or "lowest" not in record:
        return record["unit"]
    lowest, highest = record["lowest"], record.get("highest")
    return f"{record['unit']}, {lowest}" + (f"-{highest}" if highest else " or more")


def render() -> str:
    """Return a row for each setting; a var's name stands in the first of its rows."""
    lines = ["| var | key | unit | default | effect |", "|---|---|---|---|---|"]
    shown = None
    for record in MacroValues("settings").settings_table():
        name = f"`{record['var']}`" if record["var"] != shown else ""
        shown = record["var"]
        key = f"`{record['key']}`" if record["key"] else ""
        default = _default(record["default"])
        cells = (name, key, _unit(record), default, _effect(record))
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
