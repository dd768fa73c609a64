"""Print what a build found: recommendations, their quality, campaigns, the inputs.

It reads marts only, so the build file and the published file do equally well.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import duckdb

from precision_marketing.publishing import summary_sections
from precision_marketing.publishing.build_costs import build_costs
from precision_marketing.publishing.marts_schema import SchemaError, marts_schema
from precision_marketing.publishing.publication import (
    PublicationError,
    read_publication,
)

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


def summary_text(
    published: Path, users: int = 3, target: Path | None = None
) -> tuple[str, list[str]]:
    """Return what a published file says, when it was made, and what its build cost.

    Parameters
    ----------
    published : Path
        A published file; one of a build does too.
    users : int, default 3
        How many users' recommendations to show.
    target : Path, optional
        dbt's target folder of the build just done, for its costs.

    Returns
    -------
    text : str
        Sections of at most 100 columns.
    missing : list of str
        As of `summarize`, which says what is raised.
    """
    text, missing = summarize(published, users)
    if target is not None:
        title = "Cost of the build"
        text += f"\n\n{title}\n{'=' * len(title)}\n{build_costs(target)}"
    with suppress(PublicationError):
        text += f"\n\n{read_publication(published).in_words()}"
    return f"{text}\n\nAll tables: {published}. Open it read-only.", missing
