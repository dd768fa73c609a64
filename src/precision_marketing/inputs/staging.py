"""Build the staging of a folder of inputs into a database that is removed afterwards.

The numbers of a check are those of a build, since the build's own models make them.
"""

import contextlib
import gc
import io
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from precision_marketing.inputs.csv_files import describe_files

PACKAGE = "precision_marketing"
# What the project reads of the environment that a check sets for itself.
DATABASE, FOLDER = "PRECISION_MARKETING_DATABASE", "PRECISION_MARKETING_INPUT_DIR"


class CheckError(Exception):
    """The check cannot be made; the message says why and what to do."""


@dataclass
class StagedInputs:
    """What is known of a folder of inputs.

    Attributes
    ----------
    database : Path
        Tables `contract`, `listed_files`, `described_files`, `present_columns`, and
        where nothing stops a build those of the selector `inputs` too.
    faults : list of str
        Sentences that stop a build before it reads a row.
    errors : list of str
        What dbt said when it stopped; the faults may be repeated in it.
    is_staged : bool
        Whether the rows were read.
    """

    database: Path
    faults: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    is_staged: bool = False


def find_project(start: Path) -> Path:
    """Return the folder of the package's dbt project in or below `start`.

    Raises
    ------
    CheckError
        If it is neither there nor among the packages that dbt has installed there.
    """
    for folder in (start, start / "dbt_packages" / PACKAGE):
        project = folder / "dbt_project.yml"
        if project.is_file() and f"name: {PACKAGE}\n" in project.read_text("utf-8"):
            return folder.resolve()
    raise CheckError(
        f"`{start}` is neither the package nor a project that has installed it: give"
        " --project-dir, or run `dbt deps` first."
    )


def stage_inputs(
    project: Path, input_dir: Path, work: Path, variables: str
) -> StagedInputs:
    """Look at a folder of inputs as a build would.

    Parameters
    ----------
    project : Path
        Of the package, as `find_project`.
    input_dir : Path
        Folder of the inputs.
    work : Path
        Empty folder for the database; the caller removes it.
    variables : str
        YAML or JSON of dbt's `--vars`; other inputs in it are left out.

    Returns
    -------
    StagedInputs

    Raises
    ------
    CheckError
        If `variables` is no mapping.
    """
    variables = _without_inputs(variables)
    staged = StagedInputs(work / "inputs.duckdb")
    run = _Dbt(project, variables)
    # Equal for all folders, so that only what has changed is parsed again.
    with _environment({DATABASE: staged.database.name, FOLDER: "inputs"}):
        staged.errors = run.parse()
    if staged.errors:
        return staged
    settings = {DATABASE: str(staged.database), FOLDER: str(input_dir.resolve())}
    with _environment(settings):
        staged.errors = run("run-operation", "list_inputs")
        if staged.errors:
            return staged
        staged.errors, input_files = run.compiled("stg_input_files")
        if staged.errors:
            return staged
        with duckdb.connect(str(staged.database)) as connection:
            _describe_files(connection, input_files)
        staged.errors = run("run-operation", "name_input_faults")
        if staged.errors:
            return staged
        with duckdb.connect(str(staged.database)) as connection:
            rows = connection.sql("select fault from faults order by fault").fetchall()
        staged.faults = [fault for (fault,) in rows]
        if staged.faults:
            # Settings may be wrong too.
            staged.errors = run("run-operation", "validate_settings")
        else:
            staged.errors = run(
                *("build", "--selector", "inputs"),
                *("--exclude-resource-type", "test", "unit_test"),
            )
            staged.is_staged = not staged.errors
    return staged


def _without_inputs(variables: str) -> str:
    from dbt.config.utils import parse_cli_vars
    from dbt_common.exceptions import DbtBaseException

    try:
        given = parse_cli_vars(variables)
    except DbtBaseException as error:
        raise CheckError(
            "--vars is no mapping: give one such as '{windows: {label_share: 0.2}}'."
        ) from error
    kept = {k: v for k, v in given.items() if k not in {"input_dir", "inputs"}}
    return json.dumps(kept, default=str)


def _describe_files(connection: duckdb.DuckDBPyConnection, input_files: str) -> None:
    """Make the table that `csv_files` is, of what its model reads."""
    files = connection.sql(input_files).filter("file_format like 'csv%'")
    described: pa.Table = describe_files(files)  # noqa: F841, DuckDB reads it by name
    connection.execute("create table described_files as from described")


class _Dbt:
    """Runs commands of one project, which is parsed once; nothing is printed."""

    def __init__(self, project: Path, variables: str):
        target = project / "target" / "check"
        self._common = [
            *("--quiet", "--no-use-colors", "--log-level", "none"),
            *("--log-level-file", "none", "--no-send-anonymous-usage-stats"),
            *("--project-dir", str(project), "--profiles-dir", str(project)),
            *("--target-path", str(target), "--log-path", str(target)),
        ]
        self._variables = variables
        self._manifest: Any = None

    def parse(self) -> list[str]:
        """Return what dbt said of its errors."""
        # The only var that YAML reads: another one need not have all parsed again.
        given = json.loads(self._variables)
        parts = {name: value for name, value in given.items() if name == "parts"}
        for how in ((), ("--no-partial-parse",)):
            # What dbt remembers of another version of the package may be in its way.
            errors, self._manifest = self._invoke(
                "parse", "--no-write-json", *how, variables=json.dumps(parts)
            )
            if not errors:
                break
        return errors

    def compiled(self, model: str) -> tuple[list[str], str]:
        """Return what dbt said of its errors, and the SQL of a model."""
        errors, result = self._invoke("compile", "--select", model, "--no-write-json")
        return errors, "" if errors else result.results[0].node.compiled_code

    def __call__(self, *command: str) -> list[str]:
        """Return what dbt said of its errors."""
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager

        errors, _ = self._invoke(*command, "--no-write-json")
        # Let go of the file: cursors that Python models read from lie in circles of
        # references until they are collected.
        DuckDBConnectionManager.close_all_connections()
        gc.collect()
        return errors

    def _invoke(
        self, *command: str, variables: str | None = None
    ) -> tuple[list[str], Any]:
        # Seconds, which `--help` need not wait for.
        from dbt.cli.main import dbtRunner

        messages: list[str] = []
        runner = dbtRunner(
            manifest=self._manifest,
            callbacks=[
                lambda event: (
                    messages.append(event.info.msg)
                    if event.info.level == "error"
                    else None
                )
            ],
        )
        with contextlib.redirect_stdout(io.StringIO()):
            result = runner.invoke(
                [*command, *self._common, "--vars", variables or self._variables]
            )
        if result.success:
            return [], result.result
        return messages or [str(result.exception)], None


@contextlib.contextmanager
def _environment(settings: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
