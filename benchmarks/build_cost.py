"""What a build costs beside `dbt build --empty` of the same graph.

Run `python benchmarks/build_cost.py [--input-dir folder]`. An empty build pays for dbt,
for every statement and every test, but not for data; the ratio is what the data cost.
Both kinds run in turn, so that a busy machine slows both.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import shutil
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from measuring import CommandFailedError, Cost, measure

PROJECT = Path(__file__).resolve().parent.parent
# The empty build first: the database that stays behind is then a full one.
KINDS = {"empty": ["--empty"], "full": []}
TITLES = {"empty": "`dbt build --empty`", "full": "`dbt build`"}


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


def layer_seconds(results: Path) -> dict[str, float]:
    """Sum execution seconds by layer from dbt's `run_results.json`.

    Parameters
    ----------
    results : Path
        The file that dbt wrote.

    Returns
    -------
    dict of str to float
        By schema for models; by kind for the rest, such as "seeds", "tests" and "unit
        tests", which dbt reports without their relation. The costliest first.
    """
    seconds: dict[str, float] = {}
    for result in json.loads(results.read_text())["results"]:
        layer = result["unique_id"].split(".")[0].replace("_", " ") + "s"
        if layer == "models" and result.get("relation_name"):
            # "database"."schema"."table"; Spark has two parts and another quote.
            layer = result["relation_name"].split(".")[-2].strip('"`')
        seconds[layer] = seconds.get(layer, 0.0) + result["execution_time"]
    return dict(sorted(seconds.items(), key=lambda item: (-item[1], item[0])))


def run_builds(
    dbt: Sequence[str], variables: dict, database: Path, target: Path, repeats: int
) -> list[Run]:
    """Measure full and empty builds in turn, each into a fresh database file.

    Parameters
    ----------
    dbt : sequence of str
        The dbt command.
    variables : dict
        Passed as `--vars`.
    database : Path
        DuckDB file of every run. One name for all: another would change the profile
        and cost a full parse. The last full build stays.
    target : Path
        Folder for dbt's artifacts.
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
    options = ["--no-use-colors", "--target-path", str(target)]
    options += ["--vars", json.dumps(variables)]
    # The caller's own input folder must not stand in for the example.
    environment = {"PRECISION_MARKETING_INPUT_DIR": ""}
    environment["PRECISION_MARKETING_DATABASE"] = str(database)
    # Pays for the first, full parse, which would otherwise burden one kind.
    measure([*dbt, "parse", *options], environment, PROJECT)
    runs = []
    for _ in range(repeats):
        for kind, flags in KINDS.items():
            database.unlink(missing_ok=True)
            database.with_name(f"{database.name}.wal").unlink(missing_ok=True)
            cost = measure([*dbt, "build", *flags, *options], environment, PROJECT)
            layers = layer_seconds(target / "run_results.json")
            runs.append(Run(kind, cost, database.stat().st_size / 1e6, layers))
            print(
                f"{kind:5}  {cost.wall_seconds:7.1f} s  {cost.cpu_seconds:7.1f} CPU s"
                f"  {cost.peak_megabytes:7,.0f} MB",
                flush=True,
            )
    return runs


