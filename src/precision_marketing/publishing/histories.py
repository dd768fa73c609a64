"""What a published build leaves to the builds after it: the schema `history`.

Two models go on from what was last published: `audience_history` and
`int_holdout_draws`. Their memory is a table of the same name beside `build_history`,
which no build writes: only a publication does, so that what failed, or was never
published, leaves no trace. dbt's hooks make the tables (macros/builds/).
"""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from precision_marketing.build.files import private_files
from precision_marketing.build.sql_text import identifier
from precision_marketing.publishing.build_record import HISTORY

# Also in macros/builds/histories.sql.
REMEMBERED = ("audience_history", "int_holdout_draws")
AS_OF = "int_audience_as_of"
MEASURES, DRIFT = "build_measures", "build_drift"


def remember(database: Path, build_id: str) -> None:
    """Note that a build is published, and keep what later builds go on from.

    A build of an earlier time than one that was published from the same kind of input
    is noted and leaves the memory as it is: what came later is not forgotten for it.
    Doing it again changes nothing.

    Parameters
    ----------
    database : Path
        DuckDB file of the build; all of it is written, or nothing.
    build_id : str
        The build, which is the last one of the database.

    Raises
    ------
    duckdb.Error
        If another program has the file open, or the disk is full.
    """
    with private_files(), closing(duckdb.connect(str(database))) as connection:
        tables = _tables(connection)
        if not _notes_publications(connection):
            # Of an earlier version: the next build takes over what it has.
            return
        history = tables[HISTORY][0]
        connection.execute("begin transaction")
        notes = f"{identifier(history)}.{HISTORY}"
        as_of = _as_of(connection, tables)
        is_latest = not connection.execute(
            f"select exists (select 1 from {notes} as later semi join {notes} as this "
            "on later.input_source = this.input_source and this.build_id = $build_id "
            "where later.published_at is not null and later.as_of_at > $as_of)",
            {"build_id": build_id, "as_of": as_of},
        ).fetchall()[0][0]
        connection.execute(
            f"update {notes} set as_of_at = ?, "
            "published_at = coalesce(published_at, ?) where build_id = ?",
            [as_of, datetime.now(UTC).replace(tzinfo=None), build_id],
        )
        _keep_measures(connection, tables, history, build_id)
        if is_latest and as_of is not None:
            for name in REMEMBERED:
                _replace(connection, name, tables.get(name, []), history)
        connection.execute("commit")


def _notes_publications(connection: duckdb.DuckDBPyConnection) -> bool:
    return bool(
        connection.execute(
            "select 1 from duckdb_columns() where table_name = ? "
            "and column_name = 'published_at'",
            [HISTORY],
        ).fetchall()
    )


def _tables(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Return the schemas by table name, that of the histories first."""
    rows = connection.execute(
        "select table_name, list(schema_name order by schema_name) "
        "from duckdb_tables() where database_name = current_database() group by all"
    ).fetchall()
    return dict(rows)


def _as_of(
    connection: duckdb.DuckDBPyConnection, tables: dict[str, list[str]]
) -> datetime | None:
    """Return the time at which the build's audiences were made, if it made any."""
    if AS_OF not in tables:
        return None
    (schema,) = tables[AS_OF]
    rows = connection.execute(
        f"select as_of_at from {identifier(schema)}.{AS_OF}"
    ).fetchall()
    return rows[0][0]


def _keep_measures(
    connection: duckdb.DuckDBPyConnection,
    tables: dict[str, list[str]],
    history: str,
    build_id: str,
) -> None:
    """Keep what later builds are compared with."""
    if not {MEASURES, DRIFT} <= tables.keys():
        return
    kept = f"{identifier(history)}.{MEASURES}"
    connection.execute(f"delete from {kept} where build_id = ?", [build_id])
    connection.execute(
        f"insert into {kept} select ?, measure_name, subject, measured_value, outcome, "
        f"is_relearning_due from {identifier(tables[DRIFT][0])}.{DRIFT}",
        [build_id],
    )


def _replace(
    connection: duckdb.DuckDBPyConnection, name: str, schemas: list[str], history: str
) -> None:
    made = [schema for schema in schemas if schema != history]
    if history not in schemas or not made:
        return
    memory = f"{identifier(history)}.{name}"
    connection.execute(f"delete from {memory}")
    connection.execute(
        f"insert into {memory} by name from {identifier(made[0])}.{name}"
    )
