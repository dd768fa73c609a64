"""One engine in a process of its own, told by lines on standard input what to do.

`run` does the work once and answers with seconds and peak memory; `save` writes the
last results; `quit` ends. Each answer is one JSON line on the original standard
output; what libraries print goes to standard error.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import click
import numpy as np
from scipy.sparse import save_npz

from benchmarks.options import FILE, FOLDER
from benchmarks.speed.interactions import read

# Module and class by name: the library itself is imported by its engine only.
ENGINES = {
    "ours": ("engines", "Ours"),
    "implicit": ("engines", "Implicit"),
    "sparse_dot_topn": ("engines", "SparseDotTopn"),
    "lenskit": ("lenskit_engine", "Lenskit"),
    "duckdb_sql": ("sql_engine", "DuckdbSql"),
}


def peak_megabytes() -> float:
    """Return this process's largest resident memory so far, in 10^6 bytes."""
    try:
        # getrusage would begin with that of the process that started this one.
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    except OSError:
        pass
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def cpu_seconds() -> float:
    """Return user and system time of this process and its finished children."""
    return sum(os.times()[:4])


def serve(
    engine_name: str,
    interactions: Path,
    results: Path,
    threads: int,
    answer: Callable[[dict], None],
) -> None:
    """Load, then obey standard input until `quit` or its end."""
    module, name = ENGINES[engine_name]
    matrix = read(interactions)
    engine_class = getattr(import_module(f"benchmarks.speed.{module}"), name)
    engine = engine_class(matrix, threads)
    answer({"loaded_megabytes": peak_megabytes()})
    neighbors = ranking = None
    for line in sys.stdin:
        if line.strip() == "run":
            # Freed first: two results at once would be nobody's peak.
            neighbors = ranking = None
            started, cpu_started = time.perf_counter(), cpu_seconds()
            neighbors = engine.find_neighbors()
            found = time.perf_counter()
            ranking = engine.rank(neighbors)
            ended = time.perf_counter()
            answer(
                {
                    "neighbors_seconds": found - started,
                    "ranking_seconds": ended - found,
                    "cpu_seconds": cpu_seconds() - cpu_started,
                    "peak_megabytes": peak_megabytes(),
                }
            )
        elif line.strip() == "save":
            items, scores = engine.export_ranking(ranking)
            results.mkdir(parents=True, exist_ok=True)
            save_npz(results / "neighbors.npz", engine.export_neighbors(neighbors))
            np.savez(results / "ranking.npz", items=items, scores=scores)
            answer(
                {"pruned_by": engine.pruned_by, "hides_history": engine.hides_history}
            )
            neighbors = ranking = None
        elif line.strip() == "quit":
            return


@click.command(help=__doc__)
@click.option("--engine", type=click.Choice(list(ENGINES)), required=True)
@click.option("--interactions", type=FILE, required=True)
@click.option("--results", type=FOLDER, required=True)
@click.option("--threads", type=int, required=True)
def main(engine: str, interactions: Path, results: Path, threads: int) -> None:
    """Run one engine."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    if hasattr(os, "sched_setaffinity"):
        # For what starts threads by the number of processors that it may use.
        allowed = sorted(os.sched_getaffinity(0))[:threads]
        os.sched_setaffinity(0, allowed)

    def answer(content: dict) -> None:
        answers.write(json.dumps(content) + "\n")
        answers.flush()

    try:
        serve(engine, interactions, results, threads, answer)
    except (ImportError, MemoryError) as error:
        answer({"error": f"{type(error).__name__}: {error}"})
        sys.exit(1)


if __name__ == "__main__":
    main()
