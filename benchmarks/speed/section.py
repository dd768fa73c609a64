"""Time the engines in turn on one matrix, after their results were checked."""

import json
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.machine import PROJECT, describe
from benchmarks.speed.processes import EngineFailedError, Worker

OURS = "ours"
# The first is the measure of the others; SQL grows with the pairs and is not tried on
# the large matrix.
ENGINES = {
    "yelp2018": (OURS, "implicit", "sparse_dot_topn", "lenskit", "duckdb_sql"),
    "generated-10m": (OURS, "implicit", "sparse_dot_topn", "lenskit"),
}


@dataclass(frozen=True)
class Plan:
    """How to time.

    Parameters
    ----------
    repeats : int
        Timed runs of each engine, >= 1, after one that warms up and is checked.
    threads : int
    limit_seconds : float
        A run that takes longer is ended and its engine left out.
    slow_seconds : float
        An engine whose first run takes longer, and ten times as long as ours, is not
        run again: warm or not makes little difference to it, nor does its turn.
    pythons : mapping of str to str
        Interpreter by engine; the default is this one.
    """

    repeats: int = 3
    threads: int = 2
    limit_seconds: float = 600.0
    slow_seconds: float = 120.0
    pythons: Mapping[str, str] | None = None


def turns(engines: Sequence[str], repeats: int) -> list[str]:
    """Return the order of timed runs.

    Parameters
    ----------
    engines : sequence of str
    repeats : int
        Rounds in which every engine runs once; each round begins with another engine,
        so that none always follows the same one.

    Returns
    -------
    list of str

    Examples
    --------
    >>> turns(["a", "b", "c"], 2)
    ['a', 'b', 'c', 'b', 'c', 'a']
    """
    order = []
    for index in range(repeats):
        start = index % max(len(engines), 1)
        order += [*engines[start:], *engines[:start]]
    return order


def measure_matrix(name: str, interactions: Path, scratch: Path, plan: Plan) -> dict:
    """Return the speed part of a matrix.

    Parameters
    ----------
    name : str
        One of `ENGINES`.
    interactions : Path
        The matrix.
    scratch : Path
        For results and logs.
    plan : Plan

    Returns
    -------
    dict
        JSON-ready: `engines` by name, with `agreement`, `runs`, medians, peak memory,
        or `left_out` with the reason.
    """
    part: dict = {"set": name, "threads": plan.threads, "machine": describe()}
    part |= _matrix_size(interactions)
    engines: dict[str, dict] = {engine: {} for engine in ENGINES[name]}
    _compile(scratch, plan)
    workers: dict[str, Worker] = {}
    try:
        for engine, found in engines.items():
            try:
                workers[engine] = _checked(engine, found, interactions, scratch, plan)
            except EngineFailedError as failed:
                found["left_out"] = str(failed)
                print(f"{engine}: left out, {failed}", flush=True)
        first = {engine: _total(engines[engine]["first_run"]) for engine in workers}
        for engine, seconds in first.items():
            if seconds > max(plan.slow_seconds, 10 * first.get(OURS, 0.0)):
                engines[engine]["runs"] = [engines[engine]["first_run"]]
                workers.pop(engine).end()
        for engine in turns(list(workers), plan.repeats):
            found = engines[engine]
            if "left_out" in found:
                continue
            try:
                run = workers[engine].ask("run", plan.limit_seconds)
            except EngineFailedError as failed:
                found["left_out"] = str(failed)
                continue
            found.setdefault("runs", []).append(run)
            print(f"{engine}: {_total(run):.2f} s", flush=True)
    finally:
        for worker in workers.values():
            worker.end()
    for found in engines.values():
        if "left_out" not in found:
            found |= medians(found["runs"])
    part["engines"] = engines
    return part


def medians(runs: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return medians of an engine's runs, lowest and highest total seconds."""
    totals = [_total(run) for run in runs]
    return {
        "neighbors_seconds": statistics.median(r["neighbors_seconds"] for r in runs),
        "ranking_seconds": statistics.median(r["ranking_seconds"] for r in runs),
        "cpu_seconds": statistics.median(r["cpu_seconds"] for r in runs),
        "total_seconds": statistics.median(totals),
        "total_seconds_lowest": min(totals),
        "total_seconds_highest": max(totals),
    }


def _checked(
    engine: str, found: dict, interactions: Path, scratch: Path, plan: Plan
) -> Worker:
    """Start an engine, let it warm up, and check its results."""
    print(f"{engine}: first run", flush=True)
    python = (plan.pythons or {}).get(engine, sys.executable)
    results = scratch / engine
    worker = Worker(python, engine, interactions, results, plan.threads)
    try:
        found |= worker.ask(None, plan.limit_seconds)
        run = worker.ask("run", plan.limit_seconds)
        found["first_run"] = run
        # Before the results are saved, which takes memory too.
        found["peak_megabytes"] = run["peak_megabytes"]
        found |= worker.ask("save", plan.limit_seconds)
        command = [sys.executable, "-m", "benchmarks.speed.agreement"]
        command += ["--interactions", str(interactions), "--results", str(results)]
        command += ["--ours", str(scratch / OURS), "--pruned-by", found["pruned_by"]]
        command += ["--hides-history"] if found["hides_history"] else []
        output = subprocess.check_output(command, cwd=PROJECT)
        found["agreement"] = json.loads(output)
        print(f"{engine}: {_total(run):.2f} s, {found['agreement']}", flush=True)
        if not found["agreement"]["agrees"]:
            raise EngineFailedError("its results do not agree with plain scipy")
    except BaseException:
        worker.end()
        raise
    return worker


def _compile(scratch: Path, plan: Plan) -> None:
    """Fill the cache of compiled kernels: compiling would be the peak of memory."""
    scratch.mkdir(parents=True, exist_ok=True)
    small = scratch / "small.npz"
    command = [sys.executable, "-m", "benchmarks.speed.interactions", "--small"]
    subprocess.run([*command, "--out", str(small)], cwd=PROJECT, check=True)
    worker = Worker(sys.executable, OURS, small, scratch / OURS, plan.threads)
    worker.ask(None, plan.limit_seconds)
    worker.ask("run", plan.limit_seconds)
    worker.end()


def _total(run: Mapping[str, float]) -> float:
    return run["neighbors_seconds"] + run["ranking_seconds"]


def _matrix_size(interactions: Path) -> dict[str, int]:
    # In a process of its own: whoever measures must be small.
    code = (
        "import sys, json; from benchmarks.speed.interactions import read;"
        "from pathlib import Path; m = read(Path(sys.argv[1]));"
        "print(json.dumps(dict(users=m.shape[0], items=m.shape[1], pairs=m.nnz)))"
    )
    command = [sys.executable, "-c", code, str(interactions)]
    return json.loads(subprocess.check_output(command, cwd=PROJECT))
