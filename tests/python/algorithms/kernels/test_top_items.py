import numpy as np
import pyarrow as pa
import pytest
from scipy.sparse import csr_matrix, random_array

from precision_marketing.algorithms.kernels.top_items import (
    iterate_top_items,
    scores_schema,
)

NOTHING = {"exclude": None, "allowed_items": None, "item_scale": None}
TOLERANCE = 1e-9


def factors(n_users=50, m=20, n_items=30, seed=0):
    generator = np.random.default_rng(seed)
    left = random_array((n_users, m), density=0.2, rng=generator)
    right = random_array((m, n_items), density=0.2, rng=generator)
    return csr_matrix(left), csr_matrix(right)


def collect(left, right, **settings):
    settings = NOTHING | {"users": np.arange(left.shape[0]), "top_n": 5} | settings
    batches = list(iterate_top_items(left, right, **settings))
    assert all(batch.schema == scores_schema for batch in batches)
    return pa.Table.from_batches(batches, schema=scores_schema)


def expected_rows(scores, users, top_n):
    result = []
    for user in users:
        best = np.lexsort((np.arange(scores.shape[1]), -scores[user]))[:top_n]
        best = best[scores[user, best] > 0]
        result += [(user, item, rank) for rank, item in enumerate(best, start=1)]
    return result


def keys(table):
    names = ("user_index", "item_index", "scorer_rank")
    return list(zip(*(table[name].to_pylist() for name in names), strict=True))


def test_worked_example_of_the_item_page():
    # docs/algorithms/item_cosine.md: Dee has a (2) and b (1).
    history = csr_matrix([[2.0, 1.0, 0.0, 0.0]])
    # Rows are sources, columns targets.
    similarities = csr_matrix(
        [
            [0.0, 0.5, 0.25, 0.5],
            [0.5, 0.0, 0.75, 0.0],
            [0.25, 0.75, 0.0, 0.0],
            [0.5, 0.0, 0.0, 0.0],
        ]
    )
    table = collect(history, similarities, exclude=history)
    assert table.to_pylist() == [
        {"user_index": 0, "item_index": 2, "score": 1.25, "scorer_rank": 1},
        {"user_index": 0, "item_index": 3, "score": 1.0, "scorer_rank": 2},
    ]


def test_worked_example_of_the_user_page():
    # docs/algorithms/user_cosine.md: Ann has a, b; Bea has b, c; Cleo has a, b, c.
    history = csr_matrix([[1, 1, 0], [0, 1, 1], [1, 1, 1]], dtype=float)
    bea, cleo = 3**-0.5 / 2, (2**-0.5 + 3**-0.5) / 6**0.5
    neighbors = csr_matrix([[0, bea, cleo]] + [[0, 0, 0]] * 2)
    table = collect(neighbors, history, users=np.array([0]), exclude=history)
    assert keys(table) == [(0, 2, 1)]
    assert round(table["score"][0].as_py(), 3) == 0.813


def test_scores_are_the_dense_product():
    left, right = factors()
    table = collect(left, right, top_n=4)
    scores = (left @ right).toarray()
    assert keys(table) == expected_rows(scores, range(50), 4)
    users, items = table["user_index"].to_numpy(), table["item_index"].to_numpy()
    np.testing.assert_allclose(
        table["score"].to_numpy(), scores[users, items], rtol=TOLERANCE
    )


def test_excluded_items_are_never_returned_and_leave_no_gap():
    left, right = factors()
    seen = np.random.default_rng(1).random((50, 30)) < 0.5
    table = collect(left, right, exclude=csr_matrix(seen))
    scores = np.where(seen, 0.0, (left @ right).toarray())
    assert keys(table) == expected_rows(scores, range(50), 5)


def test_one_users_exclusions_do_not_touch_the_next_user():
    left = csr_matrix(np.ones((2, 1)))
    right = csr_matrix([[3.0, 2.0]])
    table = collect(left, right, exclude=csr_matrix([[1, 0], [0, 0]]))
    assert keys(table) == [(0, 1, 1), (1, 0, 1), (1, 1, 2)]


def test_items_that_are_not_allowed_are_never_returned():
    left, right = factors()
    allowed = np.arange(30) % 3 == 0
    table = collect(left, right, allowed_items=allowed)
    scores = np.where(allowed, (left @ right).toarray(), 0.0)
    assert keys(table) == expected_rows(scores, range(50), 5)


