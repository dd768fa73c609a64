"""The check before timing finds what an engine may get wrong, and allows ties."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from benchmarks.speed.agreement import TOLERANCE, neighbors_error, ranking_error
from benchmarks.speed.engines import Ours, without_itself
from benchmarks.speed.interactions import generated
from benchmarks.speed.sql_engine import DuckdbSql

N_USERS, N_ITEMS = 200, 150


@pytest.fixture(scope="module")
def matrix():
    return generated(N_USERS, N_ITEMS, 3_000)


@pytest.fixture(scope="module", params=[Ours, DuckdbSql])
def engine(request, matrix):
    return request.param(matrix, 1)


@pytest.fixture(scope="module")
def results(engine):
    """Neighbors and ranking of an engine."""
    neighbors = engine.find_neighbors()
    ranking = engine.export_ranking(engine.rank(neighbors))
    return engine.export_neighbors(neighbors), ranking


def check_neighbors(matrix, neighbors):
    return neighbors_error(matrix, neighbors, np.unique(matrix.indices))


def check_ranking(matrix, results, hides_history=True):
    neighbors, top = results
    users = np.arange(N_USERS)
    weights = csr_matrix(neighbors.T)
    return ranking_error(matrix, weights, top, users, hides_history=hides_history)


def test_engines_agree_with_plain_scipy(matrix, results):
    assert check_neighbors(matrix, results[0]) < TOLERANCE
    assert check_ranking(matrix, results) < TOLERANCE


def test_wrong_similarity_is_seen(matrix, results):
    wrong = results[0].copy()
    wrong.data[0] += 0.01
    assert check_neighbors(matrix, wrong) == pytest.approx(0.01)


def test_missing_neighbor_is_seen(matrix, results):
    wrong = results[0].copy()
    wrong.data[5] = 0
    wrong.eliminate_zeros()
    assert check_neighbors(matrix, wrong) == np.inf


def test_worse_neighbor_is_seen(matrix, results):
    # As many neighbors, each with its exact similarity, but the least similar.
    scaled = matrix.toarray() / np.sqrt(np.maximum(matrix.toarray().sum(axis=0), 1))
    exact = csr_matrix(scaled.T @ scaled)
    exact.setdiag(0)
    exact.eliminate_zeros()
    for row in range(N_ITEMS):
        entries = slice(exact.indptr[row], exact.indptr[row + 1])
        count = results[0].indptr[row + 1] - results[0].indptr[row]
        drop = len(exact.data[entries]) - count
        if drop > 0:
            best = np.argsort(-exact.data[entries])[:drop]
            exact.data[entries.start + best] = 0
    exact.eliminate_zeros()
    assert TOLERANCE < check_neighbors(matrix, exact) < np.inf


def test_seen_item_is_seen(matrix, results):
    items, scores = (array.copy() for array in results[1])
    user = int(np.argmax(np.diff(matrix.indptr)))
    items[user, 0] = matrix[[user]].indices[0]
    assert check_ranking(matrix, (results[0], (items, scores))) > TOLERANCE


def test_item_listed_twice_is_seen(matrix, results):
    items, scores = (array.copy() for array in results[1])
    user = int(np.argmax(items[:, 1] >= 0))
    items[user, 1] = items[user, 0]
    assert check_ranking(matrix, (results[0], (items, scores))) == np.inf


def test_ranking_that_should_hold_seen_items_is_not_the_other_one(matrix, results):
    assert check_ranking(matrix, results, hides_history=False) > TOLERANCE


def test_equally_similar_items_may_stand_in_for_each_other():
    # Items 1 and 2 have the same users, so that either may be item 0's neighbor.
    matrix = csr_matrix([[1.0, 1, 1], [1, 1, 1]])
    for order in ([0, 1, 2], [0, 2, 1]):
        similar = np.array([[0.0, 1, 1], [1, 0, 1], [1, 1, 0]])[order][:, order]
        assert neighbors_error(matrix, csr_matrix(similar), np.arange(3)) < TOLERANCE


def test_list_of_101_loses_the_item_itself_or_else_the_least_similar():
    values = np.linspace(1, 2, 101)
    rows = np.zeros((102, 102))
    rows[0, 1:] = values
    rows[1, :101] = values
    found = without_itself(csr_matrix(rows))
    assert np.diff(found.indptr)[:2].tolist() == [100, 100]
    assert found[0].toarray().ravel()[1] == 0
    assert found[1].toarray().ravel()[1] == 0


def test_generated_interactions_are_distinct_and_repeatable():
    first, second = generated(100, 50, 900), generated(100, 50, 900)
    assert (first != second).nnz == 0
    assert first.nnz == 900
    assert set(first.data) == {1.0}
    popularity = np.sort(np.bincount(first.indices, minlength=50))[::-1]
    assert popularity[:5].sum() > 2 * popularity[-5:].sum()
