"""Lists after rules, diversity and exploration: by hand, and beside a greedy loop."""

import itertools
from typing import NamedTuple

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.blending.reranking import (
    PLACEMENT_RULES,
    RerankedLists,
    rerank_lists,
)

USERS, ITEMS, LENGTH, DEPTH, EXPLORED = 40, 60, 8, 20, 2
DIVERSITIES = (0, 0.4, 0.9)


def lists_of(length: int, ranked: list, scores: list, **arrays) -> RerankedLists:
    """Return the lists of users in whose shop nothing has a group unless it is given.

    Keywords are those of `rerank_lists`; pinned as {place: item} for every user.
    """
    users = len(ranked)
    pinned = np.full((users, length), -1, np.int32)
    for place, item in arrays.pop("pinned", {}).items():
        pinned[:, place] = item
    return rerank_lists(
        np.array(ranked, np.int32),
        np.array(scores),
        pinned,
        **{
            "explored": np.empty((users, 0), np.int32),
            "turns": np.zeros(users, np.int64),
            "groups": np.full((20, 2), -1, np.int32),
            "maxima": np.full((20, 2), 1000),
            "likeness": None,
            "diversity": 0.0,
            "explored_count": 0,
        }
        | arrays,
    )


def shown(lists: RerankedLists, user: int = 0) -> list[tuple[int, str]]:
    """Return item and rule at each place of a list, item -1 for an empty one."""
    return [
        (item, PLACEMENT_RULES[rule] if item >= 0 else "")
        for item, rule in zip(
            lists.items[user].tolist(), lists.rules[user].tolist(), strict=True
        )
    ]


def test_a_pinned_item_takes_its_rank_and_counts_in_its_category():
    """Item 5 is pinned to rank 3; it and 0 and 1 share a category of at most two.

    So 1 makes way for 2, of another, and for 3, of a capped brand that 4 then may not
    add to.
    """
    groups = np.full((6, 2), -1, np.int32)
    groups[[0, 1, 5], 0], groups[2, 0], groups[[3, 4], 1] = 0, 1, 2
    maxima = np.full((6, 2), 1000)
    maxima[[0, 1, 5], 0], maxima[[3, 4], 1] = 2, 1
    found = lists_of(
        5,
        [[0, 1, 2, 3, 4]],
        [[1.0, 0.9, 0.8, 0.7, 0.6]],
        pinned={2: 5},
        groups=groups,
        maxima=maxima,
    )
    assert shown(found) == [
        (0, "organic"),
        (2, "organic"),
        (5, "pinned"),
        (3, "organic"),
        (-1, ""),
    ]
    assert found.ranks_before.tolist() == [[1, 3, 0, 4, 0]]


def test_pinned_items_are_shown_past_a_cap():
    groups = np.tile(np.array([0, -1], np.int32), (3, 1))
    found = lists_of(
        3,
        [[2]],
        [[1.0]],
        pinned={0: 0, 2: 1},
        groups=groups,
        maxima=np.ones((3, 2), np.int64),
    )
    assert shown(found) == [(0, "pinned"), (-1, ""), (1, "pinned")]


@pytest.mark.parametrize("pair", [(0, 1), (1, 0)])
def test_diversity_takes_the_unlike_item_before_the_better_one_that_is_like_the_first(
    pair,
):
    """At 0.5, after item 0: item 1 has 0.45 - 0.5 x 0.8 = 0.05, item 2 of the same
    category 0.4 - 0.25 = 0.15, item 3 0.3 - 0 = 0.3. Then item 2, and item 1 last. It
    says the same whose neighbor the other is.
    """
    groups = np.full((4, 2), -1, np.int32)
    groups[[0, 2], 0] = 7
    found = lists_of(
        4,
        [[0, 1, 2, 3]],
        [[1.0, 0.9, 0.8, 0.6]],
        groups=groups,
        maxima=np.full((4, 2), 1000),
        likeness=csr_matrix(([0.8], ([pair[0]], [pair[1]])), shape=(4, 4)),
        diversity=0.5,
    )
    assert shown(found) == [
        (0, "organic"),
        (3, "diversified"),
        (2, "diversified"),
        (1, "organic"),
    ]


