"""Products of sparse matrices and their distinct rows, against scipy and numpy."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix, random_array

from precision_marketing.algorithms.kernels import sparse_product as kernels
from precision_marketing.algorithms.kernels.sparse_product import (
    distinct_rows,
    sparse_product,
)
from precision_marketing.algorithms.kernels.sums import pair_products, summed_entries


def sparse(n_rows, n_columns, density, seed):
    """Return a random matrix of positive numbers."""
    generator = np.random.default_rng(seed)
    return csr_matrix(random_array((n_rows, n_columns), density=density, rng=generator))


# Rows of many terms are scanned, rows of few are listed; empty ones are neither.
@pytest.mark.parametrize("density", [0.0, 0.001, 0.2])
@pytest.mark.parametrize("threads", [1, 3])
def test_a_product_is_that_of_scipy_to_the_bit(density, threads, monkeypatch):
    monkeypatch.setenv("PRECISION_MARKETING_THREADS", str(threads))
    left, right = sparse(300, 200, density, 0), sparse(200, 900, 0.1, 1)
    found, expected = sparse_product(left, right, "test"), (left @ right).tocsr()
    expected.sort_indices()
    np.testing.assert_array_equal(found.indptr, expected.indptr)
    np.testing.assert_array_equal(found.indices, expected.indices)
    np.testing.assert_array_equal(found.data, expected.data)


def test_products_without_rows_or_columns_are_empty():
    assert sparse_product(csr_matrix((0, 2)), csr_matrix((2, 3)), "").shape == (0, 3)
    assert sparse_product(csr_matrix((2, 0)), csr_matrix((0, 3)), "").nnz == 0


def test_products_of_pairs_are_those_of_their_rows():
    left, right = sparse(9, 30, 0.3, 2), sparse(50, 30, 0.3, 3)
    rows, columns = np.repeat(np.arange(0, 9, 2), 4), np.arange(20)
    factors = kernels.factor(left), kernels.factor(right)
    found = pair_products(rows, columns, *factors, 30)
    expected = (left @ right.T).toarray()[rows, columns]
    np.testing.assert_allclose(found, expected, rtol=1e-14)
    assert (found > 0).any()


# Rows whose touched columns are listed, rows that touch too many, and one that returns.
@pytest.mark.parametrize("density", [0.002, 0.02, 0.5])
def test_entries_of_summed_rows_are_products_of_pairs_to_the_bit(density):
    left, right = sparse(9, 400, density, 6), sparse(400, 300, 0.05, 7)
    right.data -= 0.5  # weights of regressions are below 0 too
    rows = np.repeat(np.array([4, 0, 8, 3, 4]), 120)
    columns = np.random.default_rng(8).integers(0, 300, rows.size)
    by_target = kernels.factor(right.T.tocsr())
    found = summed_entries(
        *(rows, columns, kernels.factor(left), kernels.factor(right)), np.ones(400), 300
    )
    expected = pair_products(rows, columns, kernels.factor(left), by_target, 400)
    np.testing.assert_array_equal(found, expected)
    assert found.any()


# With one hash for all, only what was compared may count as equal.
@pytest.mark.parametrize("has_collisions", [False, True])
def test_every_row_is_equal_to_the_first_of_its_kind(has_collisions, monkeypatch):
    rows = sparse(40, 12, 0.3, 4)
    matrix = rows[np.random.default_rng(5).integers(0, 40, 200)]
    if has_collisions:
        monkeypatch.setattr(
            kernels, "_hashes", lambda starts, *_: np.zeros(starts.size - 1, np.uint64)
        )
    first, kinds = distinct_rows(matrix)
    assert (matrix[first][kinds] != matrix).nnz == 0
    assert first.tolist() == sorted(set(first.tolist()))
    assert (first[kinds] <= np.arange(200)).all()
    if not has_collisions:
        assert first.size == len(np.unique(matrix.toarray(), axis=0))


def test_rows_of_other_columns_or_values_are_not_equal():
    matrix = csr_matrix([[1.0, 0, 0], [0, 1, 0], [2, 0, 0], [1, 1, 0], [0, 0, 0]])
    assert distinct_rows(matrix)[0].size == 5
