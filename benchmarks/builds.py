"""Run dbt on an input folder and read where its time went."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.machine import PROJECT
from benchmarks.measuring import Cost, measure

# What is measured is what `make run` builds.
AS_MAKE_RUN = (
    *("--exclude-resource-type", "unit_test"),
    *("--exclude", "test_name:table_rules,config.severity:ERROR"),
)


@dataclass(frozen=True)
class Build:
    """A finished dbt command.

    Parameters
    ----------
    cost : Cost
        Of the whole `dbt` process, start-up included.
    results : Path
        dbt's `run_results.json`.
    database_megabytes : float
        Size of the database file, in 10^6 bytes.
    """

    cost: Cost
    results: Path
    database_megabytes: float


@dataclass(frozen=True)
class Dbt:
    """A dbt command with a database and artifacts of its own.

    Parameters
    ----------
    command : sequence of str
        Such as `["dbt"]`.
    database : Path
        DuckDB file. Another name changes the profile and costs a full parse, so that
        runs to be compared share one.
    target : Path
        Folder for dbt's artifacts.
    variables : dict
        Passed as `--vars`.
    threads : int
        Of dbt and of the Python models.
    """

    command: Sequence[str]
    database: Path
    target: Path
    variables: dict
    threads: int = 2

    def parse(self) -> None:
        """Pay for the first, full parse, which would otherwise burden one build."""
        self._measure("parse")

    def build(self, *flags: str, anew: bool = True) -> Build:
        """Build, into a new database file or the one there is.

        Parameters
        ----------
        flags : str
            Of `dbt build`.
        anew : bool
            Remove the database first.

        Raises
        ------
        CommandFailedError
            If dbt fails.
        """
        if anew:
            self.database.unlink(missing_ok=True)
            self.database.with_name(f"{self.database.name}.wal").unlink(missing_ok=True)
        cost = self._measure("build", *flags)
        megabytes = self.database.stat().st_size / 1e6
        return Build(cost, self.target / "run_results.json", megabytes)

    def _measure(self, *arguments: str) -> Cost:
        options = ["--no-use-colors", "--target-path", str(self.target)]
        options += ["--log-path", str(self.target / "logs")]
        options += ["--vars", json.dumps(self.variables)]
        environment = {
            # The caller's own input folder must not stand in for the example.
            "PRECISION_MARKETING_INPUT_DIR": "",
            "PRECISION_MARKETING_DATABASE": str(self.database),
            "PRECISION_MARKETING_THREADS": str(self.threads),
            "DBT_PROFILES_DIR": str(PROJECT),
        }
        command = [*self.command, *arguments, *options]
        return measure(command, environment, PROJECT, progress_seconds=60.0)


def node_seconds(results: Path) -> list[tuple[str, str, float]]:
    """Read the execution seconds of every node from dbt's `run_results.json`.

    Exposures and saved queries are named there too, and nothing is done for them.

    Parameters
    ----------
    results : Path
        The file that dbt wrote.

    Returns
    -------
    list of (layer, name, seconds)
        Layer is the schema for models and the kind for the rest, such as "seeds",
        "tests" and "unit tests", which dbt reports without their relation. Seconds of
        nodes that ran at the same time overlap.
    """
    nodes = []
    for result in json.loads(results.read_text())["results"]:
        if result.get("status") == "no-op":
            continue
        kind, *_, name = result["unique_id"].split(".")
        layer = kind.replace("_", " ") + "s"
        if layer == "models" and result.get("relation_name"):
            # "database"."schema"."table"; Spark has two parts and another quote.
            layer = result["relation_name"].split(".")[-2].strip('"`')
        nodes.append((layer, name, result["execution_time"]))
    return nodes


def layer_seconds(results: Path) -> dict[str, float]:
    """Sum execution seconds by layer, the costliest first."""
    seconds: dict[str, float] = {}
    for layer, _, spent in node_seconds(results):
        seconds[layer] = seconds.get(layer, 0.0) + spent
    return dict(sorted(seconds.items(), key=lambda item: (-item[1], item[0])))


def slowest_models(results: Path, count: int) -> dict[str, float]:
    """Return the seconds of the slowest models, as `schema.name`, slowest first."""
    models = [
        (f"{layer}.{name}", spent)
        for layer, name, spent in node_seconds(results)
        if layer not in ("seeds", "tests", "unit tests", "operations")
    ]
    return dict(sorted(models, key=lambda model: (-model[1], model[0]))[:count])
