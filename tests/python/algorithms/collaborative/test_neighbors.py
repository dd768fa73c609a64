import numpy as np
import pyarrow as pa
import pytest
from scipy.sparse import csr_matrix, diags_array
from sklearn.metrics.pairwise import cosine_similarity

from precision_marketing.algorithms.collaborative.neighbors import (
    item_neighbors,
    item_neighbors_schema,
    neighbor_matrix,
    user_neighbors,
    user_neighbors_schema,
)

# Scores keep 40 bits of fraction (5e-13); this is the promise to other engines.
TOLERANCE = 1e-9
COSINE = {"target_exponent": 0.5, "source_exponent": 0.5, "shrinkage": 0.0}
PLAIN_ITEM = COSINE | {"user_degree_exponent": 0.0}
PLAIN_USER = COSINE | {"item_degree_exponent": 0.0}
TUNED_ITEM = {
    "user_degree_exponent": 0.5,
    "target_exponent": 0.4,
    "source_exponent": 0.3,
    "shrinkage": 2.0,
}
TUNED_USER = {
    "item_degree_exponent": 0.5,
    "target_exponent": 0.4,
    "source_exponent": 0.3,
    "shrinkage": 2.0,
}


def random_weights(n_users=60, n_items=40, density=0.15, seed=0):
    generator = np.random.default_rng(seed)
    dense = generator.random((n_users, n_items))
    return csr_matrix(np.where(dense < density, np.ceil(dense * 40), 0.0))


def rows(table):
    return [tuple(row.values()) for row in table.to_pylist()]


def reference(vectors, degrees_of_features, a, t, s, shrinkage):
    """Similarities by the formula, dense; the diagonal is 0."""
    weights = np.where(degrees_of_features > 0, degrees_of_features, 1.0) ** -a
    norms = (vectors**2).sum(axis=1)
    products = (vectors * weights) @ vectors.T
    denominators = np.outer(norms**t, norms**s) + shrinkage
    result = products / np.where(denominators > 0, denominators, 1.0)
    np.fill_diagonal(result, 0.0)
    return result


def test_worked_example_of_the_item_page():
    # docs/algorithms/item_cosine.md: Ann has a, b; Bea has b, c; Cleo has a, b, c.
    weights = csr_matrix([[1, 1, 0], [0, 1, 1], [1, 1, 1]], dtype=float)
    plain = item_neighbors(weights, top_k=2, **PLAIN_ITEM)
    a, b, c = 0, 1, 2
    expected = [
        (a, b, 2 / np.sqrt(6), 1),
        (a, c, 1 / 2, 2),
        (b, a, 2 / np.sqrt(6), 1),
        (b, c, 2 / np.sqrt(6), 2),
        (c, b, 2 / np.sqrt(6), 1),
        (c, a, 1 / 2, 2),
    ]
    assert [row[:2] + row[3:] for row in rows(plain)] == [
        row[:2] + row[3:] for row in expected
    ]
    np.testing.assert_allclose(
        plain["similarity"].to_numpy(), [row[2] for row in expected], atol=TOLERANCE
    )
    settings = PLAIN_ITEM | {"user_degree_exponent": 0.5, "shrinkage": 1.0}
    tuned = neighbor_matrix(item_neighbors(weights, top_k=2, **settings), 3, 3)
    ab = (2**-0.5 + 3**-0.5) / (np.sqrt(6) + 1)
    ac = 3**-0.5 / (2 + 1)
    np.testing.assert_allclose(
        tuned.toarray(), [[0, ab, ac], [ab, 0, ab], [ac, ab, 0]], atol=TOLERANCE
    )


def test_worked_example_of_the_user_page():
    # docs/algorithms/user_cosine.md: Ann has a, b; Bea has b, c; Cleo has a, b, c.
    weights = csr_matrix([[1, 1, 0], [0, 1, 1], [1, 1, 1]], dtype=float)
    settings = PLAIN_USER | {"item_degree_exponent": 0.5}
    similarities = neighbor_matrix(user_neighbors(weights, top_k=2, **settings), 3, 3)
    ann_bea = 3**-0.5 / 2
    ann_cleo = (2**-0.5 + 3**-0.5) / np.sqrt(6)
    expected = [[0, ann_bea, ann_cleo], [ann_bea, 0, ann_cleo], [ann_cleo] * 2 + [0]]
    np.testing.assert_allclose(similarities.toarray(), expected, atol=TOLERANCE)


