"""The published lists, made of relations."""

import importlib.util

import duckdb
import numpy as np
import pytest
from whole_builds import PROJECT

from precision_marketing.algorithms.blending.reranking import rerank_lists
from precision_marketing.build.relations import on_other_cursor, reader
from precision_marketing.candidates import reranking
from precision_marketing.candidates.item_rules import ItemRules
from precision_marketing.candidates.reranking import (
    published_schema,
    read_likeness,
    read_users,
    reranked_batches,
    unchanged,
)


@pytest.fixture
def connection():
    with duckdb.connect() as opened:
        yield opened


def test_two_items_are_as_alike_as_their_closest_relation_both_ways(connection):
    """By choice 0.1 and 0.3 are the strongest of items 0 and 1, 0.2 on average.

    So 0.1 is 0.5, and 0.3 is 1 at most. By text 0 and 2 are 0.4 alike. The 51st
    neighbor of item 3 does not count.
    """
    by_choice = connection.sql(
        "from (values ('serve', 0, 2, 0.1e0, 1), ('serve', 1, 2, 0.3e0, 1),"
        " ('test', 0, 1, 0.9e0, 1), ('serve', 3, 2, 0.2e0, 1),"
        " ('serve', 3, 0, 0.1e0, 51)) as t(time_window, item_index, neighbor_index,"
        " similarity, neighbor_rank)"
    )
    by_text = connection.sql(
        "select 'serve' as time_window, 0 as item_index, 2 as neighbor_index,"
        " 0.4e0 as similarity, 1 as neighbor_rank"
    )
    likeness = read_likeness(by_choice, by_text, 4)
    expected = [[0, 0, 0.5, 0], [0, 0, 1, 0], [0, 0, 0, 0], [0, 0, 1, 0]]
    assert likeness.toarray() == pytest.approx(np.array(expected), abs=1e-12)
    # After item 2 both ways: item 1 is just like it, item 0 half.
    for ranked in ([2, 1, 0], [1, 2, 0]):
        found = rerank_lists(
            np.array([ranked], np.int32),
            np.array([[1.0, 0.95, 0.9]]),
            np.full((1, 2), -1, np.int32),
            np.empty((1, 0), np.int32),
            np.zeros(1, np.int64),
            np.full((4, 2), -1, np.int32),
            np.full((4, 2), 1000),
            likeness,
            diversity=0.5,
            explored_count=0,
        )
        assert found.items[0].tolist() == [ranked[0], 0]


def test_items_that_nobody_chose_together_are_alike_by_text_alone(connection):
    nothing = connection.sql(
        "select 'serve' as time_window, 0 as item_index, 1 as neighbor_index,"
        " 1e0 as similarity, 1 as neighbor_rank where false"
    )
    by_text = connection.sql(
        "select 'serve' as time_window, 0 as item_index, 1 as neighbor_index,"
        " 0.4e0 as similarity, 1 as neighbor_rank"
    )
    assert read_likeness(nothing, by_text, 2).toarray().tolist() == [[0, 0.4], [0, 0]]


def test_half_of_the_scored_users_explore_at_every_other_rank(connection):
    people = connection.sql(
        "select range as user_index, 'u' || range as user_id from range(200)"
    )
    windows = connection.sql(
        "select 'serve' as time_window, range as user_index, range % 2 = 0 as is_scored"
        " from range(200) union all select 'test', 1, true"
    )
    users, turns = read_users(windows, people)
    assert users.tolist() == list(range(0, 200, 2))
    assert 30 < turns.sum() < 70
    assert set(turns) == {0, 1}


def test_without_rules_the_first_ranks_are_published_as_they_are(connection):
    """Two of three ranks of the published ranking; nothing is moved."""
    served = connection.sql(
        "select 'blend' as scorer, 0 as user_index,"
        " 3 + rank as item_index, rank as ranking_rank, 1 - rank / 10 as score,"
        " 'blend' as scored_by"
        " from (select unnest([3, 1, 2]) as rank)"
    )
    found = unchanged(served, 2)
    assert found.columns == published_schema.names
    assert sorted(found.fetchall()) == [
        (0, 4, 1, 0.9, "blend", 1, "organic", "blend"),
        (0, 5, 2, 0.8, "blend", 2, "organic", "blend"),
    ]


