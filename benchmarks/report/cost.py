"""What data cost beside an empty build."""

from collections.abc import Mapping

from benchmarks.machine import one_line
from benchmarks.report.text import paragraph, table

TITLES = {"full": "`dbt build`", "empty": "`dbt build --empty`"}


def section(parts: Mapping[str, dict], *, details: bool) -> list[str]:
    """Return the lines: full and empty builds, with details also by layer.

    Parameters
    ----------
    parts : mapping of str to dict
        Cost parts by input.
    details : bool
        With seconds by layer and the machine.
    """
    lines = ["## Cost of a build beside an empty one", ""]
    for part in parts.values():
        lines += table(
            [part["input"], "s", "lowest-highest", "CPU s", "peak MB", "database MB"],
            [*(_row(part, kind) for kind in TITLES), _ratios(part)],
        )
        if details:
            full, empty = (part["kinds"][kind]["layer_seconds"] for kind in TITLES)
            ordered = sorted(full, key=lambda layer: (-full[layer], layer))
            by_layer = [
                [layer, f"{full[layer]:.1f}", f"{empty.get(layer, 0.0):.1f}"]
                for layer in ordered
            ]
            lines += ["Execution seconds by layer, summed over threads:", ""]
            lines += table(["layer", "full", "empty"], by_layer)
            runs = part["kinds"]["full"]["runs"]
            lines += paragraph(
                f"Medians of {runs} runs of each kind, in turn, start-up of dbt "
                f"included; peak memory is the largest. {one_line(part['machine'])}."
            )
    return lines


def _row(part: Mapping, kind: str) -> list[str]:
    found = part["kinds"][kind]
    return [
        TITLES[kind],
        f"{found['wall_seconds']:.1f}",
        f"{found['wall_seconds_lowest']:.1f}-{found['wall_seconds_highest']:.1f}",
        f"{found['cpu_seconds']:.1f}",
        f"{found['peak_megabytes']:,.0f}",
        f"{found['database_megabytes']:,.1f}",
    ]


def _ratios(part: Mapping) -> list[str]:
    return [
        "ratio",
        f"{part['wall_ratio']:.2f}",
        "",
        f"{part['cpu_ratio']:.2f}",
        "",
        "",
    ]
