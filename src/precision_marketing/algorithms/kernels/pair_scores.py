"""Scores of given pairs of a user and an item, by factors and by weights of items."""

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.kernels.compiled import compiled
from precision_marketing.algorithms.kernels.engine import Factor, factor
from precision_marketing.algorithms.kernels.sums import pair_products, vector_products

Vectors = tuple[np.ndarray, np.ndarray]


class LinearScores(NamedTuple):
    """Scores of all pairs, factors[0][u] @ factors[1][i] + history[u] @ targets[i].

    Attributes
    ----------
    factors : tuple of two arrays of float32, shapes (n_users, k) and (n_items, k)
    history : Factor, shape (n_users, m)
    targets : Factor, shape (n_items, m), or array of float32, shape (m, n_items)
    width : int
        m.

    Factors may be None, and the two after them.
    """

    factors: Vectors | None
    history: Factor | None = None
    targets: Factor | np.ndarray | None = None
    width: int = 0


class ItemWeights(NamedTuple):
    """What item j of a history adds to the score of item i, for each time it counts.

    vectors[0][j] @ vectors[1][i] + sources[j] @ targets[i].

    Attributes
    ----------
    vectors : tuple of two arrays of float32, shape (n_items, k), or None
    targets : csr_matrix or array of float32, shape (n_items, m), or None
        An array without sources alone.
    sources : csr_matrix, shape (n_items, m), or None
        None where targets[i, j] is the weight itself.
    """

    vectors: Vectors | None = None
    targets: csr_matrix | np.ndarray | None = None
    sources: csr_matrix | None = None

    def of(self, history: csr_matrix) -> LinearScores:
        """Return the scores that histories, shape (n_users, n_items), add up to.

        Examples
        --------
        >>> weights = ItemWeights(targets=csr_matrix([[0.0, 3.0], [1.0, 0.0]]))
        >>> scores = weights.of(csr_matrix([[1.0, 2.0]]))
        >>> pair_scores(scores, np.array([0, 0]), np.array([0, 1])).tolist()
        [6.0, 1.0]
        """
        factors = None
        if self.vectors is not None:
            left, right = self.vectors
            factors = csr_matrix(history, dtype=left.dtype) @ left, right
        if self.targets is None:
            return LinearScores(factors)
        if self.sources is not None:
            history = history @ self.sources
        rows = factor(csr_matrix(history, dtype=np.float64))
        if isinstance(self.targets, np.ndarray):
            targets = np.ascontiguousarray(self.targets.T)
        else:
            targets = factor(csr_matrix(self.targets, dtype=np.float64))
        return LinearScores(factors, rows, targets, self.targets.shape[1])


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
    if isinstance(scores.targets, np.ndarray):
        total += _sums_of_history(users, items, scores.history, scores.targets)
    elif scores.targets is not None:
        total += pair_products(
            users, items, scores.history, scores.targets, scores.width
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