def test_item_scale_changes_scores_and_ranks():
    left = csr_matrix([[1.0]])
    right = csr_matrix([[4.0, 3.0]])
    table = collect(left, right, item_scale=np.array([0.5, 1.0]))
    assert keys(table) == [(0, 1, 1), (0, 0, 2)]
    assert table["score"].to_pylist() == [3.0, 2.0]


def test_ties_go_to_the_lowest_item():
    left, right = csr_matrix(np.ones((2, 3))), csr_matrix(np.ones((3, 9)))
    table = collect(left, right, top_n=2)
    assert keys(table) == [(0, 0, 1), (0, 1, 2), (1, 0, 1), (1, 1, 2)]


def test_ties_are_not_broken_by_rounding_noise():
    left = csr_matrix(np.ones((1, 3)))
    right = csr_matrix([[0.3, 0.1], [0.2, 0.2], [0.1, 0.3]])
    table = collect(left, right)
    assert keys(table) == [(0, 0, 1), (0, 1, 2)]


@pytest.mark.parametrize("block_size", [1, 7, 1000])
def test_the_block_size_changes_nothing(block_size):
    left, right = factors()
    seen = csr_matrix(np.random.default_rng(1).random((50, 30)) < 0.5)
    assert collect(left, right, exclude=seen, block_size=block_size).equals(
        collect(left, right, exclude=seen)
    )


def test_blocks_are_cut_by_memory_and_cover_every_user_once(monkeypatch):
    left, right = factors()
    expected = collect(left, right)
    # Room for two users of five items each.
    monkeypatch.setattr(
        "precision_marketing.algorithms.kernels.engine.RESULT_BYTES", 40 * 10
    )
    found = collect(left, right)
    assert found["score"].num_chunks > 10
    assert found.equals(expected)


def test_memory_for_less_than_a_user_still_takes_one_user_at_a_time(monkeypatch):
    left, right = factors()
    expected = collect(left, right)
    monkeypatch.setattr("precision_marketing.algorithms.kernels.engine.RESULT_BYTES", 1)
    found = collect(left, right)
    assert found["score"].num_chunks == 50
    assert found.equals(expected)


def test_users_come_in_the_order_asked_for():
    left, right = factors()
    table = collect(left, right, users=np.array([7, 2, 40]))
    scores = (left @ right).toarray()
    assert keys(table) == expected_rows(scores, [7, 2, 40], 5)


def test_unsorted_factors_give_the_same_ranks():
    left, right = factors()
    untidy = csr_matrix(right[:, ::-1])[:, ::-1]
    assert keys(collect(left, untidy)) == keys(collect(left, right))


def test_scores_of_zero_and_below_are_not_returned():
    left = csr_matrix([[1.0, 1.0]])
    right = csr_matrix([[1.0, 0.0, -2.0], [-1.0, 0.0, 1.0]])
    assert collect(left, right).num_rows == 0


@pytest.mark.parametrize(("n_users", "n_items"), [(0, 0), (0, 4), (4, 0), (4, 4)])
def test_empty_input_gives_an_empty_typed_result(n_users, n_items):
    left, right = csr_matrix((n_users, 3)), csr_matrix((3, n_items))
    assert collect(left, right).num_rows == 0
    assert collect(left, right, users=np.array([], dtype=int)).num_rows == 0


def test_one_user_and_one_item():
    one = csr_matrix([[2.0]])
    assert collect(one, one).to_pylist() == [
        {"user_index": 0, "item_index": 0, "score": 4.0, "scorer_rank": 1}
    ]
    assert collect(one, one, exclude=one).num_rows == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"top_n": 0}, "top_n"),
        ({"block_size": 0}, "block_size"),
        ({"users": np.array([50])}, "users"),
        ({"users": np.array([-1])}, "users"),
        ({"exclude": csr_matrix((50, 29))}, "exclude"),
        ({"allowed_items": np.ones(29, bool)}, "allowed_items"),
        ({"item_scale": np.ones(29)}, "item_scale"),
        ({"item_scale": np.full(30, np.nan)}, "item_scale"),
        ({"item_scale": np.full(30, -1.0)}, "item_scale"),
    ],
)
def test_wrong_arguments_are_refused_at_the_call(change, message):
    left, right = factors()
    settings = NOTHING | {"users": np.arange(50), "top_n": 5} | change
    with pytest.raises(ValueError, match=message):
        iterate_top_items(left, right, **settings)


def test_factors_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="multiply"):
        collect(csr_matrix((2, 3)), csr_matrix((4, 2)))


def test_a_score_that_is_not_finite_is_refused():
    left, right = csr_matrix([[np.nan]]), csr_matrix([[1.0]])
    with pytest.raises(ValueError, match="not finite"):
        collect(left, right)
