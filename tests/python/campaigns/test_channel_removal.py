"""From counted transitions to the table that SQL shares conversions by."""

import duckdb
import pytest

from precision_marketing.campaigns.channel_removal import (
    channel_removal_effects,
    removal_effects_schema,
)

# From, to, converted, count, revenue: `email > display` and `display` convert, a
# second `display` does not. By hand: P = 2/3, 4/9 without e-mail, 0 without display.
STEPS = [
    (None, "email", None, 1, 0),
    (None, "display", None, 2, 0),
    ("email", "display", None, 1, 0),
    ("display", None, True, 2, 30),
    ("display", None, False, 1, 0),
]


def effects_of(steps: list[tuple]) -> list[dict]:
    with duckdb.connect() as connection:
        connection.execute(
            "create table steps (from_channel varchar, to_channel varchar, "
            "is_converted boolean, transition_count bigint, "
            "revenue_amount decimal(38, 4))"
        )
        for step in steps:
            connection.execute("insert into steps values (?, ?, ?, ?, ?)", step)
        table = channel_removal_effects(connection.table("steps"))
    assert table.schema == removal_effects_schema
    return table.to_pylist()


def test_shares_are_effects_over_their_sum_one_after_the_other():
    display, email = effects_of(STEPS)
    assert (display["channel"], email["channel"]) == ("display", "email")
    assert display["removal_effect"] == pytest.approx(1)
    assert email["removal_effect"] == pytest.approx(1 / 3)
    assert display["share_before"] == 0
    assert display["share_until"] == email["share_before"] == pytest.approx(0.75)
    assert email["share_until"] == 1
    assert email["revenue_share_until"] == 1


def test_the_order_of_rows_changes_nothing():
    assert effects_of(STEPS[::-1]) == effects_of(STEPS)


def test_without_revenue_it_is_shared_as_conversions_are():
    rows = effects_of([(*step[:4], 0) for step in STEPS])
    assert [row["revenue_removal_effect"] for row in rows] == [None, None]
    assert [row["revenue_share_until"] for row in rows] == [
        row["share_until"] for row in rows
    ]


def test_without_conversions_effects_are_null_and_nothing_is_shared():
    rows = effects_of([(None, "email", None, 2, 0), ("email", None, False, 2, 0)])
    assert rows == [{"channel": "email"} | dict.fromkeys(list(rows[0])[1:])]
    assert effects_of([]) == []


def test_too_many_channels_stop_the_build_with_what_to_do():
    steps = duckdb.sql(
        "select null::varchar as from_channel, 'c' || range as to_channel,"
        " null::boolean as is_converted, 1 as transition_count, 0 as revenue_amount"
        " from range(2001) union all select 'c' || range, null, true, 1, 5"
        " from range(2001)"
    )
    with pytest.raises(ValueError, match="2,001: give each touch the name of its"):
        channel_removal_effects(steps)
