"""Scores of given pairs of a user and an item, by factors and by item weights."""

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.kernels.compiled import compiled, compiled_reordered


class LinearScores(NamedTuple):
    """Scores of all pairs, factors[0][u] @ factors[1][i] + history[u] @ by_item[i].

    Attributes
    ----------
    factors : tuple of two arrays of float32, shapes (n_users, k) and (n_items, k)
    history : csr_matrix, shape (n_users, m)
    by_item : csr_matrix, shape (n_items, m)

    Either part may be None, the last two together.
    """

    factors: tuple[np.ndarray, np.ndarray] | None
    history: csr_matrix | None = None
    by_item: csr_matrix | None = None


def pair_scores(
    scores: LinearScores, users: np.ndarray, items: np.ndarray
) -> np.ndarray:
    """Return the scores of pairs.

    Parameters
    ----------
    scores : LinearScores
    users, items : array of int, shape (n,)
        Pairs of one user side by side.

    Returns
    -------
    array of float32, shape (n,)

    Examples
    --------
    >>> history = csr_matrix([[1.0, 2.0]])
    >>> by_item = csr_matrix([[0.0, 3.0], [1.0, 0.0]])
    >>> factors = np.ones((1, 1), np.float32), np.array([[0.5], [0.25]], np.float32)
    >>> pair = np.array([0, 0]), np.array([0, 1])
    >>> pair_scores(LinearScores(factors, history, by_item), *pair).tolist()
    [6.5, 1.25]
    """
    out = np.zeros(users.size, np.float32)
    if scores.factors is not None:
        _add_factors(users, items, *scores.factors, out)
    if scores.history is not None:
        _add_weights(
            users, items, *_arrays(scores.history), *_arrays(scores.by_item),
            scores.history.shape[1], out,
        )  # fmt: skip
    return out


def _arrays(rows: csr_matrix) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return starts, columns and values."""
    return rows.indptr, rows.indices, rows.data


@compiled_reordered
def _add_factors(users, items, of_users, of_items, out):
    for row in range(users.size):
        own, other = of_users[users[row]], of_items[items[row]]
        total = np.float32(0.0)
        for f in range(own.size):
            total += own[f] * other[f]
        out[row] += total


@compiled
def _add_weights(
    users, items, h_starts, h_columns, h_values, i_starts, i_columns, i_values, size,
    out,
):  # fmt: skip
    value = np.zeros(size)
    before = -1
    for row in range(users.size):
        user, item = users[row], items[row]
        if user != before:
            if before >= 0:
                for k in range(h_starts[before], h_starts[before + 1]):
                    value[h_columns[k]] = 0.0
            for k in range(h_starts[user], h_starts[user + 1]):
                value[h_columns[k]] = h_values[k]
            before = user
        total = 0.0
        for k in range(i_starts[item], i_starts[item + 1]):
            total += value[i_columns[k]] * i_values[k]
        out[row] += total
