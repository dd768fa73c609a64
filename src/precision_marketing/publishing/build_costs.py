"""What a dbt build cost, from the files in its target folder."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from precision_marketing.publishing.text_table import Column, format_table

SLOWEST = 5
_KINDS = {"seed": "seeds", "test": "data tests", "unit_test": "unit tests"}


def build_costs(target: Path) -> str:
    """Return seconds, memory, seconds by layer and the slowest nodes of the last build.

    Parameters
    ----------
    target : Path
        dbt's target folder, for its `run_results.json`: seconds of each node, of which
        as many run at a time as dbt has threads; and for the `build_cost.json` that
        `command_cost` writes there: seconds, seconds of the processor, and peak memory
        of the whole command. Without it, the seconds are those of the nodes' run and
        memory is not told.

    Returns
    -------
    str
        Lines of at most 100 columns.

    Raises
    ------
    OSError
        If there is no `run_results.json`.
    """
    run = json.loads((target / "run_results.json").read_text(encoding="utf-8"))
    seconds: Counter[str] = Counter()
    nodes: Counter[str] = Counter()
    by_node: Counter[str] = Counter()
    for result in run["results"]:
        kind, _, *name = result["unique_id"].split(".")
        layer = _KINDS.get(kind) or _layer(result.get("relation_name")) or kind
        seconds[layer] += result["execution_time"]
        nodes[layer] += 1
        by_node[".".join(name)] += result["execution_time"]
    layers = [
        (layer, f"{nodes[layer]:,}", f"{spent:,.1f}")
        for layer, spent in seconds.most_common()
    ]
    slowest = [(name, f"{spent:,.1f}") for name, spent in by_node.most_common(SLOWEST)]
    number = Column("seconds", is_number=True)
    return "\n\n".join(
        [
            _whole(run["elapsed_time"], target / "build_cost.json"),
            format_table([Column("layer"), Column("nodes", True), number], layers),
            format_table([Column("slowest"), number], slowest),
        ]
    )


def _layer(relation: str | None) -> str | None:
    """Return the schema of a relation such as `"file"."marts"."campaigns"`."""
    return relation.split(".")[-2].strip('"') if relation else None


def _whole(elapsed: float, report: Path) -> str:
    """Return the line about the whole command."""
    if not report.is_file():
        return f"{elapsed:,.0f} s, memory not known (`make run` measures it)."
    cost = json.loads(report.read_text(encoding="utf-8"))
    return (
        f"{cost['wall_seconds']:,.0f} s,"
        f" {cost['cpu_seconds']:,.0f} s of the processor,"
        f" at most {cost['peak_bytes'] / 2**30:.1f} GB of memory."
    )
