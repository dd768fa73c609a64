"""Build a set with the package and with its peer, in turn, on the same threads."""

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from statistics import median

from benchmarks.builds import AS_MAKE_RUN, Dbt
from benchmarks.machine import PROJECT, describe
from benchmarks.measuring import Cost, measure

# Runs longer than this are not repeated.
LONG_SECONDS = 300.0
OURS, PEER = "ours", "peer"


def measure_pipeline(name: str, dbt: Dbt, scratch: Path, repeats: int) -> dict:
    """Return what both cost and how well both rank.

    Parameters
    ----------
    name : str
        Of the set.
    dbt : Dbt
        Its variables name the set's folder.
    scratch : Path
        For the windows given to the peer.
    repeats : int
        Of both, in turn, where neither takes five minutes.

    Returns
    -------
    dict
        JSON-ready: `published`, and for `ours` and `peer` `ndcg`, and the medians of
        `wall_seconds`, `cpu_seconds` and `peak_megabytes`; `repeats` that were done.

    Raises
    ------
    CommandFailedError
        If dbt or the peer fails.
    CalledProcessError
        If the judge fails.
    """
    windows = scratch / "windows"
    judge = [sys.executable, "-m", "benchmarks.pipeline.judge"]
    judge += ["--database", str(dbt.database), "--windows", str(windows)]
    peer = [sys.executable, "-m", "benchmarks.pipeline.peer"]
    peer += ["--windows", str(windows), "--threads", str(dbt.threads)]
    machine = describe()
    dbt.parse()
    costs: dict[str, list[Cost]] = {OURS: [], PEER: []}
    while len(costs[OURS]) < max(1, repeats):
        print(f"{name}: dbt build", flush=True)
        costs[OURS].append(dbt.build(*AS_MAKE_RUN).cost)
        if len(costs[OURS]) == 1:
            subprocess.run([*judge, "--export"], cwd=PROJECT, check=True)
        print(f"{name}: the peer", flush=True)
        threads = {"OMP_NUM_THREADS": str(dbt.threads)}
        costs[PEER].append(measure(peer, threads, PROJECT))
        if max(found[0].wall_seconds for found in costs.values()) > LONG_SECONDS:
            break
    quality = json.loads(subprocess.check_output(judge, cwd=PROJECT))
    return {
        "set": name,
        "machine": machine,
        "repeats": len(costs[OURS]),
        "published": quality["published"],
        **{
            side: {"ndcg": quality[side], **_medians(found)}
            for side, found in costs.items()
        },
    }


def _medians(costs: list[Cost]) -> dict[str, float]:
    """Return the median of each figure."""
    rows = [asdict(cost) for cost in costs]
    return {name: median(row[name] for row in rows) for name in rows[0]}
