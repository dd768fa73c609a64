"""What becomes of each input row: kept, rejected, duplicate, merged or erased.

These claims are not dbt unit tests: a checked model looks up its input's columns with a
query while it compiles, and in a unit test that input is a CTE which no query can see.
So one small folder of files, which holds every case, is built once.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

VARIABLES = (
    "{input_checks: {as_of: 2025-06-30, maximum_quantity: 10000},"
    " event_types: {donation: 4}}"
)

EVENT = {
    "event_id": "sound",
    "user_id": "u1",
    "item_id": "i1",
    "event_type": "purchase",
    "occurred_at": "2025-01-01 10:00:00",
    "quantity": "1",
    "unit_price": "2.5",
    "rating": "",
    "order_id": "",
}
TOUCH = {
    "touch_id": "sound",
    "campaign_id": "c1",
    "user_id": "u1",
    "touch_type": "click",
    "touched_at": "2025-01-01 10:00:00",
    "item_id": "",
    "position": "1",
    "propensity": "0.5",
}

# Each row breaks its own rule and every later one that it can: the first is reported.
BROKEN_EVENTS = {
    "missing_user_id": {"user_id": "  ", "item_id": "", "event_type": ""},
    "missing_event_type": {"event_type": " ", "occurred_at": "soon", "quantity": "x"},
    "invalid_occurred_at": {"occurred_at": "2025-02-30", "event_type": "gaze"},
    "occurred_at_in_future": {"occurred_at": "2025-07-01 00:00:01", "event_type": "x"},
    "occurred_at_too_early": {"occurred_at": "1970-01-01", "event_type": "x"},
    "unknown_event_type": {"event_type": "gaze", "quantity": "x"},
    "invalid_number": {"quantity": "nan", "unit_price": "-1", "item_id": "i9"},
    "quantity_not_positive": {"quantity": "0", "unit_price": "-1", "item_id": "i9"},
    "quantity_above_maximum": {"quantity": "-10001", "unit_price": "-1"},
    "negative_unit_price": {"unit_price": "-0.01", "item_id": "i9"},
    "amount_above_maximum": {"unit_price": "1e9", "quantity": "-2", "item_id": "i9"},
}
# One order, of two equal lines and one more: the page was loaded again a minute later,
# and once more after months. What has another price, order or user is not it.
LINE = {**EVENT, "order_id": "o1", "unit_price": "4"}
SENT_AGAIN = [
    {**LINE, "event_id": "line 1"},
    {**LINE, "event_id": "line 1 of 2"},
    {**LINE, "event_id": "line 2", "quantity": "", "unit_price": ""},
    {**LINE, "event_id": "again 1", "occurred_at": "2025-01-01 10:01:00"},
    {**LINE, "event_id": "again 2", "occurred_at": "2025-03-01 10:00:00"},
    {
        **LINE,
        "event_id": "again 3",
        "occurred_at": "2025-01-01 10:01:00",
        "quantity": "",
        "unit_price": "",
    },
    {
        **LINE,
        "event_id": "other price",
        "occurred_at": "2025-01-02",
        "unit_price": "5",
    },
    {**LINE, "event_id": "other order", "occurred_at": "2025-01-02", "order_id": "o2"},
    {**LINE, "event_id": "other user", "occurred_at": "2025-01-02", "user_id": "u2"},
    {**LINE, "event_id": "other item", "occurred_at": "2025-01-02", "item_id": "i9"},
    {**LINE, "event_id": "cancelled", "occurred_at": "2025-01-02", "quantity": "-1"},
    {**LINE, "event_id": "cancelled 2", "occurred_at": "2025-01-03", "quantity": "-1"},
    {**LINE, "event_id": "no order", "occurred_at": "2025-01-02", "order_id": ""},
]
BROKEN_TOUCHES = {
    "missing_campaign_id": {"campaign_id": "", "user_id": "", "touch_type": ""},
    "missing_user_id": {"user_id": "", "touch_type": "", "touched_at": ""},
    "unknown_touch_type": {"touch_type": "glance", "touched_at": ""},
    "invalid_touched_at": {"touched_at": "", "propensity": "x", "campaign_id": "c9"},
    "touched_at_too_early": {"touched_at": "1601-01-01", "campaign_id": "c9"},
    "touched_at_in_future": {"touched_at": "2030-01-01", "campaign_id": "c9"},
    "unknown_campaign": {"campaign_id": "c9"},
}
# Inputs whose broken rows carry no id: the reasons are counted.
BROKEN_OTHERS: dict[str, list[tuple[str, dict[str, str]]]] = {
    "items": [
        ("kept", {"item_id": "i1", "price": "1", "is_available": ""}),
        ("missing_item_id", {"item_id": "", "price": "x", "is_available": "perhaps"}),
        ("negative_price", {"item_id": "i2", "price": "-1", "is_available": "perhaps"}),
    ],
    "users": [
        ("kept", {"user_id": "u1", "has_ads_consent": "true"}),
        ("kept", {"user_id": "u2", "has_ads_consent": ""}),
        ("missing_user_id", {"user_id": "", "has_ads_consent": "perhaps"}),
        ("kept", {"user_id": "u3", "has_ads_consent": "perhaps"}),
        ("duplicate", {"user_id": "u3", "has_ads_consent": "false"}),
        ("erased", {"user_id": "gone", "has_ads_consent": "perhaps"}),
    ],
    "campaigns": [
        ("kept", {"campaign_id": "c1", "started_at": "", "ended_at": "2025-01-01"}),
        ("missing_campaign_id", {"campaign_id": "", "started_at": "x", "ended_at": ""}),
        ("kept", {"campaign_id": "c3", "started_at": "x", "ended_at": ""}),
        (
            "ended_before_started",
            {"campaign_id": "c2", "started_at": "2025-01-02", "ended_at": "2025-01-01"},
        ),
    ],
    "campaign_spend": [
        ("kept", {"campaign_id": "c1", "spend_date": "2025-01-01", "spend": "0.1"}),
        ("merged", {"campaign_id": "c1", "spend_date": "2025-01-01", "spend": "9"}),
        ("missing_campaign_id", {"campaign_id": "", "spend_date": "", "spend": ""}),
        ("invalid_spend_date", {"campaign_id": "c9", "spend_date": "", "spend": ""}),
        (
            "invalid_spend",
            {"campaign_id": "c9", "spend_date": "2025-01-01", "spend": "free"},
        ),
        (
            "negative_spend",
            {"campaign_id": "c9", "spend_date": "2025-01-01", "spend": "-1"},
        ),
        (
            "spend_above_maximum",
            {"campaign_id": "c9", "spend_date": "2025-01-01", "spend": "1000000000.01"},
        ),
        (
            "spend_date_too_early",
            {"campaign_id": "c9", "spend_date": "0025-02-03", "spend": "free"},
        ),
        (
            "spend_date_in_future",
            {"campaign_id": "c9", "spend_date": "2025-07-02", "spend": "free"},
        ),
        (
            "unknown_campaign",
            {"campaign_id": "c9", "spend_date": "2025-01-01", "spend": "1"},
        ),
    ],
    "campaign_assignments": [
        ("kept", {"campaign_id": "c1", "user_id": "u1", "variant": "control"}),
        ("kept", {"campaign_id": "c1", "user_id": "u2", "variant": "control"}),
        ("merged", {"campaign_id": "c1", "user_id": "u2", "variant": "b"}),
        ("missing_campaign_id", {"campaign_id": "", "user_id": "", "variant": ""}),
        ("missing_user_id", {"campaign_id": "c9", "user_id": "", "variant": ""}),
        ("missing_variant", {"campaign_id": "c9", "user_id": "u1", "variant": ""}),
        ("unknown_campaign", {"campaign_id": "c9", "user_id": "u1", "variant": "a"}),
        ("erased", {"campaign_id": "", "user_id": "gone", "variant": ""}),
    ],
    "erasure_requests": [
        ("kept", {"user_id": "gone", "requested_at": "2025-03-01"}),
        ("kept", {"user_id": "gone too", "requested_at": "last week"}),
        ("merged", {"user_id": "gone ", "requested_at": "2025-03-02"}),
        ("duplicate", {"user_id": " gone", "requested_at": "2025-03-01 00:00"}),
        ("missing_user_id", {"user_id": "", "requested_at": "2025-03-01"}),
    ],
}


def case_rows() -> dict[str, list[dict[str, str]]]:
    """Return the rows of every input, the broken ones first."""
    events = [
        {**EVENT, "event_id": reason, **change}
        for reason, change in BROKEN_EVENTS.items()
    ]
    events += [
        {**EVENT, **change}
        for change in (
            {"event_id": "sound"},
            {"event_id": "one day ahead", "occurred_at": "2025-07-01 00:00:00"},
            {"event_id": "at the maximum", "quantity": "10000"},
            {"event_id": "own type", "event_type": " Donation "},
            {"event_id": "blanks", "user_id": " u1 ", "item_id": "i1 "},
            {"event_id": "#comment", "quantity": " 2.50 ", "unit_price": "1e2"},
            {"event_id": "erased", "user_id": "gone", "item_id": "", "quantity": "x"},
            {"event_id": "erased late", "user_id": "gone too"},
            {"event_id": "twice", "unit_price": "1"},
            {"event_id": "twice", "unit_price": "2"},
            {"event_id": "twice", "unit_price": "-3"},
            {"event_id": "", "unit_price": "7"},
            {"event_id": " ", "unit_price": "7.0"},
            {"event_id": "", "unit_price": "8"},
            {"event_id": "unknown item", "item_id": "i9"},
            {"event_id": "lost item", "item_id": ""},
            {"event_id": "view of nothing", "event_type": "view", "item_id": ""},
            {"event_id": "sent back", "quantity": "-3"},
            {"event_id": "returned", "event_type": "Return", "quantity": "-2"},
            {
                "event_id": "paid back",
                "event_type": "refund",
                "quantity": "2",
                "unit_price": "-4",
            },
            *SENT_AGAIN,
        )
    ]
    touches = [
        {**TOUCH, "touch_id": reason, **change}
        for reason, change in BROKEN_TOUCHES.items()
    ]
    touches += [
        {**TOUCH, **change}
        for change in (
            {"touch_id": "sound"},
            {"touch_id": "erased", "user_id": "gone", "campaign_id": ""},
            {"touch_id": "", "position": "2"},
            {"touch_id": "", "position": "2"},
            {"touch_id": "of an item", "item_id": "i1"},
            {"touch_id": "of an unknown item", "item_id": "i9"},
        )
    ]
    others = {name: [row for _, row in rows] for name, rows in BROKEN_OTHERS.items()}
    return {"events": events, "campaign_touches": touches, **others}


@pytest.fixture(scope="module")
def cases(dbt_project, write_csv, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("cases")
    for name, rows in case_rows().items():
        write_csv(folder, name, rows)
    return dbt_project.check_inputs(folder, VARIABLES)


@pytest.fixture(scope="module")
def reversed_cases(dbt_project, write_csv, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("reversed_cases")
    for name, rows in case_rows().items():
        write_csv(folder, name, rows[::-1])
    return dbt_project.check_inputs(folder, VARIABLES)


def reasons_by_id(database: Path, fetch, name: str, key: str) -> dict[str, str]:
    rows = fetch(
        database,
        f"select row_content, rejection_reason from marts.rejected_rows "
        f"where input_name = '{name}'",
    )
    return {json.loads(content)[key]: reason for content, reason in rows}


def test_an_event_is_rejected_for_the_first_reason_that_holds(cases, fetch):
    found = reasons_by_id(cases, fetch, "events", "event_id")
    assert found.pop("twice") == "negative_unit_price"
    assert found == {reason: reason for reason in BROKEN_EVENTS}


def test_a_touch_is_rejected_for_the_first_reason_that_holds(cases, fetch):
    found = reasons_by_id(cases, fetch, "campaign_touches", "touch_id")
    assert found == {reason: reason for reason in BROKEN_TOUCHES}


@pytest.mark.parametrize("name", BROKEN_OTHERS)
def test_other_rows_have_the_fate_that_the_contract_says(cases, fetch, name):
    expected = Counter(fate for fate, _ in BROKEN_OTHERS[name])
    ((kept, duplicate, merged, erased),) = fetch(
        cases,
        "select rows_kept, rows_duplicate, rows_merged, rows_erased "
        "from marts.row_accounting "
        f"where input_name = '{name}'",
    )
    reasons = fetch(
        cases,
        f"select rejection_reason from marts.rejected_rows where input_name = '{name}'",
    )
    found = Counter(reason for (reason,) in reasons)
    found.update({"kept": kept, "duplicate": duplicate})
    found.update({"merged": merged, "erased": erased})
    assert +found == expected


def kept_events(database: Path, fetch, columns: str) -> dict[str, tuple[Any, ...]]:
    rows = fetch(database, f"select event_id, {columns} from staging.stg_events")
    return {row[0]: row[1:] for row in rows}


def test_sound_rows_are_kept_up_to_the_very_limits(cases, fetch):
    kept = kept_events(cases, fetch, "quantity")
    named = {"sound", "one day ahead", "at the maximum", "own type", "twice"}
    assert named <= set(kept)
    assert kept["at the maximum"] == (10000.0,)


def test_an_event_of_an_unknown_or_a_lost_item_is_kept_and_counted(cases, fetch):
    kept = kept_events(cases, fetch, "is_known_item")
    assert kept["sound"] == (True,)
    for event in ("unknown item", "lost item", "view of nothing", "other item"):
        assert kept[event] == (False,), event
    counts = fetch(
        cases,
        "select input_name, rows_of_unknown_items from marts.row_accounting "
        "where rows_of_unknown_items > 0",
    )
    assert dict(counts) == {"events": 4, "campaign_touches": 1}


def test_a_line_below_zero_is_a_refund_of_so_many(cases, fetch):
    kept = kept_events(cases, fetch, "event_type, quantity, unit_price")
    assert kept["sent back"][:2] == ("refund", 3.0)
    assert kept["returned"][:2] == ("refund", 2.0)
    assert kept["paid back"] == ("refund", 2.0, 4.0)


AGAIN = {"again 1", "again 2", "again 3"}


def test_an_order_sent_again_at_a_later_time_is_counted_and_kept(cases, fetch):
    refired = fetch(
        cases, "from staging.stg_events_checked select event_id where is_refired"
    )
    assert {event for (event,) in refired} == AGAIN
    counted = fetch(
        cases,
        "select rows_refired from marts.row_accounting where input_name = 'events'",
    )
    assert counted == [(len(AGAIN),)]
    kept = kept_events(cases, fetch, "quantity")
    assert AGAIN | {"line 1", "line 1 of 2", "cancelled 2"} <= set(kept)


def test_with_the_setting_an_order_sent_again_is_a_duplicate(
    dbt_project, write_csv, tmp_path, fetch
):
    write_csv(tmp_path, "events", SENT_AGAIN)
    write_csv(tmp_path, "items", [{"item_id": "i1"}])
    database = dbt_project.check_inputs(
        tmp_path,
        "{input_checks: {drop_refired_orders: true}}",
        ("stg_events", "row_accounting", "stg_input_health"),
    )
    kept = kept_events(database, fetch, "quantity")
    assert set(kept) == {line["event_id"] for line in SENT_AGAIN} - AGAIN
    counted = fetch(
        database,
        "select rows_duplicate, rows_refired from marts.row_accounting "
        "where input_name = 'events'",
    )
    assert counted == [(len(AGAIN), len(AGAIN))]
    judged = fetch(
        database,
        "from staging.stg_input_health select outcome, message "
        "where check_name = 'orders_refired' and input_name = 'events'",
    )
    assert judged == [("ok", None)]


def test_an_input_of_which_nothing_is_kept_says_why(
    dbt_project, write_csv, tmp_path, fetch
):
    write_csv(tmp_path, "events", SENT_AGAIN)
    write_csv(tmp_path, "items", [{"item_id": "i1"}])
    write_csv(tmp_path, "users", [{"user_id": "nan"}, {"user_id": "None"}])
    said = fetch(
        dbt_project.check_inputs(tmp_path, tables=("stg_input_health",)),
        "from staging.stg_input_health select message "
        "where check_name = 'optional_input_empty' and outcome = 'warned'",
    )
    assert [message.split(":")[0] for (message,) in said] == [
        "none of 2 rows of `users` is kept, most often rejected as `missing_user_id`"
    ]


def test_blanks_around_ids_and_the_case_of_types_do_not_matter(cases, fetch):
    kept = kept_events(cases, fetch, "user_id, item_id, event_type")
    assert kept["blanks"] == ("u1", "i1", "purchase")
    assert kept["own type"] == ("u1", "i1", "donation")


def test_numbers_as_text_are_numbers_and_empty_text_is_nothing(cases, fetch):
    kept = kept_events(cases, fetch, "quantity, unit_price, rating")
    assert kept["#comment"] == (2.5, 100.0, None)


def test_rows_of_a_key_are_one_even_after_a_rejected_one(cases, fetch):
    accounts = fetch(
        cases,
        "select row_status, count(*) from staging.stg_events_checked "
        "where event_id = 'twice' group by row_status",
    )
    assert dict(accounts) == {"kept": 1, "merged": 1, "rejected": 1}


def test_rows_without_a_key_are_one_when_their_content_is(cases, fetch):
    kept = fetch(
        cases,
        "select unit_price, length(event_id) from staging.stg_events "
        "where length(event_id) = 32",
    )
    assert sorted(kept) == [(7.0, 32), (8.0, 32)]


def test_erased_users_are_nowhere_whatever_else_their_rows_hold(cases, fetch):
    tables = fetch(
        cases,
        "select schema_name, table_name from duckdb_tables() "
        "where schema_name in ('staging', 'marts')",
    )
    assert len(tables) >= 10
    for schema, table in tables:
        query = f"from {schema}.{table} t where contains(t::varchar, 'gone')"
        found = fetch(cases, query)
        assert not found, f"{schema}.{table}"
    erased = fetch(cases, "select input_name, rows_erased from marts.row_accounting")
    assert {name: count for name, count in erased if count} == {
        "events": 2,
        "users": 1,
        "campaign_assignments": 1,
        "campaign_touches": 1,
    }


def test_every_row_written_is_read_and_has_one_fate(cases, fetch):
    accounts = fetch(
        cases,
        "select input_name, rows_read, "
        "rows_kept + rows_rejected + rows_duplicate + rows_merged + rows_erased "
        "from marts.row_accounting",
    )
    written = {name: len(rows) for name, rows in case_rows().items()}
    assert {name: read for name, read, _ in accounts} == written
    assert all(read == fates for _, read, fates in accounts)


def test_the_order_of_rows_changes_nothing(cases, reversed_cases, fetch):
    # The checked tables hold the raw row as well, and which copy of it is kept does not
    # matter when all typed columns are equal.
    relations = fetch(
        cases,
        "select table_schema || '.' || table_name from information_schema.tables "
        "where table_schema in ('staging', 'marts') "
        "and table_name not like '%_checked' "
        "and table_name not in ('csv_files', 'csv_records', 'stg_input_files')",
    )
    assert len(relations) == 29
    for (relation,) in relations:
        # Each database has a salt of its own.
        query = (
            "select t::varchar from (select columns(c -> c not in ('salt', 'user_hash',"
            f" 'bare_user_hash')) from {relation}) as t order by all"
        )
        assert fetch(cases, query) == fetch(reversed_cases, query), relation
