"""Several rows of one key are decided by what they mean (docs/inputs.md, the table).

One small folder holds a case of each input, and is built once in each order of rows.
"""

from __future__ import annotations

from pathlib import Path

import pytest

ITEM = {"item_id": "tea", "is_available": "", "updated_at": ""}
USER = {
    "signed_up_at": "2025-01-01",
    "country": "AT",
    "has_email_consent": "true",
    "has_ads_consent": "",
}
EVENT = {
    "user_id": "ann",
    "item_id": "tea",
    "event_type": "purchase",
    "occurred_at": "2025-02-01 10:00:00",
    "quantity": "1",
    "order_id": "",
}
TOUCH = {
    "campaign_id": "c",
    "user_id": "ann",
    "touched_at": "2025-02-01 10:00:00",
    "item_id": "",
    "channel": "email",
    "variant": "A",
}
SPEND = {"campaign_id": "c", "spend_date": "2025-02-01"}
ARM = {"campaign_id": "c", "variant": "A", "assigned_at": "2025-01-02"}

ROWS = {
    "items": [
        {**ITEM, "price": "1"},
        {**ITEM, "price": "2", "updated_at": "2025-01-02"},
        {**ITEM, "price": "3", "updated_at": "2025-01-01"},
        {**ITEM, "item_id": "cup", "price": "1", "is_available": "true"},
        {**ITEM, "item_id": "cup", "price": "2", "is_available": "false"},
    ],
    "users": [
        {**USER, "user_id": "ann"},
        {**USER, "user_id": "ann", "has_email_consent": "false", "country": "DE"},
        {**USER, "user_id": "ann", "signed_up_at": "2025-01-09", "country": "CH"},
        # Rejected for what it says of ads, and still a no to e-mail.
        {**USER, "user_id": "bob"},
        {
            **USER,
            "user_id": "bob",
            "has_email_consent": "false",
            "has_ads_consent": "?",
        },
        # Not known is no refusal.
        {**USER, "user_id": "cem"},
        {
            **USER,
            "user_id": "cem",
            "signed_up_at": "2024-12-31",
            "has_email_consent": "",
        },
    ],
    "campaigns": [
        {"campaign_id": "c", "channel": "email", "updated_at": "2025-01-01"},
        {"campaign_id": "c", "channel": "display", "updated_at": "2025-01-02"},
        {"campaign_id": "d", "channel": "(Direct)", "updated_at": ""},
        {"campaign_id": "d", "channel": "(Direct)", "updated_at": " "},
        {"campaign_id": "e", "channel": "(unknown)", "updated_at": ""},
    ],
    "campaign_spend": [
        {**SPEND, "ad_group": "a", "spend": "50", "_loaded_at": "1"},
        {**SPEND, "ad_group": "a", "spend": "50.0", "_loaded_at": "2"},
        {**SPEND, "ad_group": "b", "spend": "50", "_loaded_at": "1"},
        {**SPEND, "ad_group": "c", "spend": "0.25", "_loaded_at": "1"},
        {**SPEND, "ad_group": "c", "spend": "-1", "_loaded_at": "1"},
    ],
    "campaign_assignments": [
        {**ARM, "user_id": "ann"},
        {**ARM, "user_id": "ann", "assigned_at": "2025-01-01"},
        {**ARM, "user_id": "ann", "assigned_at": ""},
        {**ARM, "user_id": "bob"},
        {**ARM, "user_id": "bob", "variant": "control", "assigned_at": "2025-01-03"},
        {**ARM, "user_id": "cem", "variant": "Control"},
        {
            **ARM,
            "user_id": "cem",
            "variant": "control",
            "assigned_at": "2025-01-03",
        },
        {**ARM, "user_id": "dan", "variant": "(all)"},
        {**ARM, "user_id": "eve", "variant": "_(all)"},
        {**ARM, "user_id": "fay", "variant": "(several)"},
    ],
    "campaign_touches": [
        {**TOUCH, "touch_id": "m1", "touch_type": "send"},
        {**TOUCH, "touch_id": "m1", "touch_type": "open"},
        {**TOUCH, "touch_id": "m1", "touch_type": "open", "touched_at": "2025-02-02"},
        {**TOUCH, "touch_id": "m1", "touch_type": "click", "channel": "(None)"},
        {**TOUCH, "touch_id": "m2", "touch_type": "impression", "item_id": "tea"},
        {**TOUCH, "touch_id": "m2", "touch_type": "impression", "item_id": "cup"},
        {**TOUCH, "touch_id": "m3", "touch_type": "click", "channel": "(all)"},
    ],
    "events": [
        {**EVENT, "event_id": "7"},
        {**EVENT, "event_id": "7", "item_id": "cup"},
        {**EVENT, "event_id": "7", "quantity": "2", "occurred_at": "2025-02-03"},
        {**EVENT, "event_id": "7", "event_type": "Purchase"},
        {**EVENT, "event_id": "8", "occurred_at": "2025-02-03"},
        {**EVENT, "event_id": "8", "occurred_at": "2025-02-02"},
        {**EVENT, "event_id": "9"},
        {**EVENT, "event_id": "9", "user_id": "bob", "order_id": "o"},
    ],
    "erasure_requests": [
        {"user_id": "gus", "requested_at": "2025-01-02"},
        {"user_id": "gus", "requested_at": "2025-01-01"},
        {"user_id": "gus", "requested_at": ""},
    ],
}


