"""Tables are made in place, and one whose model fails is that of before."""

import json

import duckdb

SELECTED = ("build", "--select", "stg_items_checked", "--exclude-resource-type", "test")


def names(database) -> list[str]:
    """Return the tables of staging."""
    with duckdb.connect(str(database)) as connection:
        rows = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'staging'"
        )
        return sorted(name for (name,) in rows.fetchall())


def items(database) -> list[tuple]:
    """Return the items of the last build that made them."""
    with duckdb.connect(str(database)) as connection:
        query = "select item_id, price from staging.stg_items_checked order by all"
        return connection.execute(query).fetchall()


def test_a_model_that_fails_leaves_the_table_of_before(dbt_project, tmp_path):
    database = tmp_path / "inputs.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema shop")
        connection.execute("create table shop.items as select 'i1' as item_id, 2 price")
        connection.execute(
            "create view shop.broken as select case when item_id = 'i1' "
            "then error('the disk is gone') else item_id end as item_id from shop.items"
        )

    def build(table: str) -> str:
        inputs = {"items": table, "events": "shop.items"}
        return dbt_project.run(
            *SELECTED,
            database=database,
            input_dir="",
            variables=json.dumps({"inputs": inputs}),
        )

    assert build("shop.items") == ""
    assert items(database) == [("i1", 2.0)]
    tables = names(database)
    assert "the disk is gone" in build("shop.broken")
    assert items(database) == [("i1", 2.0)]
    assert names(database) == tables

    with duckdb.connect(str(database)) as connection:
        connection.execute("update shop.items set price = 3")
    assert build("shop.items") == ""
    assert items(database) == [("i1", 3.0)]
    assert names(database) == tables
