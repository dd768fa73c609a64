"""The campaign marts against the truth, and what a million users cost."""

from collections.abc import Mapping

from benchmarks.machine import one_line
from benchmarks.report import simulations
from benchmarks.report.text import paragraph, per_cent, table

_COVERAGE = (
    "Intervals: 95 %, of every treated variant of every shop's ten campaigns, from "
    "`marts.campaign_lift`, one build of all shops. Truth: the expected effect per "
    "assigned user, which the generator knows. Error: lift less truth, in standard "
    "errors, mean. `±`: standard error over shops."
)
_IDLE = (
    "The campaign that does nothing (c04): share of tests with p below 0.05 and its "
    "exact 95 % interval; verdicts that name an effect; p of a Kolmogorov-Smirnov test "
    "that p values are uniform."
)
_RATIO = (
    "Variance of the lift with what history predicts taken out (CUPED), by that of "
    "raw. History is at most 90 days before the draw; the first campaign has 12."
)
_INPUTS = ("events", "users", "items", "campaign_assignments", "campaign_touches")


def section(parts: Mapping[str, dict], *, details: bool) -> list[str]:
    """Return the lines of the section.

    Parameters
    ----------
    parts : mapping of str to dict
        `coverage`, `value`, `tails`, `looks`, `stamped`, `programme`, `calibration`
        and `1m-users`, where measured.
    details : bool
        With each campaign, slowest models and machines.
    """
    lines = []
    if "coverage" in parts:
        lines += _coverage(parts["coverage"], details)
    lines += simulations.section(parts, details=details)
    if "1m-users" in parts:
        lines += _volume(parts["1m-users"], details)
    return lines


def _coverage(part: dict, details: bool) -> list[str]:
    title = f"## Lift against the truth of {part['shops']} generated shops"
    lines = [title, "", *paragraph(_COVERAGE)]
    headers = ["metric", "method", "campaign", "intervals", "covered", "±", "error"]
    rows = [
        [
            *(row["metric"], row["method"], row["campaign"]),
            f"{row['intervals']:,}",
            *(per_cent(row["share"]), per_cent(row["standard_error"])),
            f"{row['mean_error']:+.2f}",
        ]
        for row in sorted(
            part["coverage"],
            key=lambda row: (row["campaign"] != "all", row["metric"], row["method"]),
        )
        if details or row["campaign"] == "all"
    ]
    lines += table(headers, rows, left=3)
    lines += paragraph(_IDLE)
    lines += table(
        ["metric", "method", "tests", "p < 0.05", "interval", "verdicts", "uniform"],
        [
            [
                *(row["metric"], row["method"], f"{row['tests']:,}"),
                per_cent(row["share"]),
                f"{per_cent(row['lower'])} to {per_cent(row['upper'])}",
                str(row["called_an_effect"]),
                f"{row['uniformity_p']:.2f}",
            ]
            for row in part["idle"]
        ],
        left=2,
    )
    lines += paragraph(_RATIO)
    lines += table(
        ["metric", "campaign", "mean ratio", "smallest", "largest"],
        [
            [
                *(row["metric"], row["campaign"]),
                *(f"{row[name]:.3f}" for name in ("mean", "smallest", "largest")),
            ]
            for row in sorted(
                part["variance_ratio"],
                key=lambda row: (row["campaign"] != "all", row["metric"]),
            )
            if details or row["campaign"] == "all"
        ],
        left=2,
    )
    if details:
        text = f"{part['wall_seconds']:,.0f} s, {part['peak_megabytes']:,.0f} MB. "
        lines += paragraph(f"Build: {text}{one_line(part['machine'])}.")
    return lines


def _volume(part: dict, details: bool) -> list[str]:
    counts = ", ".join(
        f"{part['rows'][name]:,} {name.removeprefix('campaign_')}" for name in _INPUTS
    )
    lines = ["## Campaign marts at a million users", ""]
    lines += paragraph(
        f"Rows: {counts}; {part['campaigns']} campaigns. `dbt build` of the layer and "
        "of all it needs, start-up included, without tests. The audiences need the "
        "recommender's scorers, whose cost is in Growth."
    )
    headers = ["models", "seconds", "CPU s", "peak MB", "database MB"]
    columns = ("wall_seconds", "cpu_seconds", "peak_megabytes", "database_megabytes")
    figures = [f"{part[column]:,.0f}" for column in columns]
    lines += table(headers, [[str(part["models"]), *figures]], left=0)
    if details:
        lines += ["The slowest models:", ""]
        seconds = part["slowest_models"].items()
        lines += table(["model", "seconds"], [[m, f"{s:.1f}"] for m, s in seconds])
        lines += paragraph(f"{one_line(part['machine'])}.")
    return lines
