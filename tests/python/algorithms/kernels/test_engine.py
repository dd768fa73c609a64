"""The compiled kernels against plain scipy, and on inputs that break others."""

import numpy as np
import pyarrow as pa
import pytest
from reference import top_entries
from scipy.sparse import csr_matrix, eye_array

from precision_marketing.algorithms.collaborative.neighbors import (
    item_neighbors,
    neighbor_matrix,
    user_neighbors,
)
from precision_marketing.algorithms.kernels.engine import (
    iterate_top_entries,
    transposed,
)
from precision_marketing.algorithms.kernels.parallel import chunks
from precision_marketing.algorithms.kernels.top import keep_best, sort_best
from precision_marketing.algorithms.kernels.top_items import (
    iterate_top_items,
    scores_schema,
)

# Both round to 40 bits; sums in another order may fall on either side of a step.
TOLERANCE = 1e-11
PLAIN = {"target_exponent": 0.5, "source_exponent": 0.5, "shrinkage": 0.0}


def sparse(n_rows, n_columns, density, seed=0, values="many"):
    generator = np.random.default_rng(seed)
    # Popular columns and busy rows, as real data has: rows are both listed and scanned.
    chance = np.outer(generator.random(n_rows) ** 4, generator.random(n_columns) ** 4)
    chance *= density / chance.mean()
    hits = generator.random((n_rows, n_columns)) < chance
    if values == "ones":
        return csr_matrix(hits.astype(float))
    return csr_matrix(np.where(hits, generator.integers(1, 6, hits.shape), 0.0))


def collect(left, right, rows, **settings):
    batches = iterate_top_entries(
        left, right, rows, schema=scores_schema, task="test", **settings
    )
    return pa.Table.from_batches(batches, schema=scores_schema)


def assert_same(found, expected):
    for name in ("user_index", "item_index", "scorer_rank"):
        assert found[name].to_pylist() == expected[name].to_pylist()
    np.testing.assert_allclose(
        found["score"].to_numpy(), expected["score"].to_numpy(), rtol=TOLERANCE
    )


@pytest.mark.parametrize("values", ["ones", "many"])
@pytest.mark.parametrize("density", [0.002, 0.05, 0.3])
@pytest.mark.parametrize("top_n", [1, 7, 400])
@pytest.mark.parametrize("is_euclidean", [False, True])
def test_kernels_return_what_scipy_returns(values, density, top_n, is_euclidean):
    left = sparse(90, 120, density, values=values)
    right = sparse(120, 700, density, seed=1, values=values)
    generator = np.random.default_rng(2)
    settings = {
        "feature_factors": generator.random(120),
        "row_norms": generator.random(90) + 0.1,
        "column_norms": generator.random(700) + 0.1,
        "shrinkage": 0.5,
        "excluded": sparse(90, 700, 0.1, seed=3),
        "squares": 30 * generator.random(790) + 1e3 if is_euclidean else None,
    }
    rows = generator.permutation(90)[:70]
    found = collect(left, right, rows, top_n=top_n, **settings)
    schema = {"schema": scores_schema}
    assert_same(
        found, top_entries(left, right, rows, top_n=top_n, **schema, **settings)
    )
    assert found.num_rows > 0


def test_item_and_user_neighbors_are_what_scipy_returns_on_skewed_data():
    weights = sparse(900, 1500, 0.01)
    found = item_neighbors(weights, top_k=20, user_degree_exponent=0.5, **PLAIN)
    norms = np.asarray(weights.power(2).sum(axis=0)).ravel() ** 0.5
    degrees = np.diff(weights.indptr).clip(1)
    expected = top_entries(
        csr_matrix(weights.T),
        weights,
        np.arange(1500),
        top_n=20,
        schema=scores_schema,
        feature_factors=degrees**-0.5,
        row_norms=norms,
        column_norms=norms,
        excluded=csr_matrix(eye_array(1500)),
    )
    assert_same(found.rename_columns(scores_schema.names), expected)


