"""How single values are read: ids, times, numbers, yes and no; what is counted.

One folder holds every spelling, and is built once; folders with other settings are
small.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

AS_OF = "input_checks: {as_of: 2025-06-30"

# Raw user id -> id, or the reason for which the row is rejected.
IDS = {
    "17850": "17850",
    "17850.0": "17850",
    "17851.00": "17851",
    "\t17852\r": "17852",
    "\u00a0a b\u3000": "a b",
    "\u200b\ufeffwide\u2060": "wide",
    "\x1fA\x7f": "A",
    "a": "a",
    "007": "007",
    "007.0": "007.0",
    "1.5": "1.5",
    "v1.0": "v1.0",
    "9007199254740992.0": "9007199254740992",
    "9007199254740994.0": "invalid_user_id",
    "1.23457E+12": "invalid_user_id",
    "1e+16": "invalid_user_id",
    "1.785E7": "invalid_user_id",
    "1.5e-05": "invalid_user_id",
    "7e10": "7e10",
    "[17850]": "invalid_user_id",
    '{"id": 5}': "invalid_user_id",
    "{3F25-0A}": "{3F25-0A}",
    "user_id": "invalid_user_id",
    '="00123"': "00123",
    "'00124": "00124",
    "'t Hooft": "'t Hooft",
    "\\N": "missing_user_id",
    "(Not Set)": "missing_user_id",
    "-": "missing_user_id",
    "00000000-0000-0000-0000-000000000000": "missing_user_id",
    "nan": "missing_user_id",
    "None": "missing_user_id",
    "NULL": "missing_user_id",
    " undefined ": "missing_user_id",
    "#N/A": "missing_user_id",
    "\u00a0\t": "missing_user_id",
    "nancy": "nancy",
}

# Raw time -> UTC time, or the reason.
TIMES = {
    "2025-01-03 01:26:00 +0100": "2025-01-03 00:26:00",
    "2025-01-03 01:26:00 -05:00": "2025-01-03 06:26:00",
    "2025-01-03 01:26:00+01": "2025-01-03 00:26:00",
    "2025-01-03 01:26:00 UTC": "2025-01-03 01:26:00",
    "2025-01-03T01:26:00.123456789Z": "2025-01-03 01:26:00.123456",
    "2025-01-03T01:26Z": "2025-01-03 01:26:00",
    "2025-01-03T01:26+01:00": "2025-01-03 00:26:00",
    "2025-01-03 01:26 +0100": "2025-01-03 00:26:00",
    "2025-01-03T01:26:00 Europe/Berlin": "2025-01-03 00:26:00",
    # DuckDB takes the zone of the row before for one that has none.
    "2025-01-03  01:26:00": "2025-01-03 01:26:00",
    "2025-01-03T01:26": "2025-01-03 01:26:00",
    "2025/1/3": "2025-01-03 00:00:00",
    "2025-01-03": "2025-01-03 00:00:00",
    "2025-01-03T01:26:00+18:00": "2025-01-02 07:26:00",
    "2025-06-03 10:00:00 cet": "2025-06-03 08:00:00",
    "2025-06-03 10:00 BST": "invalid_occurred_at",
    "2025-06-03 10:00:00AST": "invalid_occurred_at",
    "2025-01-03T01:26:00+18:01": "invalid_occurred_at",
    "2025-01-03T01:26:00+19": "invalid_occurred_at",
    "2025-01-03T01:26:00-9900": "invalid_occurred_at",
    "2/2/25 10:00": "invalid_occurred_at",
    "12/1/10 8:26": "invalid_occurred_at",
    "2/3/25": "invalid_occurred_at",
    "12/1/2010 8:26": "invalid_occurred_at",
    "infinity": "invalid_occurred_at",
    "-infinity": "invalid_occurred_at",
    "epoch": "invalid_occurred_at",
    "1735867560": "invalid_occurred_at",
    "0044-03-15 (BC)": "invalid_occurred_at",
    "0001-01-01T00:00:00": "occurred_at_too_early",
    "1601-01-01T00:00:00Z": "occurred_at_too_early",
    "1970-01-01T00:00:00Z": "occurred_at_too_early",
    "1990-01-01": "1990-01-01 00:00:00",
    "9999-12-31": "occurred_at_in_future",
    "290000-01-01 00:00:00": "invalid_occurred_at",
}

# Raw price -> number, or the reason of the gap.
PRICES = {
    "15": 15.0,
    " 1e2 ": 100.0,
    "15.00 EUR": 15.0,
    "€ 15.00": 15.0,
    "15,00 €": 15.0,
    "$1,234.50": 1234.5,
    "US$ 7": 7.0,
    "1.234,50": 1234.5,
    "1.234.567": 1234567.0,
    "1 234,5 EUR": 1234.5,
    "1\u2019234.50 CHF": 1234.5,
    "1'234.50": 1234.5,
    "1,234": "decimals_unclear",
    "EUR 1.234": "decimals_unclear",
    "1,2,3": "unreadable",
    "15 pieces": "unreadable",
    "free": "unreadable",
    "nan": "out_of_range",
    "inf": "out_of_range",
    "4006381333931": "out_of_range",
}

AVAILABILITIES = {
    **dict.fromkeys(("in stock", "in_stock", "InStock", "preorder", "Y", "1.0"), True),
    **dict.fromkeys(("https://schema.org/InStock", "backorder", "yes"), True),
    **dict.fromkeys(("out of stock", "outofstock", "discontinued", "n", "0.0"), False),
    **dict.fromkeys(("not in stock", "Sold-Out", "ausverkauft", "VERGRIFFEN"), False),
    **dict.fromkeys(("Nicht verfügbar", "ÉPUISÉ", "agotado", "esaurito"), False),
    **dict.fromkeys(("uitverkocht", "no disponible"), False),
    **dict.fromkeys(("auf Lager", "disponible", "on backorder"), True),
    **dict.fromkeys(("perhaps", "2", "1.5", "2.0"), "unreadable"),
}

CONSENTS = {
    "true": True,
    "1.0": True,
    "subscribed": True,
    "NO": False,
    "": None,
    "NULL": False,
    "perhaps": False,
    "unsubscribed": False,
}

# Column of a touch, or of a campaign, raw value -> value or reason.
NUMBERS = {
    ("position", "3.0"): 3,
    ("position", "3.7"): "unreadable",
    ("position", "0"): "out_of_range",
    ("position", "1e30"): "unreadable",
    ("propensity", "1"): 1.0,
    ("propensity", "1.01"): "out_of_range",
    ("cost", "0,5 EUR"): 0.5,
    ("cost", "-1"): "out_of_range",
    ("cost", "1e30"): "unreadable",
}
CAMPAIGNS = {
    "month": ("2025-02-01", "2025-02-28", "0.4"),
    "timed": ("2025-02-01", "2025-02-28 12:00:00", "40"),
    "open": ("0001-01-01", "9999-12-31", "-0.1"),
    "planned": ("2025-02-01", "2030-01-01", "x"),
}


@pytest.fixture(scope="module")
def values(dbt_project, write_csv, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("values")
    event = {"item_id": "i1", "event_type": "view", "occurred_at": "2025-01-01"}
    events = [
        {**event, "event_id": f"id{number}", "user_id": raw}
        for number, raw in enumerate(IDS)
    ]
    events += [
        {**event, "event_id": f"time{number}", "user_id": "u", "occurred_at": raw}
        for number, raw in enumerate(TIMES)
    ]
    items = [
        {"item_id": f"price{number}", "price": raw, "is_available": ""}
        for number, raw in enumerate(PRICES)
    ]
    items += [
        {"item_id": f"stock{number}", "price": "", "is_available": raw}
        for number, raw in enumerate(AVAILABILITIES)
    ]
    items.append({"item_id": "i1", "price": "", "is_available": ""})
    users = [
        {"user_id": f"u{number}", "has_email_consent": raw,
         "signed_up_at": "1601-01-01"}
        for number, raw in enumerate(CONSENTS)
    ]  # fmt: skip
    campaigns = [
        {"campaign_id": name, "started_at": start, "ended_at": end,
         "unit_margin_rate": margin}
        for name, (start, end, margin) in CAMPAIGNS.items()
    ]  # fmt: skip
    touch = {"campaign_id": "month", "user_id": "u", "touch_type": "click",
             "touched_at": "2025-01-01", "position": "", "propensity": "",
             "cost": ""}  # fmt: skip
    touches = [
        {**touch, "touch_id": f"t{number}", column: raw}
        for number, (column, raw) in enumerate(NUMBERS)
    ]
    rows = {"events": events, "items": items, "users": users, "campaigns": campaigns,
            "campaign_touches": touches}  # fmt: skip
    for name, given in rows.items():
        write_csv(folder, name, given)
    return dbt_project.check_inputs(folder, f"{{{AS_OF}}}}}")


def read(database: Path, fetch, name: str, value: str, prefix: str) -> list:
    """Return values by the number in their key: what was read, or the reason."""
    key = {"items": "item_id", "users": "user_id", "events": "event_id",
           "campaign_touches": "touch_id"}[name]  # fmt: skip
    rows = fetch(
        database,
        f"select {value}, rejection_reason, value_gaps "
        f"from staging.stg_{name}_checked where starts_with({key}, '{prefix}') "
        f"order by cast(replace({key}, '{prefix}', '') as integer)",
    )
    return [
        reason or (gap.split(":")[-1] if gap and read_value is None else read_value)
        for read_value, reason, gap in rows
    ]


def test_ids_are_trimmed_whole_and_present(values, fetch):
    found = read(values, fetch, "events", "user_id", "id")
    assert dict(zip(IDS, found, strict=True)) == IDS


def test_times_are_utc_whatever_their_zone_or_the_reason_is_said(values, fetch):
    found = read(values, fetch, "events", "occurred_at::varchar", "time")
    assert dict(zip(TIMES, found, strict=True)) == TIMES


def test_prices_are_read_where_they_can_mean_one_thing(values, fetch):
    found = read(values, fetch, "items", "price", "price")
    assert dict(zip(PRICES, found, strict=True)) == PRICES


def test_availability_is_read_as_shops_write_it(values, fetch):
    found = read(values, fetch, "items", "is_available", "stock")
    assert dict(zip(AVAILABILITIES, found, strict=True)) == AVAILABILITIES


def test_only_a_readable_yes_is_consent(values, fetch):
    rows = fetch(
        values, "select has_email_consent from staging.stg_users order by user_id"
    )
    assert [consent for (consent,) in rows] == list(CONSENTS.values())


def test_numbers_out_of_range_or_not_whole_are_gaps(values, fetch):
    rows = fetch(
        values,
        "select position, propensity, cost::double, value_gaps "
        "from staging.stg_campaign_touches_checked order by touch_id",
    )
    found = {
        case: gap.split(":")[-1]
        if gap
        else {"position": position, "propensity": propensity, "cost": cost}[case[0]]
        for case, (position, propensity, cost, gap) in zip(NUMBERS, rows, strict=True)
    }
    assert found == NUMBERS


def test_a_day_ends_a_campaign_with_its_last_moment(values, fetch):
    rows = fetch(
        values,
        "select campaign_id, started_at::varchar, ended_at::varchar, unit_margin_rate "
        "from staging.stg_campaigns",
    )
    assert {row[0]: row[1:] for row in rows} == {
        "month": ("2025-02-01 00:00:00", "2025-02-28 23:59:59.999999", 0.4),
        "timed": ("2025-02-01 00:00:00", "2025-02-28 12:00:00", None),
        "open": (None, None, -0.1),
        "planned": ("2025-02-01 00:00:00", "2030-01-01 23:59:59.999999", None),
    }


def test_every_gap_of_a_kept_row_is_counted(values, fetch):
    counted = fetch(
        values, "select input_name, column_name, gap_reason, row_count "
        "from marts.value_gaps where input_name in ('users', 'campaigns')",
    )  # fmt: skip
    assert sorted(counted) == [
        ("campaigns", "ended_at", "in_future", 1),
        ("campaigns", "started_at", "too_early", 1),
        ("campaigns", "unit_margin_rate", "out_of_range", 1),
        ("campaigns", "unit_margin_rate", "unreadable", 1),
        ("users", "has_email_consent", "unreadable", 2),
        ("users", "signed_up_at", "too_early", 8),
    ]


TYPED_IDS = {
    "double": (17850.0, "17850"),
    "decimal(9, 2)": (17850, "17850"),
    "bigint": (17850, "17850"),
    "float": (17850.0, "17850"),
}


@pytest.mark.parametrize("kind", [*TYPED_IDS, "varchar"])
def test_an_id_is_one_whatever_the_type_of_its_column(
    dbt_project, tmp_path, fetch, kind
):
    """Beside it stand an id that lost its digits, a list as item, and no id at all."""
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            copy (
                select user_id::{kind} as user_id, item_id, 'view' as event_type,
                    date '2025-01-01' as occurred_at, user_id as quantity
                from (values (17850, 'i1'), (null, 'i1')) as t(user_id, item_id)
            ) to '{tmp_path}/events.parquet';
            copy (select 'i1' as item_id) to '{tmp_path}/items.parquet'
            """
        )
    database = dbt_project.check_inputs(tmp_path, tables=("stg_events_checked",))
    rows = fetch(
        database, "select user_id, rejection_reason from staging.stg_events_checked"
    )
    assert sorted(rows, key=str) == [("17850", None), (None, "missing_user_id")]


