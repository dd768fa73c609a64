"""The scorers as the Python models call them: what a setting decides."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from scipy.sparse import csr_matrix, random_array

from precision_marketing.algorithms.collaborative.neighbors import (
    item_neighbors,
    neighbor_matrix,
    user_neighbors,
)
from precision_marketing.build.windows import Window
from precision_marketing.scorers import collaborative as scoring
from precision_marketing.scorers import registry
from precision_marketing.scorers.collaborative import (
    item_cosine_neighbors,
    next_basket_neighbors_of,
)
from precision_marketing.scorers.registry import lists_by_window, make_lists
from precision_marketing.scorers.scorer import Scorer

EXPONENTS = {"target_exponent": 0.3, "source_exponent": 0.4, "shrinkage": 1.0}


@pytest.fixture(scope="module")
def window() -> Window:
    weights = csr_matrix(
        random_array((40, 12), density=0.4, rng=np.random.default_rng(0)).tocsr()
    )
    return Window(
        time_window="train",
        weights=weights,
        recency_positions=weights.astype(bool).astype(float),
        excluded=weights,
        scored_users=np.array([3, 5]),
        eligible_items=np.ones(12, dtype=bool),
    )


def rows_of(name: str, window: Window, settings: dict, **inputs) -> list[dict]:
    given = {key: lambda value=value: value for key, value in inputs.items()}
    batches = make_lists(name, window, settings, given)
    return [row for batch in batches for row in batch.to_pylist()]


@pytest.mark.parametrize("similarity", ["cosine", "euclidean"])
def test_item_neighbors_are_those_of_the_similarity_that_is_set(window, similarity):
    settings = EXPONENTS | {"similarity": similarity, "user_degree_exponent": 0.5}
    found = item_cosine_neighbors(window, settings | {"neighbors": 5})
    assert found.equals(item_neighbors(window.weights, top_k=5, **settings))


@pytest.mark.parametrize("similarity", ["cosine", "euclidean"])
def test_user_lists_are_those_of_the_similarity_that_is_set(window, similarity):
    settings = EXPONENTS | {"similarity": similarity, "item_degree_exponent": 0.5}
    more = {"neighbors": 5, "popularity_exponent": 0.0, "candidates": 4}
    neighbors = user_neighbors(
        window.weights, top_k=5, users=window.scored_users, **settings
    )
    by_hand = window.top_items(neighbor_matrix(neighbors, 40, 40), window.weights, 4)
    assert list(make_lists("user_cosine", window, settings | more, {})) == list(by_hand)


def test_the_size_of_the_blocks_changes_no_user_list(window, monkeypatch):
    settings = EXPONENTS | {"similarity": "cosine", "item_degree_exponent": 0.5}
    settings |= {"neighbors": 5, "popularity_exponent": 0.3, "candidates": 4}
    whole = pa.Table.from_batches(make_lists("user_cosine", window, settings, {}))
    monkeypatch.setattr(scoring, "NEIGHBORS_PER_BLOCK", 5)
    assert pa.Table.from_batches(
        make_lists("user_cosine", window, settings, {})
    ).equals(whole)


def test_local_ridge_uses_no_more_neighbors_than_set(window):
    near = EXPONENTS | {"similarity": "cosine", "user_degree_exponent": 0.5}
    settings = {
        "user_degree_exponent": 0.5,
        "penalty": 1.0,
        "penalty_exponent": 0.5,
        "decay": 1.0,
        "candidates": 12,
        "neighbors": 2,
    }

    def lists(kept):
        neighbors = item_cosine_neighbors(window, near | {"neighbors": kept})
        return rows_of("local_ridge", window, settings, neighbors=neighbors)

    assert lists(11) == lists(2)
    assert lists(11) != lists(1)


def test_ease_makes_no_lists_above_its_bound(window):
    settings = {"penalty": 1.0, "user_degree_exponent": 0.5, "candidates": 3}
    assert rows_of("ease", window, settings | {"maximum_items": 12})
    assert not rows_of("ease", window, settings | {"maximum_items": 11})


NEXT_BASKET = {
    "neighbors": 5,
    "reach": 3,
    "reach_decay": 0.5,
    "user_degree_exponent": 0.5,
    "candidates": 4,
}


def last_basket_lists(window: Window) -> list[dict]:
    near = EXPONENTS | {"similarity": "cosine", "user_degree_exponent": 0.5}
    neighbors = item_cosine_neighbors(window, near | {"neighbors": 11})
    return rows_of("last_basket", window, {"candidates": 4}, neighbors=neighbors)


def next_basket_lists(window: Window) -> list[dict]:
    settings = EXPONENTS | NEXT_BASKET
    followers = next_basket_neighbors_of(window, settings)
    return rows_of("next_basket", window, settings, followers=followers)


def test_only_the_last_day_counts_for_the_last_basket(window):
    days = window.recency_positions.copy()
    days.data = np.ceil(3 * np.random.default_rng(1).random(days.nnz))
    ordered = replace(window, recency_positions=days)
    only_last = replace(ordered, weights=window.weights.multiply(days == 1).tocsr())
    neighbors = item_cosine_neighbors(
        ordered,
        EXPONENTS
        | {"similarity": "cosine", "user_degree_exponent": 0.5, "neighbors": 9},
    )
    wanted = rows_of("item_cosine", only_last, {"candidates": 4}, neighbors=neighbors)
    found = rows_of("last_basket", ordered, {"candidates": 4}, neighbors=neighbors)
    assert found == wanted


@pytest.mark.parametrize("lists", [last_basket_lists, next_basket_lists])
def test_no_scorer_of_baskets_lists_anything_without_an_order(window, lists):
    assert not lists(window)
    days = window.recency_positions.copy()
    days.data = np.ceil(3 * np.random.default_rng(1).random(days.nnz))
    assert lists(replace(window, recency_positions=days))


DECAYED = {
    "spectral": lambda window, decay: rows_of(
        "spectral",
        window,
        {
            "rank": 3,
            "spectrum_exponent": 0.5,
            "user_degree_exponent": 0.5,
            "item_degree_exponent": 0.5,
            "neighbors": 5,
            "decay": decay,
            "candidates": 5,
        },
    ),
    "local_ridge": lambda window, decay: rows_of(
        "local_ridge",
        window,
        {
            "user_degree_exponent": 0.5,
            "penalty": 1.0,
            "penalty_exponent": 0.5,
            "decay": decay,
            "candidates": 5,
            "neighbors": 9,
        },
        neighbors=item_cosine_neighbors(
            window,
            EXPONENTS
            | {"similarity": "cosine", "user_degree_exponent": 0.5, "neighbors": 9},
        ),
    ),
    "ials": lambda window, decay: rows_of(
        "ials",
        window,
        {
            "factors": 4,
            "iterations": 3,
            "unobserved_strength": 1.0,
            "regularization": 0.02,
            "seed": 0,
            "decay": decay,
            "candidates": 5,
        },
    ),
}


@pytest.mark.parametrize("scorer", DECAYED)
def test_older_days_count_less_where_histories_have_an_order(window, scorer):
    def lists(window, decay):
        return DECAYED[scorer](window, decay)

    assert lists(window, 0.5) == lists(window, 1.0)
    days = window.recency_positions.copy()
    days.data = np.ceil(3 * np.random.default_rng(1).random(days.nnz))
    ordered = replace(window, recency_positions=days)
    assert lists(ordered, 1.0) == lists(window, 1.0)
    assert lists(ordered, 0.5) != lists(window, 1.0)


def test_each_window_begins_with_the_fit_of_the_one_before(window, monkeypatch):
    started = []

    def fit(window, settings, before=None):
        started.append(before)
        return window.time_window

    scores = np.ones((40, 12), np.float32)
    scorer = Scorer(fit, lambda block, *_: block.top_scores(scores.__getitem__, 4), 1.0)
    monkeypatch.setitem(registry.SCORERS, "spectral", scorer)
    lists = lists_by_window("spectral", {})
    for time_window in ("train", "test", "serve"):
        assert list(lists(replace(window, time_window=time_window), {}))
    assert started == [None, "train", "test"]
    # And no later than the next build: a function of its own for each.
    list(lists_by_window("spectral", {})(window, {}))
    assert started[-1] is None