def test_euclidean_similarity_is_one_over_one_plus_the_distance_of_the_vectors():
    weights = sparse(40, 30, 0.3)
    raw = {"target_exponent": 0.0, "source_exponent": 0.0, "shrinkage": 0.0}
    euclidean = {"similarity": "euclidean", "top_k": 30}
    found = item_neighbors(weights, user_degree_exponent=0.0, **raw, **euclidean)
    columns = weights.toarray().T
    distances = np.linalg.norm(columns[:, None] - columns[None], axis=2)
    expected = np.where(columns @ columns.T > 0, 1 / (1 + distances), 0.0)
    np.fill_diagonal(expected, 0.0)
    similarities = neighbor_matrix(found, 30, 30).toarray()
    np.testing.assert_allclose(similarities, expected, atol=1e-6)
    # Degree weights are weights of the coordinates; exponents scale the vectors.
    degrees = np.bincount(weights.indices, minlength=30)
    rows = weights.toarray() * np.where(degrees, degrees.clip(1) ** -0.25, 0)
    rows /= np.linalg.norm(weights.toarray(), axis=1).clip(1e-9)[:, None]
    found = user_neighbors(weights, item_degree_exponent=0.5, **PLAIN, **euclidean)
    distances = np.linalg.norm(rows[:, None] - rows[None], axis=2)
    stored = neighbor_matrix(found, 40, 40).tocoo()
    assert stored.nnz > 100
    np.testing.assert_allclose(
        stored.data, 1 / (1 + distances[stored.row, stored.col]), atol=1e-6
    )


def test_equal_vectors_tie_at_distance_zero_in_spite_of_rounding():
    weights = csr_matrix(np.outer([0.1, 0.2, 0.3], np.ones(5)))
    table = item_neighbors(
        weights, top_k=2, user_degree_exponent=0.3, similarity="euclidean", **PLAIN
    )
    assert table["similarity"].to_pylist() == [1.0] * 10
    assert table["neighbor_index"].to_pylist() == [1, 2, 0, 2] + [0, 1] * 3


def test_another_similarity_is_refused():
    with pytest.raises(ValueError, match="similarity must be one of"):
        item_neighbors(
            csr_matrix((2, 2)),
            top_k=1,
            user_degree_exponent=0,
            similarity="jaccard",
            **PLAIN,
        )


@pytest.mark.parametrize("threads", ["1", "2", "5"])
def test_the_number_of_threads_changes_nothing(monkeypatch, threads):
    monkeypatch.setattr(
        "precision_marketing.algorithms.kernels.parallel._SMALLEST_CHUNK", 50
    )
    weights = sparse(300, 400, 0.05)
    monkeypatch.setenv("PRECISION_MARKETING_THREADS", "3")
    expected = item_neighbors(weights, top_k=9, user_degree_exponent=0.5, **PLAIN)
    monkeypatch.setenv("PRECISION_MARKETING_THREADS", threads)
    found = item_neighbors(weights, top_k=9, user_degree_exponent=0.5, **PLAIN)
    assert found.column(0).num_chunks > 4
    assert found.equals(expected)


@pytest.mark.parametrize("threads", ["0", "two", "-1"])
def test_a_thread_count_that_is_none_is_refused(monkeypatch, threads):
    monkeypatch.setenv("PRECISION_MARKETING_THREADS", threads)
    with pytest.raises(ValueError, match="PRECISION_MARKETING_THREADS"):
        item_neighbors(csr_matrix(np.eye(3)), top_k=1, user_degree_exponent=0, **PLAIN)


def test_the_order_of_users_changes_no_neighbor_of_an_item():
    weights = sparse(300, 200, 0.05)
    shuffled = weights[np.random.default_rng(1).permutation(300)]
    first = item_neighbors(weights, top_k=9, user_degree_exponent=0.5, **PLAIN)
    second = item_neighbors(shuffled, top_k=9, user_degree_exponent=0.5, **PLAIN)
    assert first["neighbor_index"].equals(second["neighbor_index"])


def test_a_reader_that_stops_early_leaves_nothing_running(monkeypatch):
    monkeypatch.setenv("PRECISION_MARKETING_THREADS", "2")
    matrix = sparse(300, 300, 0.05)
    settings = {"exclude": None, "allowed_items": None, "item_scale": None}
    batches = iterate_top_items(
        matrix, matrix, users=np.arange(300), top_n=5, block_size=10, **settings
    )
    assert next(batches)["user_index"][0].as_py() <= 9
    batches.close()


@pytest.mark.parametrize("index_type", [np.int32, np.int64])
def test_wide_index_types_are_read(index_type):
    weights = sparse(50, 40, 0.2)
    wide = weights.copy()
    wide.indices = weights.indices.astype(index_type)
    wide.indptr = weights.indptr.astype(index_type)
    settings = PLAIN | {"top_k": 5, "user_degree_exponent": 0.5}
    assert item_neighbors(wide, **settings).equals(item_neighbors(weights, **settings))


