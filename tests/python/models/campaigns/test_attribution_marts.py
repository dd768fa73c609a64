"""Attribution marts of a made-up shop against the same written down in plain loops."""

from __future__ import annotations

import random
import shutil
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from attribution_reference import (
    Journey,
    Touch,
    find_journeys,
    removed_one_by_one,
    shapley_over_coalitions,
    weights,
)

SETTINGS = {"lookback_days": 20, "path_touches": 12}
HALF_LIFE_DAYS = 3
VARIABLES = "{attribution: {lookback_days: 20, path_touches: 12, half_life_days: 3}}"
MARTS = ("+campaign_attribution", "+channel_attribution", "+conversion_paths")
CHECKS = (
    "credits_of_a_conversion_add_up_to_one",
    "channels_add_up_to_all_conversions_and_all_spend",
    "channel_credits_are_those_of_touches",
    "every_touched_user_or_conversion_has_one_path",
)
MODELS = {
    *("first", "last", "last_non_direct", "linear"),
    *("position", "time_decay", "markov", "shapley"),
}
CHANNELS = ["Direct", "email", "display", "search", "social", "video", "push"]
START = datetime(2025, 1, 1)


def made_up_shop() -> dict[str, list[dict]]:
    """Return inputs on a grid of hours, so that times are often equal."""
    draw = random.Random(7)

    def at(hour: float | None = None) -> datetime:
        return START + timedelta(
            hours=draw.randrange(24 * 90) if hour is None else hour
        )

    users = [f"u{number}" for number in range(120)]
    campaigns = [
        {"campaign_id": f"c{number}", "channel": channel, "currency": "USD"}
        for number, channel in enumerate([*CHANNELS, "print"])
    ]
    touches = [
        {
            "user_id": draw.choice(users[1:100]),
            "campaign_id": f"c{min(draw.randrange(7), draw.randrange(7))}",
            "touch_type": draw.choice(["click", "impression", "impression", "open"]),
            "channel": draw.choice(["", "", "", "DIRECT", "affiliate"]),
            "touched_at": at(),
        }
        for _ in range(1200)
    ]
    # Many touches; a touch at the order's instant, exactly 20 days before it, a second
    # earlier than that, and one after it.
    touches += [
        {**touches[0], "user_id": "u0", "touch_type": "click", "touched_at": at(hour)}
        for hour in [*range(1000, 1040), 100, 580, 100 - 1 / 3600, 581]
    ]
    orders = [
        (draw.choice(users[20:]), at(), draw.choice(["", "9.99", "20", "33.33"]))
        for _ in range(300)
    ] + [("u0", at(580), "100"), ("u0", at(1040), "100")]
    return {
        "items": [{"item_id": "i"}],
        "campaigns": campaigns,
        "campaign_spend": [
            {"campaign_id": f"c{number}", "spend_date": f"2025-0{month}-05", "spend": 7}
            for number in (1, 2, 7)
            for month in (1, 3, 5)
        ],
        "campaign_touches": [
            {"touch_id": f"t{number:05d}", **touch}
            for number, touch in enumerate(draw.sample(touches, len(touches)))
        ],
        "events": [
            {
                "event_id": f"e{number:05d}",
                "user_id": user,
                "item_id": "i",
                "event_type": "purchase",
                "occurred_at": occurred_at,
                "unit_price": price,
            }
            for number, (user, occurred_at, price) in enumerate(orders)
        ],
    }


@pytest.fixture(scope="module")
def shop() -> dict[str, list[dict]]:
    return made_up_shop()


def journeys_of(shop, **settings) -> list[Journey]:
    channel_of = {row["campaign_id"]: row["channel"] for row in shop["campaigns"]}
    touches, orders = defaultdict(list), defaultdict(list)
    for row in shop["campaign_touches"]:
        if row["touch_type"] != "open":
            channel = (row["channel"] or channel_of[row["campaign_id"]]).lower()
            touches[row["user_id"]].append(
                Touch(
                    row["touched_at"],
                    row["touch_type"] == "click",
                    row["touch_id"],
                    channel,
                )
            )
    for row in shop["events"]:
        orders[row["user_id"]].append(
            (row["event_id"], row["occurred_at"], float(row["unit_price"] or 0))
        )
    return find_journeys(touches, orders, **SETTINGS, **settings)


@pytest.fixture(scope="module")
def journeys(shop) -> list[Journey]:
    return journeys_of(shop)


