"""What a dbt build cost, from the files that dbt itself leaves behind."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

from precision_marketing.publishing.text_table import Column, format_table

SLOWEST = 5
_KINDS = {"seed": "seeds", "test": "data tests", "unit_test": "unit tests"}
_REPORT = re.compile(r"Resource report: (\{.*\})")


def build_costs(target: Path, log: Path) -> str:
    """Return seconds, memory, seconds by layer and the slowest nodes of the last build.

    Parameters
    ----------
    target : Path
        dbt's target folder, for its `run_results.json`: seconds of each node, of which
        as many run at a time as dbt has threads.
    log : Path
        dbt's log. Its last resource report is of the whole command: seconds, seconds
        of the processor, and peak memory of the process. Without one (`--log-level
        none`), the seconds are those of the nodes' run and memory is not told.

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
            _whole(run["elapsed_time"], log),
            format_table([Column("layer"), Column("nodes", True), number], layers),
            format_table([Column("slowest"), number], slowest),
        ]
    )


def _layer(relation: str | None) -> str | None:
    """Return the schema of a relation such as `"file"."marts"."campaigns"`."""
    return relation.split(".")[-2].strip('"') if relation else None


def _whole(elapsed: float, log: Path) -> str:
    """Return the line about the whole command."""
    text = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
    reports = [json.loads(found) for found in _REPORT.findall(text)]
    builds = [report for report in reports if report["command_name"] == "build"]
    if not builds:
        return f"{elapsed:,.0f} s, memory not known (no log of dbt's)."
    last = builds[-1]
    processor = last["process_user_time"] + last["process_kernel_time"]
    return (
        f"{last['command_wall_clock_time']:,.0f} s,"
        f" {processor:,.0f} s of the processor,"
        f" at most {int(last['process_mem_max_rss']) / 2**20:.1f} GB of memory."
    )
