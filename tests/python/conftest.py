"""Fixtures that run dbt: on small inputs in this process, on the example once."""

from __future__ import annotations

import csv
import fcntl
import gc
import json
import logging
import os
import pickle
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest
from whole_builds import PROJECT, WholeBuild, build_everything

# Of the package, as `dbt_project.yml` has them.
PARTS = ("recommendations", "campaigns", "audiences")
# Files by the seconds of their builds (`make test` prints them).
LONGEST = {
    name: place
    for place, name in enumerate(
        (
            *("test_whole_build", "test_parts", "test_tutorial", "test_killed_builds"),
            *("test_erasure", "test_host_project", "test_input_forms"),
            *("test_tuned_build", "test_stopped_builds", "test_idle_campaigns"),
            *("test_cold_start", "test_public_data", "test_input_checks"),
            *("test_several_rows", "test_lift_coverage", "test_adding_a_scorer"),
            *("test_check", "test_audience_history", "test_input_folders"),
            *("test_input_values", "test_feedback_loop", "test_progress_in_dbt"),
        )
    )
}
# The input checks and what reports on them.
ACCOUNTS = ("path:models/staging", "row_accounting", "rejected_rows", "value_gaps")


def pytest_collection() -> None:
    """Look for no circles of references while thousands of tests are read."""
    gc.disable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the longest files start first, so that no worker ends with one of them.

    The first makes the example's build while the second needs none.
    """
    items.sort(key=lambda item: LONGEST.get(item.path.stem, len(LONGEST)))


def pytest_collection_finish() -> None:
    """Spare what was imported when circles of references are looked for.

    statsmodels looks for each family of p values, and we do after each build.
    """
    gc.collect()
    gc.freeze()
    gc.enable()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let other workers wait until the block has ended."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@dataclass
class DbtProject:
    """Run dbt commands on this project with databases and inputs of the test's own.

    `parts` are parsed with it, and `windows`; of other vars only `tuning` changes the
    graph, and of an input only that there is one. Workers may share `parsed`, where
    what dbt has read is kept; `said` is what the latest command has told the user.
    """

    work: Path
    parsed: Path
    parts: tuple[str, ...] = PARTS
    windows: dict[str, Any] = field(default_factory=dict)
    said: list[str] = field(default_factory=list, repr=False)
    _runner: dbtRunner | None = field(default=None, repr=False)

    def run(
        self,
        *arguments: str,
        database: Path,
        input_dir: Path | str,
        variables: str = "{}",
    ) -> str:
        """Run one dbt command; return '' if it succeeded, or else its errors.

        The project is parsed for the first call only. That fixes the name of the
        database in every model, so that each build's file is another folder's
        `inputs.duckdb`.
        """
        database.parent.mkdir(parents=True, exist_ok=True)
        errors: list[str] = []
        self.said = []

        def listen(event: Any) -> None:
            if event.info.level == "error":
                errors.append(event.info.msg)
            if event.info.level != "debug":
                self.said.append(event.info.msg)

        self._started().callbacks = [listen]
        result = self._invoke(
            self._started(), database, input_dir, *arguments, "--vars", variables
        )
        # Let go of the file, so that the test can open it: cursors that Python models
        # read from lie in circles of references until they are collected.
        DuckDBConnectionManager.close_all_connections()
        gc.collect()
        return "" if result.success else "\n".join([*errors, str(result.exception)])

    def manifest(self) -> Manifest:
        """Return the graph of the parts, for tests to read."""
        return self._started().manifest

    def _started(self) -> dbtRunner:
        if self._runner is None:
            self._runner = dbtRunner(manifest=self._parse())
            if self.parts == PARTS:
                # It stays, as what was imported does.
                gc.collect()
                gc.freeze()
        return self._runner

    def _variables(self) -> dict[str, Any]:
        """Return the vars that change the graph."""
        given = {"windows": self.windows} if self.windows else {}
        return {"parts": self.parts} | given

    def _parse(self) -> Manifest:
        """Parse, or take up what another worker has parsed."""
        self.parsed.mkdir(parents=True, exist_ok=True)
        with locked(self.parsed / "lock"):
            # Models of files are there for every later input.
            result = self._invoke(
                *(dbtRunner(), "inputs.duckdb", "tests/inputs/empty", "parse"),
                *("--vars", json.dumps(self._variables())),
                target=self.parsed,
            )
        assert result.success, result.exception
        return result.result

    def _invoke(
        self,
        runner: dbtRunner,
        database: Path | str,
        input_dir: Path | str,
        *arguments: str,
        target: Path | None = None,
    ) -> dbtRunnerResult:
        os.environ["PRECISION_MARKETING_DATABASE"] = str(database)
        os.environ["PRECISION_MARKETING_INPUT_DIR"] = str(input_dir)
        common = [
            *("--quiet", "--no-use-colors", "--log-level", "none"),
            *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
            *("--target-path", str(target or self.work / "target")),
            *("--log-path", str(self.work / "logs")),
            # Of the whole project, each time: a second.
            "--no-write-json",
        ]
        return runner.invoke([*arguments, *common])

    def build(
        self,
        input_dir: Path,
        *,
        excluded: tuple[str, ...],
        selected: tuple[str, ...] = (),
        **variables: Any,
    ) -> Path:
        """Build all but the excluded types, or what is selected; return the file.

        A folder of inputs has one database: another build of it is a later build.
        """
        database = self.work / input_dir.name / "inputs.duckdb"
        errors = self.run(
            *("build", "--exclude-resource-type", *excluded),
            *(("--select", *selected) if selected else ()),
            database=database,
            input_dir=input_dir,
            variables=json.dumps(variables | self._variables()),
        )
        assert not errors, errors
        return database

    def check_inputs(
        self, folder: Path, variables: str = "{}", tables: tuple[str, ...] = ACCOUNTS
    ) -> Path:
        """Build tables of staging on a folder; return the database file.

        A test that reads few tables names them: each costs a tenth of a second. The
        seeds are there; `run` spares dbt the tests that `build` looks for.
        """
        database = folder / "build" / "inputs.duckdb"
        if not database.exists():
            database.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(self.seeded(), database)
        errors = self.run(
            *("run", "--select", *(f"+{table}" for table in tables)),
            database=database,
            input_dir=folder,
            variables=variables,
        )
        assert not errors, errors
        return database

    def seeded(self) -> Path:
        """Give a database that holds the package's seeds and nothing else."""
        database = self.work / "seeds" / "inputs.duckdb"
        if not database.exists():
            errors = self.run(
                "seed", database=database, input_dir=PROJECT / "tests/inputs/empty"
            )
            assert not errors, errors
            with duckdb.connect(str(database)) as connection:
                # There was no build.
                connection.execute("drop schema if exists history cascade")
        return database


