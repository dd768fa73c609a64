"""The input contract: one table an input, from the macro and the staging models."""

import re

from macro_values import MacroValues
from parsed import manifest


def render() -> str:
    """Return a table of columns for each input."""
    parts = []
    for name, contract in MacroValues("inputs").input_contract().items():
        node = manifest()["nodes"][f"model.precision_marketing.stg_{name}"]
        meanings = {
            column: re.sub(r"\s+", " ", field["description"]).strip().replace("|", "/")
            for column, field in node["columns"].items()
        }
        # Of an id that no table keeps, its hash is described.
        meanings.setdefault("user_id", meanings.get("user_hash"))
        is_required = "required" if contract["is_required"] else "optional"
        rows = [
            f"| {f'**{column}**' if needed else column} | {kind} | {meanings[column]} |"
            for column, kind, needed in contract["columns"]
        ]
        head = ["| column | kind | meaning |", "|---|---|---|"]
        parts.append("\n".join([f"### {name} ({is_required})", "", *head, *rows]))
    return "\n" + "\n\n".join(parts) + "\n\n"