@pytest.fixture(scope="module")
def database(tmp_path_factory, dbt_project, write_csv, shop) -> Path:
    folder = tmp_path_factory.mktemp("attribution")
    for name, rows in shop.items():
        write_csv(folder, name, rows)
    database = folder / "build" / "inputs.duckdb"
    errors = dbt_project.run(
        *("build", "--select", *MARTS),
        *("--exclude-resource-type", "test", "unit_test"),
        database=database,
        input_dir=folder,
        variables=VARIABLES,
    )
    assert not errors, errors
    return database


def check(dbt_project, database: Path) -> str:
    return dbt_project.run(
        *("test", "--select", *CHECKS),
        database=database,
        input_dir=database.parents[1],
        variables=VARIABLES,
    )


def test_every_credit_of_every_model_is_that_of_plain_loops(database, journeys, fetch):
    effects, _ = removed_one_by_one(journeys)
    expected = {}
    for journey in journeys:
        if journey.conversion_id is None:
            continue
        for model, credits in (
            weights(journey, HALF_LIFE_DAYS, effects).items() if journey.touches else ()
        ):
            for touch, credit in zip(journey.touches, credits, strict=True):
                if credit > 0:
                    key = (model, journey.conversion_id, touch.touch_id)
                    expected[key] = (credit, touch.channel, journey.window_touch_count)
    found = {
        tuple(key): (float(credit), *rest)
        for *key, credit, channel, count in fetch(
            database,
            "select attribution_model, conversion_id, touch_id, credit, channel,"
            " window_touch_count from marts.campaign_attribution"
            " where touch_id is not null",
        )
        for rest in [(channel, count)]
    }
    assert {model for model, *_ in expected} == MODELS
    assert found.keys() == expected.keys()
    for key, (credit, *rest) in expected.items():
        assert found[key] == (pytest.approx(credit, abs=1e-9), *rest), key


def test_journeys_that_end_at_orders_are_those_of_plain_loops(
    database, shop, dbt_project, fetch, tmp_path
):
    copy = tmp_path / "build" / "inputs.duckdb"
    copy.parent.mkdir()
    shutil.copy(database, copy)
    errors = dbt_project.run(
        *("build", "--select", "int_journey_ends+,+conversion_paths"),
        *("--exclude-resource-type", "test", "unit_test"),
        database=copy,
        input_dir=database.parents[1],
        variables=VARIABLES.replace(
            "{lookback", "{journeys_end_at_orders: true, lookback"
        ),
    )
    assert not errors, errors
    found = defaultdict(list)
    for key, touch in fetch(
        copy,
        "select case when is_converted then journey_id end, touch_id"
        " from intermediate.int_journey_touches"
        " order by is_converted, journey_id, touch_position",
    ):
        found[key].append(touch)
    paths = [j for j in journeys_of(shop, ends_at_orders=True) if j.touches]
    expected = {
        j.conversion_id: [touch.touch_id for touch in j.touches]
        for j in paths
        if j.conversion_id
    }
    in_vain = found.pop(None)
    assert found == expected
    assert sorted(in_vain) == sorted(
        touch.touch_id for j in paths if not j.conversion_id for touch in j.touches
    )
    # Converters were touched later, and lost touches to an order before.
    assert sum(j.conversion_id is None for j in paths) > 40
    assert expected != {
        j.conversion_id: [touch.touch_id for touch in j.touches]
        for j in journeys_of(shop)
        if j.conversion_id and j.touches
    }


def test_conversions_without_a_touch_are_nobodys(database, journeys, fetch):
    unattributed = {j.conversion_id for j in journeys if not j.touches}
    assert len(unattributed) > 20
    rows = fetch(
        database,
        "select conversion_id, count(*), min(channel), min(credit), max(credit)"
        " from marts.campaign_attribution where touch_id is null group by all",
    )
    assert {row[0] for row in rows} == unattributed
    assert {row[1:] for row in rows} == {(8, "(none)", 1, 1)}


def test_windows_of_both_ends_and_long_paths_are_in_the_shop(journeys):
    by_order = {j.ended_at: j for j in journeys if j.revenue == 100}
    first, second = (by_order[at] for at in sorted(by_order))
    assert first.window_touch_count == 2, "20 days before and the same instant"
    assert second.window_touch_count > len(second.touches) == SETTINGS["path_touches"]
    assert any(set(j.channels) == {"direct"} for j in journeys)


