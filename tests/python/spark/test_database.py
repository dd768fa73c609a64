"""Spark's tables become the file that is published, and no other file is replaced."""

import json

import duckdb
import pytest

from precision_marketing.spark.database import (
    check_database,
    remove_unfinished,
    write_database,
)
from precision_marketing.spark.machine import SparkError


def node(schema, name, **config):
    """A model as dbt's manifest has it."""
    return {
        "resource_type": "model",
        "name": name,
        "alias": name,
        "schema": schema,
        "description": "What campaigns sold.",
        "columns": {"n": {"name": "n", "description": "How many."}},
        "config": {"materialized": "table", "schema": schema, **config},
    }


@pytest.fixture
def warehouse(tmp_path):
    """A warehouse with a mart, a history, notes and tables that are not published."""
    nodes = [
        node("marts", "campaigns", persist_docs={"columns": True}),
        node("history", "stg_build_history"),
        node("intermediate", "int_audience_as_of"),
        node("scorers", "spectral_scores"),
        node("staging", "stg_events", materialized="view"),
    ]
    (tmp_path / "manifest.json").write_text(
        json.dumps({"nodes": {str(i): found for i, found in enumerate(nodes)}})
    )
    tables = [(found["schema"], found["name"]) for found in nodes]
    for schema, name in [
        *tables,
        ("history", "build_history"),
        ("history", "build_nodes"),
    ]:
        folder = tmp_path / "warehouse" / f"{schema}.db" / name
        folder.mkdir(parents=True)
        # As Spark writes instants.
        duckdb.sql(
            "select 7 as n, timestamptz '2025-01-01 10:00:00+00' as happened_at"
        ).write_parquet(str(folder / "part-0.snappy.parquet"))
    return tmp_path


def test_marts_histories_and_what_publishing_reads_are_written(warehouse):
    database = warehouse / "shop.duckdb"
    written = write_database(
        warehouse / "warehouse", warehouse / "manifest.json", database
    )
    assert written == [
        "history.build_history",
        "history.build_nodes",
        "history.stg_build_history",
        "intermediate.int_audience_as_of",
        "marts.campaigns",
    ]
    with duckdb.connect(str(database)) as connection:
        assert connection.execute(
            "select n, typeof(happened_at), cast(happened_at as varchar)"
            " from marts.campaigns"
        ).fetchone() == (7, "TIMESTAMP", "2025-01-01 10:00:00")
        assert connection.execute(
            "select comment from duckdb_columns() where table_name = 'campaigns'"
            " and column_name = 'n'"
        ).fetchone() == ("How many.",)


def test_a_build_without_notes_is_not_written_and_the_last_file_stays(warehouse):
    database = warehouse / "shop.duckdb"
    database.write_bytes(b"the last one")
    notes = warehouse / "warehouse" / "history.db" / "build_nodes"
    (notes / "part-0.snappy.parquet").unlink()
    with pytest.raises(SparkError, match="no notes of a build"):
        write_database(warehouse / "warehouse", warehouse / "manifest.json", database)
    assert database.read_bytes() == b"the last one"


def test_a_file_that_duckdb_has_built_is_refused(tmp_path):
    database = tmp_path / "shop.duckdb"
    check_database(database)
    with duckdb.connect(str(database)) as connection:
        connection.execute("create table campaigns as select 1 as n")
    check_database(database)
    with duckdb.connect(str(database)) as connection:
        connection.execute("create table stg_events_checked as select 1 as n")
    with pytest.raises(SparkError, match="is a build of DuckDB"):
        check_database(database)


def test_what_a_killed_build_was_making_is_removed_and_nothing_else(warehouse):
    tables = warehouse / "warehouse"
    unfinished = tables / "marts.db" / "campaigns__made_1a2b3c4d"
    unfinished.mkdir()
    (unfinished / "part-0.snappy.parquet").write_bytes(b"")
    remove_unfinished(tables)
    assert not unfinished.exists()
    assert list((tables / "marts.db").iterdir()) == [tables / "marts.db" / "campaigns"]
