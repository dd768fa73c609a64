"""The exit codes of all commands."""

from precision_marketing.command_line.outcomes import EXIT_CODES


def render() -> str:
    """Return a table of the codes."""
    rows = [f"| {code} | {says} |" for code, says in EXIT_CODES.items()]
    return "\n".join(["| code | means |", "|---|---|", *rows]) + "\n"
