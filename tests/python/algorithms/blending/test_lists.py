"""The blend of lists, against sums of dictionaries."""

from collections import defaultdict

import numpy as np
import pytest

from precision_marketing.algorithms.blending.lists import blend_lists, scale_lists

N_ITEMS, DEPTH, N_SCORERS, N_USERS = 40, 25, 3, 30
WEIGHTS = np.array([0.5, 0.25, 0.0])
SETTINGS = {"n_items": N_ITEMS, "tie_scorer": 2, "keep": 8, "keep_of_each": 2}


@pytest.fixture(scope="module")
def lists() -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    shape = (N_USERS, N_SCORERS, DEPTH)
    items = np.full(shape, -1, np.int32)
    # Few values, so that sums tie.
    scores = -np.sort(-generator.integers(1, 4, size=shape).astype(float), axis=2)
    for user in range(N_USERS):
        for scorer in range(N_SCORERS):
            length = generator.integers(0, DEPTH + 1)
            items[user, scorer, :length] = generator.permutation(N_ITEMS)[:length]
            scores[user, scorer, length:] = 0
    scale_lists(items, scores)
    return items, scores


def by_hand(items: np.ndarray, scaled: np.ndarray) -> list[tuple]:
    """Return (item, sum, rank, lists, best place) of one user's kept candidates."""
    sums, places = defaultdict(float), defaultdict(dict)
    for scorer in range(N_SCORERS):
        for place, item in enumerate(items[scorer]):
            if item >= 0:
                sums[item] += WEIGHTS[scorer] * scaled[scorer, place]
                places[item][scorer] = place + 1
    order = sorted(sums, key=lambda i: (-sums[i], places[i].get(2, DEPTH + 1), i))
    return [
        (item, sums[item], rank, len(places[item]), min(places[item].values()))
        for rank, item in enumerate(order, start=1)
        if rank <= SETTINGS["keep"]
        or min(places[item].values()) <= SETTINGS["keep_of_each"]
    ]


def test_candidates_are_those_of_the_weighted_sums(lists):
    items, scaled = lists
    found = blend_lists(items, scaled, WEIGHTS, **SETTINGS)
    rows = zip(
        found.users,
        found.items,
        found.scores,
        found.ranks,
        found.list_counts,
        found.best_ranks,
        strict=True,
    )
    of_user = defaultdict(list)
    for user, *row in rows:
        of_user[user].append(tuple(row))
    for user in range(N_USERS):
        wanted = by_hand(items[user], scaled[user])
        assert [row[0] for row in of_user[user]] == [row[0] for row in wanted]
        assert of_user[user] == [pytest.approx(row) for row in wanted]


def test_every_scorer_says_what_it_has_of_a_candidate(lists):
    items, scaled = lists
    found = blend_lists(items, scaled, WEIGHTS, **SETTINGS)
    for row, (user, item) in enumerate(zip(found.users, found.items, strict=True)):
        for scorer in range(N_SCORERS):
            places = np.flatnonzero(items[user, scorer] == item)
            if places.size:
                assert found.scorer_ranks[row, scorer] == places[0] + 1
                assert (
                    found.scaled_scores[row, scorer] == scaled[user, scorer, places[0]]
                )
            else:
                assert found.scorer_ranks[row, scorer] == 0
                assert np.isnan(found.scaled_scores[row, scorer])


def test_what_no_weighted_scorer_tells_apart_follows_the_tie_scorer():
    # The popularity of items 3, 1, 2 has the weight 0, and nobody else lists anything.
    items = np.full((1, N_SCORERS, 3), -1, np.int32)
    items[0, 2] = [3, 1, 2]
    found = blend_lists(items, np.ones(items.shape), WEIGHTS, **SETTINGS)
    assert found.items.tolist() == [3, 1, 2]


def test_one_thread_and_two_give_equal_candidates(lists, monkeypatch):
    def found(threads: str) -> list:
        monkeypatch.setenv("PRECISION_MARKETING_THREADS", threads)
        whole = blend_lists(
            *(np.tile(part, (300, 1, 1)) for part in lists), WEIGHTS, **SETTINGS
        )
        return [whole.users, whole.items, whole.scores, whole.scorer_ranks]

    assert all(map(np.array_equal, found("1"), found("2")))


@pytest.mark.parametrize("n_users", [0, 2])
def test_no_lists_have_no_candidates(n_users):
    items = np.full((n_users, N_SCORERS, 4), -1, np.int32)
    found = blend_lists(items, np.zeros(items.shape), WEIGHTS, **SETTINGS)
    assert found.items.size == 0
    assert found.scaled_scores.shape == (0, N_SCORERS)


def test_a_list_is_scaled_by_the_mean_of_its_first_twenty():
    items = np.arange(30, dtype=np.int32).reshape(1, 1, 30)
    scores = np.r_[np.full(20, 4.0), np.full(10, 1.0)].reshape(1, 1, 30)
    scale_lists(items, scores)
    assert scores[0, 0].tolist() == [1.0] * 20 + [0.25] * 10


def test_a_list_without_positive_scores_counts_nothing():
    scores = np.array([[[-1.0, -2.0]]])
    scale_lists(np.array([[[0, 1]]], dtype=np.int32), scores)
    assert scores.tolist() == [[[0.0, 0.0]]]


def test_what_a_list_ends_before_counts_with_its_other_score(lists):
    items, scaled = lists

    def others(rows, pool, scores):
        assert pool.size == rows.size == len(scores)
        is_open = np.isnan(scores[:, 0])
        scores[is_open, 0] = rows[is_open] + pool[is_open] / N_ITEMS

    alone = blend_lists(items, scaled, WEIGHTS, **SETTINGS | {"keep": N_ITEMS})
    found = blend_lists(
        items, scaled, WEIGHTS, **SETTINGS | {"keep": N_ITEMS}, others=others
    )
    before, after = (
        {
            (one.users[row], one.items[row]): (
                one.scores[row],
                one.scorer_ranks[row],
                one.list_counts[row],
            )
            for row in range(one.users.size)
        }
        for one in (alone, found)
    )
    assert before.keys() == after.keys()
    for (user, item), (score, ranks, count) in after.items():
        old_score, old_ranks, old_count = before[user, item]
        gain = 0.0 if ranks[0] else WEIGHTS[0] * (user + item / N_ITEMS)
        assert score == pytest.approx(old_score + gain)
        assert ranks.tolist() == old_ranks.tolist()
        assert count == old_count
