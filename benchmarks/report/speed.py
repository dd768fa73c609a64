"""Seconds and memory of the engines."""

from collections.abc import Mapping

from benchmarks.machine import one_line
from benchmarks.report.text import paragraph, table
from benchmarks.speed import NEIGHBORS, TOP_ITEMS
from benchmarks.speed.section import OURS

_INTRODUCTION = f"""\
The {NEIGHBORS} nearest items of every item by plain cosine, then the {TOP_ITEMS} best
unseen items of every user. Warm; medians of interleaved runs; ratio = seconds over
ours. CPU seconds are those of all threads: they vary less where others use the machine
too. Peak memory is that of each engine's whole process. A very slow engine runs once.
Results are checked against plain scipy before they are timed. `sparse_dot_topn` cannot
leave out seen items and ranks with them: less work."""
_HEADERS = (
    *("engine", "neighbors s", "top items s", "total s", "lowest-highest", "ratio"),
    *("CPU s", "CPU ratio", "peak MB", "runs"),
)


def section(parts: Mapping[str, dict], *, details: bool) -> list[str]:
    """Return the lines of one table per matrix.

    Parameters
    ----------
    parts : mapping of str to dict
        Speed parts by set.
    details : bool
        Say how it was measured and how results agreed.
    """
    lines = ["## Speed and memory", ""]
    if details:
        lines += paragraph(_INTRODUCTION)
    for name, part in parts.items():
        lines += [
            f"### {name}: {part['users']:,} users, {part['items']:,} items, "
            f"{part['pairs']:,} pairs, {part['threads']} threads",
            "",
        ]
        engines = part["engines"]
        ours = engines[OURS]
        lines += table(_HEADERS, [_row(e, f, ours) for e, f in engines.items()])
        if details:
            lines += paragraph(_agreement(part))
            lines += paragraph(f"{one_line(part['machine'])}.")
    return lines


def _row(engine: str, found: Mapping, ours: Mapping) -> list[str]:
    if "total_seconds" not in found:
        return [f"{engine}: {found['left_out']}", *([""] * (len(_HEADERS) - 1))]
    lowest, highest = found["total_seconds_lowest"], found["total_seconds_highest"]
    return [
        engine,
        f"{found['neighbors_seconds']:.2f}",
        f"{found['ranking_seconds']:.2f}",
        f"{found['total_seconds']:.2f}",
        f"{lowest:.2f}-{highest:.2f}",
        _ratio(found, ours, "total_seconds"),
        # Blank in parts that were measured before CPU seconds were.
        f"{found['cpu_seconds']:.2f}" if "cpu_seconds" in found else "",
        _ratio(found, ours, "cpu_seconds"),
        f"{found['peak_megabytes']:,.0f}",
        str(len(found["runs"])),
    ]


def _ratio(found: Mapping, ours: Mapping, name: str) -> str:
    return f"{found[name] / ours[name]:.2f}" if name in found and name in ours else ""


def _agreement(part: Mapping) -> str:
    sentences = []
    for engine, found in part["engines"].items():
        agreement = found.get("agreement")
        if agreement is None:
            continue
        if not agreement["agrees"]:
            sentences.append(f"{engine}: **does not agree**")
            continue
        error = max(agreement["neighbors_error"], agreement["ranking_error"])
        text = f"{engine}: error {error:.0e}"
        if engine != OURS:
            text += f", {agreement['neighbors_overlap']:.1%} of our neighbors"
            if agreement["top_overlap"] is not None:
                text += f", {agreement['top_overlap']:.1%} of our top items"
        if found["pruned_by"] == "source":
            text += " (its lists are cut per item of the history)"
        sentences.append(text)
    return "Agreement: " + "; ".join(sentences) + "."
