"""What only the whole column tells: its decimal sign, days without times, its type.

One folder holds every column, and is built once; settings have small ones.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

EVENT = {"user_id": "u", "item_id": "i", "event_type": "order"}

# By input and column: raw value -> what is read, None where it is a gap.
COMMAS = {"12,50": 12.5, "1.234": 1234.0, "EUR 2.500": 2500.0, "1.234,5 €": 1234.5,
          "1,234": 1.234, "2.000.000": 2000000.0, "7": 7.0}  # fmt: skip
POINTS = {"12.5": 12.5, "1.234": 1.234, "1,234": 1234.0, "1,234 EUR": 1234.0}
BOTH = {"12,50": 12.5, "12.50": 12.5, "1.234": None, "EUR 1.234": None, "1,234": None,
        "1.234,5": 1234.5, "0.123": 0.123}  # fmt: skip
UNCLEAR = {"1.234": 1.234, "12.500": 12.5, "950": 950.0, "1,234": None}


@pytest.fixture(scope="module")
def columns(dbt_project, write_csv, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("columns")
    rows = {
        "items": [
            {"item_id": f"i{n}", "price": raw} for n, raw in enumerate(COMMAS)
        ],
        "campaign_touches": [
            {"touch_id": f"t{n}", "campaign_id": "c0", "user_id": "u",
             "touch_type": "click", "touched_at": "2025-01-01", "cost": raw,
             "propensity": chance}
            for n, (raw, chance) in enumerate(
                zip(POINTS, ("0,5", "0,123", "1", ""), strict=True)
            )
        ],
        "campaign_spend/a": [
            {"campaign_id": "c0", "spend_date": f"2025-01-{n + 1:02}", "spend": raw}
            for n, raw in enumerate([*UNCLEAR, "5"])
        ],
        "campaign_spend/b": [
            {"campaign_id": "c0", "spend_date": "2025-01-05", "spend": "6"}
        ],
        "users": [{"user_id": "0u"}, {"user_id": "u"}, {"user_id": "00u"}],
        "events": [
            EVENT | {"event_id": f"e{n}", "occurred_at": "2025-01-01",
                     "unit_price": raw, "quantity": quantity}
            for n, (raw, quantity) in enumerate(
                zip(BOTH, ("1.000", "2,5", "1", "", "", "", ""), strict=True)
            )
        ],
        "campaigns": [
            {"campaign_id": f"c{n}", "started_at": start, "ended_at": end,
             "target_item_ids": targets}
            for n, (start, end, targets) in enumerate(
                (
                    ("2025-01-01T00:00:00Z", "2025-01-31 00:00:00", "i0;i1"),
                    ("2025-02-01T00:00:00Z", "2025-02-28T00:00:00.000", "i0|x"),
                    ("", "2025-03-31", "x"),
                    ("", "", ""),
                )
            )
        ],
    }  # fmt: skip
    for name, given in rows.items():
        write_csv((folder / name).parent, Path(name).name, given)
    return dbt_project.check_inputs(
        folder,
        "{input_checks: {as_of: 2025-06-30, time_zone: Europe/Berlin}}",
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("price from staging.stg_items_checked order by item_id", COMMAS),
        ("cost::double from staging.stg_campaign_touches_checked order by touch_id",
         POINTS),
        ("unit_price from staging.stg_events_checked order by event_id", BOTH),
        ("spend::double from staging.stg_campaign_spend_checked where spend_date "
         "< '2025-01-05' order by spend_date", UNCLEAR),
    ],
)  # fmt: skip
def test_a_column_has_one_decimal_sign(columns, fetch, query, expected):
    found = [value for (value,) in fetch(columns, f"select {query}")]
    assert dict(zip(expected, found, strict=True)) == expected


def test_numbers_of_any_kind_have_the_sign_of_their_own_column(columns, fetch):
    chances = fetch(
        columns,
        "select propensity from staging.stg_campaign_touches_checked order by touch_id",
    )
    assert chances == [(0.5,), (0.123,), (1.0,), (None,)]
    quantities = fetch(
        columns,
        "select quantity from staging.stg_events_checked where quantity is not null "
        "order by event_id",
    )
    assert quantities == [(1000.0,), (2.5,), (1.0,)]


def test_numbers_that_may_be_thousands_are_counted_and_warned_of(columns, fetch):
    gaps = fetch(
        columns,
        "select input_name, column_name, gap_reason, row_count from marts.value_gaps "
        "order by all",
    )
    assert gaps == [
        ("campaign_spend", "spend", "decimals_unclear", 2),
        ("events", "unit_price", "decimals_unclear", 3),
    ]


def test_what_does_not_match_is_warned_of_by_shape_and_file(columns, fetch):
    warned = fetch(
        columns,
        "select check_name || '.' || input_name, message "
        "from staging.stg_input_health where outcome = 'warned'",
    )
    said = {
        "decimals_unclear.campaign_spend": "2 rows of `campaign_spend` have a number",
        "decimals_unclear.events": "3 rows of `events` have a number like 9.999",
        "spend_in_several_files.campaign_spend": "1 days of campaigns have spend in "
        "several files, which was added up, as in `campaign_spend/a.csv` and "
        "`campaign_spend/b.csv`",
        "targets_unknown.campaigns": "1 campaigns have a target that no item has, such "
        "as `c2`",
        "zeros_lost.users": "2 ids of `users` are written like `99a`, and in `events` "
        "with other zeros in front, like `a`",
    }
    assert {check for check, _ in warned} >= said.keys()
    for check, message in warned:
        assert said.get(check, "") in message


def test_midnights_of_a_whole_column_are_days_and_moments_with_a_zone_are_not(
    columns, fetch
):
    """Berlin is an hour ahead of UTC, and two at the end of March."""
    ends = fetch(
        columns,
        "select started_at::varchar, ended_at::varchar from staging.stg_campaigns "
        "order by campaign_id",
    )
    assert ends == [
        ("2025-01-01 00:00:00", "2025-01-31 22:59:59.999999"),
        ("2025-02-01 00:00:00", "2025-02-28 22:59:59.999999"),
        (None, "2025-03-31 21:59:59.999999"),
        (None, None),
    ]


def test_one_time_of_day_among_midnights_makes_all_of_them_moments(
    dbt_project, tmp_path, fetch
):
    """Beside it stand single precision and lists, in a column of texts and of ids."""
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            copy (
                select 'c1' as campaign_id, timestamp '2025-01-01' as started_at,
                    timestamp '2025-01-31' as ended_at, ['i1', 'i2'] as target_item_ids,
                    0.4::float as unit_margin_rate
                union all
                select 'c2', timestamp '2025-02-01', timestamp '2025-02-28 12:00',
                    [], 1::float
            ) to '{tmp_path}/campaigns.parquet';
            copy (
                select 'c1' as campaign_id, date '2025-01-01' as spend_date,
                    0.1::float as spend
            ) to '{tmp_path}/campaign_spend.parquet';
            copy (
                select 'i1' as item_id, ['x'] as category, ['a', null, 'b'] as tags,
                    19.99::float as price, [1, 2]::integer[2] as title
                union all select 'i2', [], null, null, null
            ) to '{tmp_path}/items.parquet';
            copy (
                select ['u'] as user_id, 'i1' as item_id, 'view' as event_type,
                    timestamp '2025-01-01' as occurred_at
            ) to '{tmp_path}/events.parquet'
            """
        )
    database = dbt_project.check_inputs(tmp_path)
    assert fetch(
        database,
        "select ended_at::varchar, unit_margin_rate, target_item_ids "
        "from staging.stg_campaigns order by campaign_id",
    ) == [("2025-01-31 00:00:00", 0.4, "i1, i2"), ("2025-02-28 12:00:00", 1.0, None)]
    assert fetch(
        database,
        "select category, tags, price, title from staging.stg_items order by item_id",
    ) == [("x", "a, b", 19.99, "1, 2"), (None, None, None, None)]
    assert fetch(database, "select spend::double from staging.stg_campaign_spend") == [
        (0.1,)
    ]
    assert fetch(database, "select rejection_reason from marts.rejected_rows") == [
        ("invalid_user_id",)
    ]


