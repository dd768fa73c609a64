"""How the whole build grows."""

from collections.abc import Mapping

from benchmarks.growth import exponents
from benchmarks.machine import one_line
from benchmarks.report.text import paragraph, table

# Why a layer takes what it takes; the report shows the largest layer's.
_EXPLAINED = {
    "scorers": (
        "Every scorer is computed three times, on the history of train, test and "
        "serve, and ranks the catalogue for every scored user. iALS costs most: ten "
        "sweeps of conjugate gradients over all users and items with 256 factors, then "
        "dense scores of users x items; spectral scores densely too. The content "
        "scorers multiply each user's terms with the items'. All of these grow with "
        "scored users x items; the neighbors of cosine, the only work that grows with "
        "the square of a history, are a small part."
    ),
    "candidates": (
        "The learned rankings read some 80 features of each candidate, 100 or so a "
        "user, and the blend merges the scorers' lists: both grow with scored users."
    ),
}


def section(parts: Mapping[str, dict], *, details: bool) -> list[str]:
    """Return the lines: totals, then seconds by layer, slowest models, machine.

    Parameters
    ----------
    parts : mapping of str to dict
        Growth parts by size.
    details : bool
        With layers, slowest models and machines.
    """
    ordered = sorted(parts.values(), key=lambda part: part["events"])
    steps = {step["larger"]: step for step in exponents(parts)}
    rows = [
        [
            part["size"],
            f"{part['events']:,}",
            f"{part['wall_seconds']:,.0f}",
            f"{part['cpu_seconds']:,.0f}",
            f"{part['peak_megabytes']:,.0f}",
            f"{part['database_megabytes']:,.0f}",
            *(
                f"{steps[part['size']][name]:.2f}" if part["size"] in steps else ""
                for name in ("exponent", "cpu_exponent")
            ),
        ]
        for part in ordered
    ]
    headers = ["size", "events", "seconds", "CPU s", "peak MB", "database MB"]
    lines = [
        "## Growth of the whole `dbt build` on a generated shop",
        "",
        *table([*headers, "exponent", "of CPU s"], rows),
    ]
    if not details or not ordered:
        return lines
    names = sorted(
        {layer for part in ordered for layer in part["layer_seconds"]},
        key=lambda layer: (-ordered[-1]["layer_seconds"].get(layer, 0.0), layer),
    )
    by_layer = [
        [layer, *(f"{p['layer_seconds'].get(layer, 0.0):.1f}" for p in ordered)]
        for layer in names
    ]
    sizes = [part["size"] for part in ordered]
    lines += ["Execution seconds by layer, summed over threads:", ""]
    lines += table(["layer", *sizes], by_layer)
    if names[0] in _EXPLAINED:
        lines += paragraph(f"The largest share, {names[0]}. {_EXPLAINED[names[0]]}")
    largest = ordered[-1]
    slowest = [[n, f"{spent:.1f}"] for n, spent in largest["slowest_models"].items()]
    lines += [f"The slowest models at {largest['size']}:", ""]
    lines += table(["model", "seconds"], slowest)
    for part in ordered:
        lines += paragraph(f"{part['size']}: {one_line(part['machine'])}.")
    return lines
