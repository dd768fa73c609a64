"""A table is replaced by one statement or transaction, or stays as it was."""

import duckdb
import pytest

SQL, PYTHON, MART = "int_users", "int_python_library", "row_accounting"


@pytest.fixture(scope="module")
def shop(tmp_path_factory, dbt_project, write_csv):
    folder = tmp_path_factory.mktemp("replaced")
    event = {"user_id": "u1", "item_id": "i1", "event_type": "purchase"}
    write_csv(folder / "inputs", "events", [event | {"occurred_at": "2025-01-01"}])
    write_csv(folder / "inputs", "items", [{"item_id": "i1"}])

    def build(*selected: str) -> str:
        return dbt_project.run(
            *("build", "--select", *selected),
            *("--exclude-resource-type", "unit_test", "--exclude", "test_type:data"),
            database=folder / "inputs.duckdb",
            input_dir=folder / "inputs",
            variables="{input_checks: {as_of: 2025-02-01}}",
        )

    assert build(f"+{SQL}", PYTHON, f"+{MART}") == ""
    return build, folder / "inputs.duckdb"


def told(database, query):
    # dbt's own connection may still be open: not read only (test_audience_history).
    with duckdb.connect(str(database)) as connection:
        return connection.execute(query).fetchall()


@pytest.mark.parametrize("model", [SQL, PYTHON])
def test_a_view_of_its_name_gives_way_to_the_table(shop, model):
    build, database = shop
    rows = told(database, f"from intermediate.{model}")
    told(database, f"drop table intermediate.{model}")
    told(database, f"create view intermediate.{model} as select 1 as number")
    assert build(model) == ""
    assert told(database, f"from intermediate.{model}") == rows
    assert told(
        database,
        "select table_type from information_schema.tables"
        f" where table_name = '{model}'",
    ) == [("BASE TABLE",)]


def test_a_statement_that_fails_leaves_the_last_table(shop):
    build, database = shop
    rows = told(database, f"from intermediate.{SQL}")
    assert rows
    told(database, "drop view staging.stg_events")
    assert build(SQL) != ""
    assert told(database, f"from intermediate.{SQL}") == rows
    assert build("stg_events") == ""


def test_a_mart_that_fails_leaves_the_last_one_with_its_comments(shop):
    build, database = shop
    content = f"from marts.{MART} order by all"
    described = (
        "select count(comment), count(*) from duckdb_columns()"
        f" where schema_name = 'marts' and table_name = '{MART}'"
    )
    rows, ((comments, columns),) = told(database, content), told(database, described)
    assert rows
    assert comments == columns > 0
    assert told(
        database,
        "select count(*) from duckdb_constraints() where schema_name = 'marts' and"
        f" table_name = '{MART}' and constraint_type in ('PRIMARY KEY', 'NOT NULL')",
    ) > [(1,)]
    # The same columns, so that the contract holds; the key does not.
    told(database, "insert into staging.stg_input_counts from staging.stg_input_counts")
    assert build(MART) != ""
    assert told(database, content) == rows
    assert told(database, described) == [(comments, columns)]
    assert build(f"stg_input_counts+,+{MART}") == ""
    assert told(database, content) == rows


def test_nothing_of_another_name_is_left_beside_the_tables(shop):
    _, database = shop
    assert not told(
        database,
        "select table_name from information_schema.tables"
        " where table_name like '%\\_\\_dbt\\_%' escape '\\'",
    )
