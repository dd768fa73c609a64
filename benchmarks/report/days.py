"""What a day more costs, and whether the marts are those of a build of everything."""

from collections.abc import Mapping

from benchmarks.machine import one_line
from benchmarks.report.text import paragraph, table

_COLUMNS = ["seconds", "CPU s", "peak MB", "database MB", "kept tables"]


def section(parts: Mapping[str, dict], *, details: bool) -> list[str]:
    """Return the lines: first, next and last builds, what differs, machine.

    Parameters
    ----------
    parts : mapping of str to dict
        Days parts by size.
    details : bool
        With each night and the machines.
    """
    rows, lines = [], ["## One more day", ""]
    for part in parts.values():
        kept = [night for night in part["nights"] if night["kept_tables"]]
        runs = {
            "the first night": part["nights"][0],
            "a night that keeps what was learned": _median(kept),
            "a run on what has not changed": part["unchanged"],
            "all at once": part["at_once"],
        }
        rows += [[part["size"], name, *_cost(run)] for name, run in runs.items() if run]
    lines += table(["size", "run", *_COLUMNS], rows)
    for part in parts.values():
        differing = part["differing_marts"]
        said = "; ".join(f"{mart}: {what}" for mart, what in differing.items())
        lines += paragraph(
            f"{part['size']}: {len(part['nights'])} nights against all at once, with "
            f"{part['late_share']:.0%} of events and touches up to three days late: "
            + (f"these marts differ: {said}." if said else "all marts are equal.")
        )
        if details:
            nights = [
                [
                    *(night["evening"], f"{night['events']:,}"),
                    *(night["learned_before"], *_cost(night)),
                ]
                for night in part["nights"]
            ]
            lines += table(["evening", "events", "learned before", *_COLUMNS], nights)
            lines += paragraph(f"{one_line(part['machine'])}.")
    return lines


def _median(nights: list[dict]) -> dict | None:
    """Return the night in the middle by CPU seconds."""
    ordered = sorted(nights, key=lambda night: night["cpu_seconds"])
    return ordered[len(ordered) // 2] if ordered else None


def _cost(run: dict) -> list[str]:
    return [
        *(f"{run[name]:,.0f}" for name in ("wall_seconds", "cpu_seconds")),
        *(f"{run[name]:,.0f}" for name in ("peak_megabytes", "database_megabytes")),
        str(run["kept_tables"]),
    ]
