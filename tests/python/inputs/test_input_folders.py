"""No file of the input folder is overlooked, and parts are united without loss."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
from macro_values import MacroValues

EVENTS = "user_id,item_id,event_type,occurred_at\nu1,i1,view,2025-01-01\n"
ITEMS = "item_id\ni1\n"


def write(folder: Path, **files: str | bytes) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.fixture
def errors_of(dbt_project, tmp_path):
    """Return what a build of a folder says, without building anything."""

    def check(**files: str | bytes) -> str:
        folder = tmp_path / "in"
        write(folder, **{"events.csv": EVENTS, "items.csv": ITEMS, **files})
        return dbt_project.run(
            *("run-operation", "validate_settings"),
            database=tmp_path / "build" / "inputs.duckdb",
            input_dir=folder,
        )

    return check


def test_files_that_resemble_an_input_and_are_not_read_stop_the_build(errors_of):
    expected = {
        "campaing_touches.csv": "name it `campaign_touches.csv`",
        "touches.csv": "resembles the input `campaign_touches`",
        "erasures.csv": "resembles the input `erasure_requests`",
        "user.parquet": "resembles the input `users`",
        "events (1).csv": "resembles the input `events`",
        "shop_events_export.csv": "resembles the input `events`",
        "users.xlsx": "save it as `users.csv`, `.csv.gz` or `.parquet`",
        "campaigns.json": "save it as `campaigns.csv`",
        "users.csv.zst": "resembles the input `users`",
        "users.csv.bak": "resembles the input `users`",
        "old/users.csv": "resembles the input `users`",
        "user/part-0.parquet": "resembles the input `users`",
        "users/part-0.orc": "resembles the input `users`",
    }
    errors = errors_of(**dict.fromkeys(expected, "user_id\nu1\n"))
    for name, words in expected.items():
        assert f"`{name}` resembles the input" in errors, name
        sentence = errors.split(f"`{name}` ")[1].split(", or move it out")[0]
        assert words in sentence, name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("events/part-0.csv", "is there more than once"),
        ("events.parquet", "as `events.csv` and `events.parquet`: leave one"),
        ("events.csv.gz", "as `events.csv` and `events.csv.gz`: leave one"),
    ],
)
def test_an_input_that_is_there_twice_stops_the_build(errors_of, name, expected):
    assert expected in errors_of(**{name: "user_id\nu1\n"})


def test_files_that_resemble_nothing_are_no_matter(errors_of):
    names = (
        *("README.txt", ".DS_Store", "_SUCCESS", "~$users.xlsx", "events.md"),
        *("orders.csv", "times.csv", "prices/2025.csv", "products.xlsx", "notes.json"),
        *("users/_SUCCESS", "users/.part-0.csv.crc", "users/README.txt", "items.sql"),
    )
    assert errors_of(**dict.fromkeys(names, "x")) == ""


def test_a_parquet_file_that_is_none_is_said_in_one_sentence(errors_of):
    errors = errors_of(
        **{"users.parquet": "user_id\nu1\n", "campaigns.parquet": "c1\n" * 1_000_000}
    )
    for name in ("users", "campaigns"):
        assert f"{name}.parquet` is no Parquet file: write it again" in errors


def test_parts_of_any_name_form_and_header_are_one_input(dbt_project, tmp_path, fetch):
    folder = tmp_path / "it's [a] folder"
    write(
        folder,
        **{
            "Events/a/part-0.csv": EVENTS,
            "Events/b/part-1.CSV": "item_id;user_id;occurred_at;event_type\n"
            "i1;u2;2025-01-02;view\n",
            "items-000.csv.gz": gzip.compress(ITEMS.encode()),
            "ITEMS_0001.Csv": "item_id,title\ni2,Tea\n",
            "users/has_ads_consent=false/part-0.csv": "user_id\nu1\n",
            "users/has_ads_consent=true/part-0.csv": "user_id\nu2\n",
        },
    )
    database = dbt_project.check_inputs(
        folder, tables=("stg_events", "stg_items", "stg_users")
    )
    found = fetch(database, "select user_id, item_id from staging.stg_events")
    assert sorted(found) == [("u1", "i1"), ("u2", "i1")]
    found = fetch(database, "select item_id, title from staging.stg_items")
    assert sorted(found) == [("i1", None), ("i2", "Tea")]
    found = fetch(database, "select user_id, has_ads_consent from staging.stg_users")
    assert sorted(found) == [("u1", False), ("u2", True)]


def test_parquet_parts_are_united_by_name_without_loss(dbt_project, tmp_path, fetch):
    parts = {
        "events/month=1/part-0": "select 9007199254740993 as user_id, 1 as item_id,"
        " 'view' as event_type, date '2025-01-01' as occurred_at, 3 as unit_price",
        "events/month=2/part-1": "select 2.75 as unit_price, 'a1' as item_id,"
        " 1.5::double as user_id, timestamp '2025-01-01 10:30:00' as occurred_at,"
        " 'view' as event_type, 'o1' as order_id",
        "items-0": "select 1 as item_id, [1, 2] as embedding",
        "items-1": "select 'a1' as item_id, [0.5] as embedding",
    }
    with duckdb.connect() as connection:
        for name, query in parts.items():
            path = tmp_path / f"{name}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            connection.execute(f"copy ({query}) to '{path}'")
    database = dbt_project.check_inputs(
        tmp_path, tables=("stg_events", "stg_items", "row_accounting")
    )
    found = fetch(
        database,
        "select user_id, item_id, occurred_at::varchar, unit_price, order_id"
        " from staging.stg_events",
    )
    assert sorted(found) == [
        ("1.5", "a1", "2025-01-01 10:30:00", 2.75, "o1"),
        ("9007199254740993", "1", "2025-01-01 00:00:00", 3.0, None),
    ]
    found = fetch(database, "select item_id, embedding from staging.stg_items")
    assert sorted(found) == [("1", [1.0, 2.0]), ("a1", [0.5])]
    found = fetch(database, "select rows_read from marts.row_accounting limit 2")
    assert found == [(2,), (2,)]


def test_parquet_of_spark_has_bytes_for_texts_and_numbers_for_days(
    dbt_project, tmp_path, fetch
):
    parts = {
        "events.parquet/part-0.snappy": "select encode('é') as user_id, 'i1' as"
        " item_id, encode('view') as event_type, 20250103 as occurred_at",
        "items": "select 'i1' as item_id, encode('Café') as title",
        "campaigns": "select 'c1' as campaign_id",
        "campaign_spend/a": "select 'c1' as campaign_id, 20250203 as spend_date, 1 as"
        " spend",
        "campaign_spend/b": "select 'c1' as campaign_id, 1738627200 as spend_date, 2 as"
        " spend",
    }
    with duckdb.connect() as connection:
        for name, query in parts.items():
            path = tmp_path / f"{name}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            connection.execute(f"copy ({query}) to '{path}'")
    database = dbt_project.check_inputs(
        tmp_path,
        "{input_checks: {time_formats: ['%Y%m%d', epoch_seconds]}}",
        ("stg_events", "stg_items", "stg_campaign_spend"),
    )
    found = fetch(
        database, "select user_id, occurred_at::varchar from staging.stg_events"
    )
    assert found == [("é", "2025-01-03 00:00:00")]
    assert fetch(database, "select title from staging.stg_items") == [("Café",)]
    found = fetch(
        database,
        "select spend_date::varchar, spend::double from staging.stg_campaign_spend",
    )
    assert sorted(found) == [("2025-02-03", 1.0), ("2025-02-04", 2.0)]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_what_one_part_calls_otherwise_than_the_next_stops_the_build(
    dbt_project, tmp_path, kind
):
    tables = {
        "events": "select 1 as user_id, 2 as item_id, 'view' as event_type,"
        " '2025-01-01' as occurred_at",
        "items": "select 2 as item_id",
        "users-1": "select 1 as user_id, true as has_email_consent",
        "users-2": "select 1 as user_id, false as email_consent",
        "users-3": "select 1 as customer, false as has_email_consent",
        "users-4": "select 1 as user_id, 'x' as county",
    }
    with duckdb.connect() as connection:
        for name, query in tables.items():
            connection.execute(f"copy ({query}) to '{tmp_path}/{name}.{kind}'")
    errors = dbt_project.run(
        *("build", "--select", "+stg_users"),
        database=tmp_path / "build" / "inputs.duckdb",
        input_dir=tmp_path,
    )
    assert f"The file `users-2.{kind}` has a column `email_consent`" in errors
    assert f"The file `users-3.{kind}` has no column `user_id`" in errors
    assert "users-1" not in errors
    assert "users-4" not in errors


def test_broken_records_are_rejected_rows_by_their_place(dbt_project, tmp_path, fetch):
    write(
        tmp_path,
        **{
            "events.csv": EVENTS + 'u2,"i1,view,2025-01-01\nu3,i1\n' + "u4,i1,view,x\n",
            "items.csv": ITEMS,
        },
    )
    database = dbt_project.check_inputs(
        tmp_path, tables=("rejected_rows", "row_accounting")
    )
    found = fetch(
        database,
        "select rejection_reason, file_name, line_number, row_content is null"
        " from marts.rejected_rows order by line_number nulls last",
    )
    assert found == [
        ("quote_never_closed", "events.csv", 3, True),
        ("too_few_cells", "events.csv", 4, True),
        ("invalid_occurred_at", None, None, False),
    ]
    (counts,) = fetch(
        database,
        "select rows_read, rows_kept, rows_rejected from marts.row_accounting"
        " where input_name = 'events'",
    )
    assert counts == (4, 1, 3)
    # What was read is forgotten, so that erased users stay nowhere.
    assert fetch(
        database, "from staging.csv_records select count(*), count(cell_1)"
    ) == [(2, 0)]


def test_a_broken_line_of_users_is_a_refusal_of_who_says_no_yes(
    dbt_project, tmp_path, fetch
):
    write(
        tmp_path,
        **{
            "events.csv": EVENTS + "u2,i1,view,2025-01-01\n",
            "items.csv": ITEMS,
            "users.csv": "user_id,has_profiling_consent\nu1,yes\nu2\n",
        },
    )
    database = dbt_project.check_inputs(tmp_path, tables=("int_users", "build_health"))
    assert fetch(
        database,
        "select user_id, has_profiling_consent, has_email_consent"
        " from intermediate.int_users order by user_id",
    ) == [("u1", True, False), ("u2", False, False)]
    ((outcome, message),) = fetch(
        database,
        "select outcome, message from marts.build_health"
        " where check_name = 'consents_unreadable'",
    )
    assert outcome == "warned"
    assert "1 lines of `users` cannot be split" in message


def test_staging_does_not_go_on_from_files_that_have_changed(dbt_project, tmp_path):
    folder = tmp_path / "in"
    write(folder, **{"events.csv": EVENTS, "items.csv": ITEMS})
    dbt_project.check_inputs(folder, tables=("stg_items_checked",))
    write(folder, **{"items.csv": ITEMS + "i2\n"})
    errors = dbt_project.run(
        *("build", "--select", "stg_items_checked"),
        database=folder / "build" / "inputs.duckdb",
        input_dir=folder,
    )
    assert "with --select, select `csv_records` and what comes before it" in errors


# Of exports of shops, advertising accounts and web analytics.
ORDINARY_COLUMNS = [
    "id",
    "name",
    "email",
    "phone",
    "first_name",
    "last_name",
    "company",
    "address1",
    "address2",
    "city",
    "county",
    "province",
    "state",
    "zip",
    "postcode",
    "region",
    "latitude",
    "longitude",
    "language",
    "locale",
    "gender",
    "birthday",
    "age",
    "created_at",
    "updated_at",
    "deleted_at",
    "processed_at",
    "status",
    "financial_status",
    "total",
    "subtotal",
    "tax",
    "taxes",
    "shipping",
    "discount_code",
    "discount_amount",
    "total_price",
    "line_items",
    "sku",
    "vendor",
    "handle",
    "barcode",
    "weight",
    "stock",
    "inventory_quantity",
    "vendor_id",
    "product_type",
    "image_src",
    "url",
    "referrer",
    "source",
    "medium",
    "campaign",
    "ad_group",
    "ad_id",
    "adset_name",
    "impressions",
    "clicks",
    "conversions",
    "reach",
    "frequency",
    "cpc",
    "ctr",
    "cpm",
    "device",
    "browser",
    "platform",
    "ip_address",
    "user_agent",
    "user_name",
    "event_name",
    "event_date",
    "event_timestamp",
    "page_location",
    "ga_session_number",
    "order_number",
    "order_name",
    "invoice",
    "invoiceno",
    "stockcode",
    "customer_id",
    "customerid",
    "parent_id",
    "notes",
    "note",
    "refund_amount",
    "margin",
    "price_range",
    "compare_at_price",
    "cost_per_item",
    "ordered",
    "rank",
    "ranking",
    "variance",
    "positioning",
]


MACROS = MacroValues(modules=SimpleNamespace(re=re))
CONTRACT = MACROS.input_contract()


def near_columns(input_name: str, others: list[str]) -> dict[str, str]:
    """Return the columns of an input that some other column nearly has."""
    names = [name for name, *_ in CONTRACT[input_name]["columns"]]
    found = {name: MACROS.near_column(name, others) for name in names}
    return {name: near for name, near in found.items() if near}


@pytest.mark.parametrize("input_name", list(CONTRACT))
def test_ordinary_columns_are_no_misspellings(input_name):
    names = {name for name, *_ in CONTRACT[input_name]["columns"]}
    others = [name for name in ORDINARY_COLUMNS if name not in names]
    assert near_columns(input_name, others) == {}


@pytest.mark.parametrize(
    ("input_name", "other", "name"),
    [
        ("users", "email_consent", "has_email_consent"),
        ("users", "consent_email", "has_email_consent"),
        ("users", "UserID", "user_id"),
        ("items", "Item ID", "item_id"),
        ("items", "available", "is_available"),
        ("items", "prices", "price"),
        ("events", "recomendation_id", "recommendation_id"),
        ("events", "orderid", "order_id"),
        ("campaign_touches", "proponsity", "propensity"),
    ],
)
def test_a_name_that_is_nearly_a_column_is_found(input_name, other, name):
    assert near_columns(input_name, [other.lower()]) == {name: other.lower()}