def test_plain_settings_are_the_cosine_of_scikit_learn():
    weights = random_weights()
    items = neighbor_matrix(item_neighbors(weights, top_k=99, **PLAIN_ITEM), 40, 40)
    users = neighbor_matrix(user_neighbors(weights, top_k=99, **PLAIN_USER), 60, 60)
    for found, vectors in ((items, weights.T), (users, weights)):
        expected = cosine_similarity(vectors)
        np.fill_diagonal(expected, 0.0)
        np.testing.assert_allclose(found.toarray(), expected, atol=TOLERANCE)


def test_every_exponent_and_the_shrinkage_follow_the_formula():
    weights = random_weights()
    dense = weights.toarray()
    degrees = (dense > 0).sum(axis=1), (dense > 0).sum(axis=0)
    items = neighbor_matrix(item_neighbors(weights, top_k=99, **TUNED_ITEM), 40, 40)
    users = neighbor_matrix(user_neighbors(weights, top_k=99, **TUNED_USER), 60, 60)
    settings = (0.5, 0.4, 0.3, 2.0)
    np.testing.assert_allclose(
        items.toarray(), reference(dense.T, degrees[0], *settings), atol=TOLERANCE
    )
    np.testing.assert_allclose(
        users.toarray(), reference(dense, degrees[1], *settings), atol=TOLERANCE
    )


def test_checkerboard_splits_into_two_groups_of_equals():
    board = csr_matrix(np.indices((6, 6)).sum(axis=0) % 2, dtype=float)
    for table in (
        item_neighbors(board, top_k=9, **PLAIN_ITEM),
        user_neighbors(board, top_k=9, **PLAIN_USER),
    ):
        assert table["similarity"].to_pylist() == [1.0] * 12
        assert [row[:2] for row in rows(table)] == [
            (target, source)
            for target in range(6)
            for source in range(target % 2, 6, 2)
            if source != target
        ]


def test_lists_are_the_best_of_each_target_and_ranked_from_one():
    weights = random_weights()
    full = neighbor_matrix(item_neighbors(weights, top_k=99, **TUNED_ITEM), 40, 40)
    pruned = item_neighbors(weights, top_k=3, **TUNED_ITEM)
    for target in range(40):
        scores = full[[target]].toarray().ravel()
        best = np.lexsort((np.arange(40), -scores))[:3]
        best = best[scores[best] > 0]
        found = [row for row in rows(pruned) if row[0] == target]
        assert [row[1] for row in found] == best.tolist()
        assert [row[3] for row in found] == list(range(1, best.size + 1))
    assert pruned["item_index"].to_pylist() == sorted(pruned["item_index"].to_pylist())


def test_exponents_are_asymmetric_between_target_and_source():
    # Item 1 is popular, items 0 and 2 are not.
    weights = csr_matrix([[1, 1, 0], [0, 1, 1], [0, 1, 0], [0, 1, 0]], dtype=float)
    settings = PLAIN_ITEM | {"target_exponent": 1.0, "source_exponent": 0.0}
    table = item_neighbors(weights, top_k=9, **settings)
    assert rows(table) == [
        (0, 1, 1.0, 1),
        (1, 0, 0.25, 1),
        (1, 2, 0.25, 2),
        (2, 1, 1.0, 1),
    ]


def test_ties_go_to_the_lowest_index_even_where_the_list_is_cut():
    everybody_bought_everything = csr_matrix(np.ones((3, 8)))
    table = item_neighbors(everybody_bought_everything, top_k=2, **TUNED_ITEM)
    lists = [[row[1] for row in rows(table) if row[0] == item] for item in range(8)]
    assert lists == [[1, 2], [0, 2]] + [[0, 1]] * 6