@pytest.fixture
def caplog(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> pytest.LogCaptureFixture:
    """pytest's own, which hears the library also after a dbt build in this process.

    Such a build has the records to itself and prints each through a logger of dbt's.
    """
    library = logging.getLogger("precision_marketing")
    monkeypatch.setattr(library, "handlers", [])
    monkeypatch.setattr(library, "propagate", True)
    return caplog


@pytest.fixture(scope="session")
def dbt_project(
    tmp_path_factory: pytest.TempPathFactory, shared_folder: Path
) -> Iterator[DbtProject]:
    """Give the project; parsing it takes many seconds, so that it is done once."""
    names = ("PRECISION_MARKETING_DATABASE", "PRECISION_MARKETING_INPUT_DIR")
    before = {name: os.environ.get(name) for name in names}
    yield DbtProject(tmp_path_factory.mktemp("dbt"), shared_folder / "parsed")
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@pytest.fixture(scope="session")
def dbt_parts(
    tmp_path_factory: pytest.TempPathFactory, shared_folder: Path, dbt_project
) -> Callable[[tuple[str, ...]], DbtProject]:
    """Give the project of some parts only: a single one is parsed for itself, once.

    Several have the graph of all, from which a test selects.
    """

    @cache
    def project(parts: tuple[str, ...]) -> DbtProject:
        folder = tmp_path_factory.mktemp("parts")
        if len(parts) > 1:
            return replace(
                dbt_project,
                work=folder,
                parts=parts,
                _runner=dbtRunner(manifest=dbt_project.manifest()),
            )
        return DbtProject(folder, shared_folder / f"parsed_{parts[0]}", parts)

    return project


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Give the folder of what is made once for all workers."""
    folder = tmp_path_factory.getbasetemp()
    return folder if worker_id == "master" else folder.parent


@pytest.fixture(scope="session")
def example_build(shared_folder: Path) -> WholeBuild:
    """Build the example shop with all its data and unit tests, once for all workers.

    Tests only read it: one that writes makes a copy of the database file.
    """
    kept = shared_folder / "example_shop.pickle"
    with locked(shared_folder / "example_shop.lock"):
        if not kept.exists():
            made = build_everything(shared_folder / "shop" / "example_shop.duckdb")
            kept.write_bytes(pickle.dumps(made))
    return pickle.loads(kept.read_bytes())


@pytest.fixture(scope="session")
def example_database(example_build: WholeBuild) -> Path:
    """Give the database file of the example shop."""
    return example_build.database


@pytest.fixture(scope="session")
def shuffled_example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the example shop as a folder of CSV files with their rows shuffled."""
    folder = tmp_path_factory.mktemp("shuffled")
    generator = random.Random(7)
    for seed in sorted((PROJECT / "seeds" / "example").glob("example_*.csv")):
        header, *rows = seed.read_text(encoding="utf-8").splitlines(keepends=True)
        assert '"\n' not in header
        generator.shuffle(rows)
        path = folder / seed.name.removeprefix("example_")
        path.write_text(header + "".join(rows), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def write_csv() -> Callable[[Path, str, list[dict[str, Any]]], None]:
    """Write rows of equal keys as `folder/name.csv`."""

    def write(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)

    return write


@pytest.fixture(scope="session")
def fetch() -> Callable[[Path, str], list[tuple[Any, ...]]]:
    """Return the rows of a query on a built database."""

    def read(database: Path, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(database), read_only=True) as connection:
            return connection.execute(query).fetchall()

    return read
