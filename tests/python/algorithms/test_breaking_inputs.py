"""Every collaborative algorithm on the inputs that break others, and on two threads."""

import numpy as np
import pyarrow as pa
import pytest
from every_algorithm import (
    ALL,
    DENSE,
    best_items,
    nearest_items,
    nearest_users,
    random_weights,
)
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.collaborative.ials import fit_ials
from precision_marketing.algorithms.collaborative.local_ridge import fit_local_ridge
from precision_marketing.algorithms.kernels.top_items import (
    iterate_top_items,
    scores_schema,
)

# float32 sums of some thousand terms.
SINGLE = 1e-3


@pytest.mark.parametrize("name", ALL)
def test_one_thread_and_two_give_equal_tables(name, monkeypatch):
    monkeypatch.setattr(
        "precision_marketing.algorithms.kernels.parallel._SMALLEST_CHUNK", 50
    )
    weights = random_weights(700, 120)
    found = []
    for threads in ("1", "2"):
        monkeypatch.setenv("PRECISION_MARKETING_THREADS", threads)
        found.append(ALL[name](weights))
    assert found[0].num_rows > 400
    assert found[0].equals(found[1])


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0), (3, 4)])
def test_no_events_give_an_empty_typed_table(name, shape):
    table = ALL[name](csr_matrix(shape))
    assert table.num_rows == 0
    assert len(table.schema.names) == 4


def test_one_user_ties_all_items_and_is_nobodys_neighbor():
    weights = csr_matrix(np.ones((1, 6)))
    table = nearest_items(weights, top_k=2)
    assert table["neighbor_index"].to_pylist() == [1, 2] + [0, 2] + [0, 1] * 4
    assert nearest_users(weights).num_rows == 0
    assert best_items(weights).num_rows == 0


def test_one_item_ties_all_users_and_is_nobodys_neighbor():
    weights = csr_matrix(np.ones((6, 1)))
    assert nearest_items(weights).num_rows == 0
    table = nearest_users(weights, top_k=2)
    assert table["neighbor_index"].to_pylist() == [1, 2] + [0, 2] + [0, 1] * 4
    assert best_items(weights).num_rows == 0


@pytest.mark.parametrize("name", DENSE)
@pytest.mark.parametrize("shape", [(1, 6), (6, 1), (7, 9)])
def test_equal_users_and_items_score_equally(name, shape):
    scores = DENSE[name](csr_matrix(np.ones(shape)))(np.arange(shape[0]))
    assert scores.shape == shape
    np.testing.assert_allclose(scores, scores[0, 0], rtol=SINGLE, atol=1e-6)


def test_all_scores_tied_go_to_the_lowest_items_whatever_the_block_of_columns():
    # 300 columns: several blocks of a scan, and more ties than a buffer holds.
    history = csr_matrix(np.eye(5, 300))
    settings = {"allowed_items": None, "item_scale": None, "exclude": history}
    batches = iterate_top_items(
        history,
        csr_matrix(np.full((300, 300), 0.1)),
        users=np.arange(5),
        top_n=3,
        **settings,
    )
    table = pa.Table.from_batches(batches, schema=scores_schema)
    expected = [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2], [0, 1, 2]]
    assert table["item_index"].to_numpy().reshape(5, 3).tolist() == expected


@pytest.mark.parametrize("name", DENSE)
def test_an_item_everybody_bought_is_offered_first_to_who_lacks_it(name):
    generator = np.random.default_rng(1)
    dense = (generator.random((400, 40)) < 0.15).astype(float)
    dense[:, 7] = 1.0
    dense[0, 7] = 0.0
    dense[0, :6] = 1.0
    scores = DENSE[name](csr_matrix(dense))(np.arange(400))
    assert np.isfinite(scores).all()
    hidden = np.where(dense[0] > 0, -np.inf, scores[0])
    assert hidden.argmax() == 7


@pytest.mark.parametrize("name", ALL)
def test_a_user_of_100_000_events_leaves_the_others_their_lists(name):
    # A hundred events for each of 1,000 items, beside users of a few items.
    weights = csr_matrix(random_weights(50, 1_000, density=0.02).astype(bool) * 1.0)
    whale = csr_matrix(np.full((1, 1_000), 100.0))
    table = ALL[name](csr_matrix(np.vstack([weights.toarray(), whale.toarray()])))
    scores = table.column(2).to_numpy()
    assert np.isfinite(scores).all()
    assert (scores > 0).all()
    # Nothing is left to offer the one who has everything.
    if name in DENSE or name == "top_items":
        users = set(table["user_index"].to_pylist())
        assert 50 not in users
        assert len(users) > 40


def test_a_user_of_100_000_items_has_neighbors_and_ridge_weights():
    n_items = 100_000
    weights = csr_matrix(
        (
            np.ones(n_items + 3),
            np.r_[np.arange(n_items), 5, 7, 9],
            [0, n_items, n_items + 3],
        )
    )
    assert nearest_users(weights)["neighbor_index"].to_pylist() == [1, 0]
    few = pa.table({"item_index": [5, 5, 8], "neighbor_index": [7, 9, 5]})
    fitted = fit_local_ridge(
        weights, few, user_degree_exponent=0.5, penalty=2.0, penalty_exponent=0.5
    )
    assert fitted.nnz == 3
    assert fitted[7, 5] == pytest.approx(fitted[9, 5])
    assert fitted[7, 5] > 0
    items = fit_ials(
        weights,
        factors=4,
        iterations=2,
        unobserved_strength=0.2,
        regularization=0.03,
        seed=0,
    )
    assert np.isfinite(items).all()


@pytest.mark.parametrize("name", DENSE)
def test_more_than_2_to_the_31_products_make_no_difference(name):
    # 2,400 users of all 950 items: 2.17e9 pairs of items of a user.
    n_users, n_items = 2_400, 950
    assert n_users * n_items**2 > 2**31
    scores = DENSE[name](csr_matrix(np.ones((n_users, n_items))))(np.array([0, 539]))
    np.testing.assert_allclose(scores, scores[0, 0], rtol=SINGLE)
    assert scores[0, 0] > 0


def test_top_items_of_more_than_2_to_the_31_products_are_right():
    # Each of 46,400 users has item 0, which has 46,400 neighbors.
    n = 46_400
    history = csr_matrix((np.ones(n), np.zeros(n, np.int32), np.arange(n + 1)))
    history.resize(n, n)
    similarities = np.linspace(1.0, 0.5, n)
    right = csr_matrix((similarities, np.arange(n), [0, *[n] * n]))
    right.resize(n, n)
    settings = {"allowed_items": None, "item_scale": None, "exclude": history}
    rows = 0
    for batch in iterate_top_items(
        history, right, users=np.arange(n), top_n=2, **settings
    ):
        found = batch["item_index"].to_numpy().reshape(-1, 2)
        assert (found == [1, 2]).all()
        rows += len(found)
        assert (batch["score"].to_numpy() > 0.99).all()
    assert rows == n