@pytest.fixture(scope="module")
def builds(dbt_project, write_csv, tmp_path_factory) -> list[Path]:
    """Build the cases in both orders of rows; the second file tells the order."""
    databases = []
    for step in (1, -1):
        folder = tmp_path_factory.mktemp("several")
        for name, rows in ROWS.items():
            write_csv(folder, name, rows[::step])
        databases.append(dbt_project.check_inputs(folder))
    return databases


CLAIMS = {
    "spend of ad groups adds up, and a row that was loaded twice counts once": (
        "spend from staging.stg_campaign_spend",
        [("100.2500",)],
    ),
    "the item's latest row counts, and else the one that is not available": (
        "item_id, price from staging.stg_items",
        [("cup", "2.0"), ("tea", "2.0")],
    ),
    "a refusal wins in whichever row, the rest is the latest's": (
        "user_id, country, has_email_consent from staging.stg_users",
        [("ann", "CH", "false"), ("bob", "AT", "false"), ("cem", "AT", "true")],
    ),
    "the campaign's latest row counts, and names of direct traffic are one": (
        "campaign_id, channel from staging.stg_campaigns",
        [("c", "display"), ("d", "direct"), ("e", None)],
    ),
    "the first exposure counts, two arms are none, and no label is taken": (
        "user_id, variant, assigned_at::date, is_in_several_arms "
        "from staging.stg_campaign_assignments",
        [
            ("ann", "A", "2025-01-01", "false"),
            ("bob", "(several)", "2025-01-02", "true"),
            ("cem", "Control", "2025-01-02", "false"),
            ("dan", "_(all)", "2025-01-02", "false"),
            ("eve", "__(all)", "2025-01-02", "false"),
            ("fay", "_(several)", "2025-01-02", "false"),
        ],
    ),
    "a message's number stands for its send, its first open and its click": (
        "split_part(touch_id, '#', 1), touch_type, item_id, channel, "
        "touched_at::date from staging.stg_campaign_touches",
        [
            ("m1", "click", None, "direct", "2025-02-01"),
            ("m1", "open", None, "email", "2025-02-01"),
            ("m1", "send", None, "email", "2025-02-01"),
            ("m2", "impression", "cup", "email", "2025-02-01"),
            ("m2", "impression", "tea", "email", "2025-02-01"),
            ("m3", "click", None, "_(all)", "2025-02-01"),
        ],
    ),
    "lines under one number are one order, and of one line the first counts": (
        "order_id, user_id, item_id, quantity, occurred_at::date "
        "from staging.stg_events",
        [
            ("7", "ann", "cup", "1.0", "2025-02-01"),
            ("7", "ann", "tea", "1.0", "2025-02-01"),
            ("9", "ann", "tea", "1.0", "2025-02-01"),
            ("o", "bob", "tea", "1.0", "2025-02-01"),
            (None, "ann", "tea", "1.0", "2025-02-02"),
        ],
    ),
    "the earliest request counts": (
        "requested_at::date from staging.stg_erasure_requests",
        [("2025-01-01",)],
    ),
    "rows are merged and conflicts counted by input": (
        "input_name, rows_kept, rows_rejected, rows_duplicate, rows_merged, "
        "key_conflicts from marts.row_accounting",
        [
            ("campaign_assignments", "6", "0", "0", "4", "3"),
            ("campaign_spend", "1", "1", "1", "2", "0"),
            ("campaign_touches", "6", "0", "0", "1", "2"),
            ("campaigns", "3", "0", "1", "1", "1"),
            ("erasure_requests", "1", "0", "0", "2", "1"),
            ("events", "5", "0", "0", "3", "3"),
            ("items", "2", "0", "0", "3", "2"),
            ("users", "3", "0", "0", "4", "3"),
        ],
    ),
}