def test_ties_are_not_broken_by_rounding_noise():
    # Items 1 and 2 share the same three users' weights with item 0, in another order:
    # the sums 0.1 + 0.2 + 0.3 and 0.3 + 0.2 + 0.1 differ in the last bit.
    weights = csr_matrix([[1, 0.3, 0.1], [1, 0.2, 0.2], [1, 0.1, 0.3]])
    assert 0.1 + 0.2 + 0.3 != 0.3 + 0.2 + 0.1
    table = item_neighbors(weights, top_k=2, **PLAIN_ITEM)
    first = [row for row in rows(table) if row[0] == 0]
    assert [row[1] for row in first] == [1, 2]
    assert first[0][2] == first[1][2]


@pytest.mark.parametrize("block_size", [1, 7, 1000])
def test_the_block_size_changes_nothing(block_size):
    weights = random_weights()
    assert item_neighbors(weights, top_k=5, **TUNED_ITEM).equals(
        item_neighbors(weights, top_k=5, block_size=block_size, **TUNED_ITEM)
    )
    assert user_neighbors(weights, top_k=5, **TUNED_USER).equals(
        user_neighbors(weights, top_k=5, block_size=block_size, **TUNED_USER)
    )


def test_blocks_of_bounded_memory_change_nothing(monkeypatch):
    weights = random_weights()
    expected = item_neighbors(weights, top_k=5, **TUNED_ITEM)
    # Room for two targets of five neighbors each.
    monkeypatch.setattr(
        "precision_marketing.algorithms.kernels.engine.RESULT_BYTES", 40 * 10
    )
    found = item_neighbors(weights, top_k=5, **TUNED_ITEM)
    assert found.column("similarity").num_chunks > 5
    assert found.equals(expected)


def test_stored_order_duplicates_and_zeros_change_nothing():
    weights = random_weights()
    untidy = csr_matrix(weights.shape)
    # Each row backwards, each weight in two halves, and a stored zero.
    untidy.indices = np.concatenate(
        [[*np.repeat(row.indices[::-1], 2), 0] for row in weights]
    )
    untidy.data = np.concatenate(
        [[*np.repeat(row.data[::-1] / 2, 2), 0.0] for row in weights]
    )
    untidy.indptr = 2 * weights.indptr + np.arange(weights.shape[0] + 1)
    assert not untidy.has_canonical_format
    assert item_neighbors(untidy, top_k=5, **TUNED_ITEM).equals(
        item_neighbors(weights, top_k=5, **TUNED_ITEM)
    )
    assert user_neighbors(untidy, top_k=5, **TUNED_USER).equals(
        user_neighbors(weights, top_k=5, **TUNED_USER)
    )


def test_the_given_matrix_is_not_changed():
    weights = csr_matrix(([1.0, 0.0, 2.0], [1, 0, 2], [0, 2, 3]), shape=(2, 3))
    item_neighbors(weights, top_k=5, **TUNED_ITEM)
    assert weights.data.tolist() == [1.0, 0.0, 2.0]
    assert weights.indices.tolist() == [1, 0, 2]


def test_items_nobody_touched_have_no_neighbors():
    weights = csr_matrix([[1, 0, 1], [1, 0, 1]], dtype=float)
    table = item_neighbors(weights, top_k=5, **TUNED_ITEM)
    assert [row[:2] for row in rows(table)] == [(0, 2), (2, 0)]


@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (5, 0), (4, 4), (1, 1)])
def test_empty_input_gives_an_empty_typed_table(shape):
    empty = csr_matrix(shape, dtype=float)
    items = item_neighbors(empty, top_k=5, **TUNED_ITEM)
    users = user_neighbors(empty, top_k=5, **TUNED_USER)
    assert (items.num_rows, items.schema) == (0, item_neighbors_schema)
    assert (users.num_rows, users.schema) == (0, user_neighbors_schema)
    assert neighbor_matrix(items, 5, 5).shape == (5, 5)


def test_one_user_makes_items_neighbors_but_has_none():
    weights = csr_matrix([[1.0, 1.0, 1.0]])
    assert item_neighbors(weights, top_k=5, **PLAIN_ITEM).num_rows == 6
    assert user_neighbors(weights, top_k=5, **PLAIN_USER).num_rows == 0


