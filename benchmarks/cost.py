"""What a build costs beside `dbt build --empty` of the same graph.

An empty build pays for dbt, for every statement and every test, but not for data; the
ratio is what the data cost. Both kinds run in turn, so that a busy machine slows both.
"""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from benchmarks.builds import Dbt, layer_seconds
from benchmarks.machine import describe
from benchmarks.measuring import Cost

# The empty build first: the database that stays behind is then a full one.
KINDS = {"empty": ["--empty"], "full": []}


@dataclass(frozen=True)
class Run:
    """One measured build.

    Parameters
    ----------
    kind : str
        "full" or "empty".
    cost : Cost
        Of the whole `dbt` process, start-up included.
    database_megabytes : float
        Size of the database file. That of an empty build shows whether a model read
        data all the same: dbt limits `ref` and `source`, not a file read in place.
    layer_seconds : dict of str to float
        Execution seconds by layer. They are summed over threads, so together they may
        exceed the elapsed time.
    """

    kind: str
    cost: Cost
    database_megabytes: float
    layer_seconds: dict[str, float]


def run_builds(dbt: Dbt, repeats: int) -> list[Run]:
    """Measure full and empty builds in turn, each into a fresh database file.

    Parameters
    ----------
    dbt : Dbt
        The last full build stays in its database.
    repeats : int
        Runs of each kind, >= 1.

    Returns
    -------
    list of Run
        In the order in which they ran.

    Raises
    ------
    CommandFailedError
        If dbt fails.
    """
    dbt.parse()
    runs = []
    for _ in range(repeats):
        for kind, flags in KINDS.items():
            build = dbt.build(*flags)
            layers = layer_seconds(build.results)
            runs.append(Run(kind, build.cost, build.database_megabytes, layers))
            print(
                f"{kind:5}  {build.cost.wall_seconds:7.1f} s"
                f"  {build.cost.cpu_seconds:7.1f} CPU s"
                f"  {build.cost.peak_megabytes:7,.0f} MB",
                flush=True,
            )
    return runs


def summarize(runs: Sequence[Run], description: str) -> dict:
    """Return medians, ranges and the ratio as a JSON-ready part of the report."""
    part: dict = {"input": description, "machine": describe(), "kinds": {}}
    part["runs"] = [asdict(run) for run in runs]
    for kind in KINDS:
        of_kind = [run for run in runs if run.kind == kind]
        wall = [run.cost.wall_seconds for run in of_kind]
        layers = sorted({layer for run in of_kind for layer in run.layer_seconds})
        part["kinds"][kind] = {
            "runs": len(of_kind),
            "wall_seconds": statistics.median(wall),
            "wall_seconds_lowest": min(wall),
            "wall_seconds_highest": max(wall),
            "cpu_seconds": statistics.median(run.cost.cpu_seconds for run in of_kind),
            "peak_megabytes": max(run.cost.peak_megabytes for run in of_kind),
            "database_megabytes": of_kind[-1].database_megabytes,
            "layer_seconds": {
                layer: statistics.median(
                    run.layer_seconds.get(layer, 0.0) for run in of_kind
                )
                for layer in layers
            },
        }
    full, empty = part["kinds"]["full"], part["kinds"]["empty"]
    part["wall_ratio"] = full["wall_seconds"] / empty["wall_seconds"]
    part["cpu_ratio"] = full["cpu_seconds"] / empty["cpu_seconds"]
    return part
