"""The parts of iALS are its score, by the formula as it is written."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.collaborative.ials import (
    fit_ials,
    fold_in,
    item_factors,
)
from precision_marketing.algorithms.collaborative.ials_parts import ials_parts

STRENGTHS = {"unobserved_strength": 1.0, "regularization": 0.023}
N_USERS, N_ITEMS = 30, 20


@pytest.fixture(scope="module")
def weights() -> np.ndarray:
    generator = np.random.default_rng(0)
    shown = generator.random((N_USERS, N_ITEMS)) < generator.random((N_USERS, 1))
    result = shown * generator.random(shown.shape)
    result[3] = 0.0
    return result


def by_the_formula(weights, factors, user, item) -> np.ndarray:
    """Return x_uj q_i^T A_u^-1 q_j of Hu et al., one user and item at a time."""
    x, q = weights / weights[weights > 0].mean(), factors.astype(np.float64)
    unobserved = np.sqrt((weights > 0).mean())
    penalty = 0.023 * np.sqrt(unobserved)
    (own,) = np.nonzero(weights[user])
    matrix = unobserved * q.T @ q
    matrix += penalty * (own.size + unobserved * N_ITEMS) * np.eye(len(matrix))
    for j in own:
        matrix += x[user, j] * np.outer(q[j], q[j])
    return x[user, own] * (q[own] @ np.linalg.inv(matrix) @ q[item])


# Fewer factors than most histories have items, and more: two systems of equations.
@pytest.mark.parametrize("n_factors", [3, 18])
def test_parts_are_those_of_the_formula_and_add_up_to_the_score(weights, n_factors):
    factors = fit_ials(
        csr_matrix(weights),
        factors=n_factors,
        iterations=3,
        seed=0,
        tolerance=0.0,
        **STRENGTHS,
    )
    users = np.repeat(np.arange(N_USERS), np.arange(N_USERS) % 3)
    items = np.random.default_rng(1).integers(0, N_ITEMS, users.size)
    fitted = item_factors(csr_matrix(weights), factors, **STRENGTHS)
    found = ials_parts(csr_matrix(weights), fitted)(users, items)
    of_users = fold_in(csr_matrix(weights), fitted)
    end = 0
    for user, item in zip(users, items, strict=True):
        expected = by_the_formula(weights, factors, user, item)
        part = found[end : end + expected.size]
        np.testing.assert_allclose(part, expected, atol=1e-6)
        score = of_users[user] @ factors[item]
        np.testing.assert_allclose(part.sum(), score, atol=1e-5)
        end += expected.size
    assert end == found.size


def test_threads_change_nothing(weights, monkeypatch):
    factors = np.random.default_rng(2).random((N_ITEMS, 4)).astype(np.float32)
    users = np.repeat(np.arange(N_USERS), 2)
    items = np.arange(users.size) % N_ITEMS
    fitted = item_factors(csr_matrix(weights), factors, **STRENGTHS)
    results = []
    for threads in ("1", "2"):
        monkeypatch.setenv("PRECISION_MARKETING_THREADS", threads)
        parts = ials_parts(csr_matrix(weights), fitted)
        results.append(parts(users, items))
    np.testing.assert_array_equal(*results)


def test_parts_of_a_user_are_the_same_whoever_else_is_asked_for(weights):
    factors = np.random.default_rng(2).random((N_ITEMS, 4)).astype(np.float32)
    fitted = item_factors(csr_matrix(weights), factors, **STRENGTHS)
    of_all = ials_parts(csr_matrix(weights), fitted)
    # Her weights are far from the mean of all.
    weights = csr_matrix(weights)[7:9]
    alone = ials_parts(weights, fitted)(np.array([0, 1]), np.array([5, 5]))
    np.testing.assert_allclose(
        alone, of_all(np.array([7, 8]), np.array([5, 5])), rtol=1e-12
    )
