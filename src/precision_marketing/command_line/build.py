"""`precision-marketing build`."""

from __future__ import annotations

import os
import sys
import time
from contextlib import chdir
from pathlib import Path

import click

from precision_marketing.command_line import options
from precision_marketing.command_line.outcomes import DONE, STOPPED, build_outcome
from precision_marketing.command_line.publish import publish_build
from precision_marketing.command_line.report import print_summary

# As its script does; by `-m` it warns of itself.
_DBT = "from dbt.cli.main import cli; cli(prog_name='dbt')"
# Unit tests are of development. Rules of tables are checked as these are made, not by a
# node of dbt for each (docs/decisions/0020-rules-are-checked-where-tables-are-made.md).
_QUICK = (
    *("--exclude-resource-type", "unit_test"),
    *("--exclude", "test_name:table_rules,config.severity:ERROR"),
)
# All tests are nodes: Spark's hooks cannot check what a view has.
_ON_SPARK = ("--target", "spark", "--exclude-resource-type", "unit_test")


@click.command(short_help="Build every table, publish them, print what was found.")
@options.database
@click.option(
    "--input-dir",
    type=options.FOLDER,
    envvar="PRECISION_MARKETING_INPUT_DIR",
    show_envvar=True,
    help="Folder of the inputs.  [default: those of the settings, or the example]",
)
@options.variables
@options.schema
@options.profile
@click.option(
    "--threads",
    type=click.IntRange(1),
    envvar="PRECISION_MARKETING_THREADS",
    show_envvar=True,
    help="Threads of dbt and DuckDB.  [default: those of profiles.yml, 2]",
)
@click.option(
    "--memory-limit",
    envvar="PRECISION_MARKETING_MEMORY_LIMIT",
    show_envvar=True,
    help="DuckDB's memory.  [default: that of profiles.yml, 4GB]",
)
@click.option(
    "--wait",
    type=click.FloatRange(0),
    envvar="PRECISION_MARKETING_WAIT",
    show_envvar=True,
    help="Seconds to wait for another run of the database.  [default: 600]",
)
@click.option(
    "--engine",
    type=click.Choice(["duckdb", "spark"]),
    default="duckdb",
    show_default=True,
    help="What builds: DuckDB here, or Apache Spark (docs/spark.md).",
)
@click.option("--full", is_flag=True, help="Start anew, whatever has not changed.")
@options.project_dir
@click.argument("dbt_options", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def build(
    ctx: click.Context,
    database: Path | None,
    input_dir: Path | None,
    variables: str,
    schema: str | None,
    profile: str | None,
    threads: int | None,
    memory_limit: str | None,
    wait: float | None,
    engine: str,
    full: bool,
    project_dir: Path,
    dbt_options: tuple[str, ...],
) -> None:
    """Build every table, publish them, print recommendations and campaigns.

    What has not changed since the last build of all is left as it is. After `--` stand
    options of `dbt build`. A project of your own names its database
    in its profile: say the same with --database.
    """
    if profile == "public":
        raise click.UsageError(
            "A build is for readers in the house: publish it with --profile public"
            " after it."
        )
    project_dir = project_dir.resolve()
    if not (project_dir / "dbt_project.yml").is_file():
        raise click.UsageError(
            f"`{project_dir}` has no dbt_project.yml: give --project-dir."
        )
    database = (database or options.DATABASE).resolve()
    _give_environment(
        PRECISION_MARKETING_DATABASE=database,
        PRECISION_MARKETING_INPUT_DIR=input_dir and input_dir.resolve(),
        PRECISION_MARKETING_PROFILE=profile,
        PRECISION_MARKETING_THREADS=threads,
        PRECISION_MARKETING_MEMORY_LIMIT=memory_limit,
        PRECISION_MARKETING_WAIT=wait,
    )
    if (project_dir / "profiles.yml").is_file():
        os.environ.setdefault("DBT_PROFILES_DIR", str(project_dir))
    os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "False")
    # Every statement in the log is a tenth of a small build; `debug` has them.
    os.environ.setdefault("DBT_LOG_LEVEL_FILE", "info")
    target = project_dir / os.environ.get("DBT_TARGET_PATH", "target")

    from precision_marketing.publishing.publishing import published_of
    from precision_marketing.publishing.run import run
    from precision_marketing.publishing.unchanged import begin, finish

    command = [
        *(sys.executable, "-c", _DBT, "build"),
        *("--project-dir", str(project_dir), "--vars", variables),
        *(*(_ON_SPARK if engine == "spark" else _QUICK), *dbt_options),
        *(["--full-refresh"] if full else []),
    ]
    if engine == "spark":
        from precision_marketing.spark.database import check_database
        from precision_marketing.spark.machine import check_machine, warehouse_of

        check_machine()
        check_database(database)
        warehouse = warehouse_of(project_dir)
    elif not dbt_options:
        # What is kept of the last build is made by this code (docs/operations.md): of a
        # selection nobody knows whether all before it is there.
        from precision_marketing.publishing.ingredients import code_fingerprint

        os.environ["PRECISION_MARKETING_CODE"] = code_fingerprint(command, project_dir)
    published: list[Path] = []

    def stands() -> bool:
        if engine == "spark":
            return False
        asked, last = [*command, f"schema {schema}"], published_of(database, profile)
        found = begin(database, last, asked, project_dir)
        if isinstance(found, str):
            click.echo(f"Building, since {found}.", err=True)
            return False
        published.append(last)
        click.echo(
            "Nothing has changed: all is left as it is, and --full would build it "
            f"anew.\n{found.in_words()}"
        )
        return True

    def publish() -> None:
        if engine == "spark":
            from precision_marketing.spark.database import (
                remove_unfinished,
                write_database,
            )

            remove_unfinished(warehouse)
            write_database(warehouse, target / "manifest.json", database)
        published.append(publish_build(database, None, schema, profile))
        if engine != "spark":
            finish(database, published[0])

    started = time.time()
    # A profile may name its database from there.
    with chdir(project_dir):
        status = run(database, target / "build_cost.json", command, publish, stands)
    if status != 0:
        ctx.exit(build_outcome(status, target / "run_results.json", started))
    ctx.exit(DONE if print_summary(published[0], target=target) else STOPPED)


def _give_environment(**settings: object) -> None:
    """Set what profiles.yml and the macros read, but for what is not given."""
    os.environ.update(
        {name: str(value) for name, value in settings.items() if value is not None}
    )
