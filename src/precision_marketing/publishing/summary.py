"""Print what a build found: recommendations, their quality, campaigns, row accounting.

Run `python -m precision_marketing.publishing.summary --database
published/shop.duckdb`. It reads marts only, so the build file and the published file
do equally well.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb

from precision_marketing.publishing import summary_sections
from precision_marketing.publishing.marts_schema import SchemaError, marts_schema


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
        run.

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
                "Rows read = kept + rejected + duplicate + erased",
                "row_accounting",
                lambda: summary_sections.row_accounting(connection),
            ),
        ]
        parts, missing = [], []
        for title, mart, describe in sections:
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


def main(arguments: list[str] | None = None) -> int:
    """Print the summary; 1 if the database or a mart is missing."""
    parser = argparse.ArgumentParser(
        prog="python -m precision_marketing.publishing.summary",
        description="Print what a build found.",
    )
    parser.add_argument(
        "--database",
        type=Path,
        required=True,
        help="DuckDB file of a build, or a published file",
    )
    parser.add_argument(
        "--published",
        type=Path,
        help="published file to point readers at, if --database is the build",
    )
    parser.add_argument(
        "--users", type=int, default=3, help="users to show (default: %(default)s)"
    )
    parser.add_argument(
        "--schema", help="schema of the marts (default: the one that has marts)"
    )
    options = parser.parse_args(arguments)
    if options.users < 0:
        parser.error("--users must be 0 or more")
    # A title may hold characters that the terminal's encoding lacks.
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    try:
        text, missing = summarize(options.database, options.users, options.schema)
    except SummaryError as error:
        print(error, file=sys.stderr)
        return 1
    tables = options.database
    if options.published:
        tables = f"{options.published}, schema marts"
    print(f"{text}\n\nAll tables: {tables}. Open it read-only.")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