def lists(
    connection, users: list[int], rules: ItemRules, explored=None, **settings
) -> list[tuple]:
    """Return user, item, rank, score, before, rule and whose score."""
    batches = reranked_batches(
        on_other_cursor(connection.table("served"), connection),
        on_other_cursor(connection.table("interactions"), connection),
        np.array(users),
        np.zeros(len(users), np.int64),
        rules,
        None,
        explored,
        published_ranking="neural",
        **{"diversity": 0.0, "explored_count": 0} | settings,
    )
    rows = connection.from_arrow(reader(published_schema, batches)).fetchall()
    assert {row[4] for row in rows} == {"neural"}
    return [(*row[:4], *row[5:]) for row in rows]


def no_rules(n_items: int, length: int) -> ItemRules:
    """Return what is said of items where no rule is written."""
    return ItemRules(
        np.ones(n_items, bool),
        np.full((n_items, 2), -1, np.int32),
        np.full((n_items, 2), 1000),
        np.full(length, -1, np.int32),
    )


@pytest.fixture
def shop(connection):
    """Give users 0, 1, 2 and 5; the second is not scored, the third has no ranking."""
    connection.execute(
        "create table served as from (values (0, 9, 2e0, 1, 'neural'),"
        " (0, 7, 1e0, 2, 'neural'), (1, 7, 1e0, 1, 'neural'), (5, 8, 4e0, 1, 'neural'),"
        " (5, 7, 1e0, 2, 'blend'))"
        " as t(user_index, item_index, score, ranking_rank, scored_by);"
        "create table interactions as from (values ('serve', 5, 9, true),"
        " ('serve', 2, 9, false), ('test', 2, 9, true), ('serve', 1, 9, true),"
        " ('serve', 5, 3, true)) as t(time_window, user_index, item_index, is_excluded)"
    )
    return connection


def test_pinned_items_reach_every_user_who_does_not_have_them(shop):
    """Item 9 is pinned.

    User 0 has it in the ranking, user 5 has bought it, user 2 has no ranking at all.
    Item 8 is excluded, so that item 7, which the blend filled in, is user 5's best.
    """
    rules = no_rules(10, length=4)
    rules.is_shown[8] = False
    rules.pinned[2] = 9
    assert lists(shop, [0, 2, 5], rules) == [
        (0, 7, 1, 1.0, 2, "organic", "neural"),
        (0, 9, 2, 2.0, 1, "pinned", "neural"),
        (2, 9, 1, 0.0, None, "pinned", None),
        (5, 7, 1, 1.0, 2, "organic", "blend"),
    ]


def test_an_empty_place_is_closed_up_and_an_unlisted_item_scores_zero(shop):
    """Item 7 is second in the ranking and first now; item 4 is pinned to rank 3."""
    rules = no_rules(10, length=3)
    rules.is_shown[9] = False
    rules.pinned[2] = 4
    assert lists(shop, [0], rules) == [
        (0, 7, 1, 1.0, 2, "organic", "neural"),
        (0, 4, 2, 0.0, None, "pinned", None),
    ]


def test_explored_items_are_marked_and_keep_the_score_that_they_have(shop):
    def explored(users: np.ndarray) -> np.ndarray:
        return np.where(users[:, None] == 0, 7, 6).astype(np.int32)

    rows = lists(shop, [0, 2], no_rules(10, 3), explored, explored_count=1)
    assert rows == [
        (0, 9, 1, 2.0, 1, "organic", "neural"),
        (0, 7, 2, 1.0, 2, "organic", "neural"),
        (2, 6, 1, 0.0, None, "explored", None),
    ]


def test_the_shop_in_blocks_of_users_and_in_any_order_gives_the_same(shop, monkeypatch):
    rules = no_rules(10, length=3)
    rules.pinned[1] = 9
    users = [0, 2, 5]
    whole = lists(shop, users, rules)
    monkeypatch.setattr(reranking, "USERS_PER_BLOCK", 1)
    shop.execute(
        "create or replace table served as from served order by user_index desc, score"
    )
    assert lists(shop, users, rules) == whole


def test_while_no_rule_asks_nothing_but_the_served_ranking_is_read(shop):
    path = PROJECT / "python_models/candidates/published/published_items.py"
    specification = importlib.util.spec_from_file_location("published_items", path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    served = shop.sql("select 'blend' as scorer, * from served")
    settings = shop.sql(
        "from (values ('reranking', 'is_wanted', 0, null),"
        " ('reranking', 'list_length', 1, null)) as t(scorer, setting, setting_value,"
        " setting_text)"
    )
    known = {"served_rankings": served, "int_scorer_settings": settings}

    class Dbt:
        def config(self, **settings: object) -> None:
            """Take what the model says of how it is made."""

        def ref(self, package: str, name: str):
            # What is read of any other is an error: an object has no methods of it.
            return known.get(name, object())

    assert len(module.model(Dbt(), shop).fetchall()) == 3