@pytest.mark.parametrize("pair", [(1, 9), (9, 1)])
def test_what_is_like_an_unlisted_pinned_item_makes_way_too(pair):
    found = lists_of(
        3,
        [[1, 2]],
        [[1.0, 0.9]],
        pinned={2: 9},
        likeness=csr_matrix(([0.8], ([pair[0]], [pair[1]])), shape=(20, 20)),
        diversity=0.5,
    )
    assert shown(found) == [(2, "diversified"), (1, "organic"), (9, "pinned")]


def test_relevance_is_of_what_may_be_shown_and_1_where_all_scores_are_0():
    """Rank 1 is excluded: of the rest the best counts 1, the next 0.5 or 1."""
    likeness = csr_matrix(([0.3], ([1], [0])), shape=(20, 20))
    settings = {"likeness": likeness, "diversity": 0.5}
    found = lists_of(3, [[-1, 0, 1, 2]], [[9.0, 2.0, 1.8, 1.0]], **settings)
    assert shown(found)[1] == (1, "organic")
    found = lists_of(3, [[-1, 0, 1, 2]], [[9.0, 0.0, 0.0, 0.0]], **settings)
    assert shown(found)[1] == (2, "diversified")


def test_hardly_known_items_are_shown_at_the_end_in_turn_and_marked():
    """One of five places.

    User 0 explores at the last, user 1 at the one before, user 2 has nothing to
    explore. The place may not be had by an item at its own merit.
    """
    explored = np.array([[11, 12], [11, 12], [-1, -1]], np.int32)
    found = lists_of(
        5,
        [range(6)] * 3,
        [1 / np.arange(1, 7)] * 3,
        explored=explored,
        turns=np.array([0, 1, 0]),
        explored_count=1,
    )
    assert found.items.tolist() == [[0, 1, 2, 3, 11], [0, 1, 2, 11, 3], [*range(5)]]
    rules = [{rule for item, rule in shown(found, user)} for user in range(3)]
    assert rules == [{"organic", "explored"}, {"organic", "explored"}, {"organic"}]
    assert shown(found, 1)[3] == (11, "explored")


def test_a_list_needs_a_place_and_diversity_is_a_share():
    with pytest.raises(ValueError, match="length must be a whole number"):
        lists_of(0, [[1]], [[1.0]])
    with pytest.raises(ValueError, match=r"between 0 and 1, not 1\.5"):
        lists_of(1, [[1]], [[1.0]], diversity=1.5)


class Shop(NamedTuple):
    """Generated lists, as the function takes them."""

    ranked: np.ndarray
    scores: np.ndarray
    explored: np.ndarray
    turns: np.ndarray
    groups: np.ndarray
    likeness: csr_matrix


@pytest.fixture(scope="module")
def shop() -> Shop:
    """Give lists of 20 items; scores are coarse, so that many tie."""
    random = np.random.default_rng(11)
    orders = np.array([random.permutation(ITEMS) for _ in range(USERS)], np.int32)
    brands = random.integers(0, 10, ITEMS)
    pairs = np.triu(random.random((ITEMS, ITEMS)) < 0.2, 1)
    likeness = np.where(pairs, random.integers(1, 9, pairs.shape) / 8, 0)
    # Some pairs one way, some the other.
    is_turned = np.triu(random.random(pairs.shape) < 0.5)
    likeness = np.where(is_turned, 0, likeness) + np.where(is_turned, likeness, 0).T
    return Shop(
        ranked=orders[:, :DEPTH],
        scores=-np.sort(-random.integers(1, 9, (USERS, DEPTH)) / 8, axis=1),
        # One of them is ranked as well.
        explored=orders[:, [DEPTH + 1, 4, DEPTH + 2, DEPTH + 3]],
        turns=np.arange(USERS) % 2,
        groups=np.column_stack(
            [random.integers(0, 5, ITEMS), np.where(brands > 7, -1, 5 + brands)]
        ).astype(np.int32),
        likeness=csr_matrix(likeness),
    )


