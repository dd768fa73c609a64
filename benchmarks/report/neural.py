"""The learned scorers at size."""

from collections.abc import Mapping

from benchmarks.machine import one_line
from benchmarks.report.text import paragraph, table

TITLES = {
    "read": "make and read the features",
    "train": "train all users and both halves",
    "score": "score with all of them",
}


def section(parts: Mapping[str, dict], *, details: bool) -> list[str]:
    """Return the lines: rows per second and memory by size and step.

    Parameters
    ----------
    parts : mapping of str to dict
        Neural parts by size.
    details : bool
        With epochs and machines.
    """
    ordered = sorted(parts.values(), key=lambda part: part["users"])
    lines = ["## Learned scorers: training and scoring", ""]
    lines += table(
        ["users", "step", "rows", "s", "rows/s", "CPU s", "peak MB"],
        [
            [
                f"{part['users']:,}",
                title,
                f"{part['steps'][step]['rows']:,}",
                f"{part['steps'][step]['seconds']:,.0f}",
                f"{part['steps'][step]['rows_per_second']:,.0f}",
                f"{part['steps'][step]['cpu_seconds']:,.0f}",
                f"{part['steps'][step]['peak_megabytes']:,.0f}",
            ]
            for part in ordered
            for step, title in TITLES.items()
        ],
        left=2,
    )
    if details:
        for part in ordered:
            epochs = ", ".join(str(count) for count in part["epochs"].values())
            lines += paragraph(
                f"{part['users']:,} users, {part['features']} features, epochs of the "
                f"networks: {epochs}. Rows of training are all that were read, of "
                "which it keeps 2 million. Each step contains the making of the "
                f"features. {one_line(part['machine'])}."
            )
    return lines
