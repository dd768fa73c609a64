"""Inputs of Spark: tables by their name, and files as Spark reads them."""

import os
import subprocess
import sys

import duckdb
import pytest
from on_spark import lake, needs_spark
from whole_builds import PROJECT

pytestmark = needs_spark

LAKE = """
spark.sql("create database lake")
spark.sql(
    "create table lake.events as select 'u1' as user_id, 'i1' as item_id,"
    " 'purchase' as event_type, timestamp '2025-01-05 10:00:00' as occurred_at"
)
spark.sql("create table lake.unnamed as select 'u1' as shopper")
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """Return a folder with tables of a warehouse and a file, and its settings."""
    folder = tmp_path_factory.mktemp("lake")
    duckdb.sql("select 'i1' as item_id, 'Green tea' as title").write_parquet(
        str(folder / "items.parquet")
    )
    return folder, lake(folder, LAKE)


def build(shop, events):
    """Build the staging of events and items; return its status and what it printed."""
    folder, settings = shop
    environment = os.environ | settings
    environment["DBT_TARGET_PATH"] = str(folder / "target")
    environment["DBT_LOG_PATH"] = str(folder / "logs")
    inputs = f"{{events: {events}, items: 'parquet.`{folder}/items.parquet`'}}"
    finished = subprocess.run(
        [
            *(sys.executable, "-m", "dbt.cli.main", "--no-use-colors", "build"),
            *("--target", "spark", "--vars", f"{{inputs: {inputs}}}"),
            *("--select", "+stg_events_checked", "+stg_items_checked"),
            *("--exclude-resource-type", "unit_test"),
        ],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return finished.returncode, finished.stdout


def rows_of(folder, table):
    """Return the rows of a table of the warehouse."""
    files = folder / "warehouse" / "staging.db" / table / "*.parquet"
    return duckdb.sql(f"from read_parquet('{files}')")


def test_a_table_by_its_name_and_a_file_are_inputs(shop):
    status, printed = build(shop, "lake.events")
    assert status == 0, printed[-3000:]
    events = rows_of(shop[0], "stg_events_checked").project(
        "user_id, item_id, event_type"
    )
    assert events.fetchall() == [("u1", "i1", "purchase")]
    items = rows_of(shop[0], "stg_items_checked").project("item_id, title").fetchall()
    assert items == [("i1", "Green tea")]


def test_a_table_that_lacks_a_column_stops_the_build_before_anything_is_made(shop):
    status, printed = build(shop, "lake.unnamed")
    assert status
    assert "has no column" in printed
    assert "staging.stg" not in printed