def test_one_item_makes_users_neighbors_but_has_none():
    weights = csr_matrix([[1.0], [1.0], [1.0]])
    assert item_neighbors(weights, top_k=5, **PLAIN_ITEM).num_rows == 0
    assert user_neighbors(weights, top_k=5, **PLAIN_USER).num_rows == 6


def test_limited_users_get_the_lists_they_would_get_among_all():
    weights = random_weights()
    every = user_neighbors(weights, top_k=5, **TUNED_USER)
    some = user_neighbors(weights, top_k=5, users=np.array([40, 3]), **TUNED_USER)
    assert rows(some) == [row for row in rows(every) if row[0] in (3, 40)]
    none = user_neighbors(weights, top_k=5, users=np.array([], int), **TUNED_USER)
    assert none.num_rows == 0


@pytest.mark.parametrize("users", [[1, 1], [-1], [60]])
def test_targets_that_repeat_or_do_not_exist_are_refused(users):
    with pytest.raises(ValueError, match="users must be"):
        user_neighbors(random_weights(), top_k=5, users=np.array(users), **TUNED_USER)


@pytest.mark.parametrize("weight", [np.nan, np.inf, -1.0, 1e200, 1e-200])
@pytest.mark.parametrize(
    ("neighbors", "settings"),
    [(item_neighbors, PLAIN_ITEM), (user_neighbors, PLAIN_USER)],
)
def test_weights_that_are_not_weights_are_refused(neighbors, settings, weight):
    weights = csr_matrix([[weight, 0.0], [0.0, 1.0]])
    with (
        np.errstate(over="ignore", under="ignore"),
        pytest.raises(ValueError, match="weights"),
    ):
        neighbors(weights, top_k=5, **settings)


@pytest.mark.parametrize(
    "change",
    [
        {"top_k": 0},
        {"top_k": 1.5},
        {"block_size": 0},
        {"shrinkage": -1.0},
        {"user_degree_exponent": np.nan},
        {"target_exponent": -0.5},
        {"source_exponent": np.inf},
    ],
)
def test_settings_out_of_range_are_refused_by_name(change):
    settings = {"top_k": 5} | PLAIN_ITEM | change
    with pytest.raises(ValueError, match=next(iter(change))):
        item_neighbors(random_weights(), **settings)


def test_a_neighbor_table_in_any_order_is_the_same_matrix():
    table = item_neighbors(random_weights(), top_k=5, **TUNED_ITEM)
    shuffled = table.take(pa.array(np.random.default_rng(2).permutation(len(table))))
    first, second = (neighbor_matrix(rows, 40, 40) for rows in (table, shuffled))
    assert first.has_sorted_indices
    for name in ("data", "indices", "indptr"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))
    assert [first[row[0], row[1]] for row in rows(table)] == [
        row[2] for row in rows(table)
    ]


def test_a_neighbor_matrix_by_source_is_the_transpose():
    table = item_neighbors(random_weights(), top_k=5, **TUNED_ITEM)
    shuffled = table.take(pa.array(np.random.default_rng(2).permutation(len(table))))
    expected = neighbor_matrix(table, 40, 40).toarray().T
    for rows_in_some_order in (table, shuffled):
        found = neighbor_matrix(rows_in_some_order, 40, 40, by_source=True)
        assert found.has_sorted_indices
        np.testing.assert_array_equal(found.toarray(), expected)


def test_users_with_many_items_count_less_with_their_degree():
    weights = random_weights()
    scaled = diags_array(np.diff(weights.indptr).clip(1) ** -0.25) @ weights
    settings = {"target_exponent": 0, "source_exponent": 0, "shrinkage": 1}
    found = item_neighbors(weights, top_k=99, user_degree_exponent=0.5, **settings)
    same = item_neighbors(scaled, top_k=99, user_degree_exponent=0, **settings)
    np.testing.assert_allclose(
        neighbor_matrix(found, 40, 40).toarray(),
        neighbor_matrix(same, 40, 40).toarray(),
        atol=TOLERANCE * 1e3,  # weights up to 40 squared
    )