def test_columns_that_tables_lack_are_said_of_all_inputs_at_once(dbt_project, tmp_path):
    database = tmp_path / "build" / "inputs.duckdb"
    database.parent.mkdir()
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            'create schema shop; create table shop."my log" as select 1 as user_id; '
            "create table shop.items as select 1 as sku"
        )
    errors = dbt_project.run(
        *("build", "--select", "stg_items_checked", "stg_events_checked"),
        database=database,
        input_dir="",
        variables="{inputs: {events: 'shop.\"my log\"', items: inputs.shop.items}}",
    )
    assert "`events` has no column `item_id`, `event_type`, `occurred_at`" in errors
    assert "`items` has no column `item_id`" in errors


def test_a_declared_sign_comes_before_what_a_column_says(
    dbt_project, write_csv, tmp_path, fetch
):
    write_csv(tmp_path, "items", [{"item_id": "a", "price": "1.234"}])
    event = {"item_id": "a", "event_type": "view", "unit_price": "1.500"}
    write_csv(
        tmp_path, "events", [event | {"user_id": "u", "occurred_at": "2025-01-01"}]
    )
    database = dbt_project.check_inputs(
        tmp_path, "{input_checks: {decimal_sign: comma}}"
    )
    assert fetch(database, "select price from staging.stg_items") == [(1234.0,)]
    assert fetch(database, "select unit_price from staging.stg_events") == [(1500.0,)]
    assert fetch(database, "select * from marts.value_gaps") == []
