"""Every scorer's parts add up to the scores of its own lists."""

import pickle

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from macro_values import MacroValues
from scipy.sparse import csr_matrix, random_array

from precision_marketing.algorithms.kernels.pair_scores import ItemWeights
from precision_marketing.build.documents import (
    item_term_batches,
    read_item_fields,
    terms_schema,
)
from precision_marketing.build.windows import Window
from precision_marketing.candidates.history_parts import (
    DECOMPOSITIONS,
    by_item_weights,
    entries_of,
    own_parts,
)
from precision_marketing.scorers import collaborative
from precision_marketing.scorers.registry import make_lists

RECORDS = {record["name"]: record for record in MacroValues().scorer_records()}
N_USERS, N_ITEMS = 60, 20
SMALL = {"rank": 3, "neighbors": 9, "minimum_document_frequency": 1}


def settings_of(name: str) -> dict:
    defaults = {s: v["default"] for s, v in RECORDS[name]["settings"].items()}
    small = {s: value for s, value in SMALL.items() if s in defaults}
    return {**defaults, **small, "candidates": N_ITEMS}


def window_of(n_items: int = N_ITEMS) -> Window:
    generator = np.random.default_rng(0)
    weights = csr_matrix(random_array((N_USERS, n_items), density=0.3, rng=generator))
    positions = weights.copy()
    positions.data = np.ceil(4 * generator.random(weights.nnz))
    return Window(
        time_window="serve",
        weights=weights,
        recency_positions=positions,
        excluded=csr_matrix(weights.shape),
        scored_users=np.arange(N_USERS),
        eligible_items=np.ones(n_items, dtype=bool),
    )


def item_fields(n_items: int = N_ITEMS):
    generator = np.random.default_rng(1)
    words = np.array(["green", "black", "tea", "cup", "oven", "iron", "small", "large"])
    texts = {
        "title": [" ".join(generator.choice(words, 3)) for _ in range(n_items)],
        "category": [str(generator.choice(words)) for _ in range(n_items)],
    }
    names = ("title", "description", "category", "brand", "tags")
    items = pa.table(
        {name: texts.get(name, [None] * n_items) for name in names},
        schema=pa.schema([(name, pa.string()) for name in names]),
    )
    batches = item_term_batches(items, settings_of("content_terms"))
    table = pa.Table.from_batches(batches, schema=terms_schema)
    with duckdb.connect() as connection:
        return read_item_fields(connection.from_arrow(table), n_items)


def inputs_of(window: Window) -> dict:
    embeddings = np.random.default_rng(2).random((N_ITEMS, 3)).astype(np.float32)
    return {
        "neighbors": lambda: collaborative.item_cosine_neighbors(
            window, settings_of("item_cosine")
        ),
        "followers": lambda: collaborative.next_basket_neighbors_of(
            window, settings_of("next_basket")
        ),
        "fields": item_fields,
        "embeddings": lambda: embeddings,
        "before": lambda: None,
    }


def parts_of(name: str, window: Window, inputs: dict):
    if name in DECOMPOSITIONS:
        return own_parts(name, window, settings_of(name), inputs)(window)
    table = inputs["followers" if name == "next_basket" else "neighbors"]()
    by_source = collaborative.neighbor_matrix(table, N_ITEMS, N_ITEMS, by_source=True)
    return by_item_weights(ItemWeights(by_source=by_source))


def decay_of(name: str) -> float:
    view = RECORDS[name]["history_view"]
    return {"whole": 1.0, "last_day": 0.0}.get(view, settings_of(name).get("decay"))


def explained() -> list[str]:
    """Return who adds something up; iALS ends its fit early (test_ials_parts)."""
    return [
        name
        for name, record in RECORDS.items()
        if record.get("neighbors", "") not in ("", "itself") and name != "ials"
    ]


@pytest.mark.parametrize("name", explained())
def test_the_parts_add_up_to_the_scores_but_for_a_factor_of_the_user(name):
    window = window_of()
    inputs = inputs_of(window)
    function = RECORDS[name]["library_function"]
    lists = pa.Table.from_batches(
        make_lists(function, window, settings_of(name), inputs)
    )
    users = lists["user_index"].to_numpy().astype(np.int64)
    items = lists["item_index"].to_numpy().astype(np.int64)
    order = np.argsort(users, kind="stable")
    users, items = users[order], items[order]
    scores = lists["score"].to_numpy()[order]
    entries = entries_of(window.recent_weights(decay_of(name)), users, items)
    parts = parts_of(name, window, inputs)(entries)
    sums = np.bincount(entries.pairs, parts, users.size)
    assert users.size > 100
    for user in np.unique(users):
        own, shown = sums[users == user], scores[users == user]
        assert own.max() > 0
        # Lists hold single precision.
        np.testing.assert_allclose(
            own / own.max(), shown / shown.max(), atol=1e-4, err_msg=f"{name} {user}"
        )


@pytest.mark.parametrize("name", DECOMPOSITIONS)
def test_parts_of_a_block_of_users_are_those_of_the_window(name):
    window = window_of()
    settings = settings_of(name)
    inputs = inputs_of(window)
    inputs["factors"] = lambda: make_factors(window)
    parts = own_parts(name, window, settings, inputs)
    asked = np.array([2, 5, 11])
    pairs = np.repeat(asked, 2), np.tile([1, 7], 3)
    decay = decay_of(name)
    wanted = parts(window)(entries_of(window.recent_weights(decay), *pairs))
    block = window.of_users(asked)
    of_block = entries_of(
        block.recent_weights(decay), np.repeat(np.arange(3), 2), pairs[1]
    )
    sent = pickle.loads(pickle.dumps(parts))
    np.testing.assert_allclose(sent(block)(of_block), wanted, rtol=1e-9, atol=1e-12)
    assert wanted.any()


def make_factors(window: Window) -> np.ndarray:
    return np.random.default_rng(3).random((window.weights.shape[1], 4), np.float32)


def test_spectral_adds_up_where_users_are_fewer_than_items():
    window = window_of(n_items=600)
    settings = settings_of("spectral") | {"candidates": 50}
    lists = pa.Table.from_batches(make_lists("spectral", window, settings, {}))
    users = lists["user_index"].to_numpy().astype(np.int64)
    items = lists["item_index"].to_numpy().astype(np.int64)
    entries = entries_of(window.recent_weights(settings["decay"]), users, items)
    parts = own_parts("spectral", window, settings, {"before": lambda: None})(window)
    sums = np.bincount(entries.pairs, parts(entries), users.size)
    np.testing.assert_allclose(sums, lists["score"].to_numpy(), rtol=1e-3, atol=1e-6)


def test_every_scorer_that_has_parts_of_its_own_is_taken_apart():
    own = {
        record["library_function"]
        for record in RECORDS.values()
        if record.get("neighbors") == "own"
    }
    assert own == set(DECOMPOSITIONS)