@pytest.mark.parametrize("claim", CLAIMS)
def test_of_several_rows_of_a_key(builds, fetch, claim):
    query, expected = CLAIMS[claim]
    for database in builds:
        rows = fetch(database, f"select {query} order by all")
        text = [
            tuple(
                None
                if value is None
                else str(value).lower()
                if isinstance(value, bool)
                else str(value)
                for value in row
            )
            for row in rows
        ]
        assert sorted(text, key=str) == sorted(expected, key=str)


def test_every_id_stays_unique(builds, fetch):
    for name, key in (("events", "event_id"), ("campaign_touches", "touch_id")):
        query = f"select count(*), count(distinct {key}) from staging.stg_{name}"
        ((rows, ids),) = fetch(builds[0], query)
        assert rows == ids


# Campaign, days of (spend, ...) and the sum that is right.
BILLS = {
    "sent_twice": ([("50", "50"), ("7",)], 57),
    "by_ad_group": ([("100", "60", "40"), ("50", "50")], 300),
    "by_ad_group_loaded_twice": ([("100", "60", "60", "100"), ("50",) * 4], 260),
}


@pytest.mark.parametrize("others", [{}, {"currency": "EUR"}])
def test_equal_bills_are_ad_groups_where_the_campaign_is_billed_by_them(
    dbt_project, write_csv, fetch, tmp_path, others
):
    for name in ("items", "events"):
        write_csv(tmp_path, name, ROWS[name])
    write_csv(tmp_path, "campaigns", [{"campaign_id": name} for name in BILLS])
    write_csv(
        tmp_path,
        "campaign_spend",
        [
            {
                "campaign_id": name,
                "spend_date": f"2025-01-0{day}",
                "spend": spend,
                **others,
            }
            for name, (days, _) in BILLS.items()
            for day, spends in enumerate(days, 1)
            for spend in spends
        ],
    )
    database = dbt_project.check_inputs(tmp_path, tables=("stg_campaign_spend",))
    query = "select campaign_id, sum(spend) from staging.stg_campaign_spend group by 1"
    assert dict(fetch(database, query)) == {
        name: total for name, (_, total) in BILLS.items()
    }
    query = "select count(*), sum(row_status = 'duplicate') from staging."
    found = fetch(database, query + "stg_campaign_spend_checked")
    assert found == [(16, 5)]


@pytest.mark.parametrize("updated_at", ["", "2025-01-01"])
def test_versions_of_a_campaign_without_a_latest_stop_the_build(
    dbt_project, write_csv, tmp_path, updated_at
):
    for name in ("items", "events"):
        write_csv(tmp_path, name, ROWS[name])
    write_csv(
        tmp_path,
        "campaigns",
        [
            {"campaign_id": "c", "channel": channel, "updated_at": updated_at}
            for channel in ("email", "display", "email")
        ],
    )
    errors = dbt_project.run(
        *("run", "--select", "+stg_campaigns_checked"),
        database=tmp_path / "build" / "inputs.duckdb",
        input_dir=tmp_path,
    )
    assert "Input `campaigns` has several rows of one campaign_id that differ" in errors
