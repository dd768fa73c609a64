"""Scores of given pairs of a user and an item, by factors and by weights of items."""

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.kernels.compiled import compiled
from precision_marketing.algorithms.kernels.engine import Factor, factor
from precision_marketing.algorithms.kernels.sums import (
    pair_products,
    summed_entries,
    vector_products,
)

Vectors = tuple[np.ndarray, np.ndarray]


class LinearScores(NamedTuple):
    """Scores of all pairs: factors[0][u] @ factors[1][i] + (history @ by_source)[u, i].

    Attributes
    ----------
    factors : tuple of two arrays of float32, shapes (n_users, k) and (n_items, k)
    history : Factor, shape (n_users, m)
    by_source : Factor, or array of float32, shape (m, n_items)
    targets : Factor, shape (n_items, m)
        The transpose of `by_source`, in its place where a row of it is short.
    shape : tuple of int
        m and n_items.

    All may be None.
    """

    factors: Vectors | None
    history: Factor | None = None
    by_source: Factor | np.ndarray | None = None
    targets: Factor | None = None
    shape: tuple[int, int] = (0, 0)


class ItemWeights(NamedTuple):
    """What item j of a history adds to the score of item i, for each time it counts.

    vectors[0][j] @ vectors[1][i] + by_source[j, i] + sources[j] @ targets[i].

    Attributes
    ----------
    vectors : tuple of two arrays of float32, shape (n_items, k), or None
    by_source : csr_matrix or array of float32, shape (n_items, n_items), or None
    sources, targets : csr_matrix, shape (n_items, m), or None
        Both or none, and not beside `by_source`.
    """

    vectors: Vectors | None = None
    by_source: csr_matrix | np.ndarray | None = None
    sources: csr_matrix | None = None
    targets: csr_matrix | None = None

    def of(self, history: csr_matrix) -> LinearScores:
        """Return the scores that histories, shape (n_users, n_items), add up to.

        Examples
        --------
        >>> weights = ItemWeights(by_source=csr_matrix([[0.0, 1.0], [3.0, 0.0]]))
        >>> scores = weights.of(csr_matrix([[1.0, 2.0]]))
        >>> pair_scores(scores, np.array([0, 0]), np.array([0, 1])).tolist()
        [6.0, 1.0]
        """
        factors = None
        if self.vectors is not None:
            left, right = self.vectors
            factors = csr_matrix(history, dtype=left.dtype) @ left, right
        if self.sources is not None:
            targets = _factor(self.targets)
            rows = _factor(history @ self.sources)
            shape = self.targets.shape[::-1]
            return LinearScores(factors, rows, targets=targets, shape=shape)
        if self.by_source is None:
            return LinearScores(factors)
        if isinstance(self.by_source, np.ndarray):
            weights = np.ascontiguousarray(self.by_source)
        else:
            weights = _factor(self.by_source)
        return LinearScores(
            factors, _factor(history), weights, shape=self.by_source.shape
        )


def _factor(matrix: csr_matrix) -> Factor:
    """Return a sparse matrix as the kernels take it."""
    return factor(csr_matrix(matrix, dtype=np.float64))


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
    array of float64, shape (n,)

    Examples
    --------
    >>> factors = np.ones((1, 1), np.float32), np.array([[0.5], [0.25]], np.float32)
    >>> pair = np.array([0, 0]), np.array([0, 1])
    >>> pair_scores(LinearScores(factors), *pair).tolist()
    [0.5, 0.25]
    """
    users, items = np.asarray(users, np.int64), np.asarray(items, np.int64)
    total = np.zeros(users.size)
    if scores.factors is not None:
        total += vector_products(users, items, *scores.factors)
    if scores.targets is not None:
        total += pair_products(
            users, items, scores.history, scores.targets, scores.shape[0]
        )
    elif isinstance(scores.by_source, np.ndarray):
        total += _sums_of_history(users, items, scores.history, scores.by_source)
    elif scores.by_source is not None:
        n_sources, n_items = scores.shape
        total += summed_entries(
            users, items, scores.history, scores.by_source, np.ones(n_sources), n_items
        )
    return total


@compiled
def _sums_of_history(users, items, history, by_source):
    starts, columns, values, unit = history
    sums = np.zeros(users.size)
    for row in range(users.size):
        for k in range(starts[users[row]], starts[users[row] + 1]):
            value = values[k] if values.size else unit
            sums[row] += value * by_source[columns[k], items[row]]
    return sums
