"""Scores of all pairs are those of the lists, carried on behind their ends."""

from dataclasses import replace

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from scipy.sparse import csr_matrix, random_array

from precision_marketing.algorithms.collaborative import local_ridge
from precision_marketing.algorithms.kernels.pair_scores import pair_scores
from precision_marketing.build import kept_fits
from precision_marketing.build.windows import Window
from precision_marketing.scorers import collaborative
from precision_marketing.scorers.collaborative import (
    item_cosine_neighbors,
    next_basket_neighbors_of,
)
from precision_marketing.scorers.full_scores import FullScores
from precision_marketing.scorers.registry import fit, lists_by_window

NEAR = {
    "neighbors": 8,
    "user_degree_exponent": 0.5,
    "target_exponent": 0.4,
    "source_exponent": 0.5,
    "shrinkage": 1.0,
}
OWN = {
    "item_cosine": NEAR | {"similarity": "cosine"},
    "item_cosine_recent": {"decay": 0.7},
    "last_basket": {},
    "next_basket": NEAR | {"reach": 3, "reach_decay": 0.5},
    "spectral": {
        "rank": 4,
        "spectrum_exponent": 0.4,
        "user_degree_exponent": 0.3,
        "item_degree_exponent": 0.3,
        "neighbors": 8,
        "decay": 0.85,
    },
    "local_ridge": {
        "penalty": 1.0,
        "penalty_exponent": 0.5,
        "neighbors": 4,
        "user_degree_exponent": 0.5,
        "decay": 0.85,
    },
    "ease": {"penalty": 2.0, "user_degree_exponent": 0.5, "maximum_items": 20},
    "ials": {
        "factors": 6,
        "iterations": 4,
        "unobserved_strength": 1.0,
        "regularization": 0.02,
        "seed": 0,
        "decay": 0.85,
    },
}
SETTINGS = [
    (scorer, name, value if isinstance(value, int | float) else None,
     value if isinstance(value, str) else None)
    for scorer, own in OWN.items()
    for name, value in own.items()
] + [
    *[("library_function", name, None, name) for name in [*OWN, "user_cosine"]],
    ("every_scorer", "candidates", 5, None),
]  # fmt: skip


def window_of(name: str, seed: int) -> Window:
    generator = np.random.default_rng(seed)
    weights = csr_matrix(random_array((50, 20), density=0.3, rng=generator))
    positions = weights.copy()
    positions.data = generator.integers(1, 4, positions.nnz).astype(float)
    return Window(
        time_window=name,
        weights=weights,
        recency_positions=positions,
        excluded=weights,
        scored_users=np.arange(0, 50, 2),
        eligible_items=np.arange(20) != 3,
    )


@pytest.fixture(scope="module")
def settings():
    columns = ["scorer", "setting", "setting_value", "setting_text"]
    table = pa.Table.from_pylist(
        [dict(zip(columns, row, strict=True)) for row in SETTINGS],
        schema=pa.schema(
            zip(
                columns,
                [pa.string(), pa.string(), pa.float64(), pa.string()],
                strict=True,
            )
        ),
    )
    with duckdb.connect() as connection:
        yield connection.from_arrow(table)


def tables(window: Window) -> tuple[pa.Table, pa.Table]:
    return (
        item_cosine_neighbors(window, OWN["item_cosine"]),
        next_basket_neighbors_of(window, OWN["next_basket"]),
    )


@pytest.mark.parametrize("scorer", OWN)
def test_a_list_holds_the_scores_of_all_pairs(settings, scorer):
    full = FullScores(settings)
    lists = lists_by_window(scorer, OWN[scorer] | {"candidates": 5})
    # `serve` begins where `test` ended, in both.
    for window in (window_of("test", 0), window_of("serve", 1)):
        near = tables(window)
        inputs = {"neighbors": lambda n=near: n[0], "followers": lambda n=near: n[1]}
        rows = pa.Table.from_batches(lists(window, inputs))
        assert rows.num_rows
        users, items = (rows[c].to_numpy() for c in ("user_index", "item_index"))
        found = pair_scores(full.of_window(window, *near)[scorer], users, items)
        assert found == pytest.approx(rows["score"].to_numpy(), rel=5e-5, abs=2e-5)


def test_train_and_test_begin_from_nothing(settings):
    window = window_of("train", 0)
    full = FullScores(settings)
    full.of_window(window_of("train", 1), *tables(window_of("train", 1)))
    later = full.of_window(replace(window, time_window="test"), *tables(window))
    alone = FullScores(settings).of_window(window, *tables(window))
    assert np.array_equal(later["ials"].factors[0], alone["ials"].factors[0])


def test_serve_is_the_same_where_the_scores_of_test_are_kept(settings):
    # `serve` has two items more.
    test, serve = window_of("test", 0), window_of("serve", 1)
    shown = replace(test, **first_items(test, 18))
    users, items = np.arange(0, 50, 2), np.arange(25) % 20
    near = tables(serve)
    full = FullScores(settings)
    full.of_window(shown, *tables(shown))
    expected = full.of_window(serve, *near)
    factors = expected["ials"].factors[1]
    begun = FullScores(settings)
    begun.begin(shown)
    found = begun.of_window(serve, *near, factors)
    assert found.keys() == expected.keys()
    for scorer, scores in expected.items():
        given = pair_scores(scores, users, items)
        assert np.array_equal(pair_scores(found[scorer], users, items), given), scorer
    other = FullScores(settings).of_window(serve, *near)
    assert not np.array_equal(
        pair_scores(other["spectral"], users, items),
        pair_scores(expected["spectral"], users, items),
    )


def first_items(window: Window, count: int) -> dict:
    """Return what of a window changes where it has its first items alone."""
    return {
        "weights": window.weights[:, :count],
        "recency_positions": window.recency_positions[:, :count],
        "excluded": window.excluded[:, :count],
        "eligible_items": window.eligible_items[:count],
    }


def test_who_is_left_out_or_not_linear_scores_nothing(settings):
    with duckdb.connect() as connection:
        decisions = connection.sql(
            "select * from (values ('ials', true), ('spectral', false))"
            " as rows(scorer, is_left_out)"
        )
        window = window_of("train", 0)
        found = FullScores(settings, decisions).of_window(window, *tables(window))
    assert found.keys() == OWN.keys() - {"ials"}


def test_ease_of_too_many_items_says_nothing_as_it_lists_nothing(settings):
    few = settings.filter("setting <> 'maximum_items'").union(
        settings.query(
            "settings",
            "select scorer, setting, 19e0 as setting_value, setting_text"
            " from settings where setting = 'maximum_items'",
        )
    )
    window = window_of("train", 0)
    ease = FullScores(few).of_window(window, *tables(window))["ease"]
    assert not pair_scores(ease, np.array([0, 0]), np.array([1, 2])).any()


def test_neighbors_read_in_another_order_are_fitted_once(tmp_path, monkeypatch):
    calls = []

    def fit_local_ridge(*arguments, **settings):
        calls.append(arguments)
        return local_ridge.fit_local_ridge(*arguments, **settings)

    monkeypatch.setattr(collaborative, "fit_local_ridge", fit_local_ridge)
    monkeypatch.setattr(kept_fits, "_folder", lambda: tmp_path)
    window = window_of("train", 0)
    near, _ = tables(window)
    order = np.random.default_rng(0).permutation(near.num_rows)
    found = [
        fit("local_ridge", window, OWN["local_ridge"], {"neighbors": lambda t=table: t})
        for table in (near, near.take(order))
    ]
    assert len(calls) == 1
    assert (found[0] != found[1]).nnz == 0 < found[0].nnz
