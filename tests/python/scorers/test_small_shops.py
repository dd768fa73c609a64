"""Shops of one to five items and users: sizes beyond the data change nothing."""

import numpy as np
import pyarrow as pa
import pytest
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.collaborative.ials import fit_ials
from precision_marketing.algorithms.kernels.top_items import scores_schema
from precision_marketing.build.windows import Window
from precision_marketing.scorers.collaborative import (
    item_cosine_neighbors,
    next_basket_neighbors_of,
)
from precision_marketing.scorers.registry import make_lists

COSINE = {
    "target_exponent": 0.45,
    "source_exponent": 0.5,
    "shrinkage": 10.0,
    "user_degree_exponent": 0.5,
    "similarity": "cosine",
}
IALS = {
    "factors": 256,
    "iterations": 10,
    "unobserved_strength": 1.0,
    "regularization": 0.023,
    "seed": 0,
}


# Settings of each scorer, and the sizes among them, as in macros/scorers/.
SCORERS = {
    "item_cosine": ({}, {"neighbors": 200}),
    "item_cosine_recent": ({"decay": 0.7}, {"neighbors": 200}),
    "last_basket": ({}, {"neighbors": 200}),
    "next_basket": ({"reach_decay": 0.5, "reach": 3}, {"neighbors": 200}),
    "user_cosine": (
        COSINE | {"item_degree_exponent": 0.5, "popularity_exponent": 0.3},
        {"neighbors": 500},
    ),
    "spectral": (
        {
            "spectrum_exponent": 0.35,
            "user_degree_exponent": 0.3,
            "item_degree_exponent": 0.35,
            "decay": 0.85,
        },
        {"rank": 128, "neighbors": 200},
    ),
    "local_ridge": (
        {
            "user_degree_exponent": 0.5,
            "penalty": 10.0,
            "penalty_exponent": 0.5,
            "decay": 0.85,
        },
        {"neighbors": 100},
    ),
    "ials": (IALS | {"decay": 0.85}, {"factors": 256}),
    "ease": (
        {"penalty": 100.0, "user_degree_exponent": 0.5},
        {"maximum_items": 8000},
    ),
}


def lists_of(name, window, settings):
    near = COSINE | settings
    inputs = {
        "neighbors": lambda: item_cosine_neighbors(window, near),
        "followers": lambda: next_basket_neighbors_of(window, near),
    }
    return make_lists(name, window, settings, inputs)


def shop(n_users, n_items):
    """Return a window whose first user and first item have an event at least."""
    generator = np.random.default_rng(10 * n_users + n_items)
    dense = generator.random((n_users, n_items)) < 0.5
    dense[0, 0] = True
    weights = csr_matrix(dense * 1.0)
    positions = weights.copy()
    positions.data = generator.integers(1, 3, positions.nnz).astype(float)
    return Window(
        time_window="train",
        weights=weights,
        recency_positions=positions,
        excluded=weights,
        scored_users=np.arange(n_users),
        eligible_items=np.ones(n_items, dtype=bool),
    )


@pytest.mark.parametrize("n_users", [1, 2, 5])
@pytest.mark.parametrize("n_items", [1, 2, 5])
@pytest.mark.parametrize("name", SCORERS)
def test_a_size_beyond_the_data_is_as_good_as_the_size_of_the_data(
    name, n_users, n_items
):
    settings, sizes = SCORERS[name]
    window = shop(n_users, n_items)
    cut = dict.fromkeys(sizes, max(n_users, n_items))
    found, by_cut = (
        pa.Table.from_batches(
            lists_of(name, window, settings | chosen | {"candidates": 200}),
            scores_schema,
        )
        for chosen in (sizes, cut)
    )
    assert found.equals(by_cut)
    assert np.isfinite(found["score"].to_numpy()).all()
    pairs = found["user_index"].to_numpy(), found["item_index"].to_numpy()
    assert not window.excluded.toarray()[pairs].any()


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (5, 1), (3, 5)])
def test_ials_has_no_more_factors_than_users_or_items_with_weights(shape):
    weights = csr_matrix(np.pad(np.ones(shape), ((0, 2), (0, 2))))
    fitted = fit_ials(weights, **IALS)
    assert fitted.shape == (shape[1] + 2, min(shape))
