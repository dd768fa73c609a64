"""Marts as tables of PostgreSQL: one schema, replaced in one transaction."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import duckdb
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from precision_marketing.build.sql_text import identifier, literal
from precision_marketing.exports import postgres_schema
from precision_marketing.exports.faults import ExportError
from precision_marketing.exports.parquet import chosen_marts, descriptions
from precision_marketing.exports.whole_file import whole_file
from precision_marketing.publishing.publication import Publication
from precision_marketing.publishing.published_files import LockedError

# DuckDB's type and PostgreSQL's; decimals are the same in both.
_TYPES = {
    "BOOLEAN": "boolean",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "HUGEINT": "numeric(39, 0)",
    "DOUBLE": "double precision",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "VARCHAR": "text",
    "VARCHAR[]": "text[]",
}
_DECIMAL = re.compile(r"DECIMAL(\(\d+,\d+\))")
_BLOCK = 1 << 20
# How long to wait for readers of the old tables.
LOCK_SECONDS = 60


def export_postgres(
    published: Path, dsn: str = "", schema: str = "marts", marts: tuple[str, ...] = ()
) -> dict[str, int]:
    """Copy marts into a schema, which takes the place of the one that was there.

    Parameters
    ----------
    published : Path
        The published file.
    dsn : str
        As libpq takes it, without a password; what it leaves out is the environment's
        (PGHOST, PGDATABASE, PGUSER, PGPASSWORD and so on).
    schema : str
        The schema. What is in it must be of an export; views belong in another one.
    marts : tuple of str
        Which; none means all.

    Returns
    -------
    dict of str to int
        Rows by mart.

    Raises
    ------
    ExportError
        If the server cannot be reached or refuses, the schema holds other things than
        an export, views read it, or a mart cannot be held by PostgreSQL.
    LockedError
        If readers hold the old tables for longer than a minute.
    PublicationError
        If the published file is not whole.

    Notes
    -----
    One transaction: readers see the old marts or the new ones, and after a fault the
    old ones. Primary keys are those of the build's contracts, grants on the schema and
    on its tables those of the schema that is replaced.
    """
    if "password" in conninfo_to_dict(_checked(dsn)):
        raise ExportError(
            "A password in an option is seen by everybody on the machine: give it as "
            "PGPASSWORD, or in ~/.pgpass."
        )
    with whole_file(published) as (connection, publication):
        chosen = chosen_marts(connection, marts)
        try:
            with psycopg.connect(dsn, autocommit=False) as server:
                return _replace(server, connection, publication, schema, chosen)
        except psycopg.errors.LockNotAvailable as error:
            raise LockedError(
                f"Somebody reads the schema {schema}: run the same again once that "
                "has ended."
            ) from error
        except psycopg.DataError as error:
            # Its words hold the value.
            raise ExportError(
                f"PostgreSQL cannot hold a value of the marts: {type(error).__name__}."
            ) from error
        except psycopg.Error as error:
            # What follows the first line may be of a row.
            first = str(error).strip().splitlines()[:1]
            raise ExportError(f"PostgreSQL: {' '.join(first)}") from error


def _checked(dsn: str) -> str:
    try:
        conninfo_to_dict(dsn)
    except psycopg.ProgrammingError as error:
        raise ExportError(
            "--dsn cannot be read: write 'host=... dbname=... user=...'."
        ) from error
    return dsn


def _replace(
    server: psycopg.Connection,
    connection: duckdb.DuckDBPyConnection,
    publication: Publication,
    schema: str,
    marts: list[str],
) -> dict[str, int]:
    new = f"{schema}_being_written"
    with server.cursor() as cursor:
        cursor.execute(f"set local lock_timeout = '{LOCK_SECONDS}s'")
        # Two exports to one schema, one after the other.
        cursor.execute("select pg_advisory_xact_lock(hashtext(%s))", [new])
        postgres_schema.check_ours(cursor, schema)
        cursor.execute(sql.SQL("create schema {}").format(sql.Identifier(new)))
        rows = {
            mart: _copy(cursor, connection, f"marts.{identifier(mart)}", new, mart)
            for mart in marts
        }
        for mart in marts:
            _describe(cursor, connection, new, mart)
        _copy(
            *(cursor, connection, "publication.build", new, postgres_schema.RECORD),
        )
        postgres_schema.comment(
            cursor,
            sql.SQL("schema {}").format(sql.Identifier(new)),
            f"Marts of the build {publication.build_id}, published "
            f"{publication.published_at:%Y-%m-%d %H:%M} UTC.",
        )
        postgres_schema.swap(cursor, schema, new)
    return rows


def _copy(
    cursor: psycopg.Cursor,
    connection: duckdb.DuckDBPyConnection,
    source: str,
    schema: str,
    name: str,
) -> int:
    """Make a table of one of DuckDB's and fill it; return its rows."""
    types = connection.execute(
        f"select column_name, column_type from (describe {source})"
    ).fetchall()
    table = sql.Identifier(schema, name)
    columns = [
        sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(_type(name, column, t)))
        for column, t in types
    ]
    cursor.execute(
        sql.SQL("create table {} ({})").format(table, sql.SQL(", ").join(columns))
    )
    values = ", ".join(
        _array(column) if kind.endswith("[]") else identifier(column)
        for column, kind in types
    )
    with tempfile.TemporaryDirectory(prefix="precision_marketing_") as work:
        path = Path(work) / "rows.csv"
        # Quoted, so that an empty text is none and null is not.
        connection.execute(
            f"copy (select {values} from {source}) to {literal(path)} "
            "(format csv, header false, force_quote *)"
        )
        how = sql.SQL("copy {} from stdin (format csv)").format(table)
        with path.open("rb") as file, cursor.copy(how) as copy:
            while block := file.read(_BLOCK):
                copy.write(block)
    return cursor.rowcount


def _type(table: str, column: str, kind: str) -> str:
    decimal = _DECIMAL.fullmatch(kind)
    if decimal:
        return f"numeric{decimal[1]}"
    if kind not in _TYPES:
        raise ExportError(f"{table}.{column} is of a type that is not copied: {kind}.")
    return _TYPES[kind]


def _array(column: str) -> str:
    r"""Return SQL of a list of texts as PostgreSQL writes an array."""
    name = identifier(column)
    # Also in `"`, which is the CSV's to double.
    text = "replace(replace(element, '\\', '\\\\'), '\"', '\\\"')"
    quoted = f"coalesce('\"' || {text} || '\"', 'NULL')"
    listed = f"array_to_string(list_transform({name}, lambda element: {quoted}), ',')"
    return f"case when {name} is not null then '{{' || {listed} || '}}' end"


def _describe(
    cursor: psycopg.Cursor,
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    mart: str,
) -> None:
    """Carry over a mart's descriptions, and its primary key if the file has it."""
    table = sql.Identifier(schema, mart)
    description, columns = descriptions(connection, mart)
    postgres_schema.comment(cursor, sql.SQL("table {}").format(table), description)
    for column, meaning in columns.items():
        target = sql.SQL("column {}.{}").format(table, sql.Identifier(column))
        postgres_schema.comment(cursor, target, meaning)
    keys = connection.execute(
        "select key_columns from publication.keys where mart = ?", [mart]
    ).fetchall()
    for (key,) in keys:
        cursor.execute(
            sql.SQL("alter table {} add primary key ({})").format(
                table, sql.SQL(", ").join(map(sql.Identifier, key))
            )
        )
