"""The two parts of the section: coverage over many shops, cost of a million users."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.builds import Build, Dbt, node_seconds, slowest_models
from benchmarks.campaigns.stacking import Stack
from benchmarks.machine import PROJECT, describe
from benchmarks.measuring import measure

# Many campaigns of some 450 assigned users, or few of a quarter of a million.
COVERAGE = Stack(shops=200, users=900, campaign_sets=200)
VOLUME = Stack(
    shops=1,
    users=200_000,
    campaign_sets=2,
    copies=5,
    items=4_000,
    events_per_user=10.0,
)
WITHOUT_TESTS = ("--exclude-resource-type", "test", "unit_test")


@dataclass(frozen=True)
class StackOnDisk:
    """A stack of shops on disk, made where it is not complete."""

    path: Path
    stack: Stack

    def make(self, processes: int) -> None:
        """Generate the shops, unless they are there and complete."""
        complete = self.path / ".complete"
        if complete.exists():
            return
        stack = self.stack
        print(f"generating {stack.shops} shops of {stack.users:,} users", flush=True)
        command = [sys.executable, "-m", "benchmarks.campaigns.stacking"]
        command += ["--out", str(self.path), "--shops", str(stack.shops)]
        command += ["--users", str(stack.users)]
        command += ["--campaign-sets", str(stack.campaign_sets)]
        command += ["--copies", str(stack.copies)]
        command += ["--events-per-user", str(stack.events_per_user)]
        command += ["--items", str(stack.items)] if stack.items else []
        command += ["--holdout-share", str(stack.holdout_share)]
        command += ["--processes", str(processes)]
        measure(command, {"PYTHONPATH": _python_path()}, PROJECT)
        complete.touch()


def measure_coverage(dbt: Dbt, folder: Path) -> dict:
    """Build the lift of all shops at once and compare it with their truth.

    Parameters
    ----------
    dbt : Dbt
        Its variables must name `folder` as `input_dir`.
    folder : Path
        Folder of the stack; kept, and not generated anew where it is complete.

    Returns
    -------
    dict
        JSON-ready: what `coverage.summarize` returns, `shrinkage` as
        `shrinkage.compare` returns it, sizes, seconds and memory.

    Raises
    ------
    CommandFailedError
        If the generator or dbt fails.
    """
    StackOnDisk(folder, COVERAGE).make(dbt.threads)
    machine = describe()
    build = dbt.build("--select", "+campaign_lift", *WITHOUT_TESTS)
    command = [sys.executable, "-m", "benchmarks.campaigns.coverage"]
    command += ["--database", str(dbt.database), "--stack", str(folder)]
    found = subprocess.check_output(command, cwd=PROJECT, env=environment(), text=True)
    sizes = {"shops": COVERAGE.shops, "users_per_shop": COVERAGE.users}
    return sizes | json.loads(found) | {"machine": machine, **cost_of(build)}


def measure_volume(dbt: Dbt, folder: Path) -> dict:
    """Build the campaign marts of a million users.

    The audiences are not among them: they need every scorer of the recommender, whose
    cost is that of the growth section.

    Parameters and errors as in `measure_coverage`.

    Returns
    -------
    dict
        JSON-ready: rows by input, campaigns, seconds, memory, models and the slowest.
    """
    StackOnDisk(folder, VOLUME).make(processes=1)
    machine = describe()
    dbt.parse()
    print("dbt build", flush=True)
    build = dbt.build("--select", "+path:models/marts/campaigns", *WITHOUT_TESTS)
    layers = [layer for layer, *_ in node_seconds(build.results)]
    return {
        "rows": _row_counts(folder),
        "campaigns": 10 * VOLUME.campaign_sets,
        "machine": machine,
        "models": sum(layer not in ("seeds", "operations") for layer in layers),
        "slowest_models": slowest_models(build.results, 12),
        **cost_of(build),
    }


def cost_of(build: Build) -> dict:
    """Return what a build cost, ready for JSON."""
    return {
        "wall_seconds": build.cost.wall_seconds,
        "cpu_seconds": build.cost.cpu_seconds,
        "peak_megabytes": build.cost.peak_megabytes,
        "database_megabytes": build.database_megabytes,
    }


def _row_counts(folder: Path) -> dict[str, int]:
    # In a process of its own: whoever measures must be small.
    code = (
        "import sys, json, pathlib, pyarrow.parquet as p;"
        "f = pathlib.Path(sys.argv[1]);"
        "print(json.dumps({d.name: sum(p.ParquetFile(x).metadata.num_rows"
        " for x in d.glob('*.parquet')) for d in sorted(f.iterdir()) if d.is_dir()"
        " and d.name != 'truths'}))"
    )
    return json.loads(
        subprocess.check_output([sys.executable, "-c", code, str(folder)])
    )


def _python_path() -> str:
    return f"{PROJECT / 'src'}:{PROJECT}"


def environment() -> dict[str, str]:
    """Return this process's variables, with the project and its library to import."""
    return {**os.environ, "PYTHONPATH": _python_path()}
