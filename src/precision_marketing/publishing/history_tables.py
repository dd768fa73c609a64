"""The tables of the schema `history`, as they go from one file into another."""

from __future__ import annotations

import json

import duckdb

from precision_marketing.build.sql_text import identifier
from precision_marketing.privacy.fresh_file import REWRITTEN
from precision_marketing.publishing.build_record import HISTORY, NODES
from precision_marketing.publishing.publishing import PublishingError

SUPPRESSED = "stg_suppressed_users"
# About the file they are in, not about what was.
_OF_THE_FILE = (NODES, REWRITTEN)


class BackupError(PublishingError):
    """Nothing was backed up, or restored; the message says why and what to do."""


def history_tables(
    connection: duckdb.DuckDBPyConnection, catalog: str
) -> tuple[str, list[str]]:
    """Return the schema of the histories in an attached file, and its tables.

    Raises
    ------
    BackupError
        If the file has none.
    """
    rows = connection.execute(
        "select schema_name, list(table_name order by table_name) from duckdb_tables() "
        "where database_name = ? group by schema_name "
        "having list_contains(list(table_name), ?)",
        [catalog, HISTORY],
    ).fetchall()
    if not rows:
        raise BackupError("No build is recorded there: run `dbt build` once.")
    schema, tables = rows[0]
    return schema, [name for name in tables if name not in _OF_THE_FILE]


def copy_tables(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    target: str,
    schema: str,
    tables: list[str],
) -> None:
    """Copy tables with their keys between attached files, into a schema of one name."""
    connection.execute(f"create schema if not exists {target}.{identifier(schema)}")
    connection.execute(f"use {target}")
    for name in tables:
        # Names the schema and no file: it is made in the one that is in use.
        ((statement,),) = connection.execute(
            "select sql from duckdb_tables() "
            "where database_name = ? and schema_name = ? and table_name = ?",
            [source, schema, name],
        ).fetchall()
        connection.execute(statement)
        place = f"{identifier(schema)}.{identifier(name)}"
        connection.execute(f"insert into {target}.{place} from {source}.{place}")
    connection.execute("use memory")


def contents(
    connection: duckdb.DuckDBPyConnection, catalog: str, schema: str, tables: list[str]
) -> str:
    """Return rows and fingerprint of each table as JSON; all of it is read."""
    found = {
        name: connection.execute(
            "select count(*), "
            "coalesce(sum(cast(md5_number_lower(cast(held as varchar)) as hugeint)), 0)"
            f"::varchar from {catalog}.{identifier(schema)}.{identifier(name)} as held"
        ).fetchall()[0]
        for name in tables
    }
    return json.dumps(found, sort_keys=True)


def note_erased(connection: duckdb.DuckDBPyConnection, schema: str) -> None:
    """Keep aside whom the database has erased since, numbered after the backup's."""
    source = f"source.{identifier(schema)}.{SUPPRESSED}"
    listed = f"shop.{identifier(schema)}.{SUPPRESSED}"
    connection.execute(f"create temp table erased as from {source} where false")
    if not connection.execute(
        "select 1 from duckdb_tables() where database_name = 'shop' "
        "and schema_name = ? and table_name = ?",
        [schema, SUPPRESSED],
    ).fetchall():
        return
    salts = connection.execute(
        f"select count(distinct salt) from (select salt from {source} "
        f"union all select salt from {listed})"
    ).fetchall()
    if salts[0][0] > 1:
        raise BackupError(
            "The list of the erased was begun anew since the backup, so that the two "
            "cannot be united: restore into a database that is not there yet, and "
            "build with all requests for erasure."
        )
    connection.execute(
        f"insert into erased by name select * replace (("
        f"select coalesce(max(request_number), 0) from {source}) "
        "+ row_number() over (order by request_number) as request_number) "
        f"from {listed} where readmitted_at is null and user_hash not in ("
        f"select user_hash from {source} where readmitted_at is null)"
    )