def pinned_to_third(shop: Shop) -> np.ndarray:
    """Return each user's pinned items: one that is not listed, for all but the last."""
    pinned = np.full((USERS, LENGTH), -1, np.int32)
    pinned[:-1, 2] = np.setdiff1d(np.arange(ITEMS), shop.ranked[0])[0]
    return pinned


def alike(left: int, right: int, shop: Shop) -> float:
    """Return how alike two items are."""
    shared = (shop.groups[left] == shop.groups[right]) & (shop.groups[left] >= 0)
    near = max(shop.likeness[left, right], shop.likeness[right, left])
    return max(near, 0.5 * shared.sum())


def greedy(shop: Shop, user: int, diversity: float) -> dict[int, int]:
    """Fill one user's list place by place; return item by place."""
    pins = pinned_to_third(shop)[user]
    places = {place: int(item) for place, item in enumerate(pins) if item >= 0}
    rank = {item: at for at, item in enumerate(shop.ranked[user].tolist())}
    tried = {item: at for at, item in enumerate(shop.explored[user].tolist())}
    scores = shop.scores[user]
    for place in range(LENGTH):
        taken = list(places.values())

        def is_open(item: int, taken: list = taken) -> bool:
            of_kind = (shop.groups[taken] == shop.groups[item]).sum(axis=0)
            has = shop.groups[item] >= 0
            return item not in taken and not (has & (of_kind >= [3, 2])).any()

        def order(item: int, taken: list = taken) -> tuple:
            nearest = max([alike(item, other, shop) for other in taken] + [0.0])
            relevance = scores[rank[item]] / scores[0]
            marginal = (1 - diversity) * relevance - diversity * nearest
            return (-round(marginal, 9) if diversity else 0, rank[item])

        is_turn = (LENGTH - 1 - place) % 2 == shop.turns[user]
        is_trial = is_turn and place >= LENGTH - 2 * EXPLORED
        if place in places:
            continue
        if is_trial and any(map(is_open, tried)):
            places[place] = min(filter(is_open, tried), key=tried.get)
        elif any(map(is_open, rank)):
            places[place] = min(filter(is_open, rank), key=order)
    return places


def reranked(shop: Shop, diversity: float) -> RerankedLists:
    return rerank_lists(
        shop.ranked,
        shop.scores,
        pinned_to_third(shop),
        shop.explored,
        shop.turns,
        shop.groups,
        np.tile([3, 2], (ITEMS, 1)),
        shop.likeness,
        diversity=diversity,
        explored_count=EXPLORED,
    )


@pytest.mark.parametrize("diversity", DIVERSITIES)
def test_the_same_places_are_filled_as_by_a_greedy_loop(shop, diversity):
    found = reranked(shop, diversity)
    for user in range(USERS):
        places = greedy(shop, user, diversity)
        items = found.items[user].tolist()
        assert items == [places.get(place, -1) for place in range(LENGTH)]
    assert (found.items >= 0).mean() > 0.9
    assert set(np.unique(found.rules)) >= {0, 2, 3}


def test_items_of_a_list_are_less_alike_the_more_diversity_is_asked_for(shop):
    means = [
        np.mean(
            [
                alike(left, right, shop)
                for items in reranked(shop, diversity).items
                for left, right in itertools.combinations(items[items >= 0], 2)
            ]
        )
        for diversity in DIVERSITIES
    ]
    assert sorted(means, reverse=True) == means
    assert len(set(means)) == len(means)


def test_blocks_of_users_in_threads_are_filled_as_one(shop, monkeypatch):
    whole = reranked(shop, 0.4)
    monkeypatch.setattr(
        "precision_marketing.algorithms.kernels.parallel._SMALLEST_CHUNK", 200
    )
    for threads in ("1", "3"):
        monkeypatch.setenv("PRECISION_MARKETING_THREADS", threads)
        parts = reranked(shop, 0.4)
        np.testing.assert_array_equal(parts.items, whole.items)
        np.testing.assert_array_equal(parts.rules, whole.rules)