def summarize(runs: Sequence[Run], description: str) -> dict:
    """Return medians, ranges and the ratio as a JSON-ready report."""
    report: dict = {
        "input": description,
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "cpu_count": os.cpu_count(),
            "system": f"{platform.system()} {platform.machine()}",
            "python": platform.python_version(),
            **{name: _version(name) for name in ("dbt-core", "dbt-duckdb", "duckdb")},
        },
        "kinds": {},
        "runs": [asdict(run) for run in runs],
    }
    for kind in KINDS:
        of_kind = [run for run in runs if run.kind == kind]
        wall = [run.cost.wall_seconds for run in of_kind]
        layers = sorted({layer for run in of_kind for layer in run.layer_seconds})
        report["kinds"][kind] = {
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
    full, empty = report["kinds"]["full"], report["kinds"]["empty"]
    report["wall_ratio"] = full["wall_seconds"] / empty["wall_seconds"]
    report["cpu_ratio"] = full["cpu_seconds"] / empty["cpu_seconds"]
    return report


def to_markdown(report: dict) -> str:
    """Return the report as a Markdown page."""
    machine, kinds = report["machine"], report["kinds"]
    lines = [
        f"# Build cost: {report['input']}",
        "",
        f"Repeats: {kinds['full']['runs']} of each kind, in turn. Medians, start-up "
        "of dbt included; peak memory is the largest of the runs.",
        f"Measured {report['measured_at']} on {machine['cpu_count']} CPUs, "
        f"{machine['system']}, Python {machine['python']}, dbt-core "
        f"{machine['dbt-core']}, dbt-duckdb {machine['dbt-duckdb']}, duckdb "
        f"{machine['duckdb']}.",
        "",
        "| | seconds | lowest to highest | CPU seconds | peak MB | database MB |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for kind in ("full", "empty"):
        found = kinds[kind]
        lines.append(
            f"| {TITLES[kind]} | {found['wall_seconds']:.1f} "
            f"| {found['wall_seconds_lowest']:.1f} to "
            f"{found['wall_seconds_highest']:.1f} | {found['cpu_seconds']:.1f} "
            f"| {found['peak_megabytes']:,.0f} "
            f"| {found['database_megabytes']:,.1f} |"
        )
    lines += [
        f"| ratio | {report['wall_ratio']:.2f} | | {report['cpu_ratio']:.2f} | | |",
        "",
        "Execution seconds by layer, summed over threads:",
        "",
        "| layer | full | empty |",
        "|---|---:|---:|",
    ]
    full, empty = (kinds[kind]["layer_seconds"] for kind in ("full", "empty"))
    for layer in sorted(full, key=lambda name: (-full[name], name)):
        lines.append(f"| {layer} | {full[layer]:.1f} | {empty.get(layer, 0.0):.1f} |")
    return "\n".join(lines) + "\n"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Measure `dbt build` beside `dbt build --empty` of the same graph."
    )
    parser.add_argument(
        "--input-dir",
        type=Path,
        help="folder of input files (default: the example shop's seeds)",
    )
    parser.add_argument(
        "--vars",
        type=json.loads,
        default={},
        metavar="JSON",
        help="further dbt vars, such as '{\"label_share\": 0.2}'",
    )
    parser.add_argument(
        "--database",
        type=Path,
        help="where to build and keep the last full build; must not exist yet "
        "(default: a temporary file)",
    )
    parser.add_argument(
        "--repeats", type=int, default=3, help="runs of each kind (default: 3)"
    )
    parser.add_argument(
        "--dbt",
        type=shlex.split,
        default=[str(Path(sys.executable).with_name("dbt"))],
        metavar="COMMAND",
        help="dbt command (default: that of this Python)",
    )
    parser.add_argument(
        "--results",
        type=Path,
        default=PROJECT / "benchmarks" / "results",
        metavar="FOLDER",
        help="folder for build_cost_<input>.md and .json (default: %(default)s)",
    )
    options = parser.parse_args(arguments)
    if options.repeats < 1:
        parser.error("--repeats must be 1 or more")
    if not shutil.which(options.dbt[0]):
        parser.error(f"there is no command {options.dbt[0]}: install dbt or set --dbt")
    if options.input_dir and not options.input_dir.is_dir():
        parser.error(f"--input-dir {options.input_dir} is not a folder")
    if options.database and options.database.exists():
        parser.error(f"--database {options.database} exists: name a new file")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the Markdown page and write it beside its JSON."""
    options = _options(arguments)
    variables = dict(options.vars)
    name = "example"
    if options.input_dir:
        variables["input_dir"] = str(options.input_dir.resolve())
        name = options.input_dir.resolve().name
    with tempfile.TemporaryDirectory(prefix="build_cost_") as scratch:
        database = options.database or Path(scratch) / "build.duckdb"
        try:
            runs = run_builds(
                options.dbt,
                variables,
                database.resolve(),
                Path(scratch) / "target",
                options.repeats,
            )
        except CommandFailedError as error:
            print(error, file=sys.stderr)
            return 1
    report = summarize(runs, name)
    page = to_markdown(report)
    options.results.mkdir(parents=True, exist_ok=True)
    stem = options.results / f"build_cost_{name}"
    stem.with_suffix(".md").write_text(page)
    stem.with_suffix(".json").write_text(json.dumps(report, indent=2) + "\n")
    print(f"\n{page}\nWritten to {stem}.md and {stem}.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
