"""Inputs come as CSV, Parquet or tables, whole or in part; what is wrong is said."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

OPTIONAL = (
    "users",
    "campaigns",
    "campaign_spend",
    "campaign_assignments",
    "campaign_touches",
    "erasure_requests",
)

# Typed as a warehouse would: integers, decimals, dates, times with a zone, arrays.
TABLES = {
    "events": """
        select * from (values
            ('u1', 7, 'purchase', timestamptz '2025-01-01 10:00:00+02', 2, 2.5, 'x'),
            ('u1', 8, 'view', timestamptz '2025-01-01 10:00:00.25-05', null, null, 'x'),
            ('u2', 9, 'view', timestamptz '2025-06-01 00:00:00+00', null, null, 'x')
        ) as t(user_id, item_id, event_type, occurred_at, quantity, unit_price, note)
    """,
    "items": """
        select * from (values
            (7, 'Tea', 3.5::double, true, timestamp '2024-01-01 00:00:00', [0.5, -1]),
            (8, 'Cup', null, false, null, null)
        ) as t(item_id, title, price, is_available, published_at, embedding)
    """,
    "users": "select 'u1' as user_id, date '2024-05-01' as signed_up_at",
    "campaigns": """
        select 1 as campaign_id, 3 as click_window_days, 0.25 as unit_margin_rate
    """,
    "campaign_spend": """
        select 1 as campaign_id, date '2025-01-01' as spend_date, 0.1::double as spend
    """,
    "campaign_assignments": """
        select 1 as campaign_id, 'u1' as user_id, 'control' as variant
    """,
    "campaign_touches": """
        select 1 as campaign_id, 'u1' as user_id, 'send' as touch_type,
            timestamptz '2025-01-01 08:00:00+01' as touched_at, 0.001::double as cost
    """,
    "erasure_requests": """
        select 'u9' as user_id, timestamp '2025-01-01' as requested_at
    """,
}


def write_inputs(folder: Path, kind: str, names: tuple[str, ...]) -> Path:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'America/New_York'")
        for name in names:
            connection.execute(f"copy ({TABLES[name]}) to '{folder}/{name}.{kind}'")
    return folder


@pytest.fixture(scope="module")
def from_csv(dbt_project, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("csv")
    return dbt_project.check_inputs(write_inputs(folder, "csv", tuple(TABLES)))


def snapshot(database: Path, fetch) -> dict[str, list[tuple[str]]]:
    relations = fetch(
        database,
        "select table_schema || '.' || table_name from information_schema.tables "
        "where table_schema = 'staging' and table_name not like '%_checked' "
        "and table_name not in ('csv_files', 'csv_records', 'stg_input_files') "
        "or table_name = 'row_accounting'",
    )
    # Each database has a salt of its own.
    return {
        relation: fetch(
            database,
            "select t::varchar from (select columns(c -> c not in ('salt', 'user_hash',"
            f" 'bare_user_hash')) from {relation}) as t order by all",
        )
        for (relation,) in relations
    }


def test_times_with_a_zone_become_utc(from_csv, fetch):
    found = fetch(
        from_csv, "select item_id, occurred_at::varchar from staging.stg_events"
    )
    assert dict(found) == {
        "7": "2025-01-01 08:00:00",
        "8": "2025-01-01 15:00:00.25",
        "9": "2025-06-01 00:00:00",
    }


def test_typed_columns_arrive_and_others_are_ignored(from_csv, fetch):
    (tea, cup) = fetch(from_csv, "from staging.stg_items order by item_id")
    assert tea[:2] == ("7", "Tea")
    assert tea[5] == 3.5
    assert tea[9] == [0.5, -1.0]
    assert cup[7] is False
    names = fetch(from_csv, "select column_name from duckdb_columns()")
    assert ("note",) not in names


def test_parquet_and_csv_give_equal_tables(from_csv, dbt_project, tmp_path, fetch):
    write_inputs(tmp_path, "parquet", tuple(TABLES))
    from_parquet = dbt_project.check_inputs(tmp_path)
    expected = snapshot(from_csv, fetch)
    assert len(expected) == 27
    assert snapshot(from_parquet, fetch) == expected


def test_existing_tables_and_csv_give_equal_tables(
    from_csv, dbt_project, tmp_path, fetch
):
    database = tmp_path / "build" / "inputs.duckdb"
    database.parent.mkdir()
    shutil.copy(dbt_project.seeded(), database)
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema shop")
        for name, query in TABLES.items():
            connection.execute(f"create table shop.raw_{name} as {query}")
    relations = ", ".join(f"{name}: shop.raw_{name}" for name in TABLES)
    dbt_project.check_inputs(tmp_path, f"{{inputs: {{{relations}}}}}")
    assert snapshot(database, fetch) == snapshot(from_csv, fetch)


# Every pair of optional inputs is once both there, both absent and each alone.
@pytest.mark.parametrize(
    "present",
    [
        (),
        ("users", "campaigns", "campaign_spend"),
        ("users", "campaign_assignments", "campaign_touches"),
        ("campaigns", "campaign_assignments", "erasure_requests"),
        ("campaign_spend", "campaign_touches", "erasure_requests"),
        ("users", "campaigns", "campaign_touches", "erasure_requests"),
    ],
    ids=lambda names: "+".join(names) or "required_only",
)
def test_optional_inputs_may_be_absent(dbt_project, tmp_path, fetch, present):
    write_inputs(tmp_path, "parquet", ("events", "items", *present))
    database = dbt_project.check_inputs(tmp_path, tables=("row_accounting",))
    accounts = fetch(database, "select input_name, rows_read from marts.row_accounting")
    absent = {name for name, rows_read in accounts if rows_read == 0}
    assert absent == set(OPTIONAL) - set(present)
    assert len(accounts) == 8


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ("{windws: {}}", "There is no var `windws`: did you mean `windows`?"),
        (
            "{windows: {label_share: 0.9}}",
            "The var `windows.label_share` is `0.9`: set it to a share of at least 0.01"
            " and at most 0.4.",
        ),
        (
            "{input_checks: {as_of: '{{ 1 + 1 }}'}}",
            "is `'2'`: set it to a date such as",
        ),
        ("{input_dir: no/such/folder}", "put events.parquet or events.csv into"),
        ("{input_dir: tests/inputs/empty/events.csv}", "set it to the folder that hol"),
    ],
)
def test_a_wrong_setting_stops_the_build_with_the_fix(
    dbt_project, tmp_path, variables, expected
):
    # Of which every command begins with this one.
    errors = dbt_project.run(
        *("run-operation", "validate_settings"),
        database=tmp_path / "inputs.duckdb",
        input_dir="tests/inputs/empty",
        variables=variables,
    )
    assert expected in errors


def test_names_with_quotation_marks_are_taken_as_they_are(dbt_project, tmp_path, fetch):
    folder = tmp_path / "O'Brien's shop"
    folder.mkdir()
    (folder / "events.csv").write_text(
        "user_id,item_id,event_type,occurred_at\nu1,i1,it's,2025-01-01\n"
    )
    (folder / "items.csv").write_text("item_id\ni1\n")
    database = dbt_project.check_inputs(
        folder, '{event_types: {"it\'s": 2}}', ("stg_events",)
    )
    kept = fetch(database, "select event_type from staging.stg_events")
    assert kept == [("it's",)]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_all_columns_that_are_missing_or_misnamed_are_said_at_once(
    dbt_project, tmp_path, kind
):
    tables = {
        "events": "select 1 as user_id, 2 as product, 3 as event_type",
        "items": "select 1 as sku, 2 as title",
        "users": "select 1 as user_id, true as email_consent, 'x' as county",
        "campaign_spend": "select 1 as campaign_id, 2 as spend, 3 as spend_day",
    }
    with duckdb.connect() as connection:
        for name, query in tables.items():
            connection.execute(f"copy ({query}) to '{tmp_path}/{name}.{kind}'")
    errors = dbt_project.run(
        *("build", "--select", "+stg_events"),
        database=tmp_path / "build" / "inputs.duckdb",
        input_dir=tmp_path,
    )
    assert "`events` has no column `item_id`, `occurred_at`, which is req" in errors
    for name in ("user_id", "product", "event_type"):
        assert name in errors.partition("rename one of its columns (")[2]
    assert "The input `items` has no column `item_id`" in errors
    assert "`users` has a column `email_consent`, which is not read: name it" in errors
    assert "`campaign_spend` has no column `spend_date`" in errors
    assert "county" not in errors


def test_a_missing_required_table_is_named(dbt_project, tmp_path):
    errors = dbt_project.run(
        *("build", "--select", "stg_event_types"),
        database=tmp_path / "inputs.duckdb",
        input_dir="",
        variables="{inputs: {items: shop.items}}",
    )
    assert "The required input `events` was not found: add `events: " in errors


def test_a_database_named_like_a_schema_is_refused(dbt_project, tmp_path):
    errors = dbt_project.run(
        *("run-operation", "validate_settings"),
        database=tmp_path / "marts.duckdb",
        input_dir="tests/inputs/empty",
    )
    assert "The database file is named `marts`, like a schema in it" in errors


def test_a_refused_build_says_once_why(dbt_project, tmp_path):
    """That it exits with an error code: test_host_project."""
    assert dbt_project.run(
        *("build", "--select", "stg_event_types"),
        database=tmp_path / "inputs.duckdb",
        input_dir="no/such/folder",
    )
    said = "\n".join(dbt_project.said)
    assert said.count("The required input `events` was not found") == 1
