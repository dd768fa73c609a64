"""Build a set with dbt and judge the build."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.builds import AS_MAKE_RUN, Dbt
from benchmarks.machine import PROJECT, describe
from benchmarks.quality import last_basket
from benchmarks.sets import DataSet


def measure_set(
    data_set: DataSet, command: Sequence[str], scratch: Path, threads: int
) -> dict:
    """Return the quality part of a set.

    Parameters
    ----------
    data_set : DataSet
        Present.
    command : sequence of str
        The dbt command.
    scratch : Path
        For the database and dbt's artifacts.
    threads : int
        Of dbt and of the peer.

    Returns
    -------
    dict
        JSON-ready: what `judge` found, and the build's seconds and peak memory.

    Raises
    ------
    CommandFailedError
        If dbt fails.
    CalledProcessError
        If the judge fails.
    """
    folder, is_derived = data_set.folder, data_set.name == last_basket.NAME
    if is_derived:
        folder = scratch / "input"
        last_basket.write_set(data_set.folder, folder)
    variables = data_set.judged_variables | {"input_dir": str(folder.resolve())}
    database, target = scratch / "quality.duckdb", scratch / "target"
    dbt = Dbt(command, database, target, variables, threads)
    dbt.parse()
    print(f"{data_set.name}: dbt build", flush=True)
    build = dbt.build(*AS_MAKE_RUN)
    cost = build.cost
    print(
        f"{data_set.name}: built in {cost.wall_seconds:.0f} s, "
        f"{cost.peak_megabytes:,.0f} MB at most",
        flush=True,
    )
    judge = [sys.executable, "-m", "benchmarks.quality.judge"]
    judge += ["--database", str(database), "--run-results", str(build.results)]
    judge += ["--last-basket"] if is_derived else []
    output = subprocess.check_output(
        [*judge, "--threads", str(threads)], cwd=PROJECT, env=os.environ
    )
    return {
        "set": data_set.name,
        "expected_split_on": data_set.split_on,
        "variables": data_set.judged_variables,
        "machine": describe(),
        "wall_seconds": cost.wall_seconds,
        "cpu_seconds": cost.cpu_seconds,
        "peak_megabytes": cost.peak_megabytes,
        **json.loads(output),
    }
