"""The whole build beside the pipeline of public libraries."""

from collections.abc import Mapping

from benchmarks.machine import one_line
from benchmarks.report.text import paragraph, share, table


def section(parts: Mapping[str, dict], *, details: bool) -> list[str]:
    """Return the lines: both sides of each set, then the machines.

    Parameters
    ----------
    parts : mapping of str to dict
        Pipeline parts by set.
    details : bool
        With what the peer is, and machines.
    """
    rows = [
        [name, side, *_figures(part, side)]
        for name, part in parts.items()
        for side in ("ours", "peer")
    ]
    headers = ["set", "pipeline", "seconds", "CPU s", "peak MB", "NDCG@10", "ratio"]
    lines = [
        "## The whole build beside a pipeline of public libraries",
        "",
        *table(headers, rows, left=2),
    ]
    if details:
        lines += paragraph(
            "The peer: `implicit`'s ALS and cosine, 100 candidates of each, ranked by "
            "LightGBM's lambdarank, two windows, ten items for all users, pandas "
            "between; it is given cleaned and numbered histories. Ours: `dbt build` "
            "with data tests. Medians where a run takes less than five minutes; the "
            "ratio is of seconds, ours by the peer's."
        )
        for name, part in parts.items():
            repeats = part["repeats"]
            lines += paragraph(f"{name}, {repeats} runs: {one_line(part['machine'])}.")
    return lines


def _figures(part: Mapping, side: str) -> list[str]:
    found = part[side]
    ratio = part["ours"]["wall_seconds"] / part["peer"]["wall_seconds"]
    ndcg = found["ndcg"]
    return [
        f"{found['wall_seconds']:,.0f}",
        f"{found['cpu_seconds']:,.0f}",
        f"{found['peak_megabytes']:,.0f}",
        f"{share(ndcg['value'])} ±{share(ndcg['standard_error'])}",
        f"{ratio:.2f}" if side == "ours" else "",
    ]