def test_ids_that_lost_digits_and_structs_are_no_ids(dbt_project, tmp_path, fetch):
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            copy (
                select user_id, {{'sku': 'i1'}} as item_id, 'view' as event_type,
                    date '2025-01-01' as occurred_at
                from (values (9007199254740994::double), (1e20::double),
                    ('nan'::double), (7)) as t(user_id)
            ) to '{tmp_path}/events.parquet';
            copy (select 'i1' as item_id) to '{tmp_path}/items.parquet'
            """
        )
    database = dbt_project.check_inputs(
        tmp_path, tables=("rejected_rows", "value_gaps")
    )
    rows = fetch(database, "select rejection_reason from marts.rejected_rows")
    assert sorted(reason for (reason,) in rows) == [
        "invalid_user_id",
        "invalid_user_id",
        "missing_user_id",
    ]
    # The event of an item that is none is kept: it happened.
    gaps = fetch(database, "select column_name, row_count from marts.value_gaps")
    assert gaps == [("item_id", 1)]


def test_settings_say_how_times_and_missing_ids_are_written(
    dbt_project, write_csv, tmp_path, fetch
):
    """Berlin is an hour ahead of UTC in January, two in July."""
    times = {
        "03.01.2025 01:26": "2025-01-03 01:26:00",
        "3.1.2025": "2025-01-02 23:00:00",
        "3.7.2025": "2025-07-02 22:00:00",
        "1735867560": "2025-01-03 01:26:00",
        "1735867560.5": "2025-01-03 01:26:00.5",
        "2025-01-03": "2025-01-02 23:00:00",
        "2025-01-03 01:26:00": "2025-01-03 01:26:00",
        "1735867560000": "invalid_occurred_at",
    }
    write_csv(tmp_path, "items", [{"item_id": "i1"}])
    write_csv(
        tmp_path,
        "events",
        [
            {"event_id": f"e{number}", "user_id": "nan", "item_id": "i1",
             "event_type": "view", "occurred_at": raw}
            for number, raw in enumerate(times)
        ]
        + [{"event_id": "no user", "user_id": "Guest", "item_id": "i1",
            "event_type": "view", "occurred_at": "2025-01-01"}],
    )  # fmt: skip
    database = dbt_project.check_inputs(
        tmp_path,
        "{input_checks: {as_of: 2025-12-31, missing_ids: [guest], "
        "time_zone: Europe/Berlin, "
        "time_formats: ['%d.%m.%Y %H:%M', '%-d.%-m.%Y', epoch_seconds]}}",
        ("stg_events_checked",),
    )
    found = read(database, fetch, "events", "occurred_at::varchar", "e")
    assert dict(zip(times, found, strict=True)) == times
    assert fetch(
        database,
        "select rejection_reason from staging.stg_events_checked "
        "where event_id = 'no user'",
    ) == [("missing_user_id",)]
