"""The marts of a build on Spark as a DuckDB file, from which they are published.

Spark's tables are folders of Parquet files in its warehouse, `marts.db/campaigns`,
which DuckDB reads without Spark. Marts, histories and what else a publication reads go
into the file that a build on DuckDB would have written, with the notes of the build, so
that publishing checks and copies it as any other.
"""

from __future__ import annotations

import json
import os
import shutil
from contextlib import closing
from pathlib import Path

import duckdb

from precision_marketing.build.files import private_files
from precision_marketing.build.sql_text import identifier, literal
from precision_marketing.spark.machine import SparkError

# Beside marts, histories and reference: publishing asks them what it may tell and of
# which day the build is.
READ_BY_PUBLISHING = ("int_audience_as_of", "stg_privacy_profiles", "stg_public_budget")
# A table that stays in Spark.
OF_DUCKDB_ALONE = "stg_events_checked"
NOTES = ("build_history", "build_nodes")


def check_database(database: Path) -> None:
    """Stop at a file that DuckDB has built: its histories would be lost.

    Raises
    ------
    SparkError
        If the file is there and has tables that no build on Spark writes into one.
    """
    if not database.is_file():
        return
    with closing(duckdb.connect(str(database), read_only=True)) as connection:
        built = connection.execute(
            "select 1 from duckdb_tables() where table_name = ?", [OF_DUCKDB_ALONE]
        ).fetchone()
    if built:
        raise SparkError(
            f"`{database}` is a build of DuckDB, with its histories: give --database"
            " another file for what is built on Spark."
        )


def remove_unfinished(warehouse: Path) -> None:
    """Remove the folders of tables that a killed build was making.

    No table is known of them, and rows of who has asked for erasure since may be there.
    """
    for folder in warehouse.glob("*.db/*__made_*"):
        shutil.rmtree(folder)


def write_database(warehouse: Path, manifest: Path, database: Path) -> list[str]:
    """Write what a publication reads of Spark's tables into a DuckDB file.

    Parameters
    ----------
    warehouse : Path
        Folder of Spark's warehouse, on this machine or one that it sees.
    manifest : Path
        dbt's `manifest.json` of the build.
    database : Path
        File to write; it is replaced once all of it is written.

    Returns
    -------
    list of str
        Tables that were written, as `marts.campaigns`.

    Raises
    ------
    SparkError
        If the warehouse has no notes of a build: it was killed, or is elsewhere.
    """
    nodes = json.loads(manifest.read_text())["nodes"].values()
    tables = {(node["schema"], node["alias"]): node for node in nodes if _is_read(node)}
    schemas = {node["schema"] for node in nodes if _schema(node) == "history"}
    tables.update({(schema, name): {} for schema in schemas for name in NOTES})
    if not all(_files(warehouse, schema, name) for schema in schemas for name in NOTES):
        raise SparkError(
            f"`{warehouse}` has no notes of a build that ended: run `make spark` again,"
            " or name the folder in PRECISION_MARKETING_WAREHOUSE."
        )
    new = database.with_name(f".{database.name}.new")
    new.unlink(missing_ok=True)
    written = []
    with private_files(), closing(duckdb.connect(str(new))) as connection:
        # Spark's timestamps are instants.
        connection.execute("set TimeZone = 'UTC'")
        for (schema, name), node in sorted(tables.items()):
            files = _files(warehouse, schema, name)
            if files:
                connection.execute(f"create schema if not exists {identifier(schema)}")
                target = f"{identifier(schema)}.{identifier(name)}"
                _load(connection, target, files)
                _describe(connection, target, node)
                written.append(f"{schema}.{name}")
    os.replace(new, database)
    return written


def _load(connection: duckdb.DuckDBPyConnection, target: str, files: list[str]) -> None:
    """Load Parquet files as a table, times as UTC without a zone."""
    source = f"read_parquet([{', '.join(map(literal, files))}])"
    columns = [
        f"timezone('UTC', {identifier(name)}) as {identifier(name)}"
        if kind == "TIMESTAMP WITH TIME ZONE"
        else identifier(name)
        for name, kind, *_ in connection.execute(f"describe from {source}").fetchall()
    ]
    connection.execute(
        f"create table {target} as select {', '.join(columns)} from {source}"
    )


def _describe(
    connection: duckdb.DuckDBPyConnection, target: str, node: dict[str, dict]
) -> None:
    """Write the descriptions of a mart and its columns, as dbt does on DuckDB."""
    if not (node.get("config", {}).get("persist_docs") or {}).get("columns"):
        return
    if node["description"]:
        connection.execute(
            f"comment on table {target} is {literal(node['description'])}"
        )
    for column in node["columns"].values():
        if column["description"]:
            connection.execute(
                f"comment on column {target}.{identifier(column['name'])} is "
                f"{literal(column['description'])}"
            )


def _is_read(node: dict) -> bool:
    """Return whether a node of dbt is a table that a publication reads."""
    if node["resource_type"] not in ("model", "seed"):
        return False
    if node["config"]["materialized"] == "view":
        return False
    return (
        _schema(node) in ("marts", "history", "reference")
        or node["name"] in READ_BY_PUBLISHING
    )


def _schema(node: dict) -> str | None:
    """Return the schema that a node has been given in the package."""
    return node["config"].get("schema")


def _files(warehouse: Path, schema: str, name: str) -> list[str]:
    """Return the Parquet files of a table; Hive's folders are in lower case."""
    folder = warehouse / f"{schema.lower()}.db" / name.lower()
    return [str(path) for path in sorted(folder.glob("*.parquet"))]
