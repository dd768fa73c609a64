"""Print what a build found: recommendations, their quality, campaigns, the inputs.

Run `python -m precision_marketing.publishing.summary --database
published/shop.duckdb`. It reads marts only, so the build file and the published file
do equally well.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import click
import duckdb

from precision_marketing.publishing import summary_sections
from precision_marketing.publishing.build_costs import build_costs
from precision_marketing.publishing.marts_schema import SchemaError, marts_schema
from precision_marketing.publishing.publication import (
    PublicationError,
    read_publication,
)
from precision_marketing.publishing.publishing import published_of as published_path

# By what marts a part of the package is known to be built (docs/parts.md).
PART_MARTS = {
    "recommendations": {"recommendations", "recommender_quality"},
    "campaigns": {"campaigns", "campaign_performance"},
    "audiences": {"audience_members", "audience_summary"},
}


class SummaryError(Exception):
    """The database cannot be read; the message says why and what to do."""


def summarize(
    database: Path, users: int = 3, schema: str | None = None
) -> tuple[str, list[str]]:
    """Return the text that a run ends with.

    Parameters
    ----------
    database : Path
        DuckDB file of a build or a published file; it is read only.
    users : int, default 3
        How many users' recommendations to show, the first by user_id.
    schema : str, optional
        Schema of the marts; without it, the one schema that has marts.

    Returns
    -------
    text : str
        Sections of at most 100 columns.
    missing : list of str
        Marts that the file lacks; each has a sentence in the text that says what to
        run. Those of a part that was not built are not missed: there is another part.

    Raises
    ------
    SummaryError
        If the file does not exist, is in use by a build, or has no marts or marts in
        several schemas.
    """
    with closing(_open(database)) as connection:
        present = _show_marts(connection, database, schema)
        sections: list[tuple[str, str, Callable[[], str]]] = [
            (
                "Recommendations",
                "recommendations",
                lambda: summary_sections.recommendations(connection, users),
            ),
            (
                "Recommender quality on the test window, 95 % intervals",
                "recommender_quality",
                lambda: summary_sections.recommender_quality(connection),
            ),
            (
                "Campaigns",
                "campaign_performance",
                lambda: summary_sections.campaign_performance(connection),
            ),
            (
                "Rows read = kept + rejected + duplicate + merged + erased",
                "row_accounting",
                lambda: summary_sections.row_accounting(
                    connection, has_reasons="rejected_rows" in present
                ),
            ),
            (
                "Health of the inputs",
                "build_health",
                lambda: summary_sections.build_health(connection),
            ),
        ]
        left_out = _left_out_marts(present)
        parts, missing = [], []
        for title, mart, describe in sections:
            if mart in left_out:
                continue
            if mart in present:
                body = describe()
            else:
                missing.append(mart)
                body = (
                    f"The mart `{mart}` is not in {database.name}: run `make run`, or "
                    "`dbt build` and then publish."
                )
            parts.append(f"{title}\n{'=' * len(title)}\n{body}")
    return "\n\n".join(parts), missing


def _left_out_marts(present: set[str]) -> set[str]:
    """Return the marts of parts without any; none if no part has any."""
    absent = [marts for marts in PART_MARTS.values() if not marts & present]
    return set().union(*absent) if len(absent) < len(PART_MARTS) else set()


def _open(database: Path) -> duckdb.DuckDBPyConnection:
    if not database.is_file():
        raise SummaryError(f"There is no database at {database}: run `make run` first.")
    connection = duckdb.connect()
    path = str(database).replace("'", "''")
    try:
        # Under a name of our own: a file may be named like a schema in it.
        connection.execute(f"attach '{path}' as summarized (read_only)")
    except duckdb.Error as error:
        connection.close()
        raise SummaryError(
            f"{database} cannot be read. If a build has it open, wait for it to end, "
            f"or read the published file. DuckDB says: {error}"
        ) from error
    return connection


def _show_marts(
    connection: duckdb.DuckDBPyConnection, database: Path, schema: str | None
) -> set[str]:
    """Make `marts.<mart>` of every mart, whatever its schema is; return their names."""
    try:
        schema = marts_schema(connection, "summarized", schema)
    except SchemaError as error:
        raise SummaryError(f"{database}: {error}") from error
    marts = connection.execute(
        "select table_name from information_schema.tables "
        "where table_catalog = 'summarized' and table_schema = ?",
        [schema],
    ).fetchall()
    connection.execute("create schema marts")
    for (mart,) in marts:
        source = f'summarized."{schema}"."{mart}"'
        connection.execute(f'create view marts."{mart}" as from {source}')
    return {mart for (mart,) in marts}


@click.command()
@click.option(
    "--database",
    type=click.Path(path_type=Path),
    help="DuckDB file of a build, or a published file.",
)
@click.option(
    "--published-of",
    type=click.Path(path_type=Path),
    help="DuckDB file of a build, to read what `make run` has published of it.",
)
@click.option(
    "--published",
    type=click.Path(path_type=Path),
    help="Published file to point readers at, if --database is the build.",
)
@click.option(
    "--users",
    type=click.IntRange(min=0),
    default=3,
    show_default=True,
    help="Users to show.",
)
@click.option(
    "--target",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="dbt's target folder, to print what the build cost too.",
)
@click.option("--schema", help="Schema of the marts (default: the one that has marts).")
def main(
    database: Path | None,
    published_of: Path | None,
    published: Path | None,
    users: int,
    target: Path | None,
    schema: str | None,
) -> None:
    """Print what a build found; ends with 1 if the database or a mart is missing."""
    if (database is None) == (published_of is None):
        raise click.UsageError("Name either --database or --published-of.")
    database = database or published_path(published_of)
    # A title may hold characters that the terminal's encoding lacks.
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    try:
        text, missing = summarize(database, users, schema)
    except SummaryError as error:
        raise click.ClickException(str(error)) from error
    if target is not None:
        title = "Cost of the build"
        text += f"\n\n{title}\n{'=' * len(title)}\n{build_costs(target)}"
    tables = f"{published}, schema marts" if published else database
    with suppress(PublicationError):
        text += f"\n\n{read_publication(database).in_words()}"
    print(f"{text}\n\nAll tables: {tables}. Open it read-only.")
    if missing:
        sys.exit(1)


if __name__ == "__main__":
    main(prog_name="python -m precision_marketing.publishing.summary")