def test_more_pairs_than_a_32_bit_number_holds_are_no_problem():
    # 70,000 x 70,000 possible pairs; two items of one user.
    weights = csr_matrix(([1.0, 1.0], ([0, 0], [5, 69_999])), shape=(3, 70_000))
    table = item_neighbors(weights, top_k=50_000, user_degree_exponent=0, **PLAIN)
    assert table["neighbor_index"].to_pylist() == [69_999, 5]
    table = user_neighbors(
        csr_matrix(weights.T), top_k=50_000, item_degree_exponent=0, **PLAIN
    )
    assert table["neighbor_index"].to_pylist() == [69_999, 5]


def test_a_user_of_46_342_items_makes_2_to_the_31_pairs_and_all_tie():
    n_items = 46_342
    weights = csr_matrix(np.ones((1, n_items)))
    table = item_neighbors(weights, top_k=2, user_degree_exponent=0.5, **PLAIN)
    expected = np.tile([0, 1], (n_items, 1))
    expected[0], expected[1] = (1, 2), (0, 2)
    found = table["neighbor_index"].to_numpy().reshape(n_items, 2)
    np.testing.assert_array_equal(found, expected)
    assert len(set(table["similarity"].to_pylist())) == 1


def test_a_user_of_100_000_items_gets_the_best_of_the_rest():
    n_items = 100_000
    history = csr_matrix(
        (np.ones(n_items), np.arange(n_items), [0, n_items]), shape=(1, n_items + 2)
    )
    similarities = csr_matrix(
        (np.ones(n_items), (np.arange(n_items), np.arange(n_items) % 3 // 2 + n_items)),
        shape=(n_items + 2, n_items + 2),
    )
    [batch] = iterate_top_items(
        history,
        similarities,
        users=np.array([0]),
        exclude=history,
        allowed_items=None,
        item_scale=None,
        top_n=5,
    )
    assert batch["item_index"].to_pylist() == [n_items, n_items + 1]
    assert batch["score"].to_pylist() == [66_667.0, 33_333.0]


def test_an_item_everybody_bought_is_everybodys_neighbor_once():
    weights = sparse(500, 60, 0.03, values="ones").tolil()
    weights[:, 7] = 1.0
    table = item_neighbors(
        csr_matrix(weights), top_k=60, user_degree_exponent=0, **PLAIN
    )
    touched = np.flatnonzero(np.asarray(weights.sum(axis=0)).ravel())
    seventh = table.filter(pa.compute.equal(table["neighbor_index"], 7))
    assert seventh["item_index"].to_pylist() == [i for i in touched if i != 7]


def test_scores_that_overflow_are_refused():
    huge = csr_matrix([[1e200]])
    with pytest.raises(ValueError, match="not finite"):
        collect(huge, huge, np.array([0]), top_n=1)


def test_a_transpose_of_equal_weights_is_the_transpose():
    ones = sparse(20, 30, 0.2, values="ones") * 2.5
    np.testing.assert_array_equal(transposed(ones).toarray(), ones.toarray().T)


@pytest.mark.parametrize("distinct", [1, 3, 1000])
@pytest.mark.parametrize("n", [1, 2, 13, 500])
def test_selection_and_sort_order_by_score_then_index(n, distinct):
    generator = np.random.default_rng(n + distinct)
    scores = generator.integers(0, distinct, n).astype(float)
    names = generator.permutation(n).astype(np.int32)
    order = np.lexsort((names, -scores))
    expected = list(zip(scores[order], names[order], strict=True))
    k = (n + 1) // 2
    keep_best(scores, names, n, k)
    assert sorted(zip(-scores[:k], names[:k], strict=True)) == [
        (-score, name) for score, name in expected[:k]
    ]
    assert (scores[k - 1], names[k - 1]) == expected[k - 1]
    sort_best(scores, names, n)
    assert list(zip(scores, names, strict=True)) == expected


def test_chunks_have_about_equal_cost_and_cover_every_row_once():
    costs = np.where(np.arange(1000) < 10, 1e9, 1.0)
    parts = chunks(costs, maximum_rows=300, block_size=None)
    rows = np.concatenate([np.arange(1000)[part] for part in parts])
    np.testing.assert_array_equal(rows, np.arange(1000))
    assert max(costs[part].sum() for part in parts) <= 2e9 + 1000
    assert max(part.stop - part.start for part in parts) <= 300
