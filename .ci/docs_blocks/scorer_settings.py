"""The table of the scorers' settings: kind, range, default and what is tried."""

from macro_values import MacroValues


def render() -> str:
    """Return one row per record and setting."""
    macros = MacroValues("scorers")
    lines = [
        "| of | setting | default | give | the search tries |",
        "|---|---|---:|---|---|",
    ]
    for record in macros.scorer_records():
        of = f"[`{record['name']}`]({record['page']})"
        for name, setting in record["settings"].items():
            tried = ", ".join(shown(value) for value in setting.get("tried", []))
            lines.append(
                f"| {of} | `{name}` | {shown(setting['default'])}"
                f" | {macros.setting_range(setting)} | {tried} |"
            )
            of = ""
    return "\n".join(lines)


def shown(value: float | str) -> str:
    """Return a setting as a user would write it."""
    return value if isinstance(value, str) else f"{value:.10g}"