def test_markov_totals_are_those_of_removing_each_channel(database, journeys, fetch):
    conversion, revenue = removed_one_by_one(journeys)
    attributed = [j for j in journeys if j.conversion_id and j.touches]
    orders = len(attributed) / sum(conversion.values())
    amount = sum(j.revenue for j in attributed) / sum(revenue.values())
    found = {
        channel: (float(credit), float(earned), effect)
        for channel, credit, earned, effect in fetch(
            database,
            "select channel, sum(conversion_credit), sum(revenue_amount),"
            " any_value(removal_effect) from marts.channel_attribution"
            " where attribution_model = 'markov' and removal_effect is not null"
            " group by channel",
        )
    }
    assert found.keys() == conversion.keys()
    for channel, (credit, earned, effect) in found.items():
        assert effect == pytest.approx(conversion[channel], rel=1e-9)
        assert credit == pytest.approx(orders * conversion[channel], rel=1e-9)
        # Money is rounded to a ten-thousandth in each of the months.
        assert earned == pytest.approx(amount * revenue[channel], abs=1e-3)


def test_shapley_totals_are_those_of_all_coalitions(database, journeys, fetch):
    expected = shapley_over_coalitions(journeys)
    assert len(expected) == 8
    found = dict(
        fetch(
            database,
            "select channel, sum(conversion_credit)::double from"
            " marts.channel_attribution where attribution_model = 'shapley'"
            " and channel not in ('(none)', 'print') group by channel",
        )
    )
    assert found == pytest.approx(expected, abs=1e-9)


def test_a_channel_that_touched_nobody_keeps_its_spend(database, fetch):
    rows = fetch(
        database,
        "select attribution_model, sum(spend_amount), sum(conversion_credit), max(roas)"
        " from marts.channel_attribution where channel = 'print' group by all",
    )
    assert len(rows) == 8
    assert {row[1:] for row in rows} == {(21, 0, 0.0)}


def test_paths_hold_every_journey_once(database, journeys, fetch):
    expected = defaultdict(lambda: [0, 0, 0])
    for journey in journeys:
        steps = [
            channel
            for before, channel in zip(
                [None, *journey.channels], journey.channels, strict=False
            )
            if channel != before
        ]
        if steps:
            counts = expected[" > ".join(steps)]
            counts[journey.conversion_id is None] += 1
            counts[2] += len(journey.touches)
    found = fetch(
        database,
        "select path, conversion_count, unconverted_user_count, touch_count"
        " from marts.conversion_paths",
    )
    assert {path: counts for path, *counts in found} == dict(expected)


@pytest.mark.parametrize(
    ("change", "failing"),
    [
        (
            "update marts.campaign_attribution set credit = credit - 0.000000000001"
            " where attribution_model = 'linear' and touch_position = 1",
            CHECKS[0],
        ),
        ("delete from marts.campaign_attribution where touch_id is null", CHECKS[0]),
        (
            "update marts.campaign_attribution set credited_revenue_amount = 0"
            " where attribution_model = 'first'",
            CHECKS[0],
        ),
        ("delete from marts.channel_attribution where channel = 'print'", CHECKS[1]),
        (
            "update marts.channel_attribution set conversion_credit = 0"
            " where attribution_model = 'markov' and channel = 'email'",
            CHECKS[1],
        ),
        (
            "update marts.channel_attribution set touch_conversion_credit ="
            " touch_conversion_credit + case channel when 'email' then 0.1"
            " when 'display' then -0.1 else 0 end",
            CHECKS[2],
        ),
        (
            "update marts.conversion_paths set unconverted_user_count = 0"
            " where path = 'email'",
            CHECKS[3],
        ),
    ],
)
def test_data_tests_see_what_is_broken(database, dbt_project, change, failing):
    assert not check(dbt_project, database)
    tables = ("campaign_attribution", "channel_attribution", "conversion_paths")
    with duckdb.connect(str(database)) as connection:
        for name in tables:
            connection.execute(
                f"create or replace table kept_{name} as from marts.{name}"
            )
        connection.execute(change)
    errors = check(dbt_project, database)
    with duckdb.connect(str(database)) as connection:
        for name in tables:
            connection.execute(f"delete from marts.{name}")
            connection.execute(f"insert into marts.{name} from kept_{name}")
            connection.execute(f"drop table kept_{name}")
    assert failing in errors
    assert not check(dbt_project, database)
