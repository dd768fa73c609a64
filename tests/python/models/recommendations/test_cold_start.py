"""Shops in which hardly anything, or nothing, is known of users and items."""

from pathlib import Path

import pytest

ITEMS = [
    {
        "item_id": f"i{number}",
        "title": f"{'Green' if number % 2 else 'Black'} tea {number}",
        "category": "pots" if number > 5 else "tea",
        "brand": "Leaf",
    }
    for number in range(8)
]


def users(count: int) -> list[dict]:
    return [{"user_id": f"u{n:03}", "country": "NL"} for n in range(count)]


@pytest.fixture(scope="module")
def nobody_knows(dbt_project, tmp_path_factory, write_csv) -> Path:
    """Build a shop without one event: all users and all items are new."""
    folder = tmp_path_factory.mktemp("new_shop")
    write_csv(folder, "users", users(4))
    write_csv(folder, "items", ITEMS)
    (folder / "events.csv").write_text("user_id,item_id,event_type,occurred_at\n")
    return dbt_project.build(
        folder,
        excluded=("unit_test",),
        health={"accept": ["input_empty.events"]},
        recommendations={"exploration_share": 0.25, "per_user": 4},
        rules=[
            {"rule": "pin", "item_id": "i7", "rank": 1},
            {"rule": "exclude", "item_id": "i0"},
        ],
    )


def test_a_shop_without_events_shows_what_is_pinned_and_lets_items_take_turns(
    nobody_knows, fetch
):
    rows = fetch(
        nobody_knows,
        "select user_id, recommendation_rank, item_id, placement_rule"
        " from marts.recommendations order by all",
    )
    by_user = {user: [r for r in rows if r[0] == user] for user, *_ in rows}
    assert len(by_user) == 4
    for shown in by_user.values():
        assert [rank for _, rank, *_ in shown] == [1, 2]
        assert shown[0][2:] == ("i7", "pinned")
        assert {rule for *_, rule in shown[1:]} == {"explored"}
    explored = {item for *_, item, rule in rows if rule == "explored"}
    assert len(explored) > 2
    assert "i0" not in explored


@pytest.fixture(scope="module")
def one_event_each(dbt_project, tmp_path_factory, write_csv) -> Path:
    """Build a shop whose users bought one item each, but for two who have nothing.

    Everybody of NL bought one of two; the shop's favorite is that of DE.
    """
    folder = tmp_path_factory.mktemp("one_event")
    people = users(150)
    for user in people[60:148]:
        user["country"] = "DE"
    people[149]["country"] = "FR"
    events = [
        {
            "user_id": user["user_id"],
            "item_id": ("i1", "i2")[number % 3 == 0] if number < 60 else "i5",
            "event_type": "purchase",
            "occurred_at": f"2025-0{1 + number % 6}-{1 + number % 28:02}T10:00:00Z",
        }
        for number, user in enumerate(people[:148])
    ]
    write_csv(folder, "users", people)
    write_csv(folder, "items", ITEMS)
    write_csv(folder, "events", events)
    return dbt_project.build(
        folder, excluded=("unit_test",), selected=("+recommendations",)
    )


def test_new_users_get_what_their_country_buys_and_else_what_the_shop_sells(
    one_event_each, fetch
):
    rows = fetch(
        one_event_each,
        "select user_id, item_id, reason_code from marts.recommendations"
        " where user_id in ('u148', 'u149') order by user_id, recommendation_rank",
    )
    lists = {user: [item for u, item, _ in rows if u == user] for user, *_ in rows}
    assert lists == {"u148": ["i1", "i2", "i5"], "u149": ["i5", "i1", "i2"]}
    assert {reason for *_, reason in rows} <= {"popular", "popular_in_your_segment"}


def test_a_user_with_one_event_is_light_and_gets_a_list_without_that_item(
    one_event_each, fetch
):
    segments = fetch(
        one_event_each,
        "select user_segment, count(*) from intermediate.int_window_users"
        " where time_window = 'serve' group by all order by all",
    )
    assert segments == [("light", 148), ("new", 2)]
    owned = fetch(
        one_event_each,
        "select count(*) from marts.recommendations join staging.stg_events"
        " using (user_id, item_id)",
    )
    assert owned == [(0,)]
    listed = fetch(
        one_event_each, "select count(distinct user_id) from marts.recommendations"
    )
    assert listed == [(150,)]
