"""What each item of a history adds to a score of iALS.

Source: Hu, Koren, Volinsky (2008), "Collaborative filtering for implicit feedback
datasets", section 5 (explaining recommendations).
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.collaborative.ials import (
    ItemFactors,
    penalties_of,
)
from precision_marketing.algorithms.kernels.blas import one_blas_thread
from precision_marketing.algorithms.kernels.parallel import in_order
from precision_marketing.algorithms.kernels.progress import Progress
from precision_marketing.algorithms.kernels.selection import as_weights

# Numbers of the items' factors that are gathered for one batch of users: 16 MB.
_BATCH = 2_000_000


def ials_parts(
    weights: csr_matrix, fitted: ItemFactors
) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """Return the function to what each item of a history adds to an item's score.

    With the items' factors given, the user's are those that the objective of `fit_ials`
    is least for, p_u = A_u^-1 sum_j x_uj q_j, and so the score is a sum over history:

        p_u q_i = sum_j x_uj q_i^T A_u^-1 q_j,
        A_u = w Q^T Q + r (n_u + w n_items) I + sum_j x_uj q_j q_j^T

    Parameters
    ----------
    weights : csr_matrix, shape (n_users, n_items), float64
        Histories of any users, in units of the weights of the fit.
    fitted : ItemFactors
        Q, w and r, as `item_factors` returns.

    Returns
    -------
    callable
        From users, ascending, and as many items, shape (n,), to float64, unit-free: for
        each pair the parts of the user's items in the order of their row in `weights`,
        n rows of different lengths, one after the other.

    Raises
    ------
    ValueError
        If a weight is negative or not finite.

    Notes
    -----
    In the axes of Q^T Q all of A_u but its last sum is a diagonal D. With the d items'
    factors as rows of F and their weights X, x_j (A_u^-1 q_i)_j is
    ((X^-1 + F D^-1 F^T)^-1 F D^-1 q_i)_j: a system of d equations, not of as many as
    there are factors, where d is the smaller.

    Examples
    --------
    >>> from precision_marketing.algorithms.collaborative.ials import item_factors
    >>> weights = csr_matrix([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    >>> factors = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.2]], np.float32)
    >>> settings = dict(unobserved_strength=0.1, regularization=0.1)
    >>> parts = ials_parts(weights, item_factors(weights, factors, **settings))
    >>> parts(np.array([0]), np.array([2])).round(3).tolist()
    [0.831, 0.166]
    """
    rows = as_weights(weights)
    by_user = csr_matrix(
        (rows.data / fitted.mean, rows.indices, rows.indptr), rows.shape
    )
    penalties = penalties_of(by_user, fitted.unobserved, fitted.regularization)
    penalties = penalties.astype(np.float64)
    counts = np.diff(by_user.indptr)
    with one_blas_thread():
        gram = (fitted.items.T @ fitted.items).astype(np.float64)
        values, axes = np.linalg.eigh(fitted.unobserved * gram)
        values, turned = np.maximum(values, 0.0), fitted.items @ axes

    def parts(users: np.ndarray, items: np.ndarray) -> np.ndarray:
        first = np.flatnonzero(np.diff(users, prepend=-1))
        targets = np.diff(first, append=users.size)
        starts = np.append(0, np.cumsum(counts[users]))
        result = np.empty(starts[-1])
        # Users with as many items, and as many to explain, side by side.
        order = np.lexsort((first, targets, counts[users[first]]))

        def solve(batch: slice) -> None:
            pairs = first[order[batch]]
            owners = users[pairs]
            size, wanted = counts[owners[0]], targets[order[batch.start]]
            stored = by_user.indptr[owners][:, None] + np.arange(size)
            of_pair = pairs[:, None] + np.arange(wanted)
            result[starts[of_pair][:, :, None] + np.arange(size)] = _parts(
                turned[by_user.indices[stored]],
                by_user.data[stored],
                turned[items[of_pair]],
                values + penalties[owners][:, None],
            )

        batches = _batches(counts[users[first[order]]], targets[order], turned.shape[1])
        progress = Progress("history behind iALS", first.size, "users")
        with one_blas_thread():
            for _ in in_order(solve, batches, progress):
                pass
        return result

    return parts


def _parts(
    history: np.ndarray, weights: np.ndarray, targets: np.ndarray, diagonal: np.ndarray
) -> np.ndarray:
    """Return the parts of some users' items for their targets.

    Shapes: history (users, d, factors), weights (users, d), targets (users, m,
    factors), diagonal (users, factors); result (users, m, d).
    """
    _, size, factors = history.shape
    if size <= factors:
        scaled = history / diagonal[:, None, :]
        system = scaled @ history.transpose(0, 2, 1)
        system[:, np.arange(size), np.arange(size)] += 1.0 / weights
        solved = np.linalg.solve(system, scaled @ targets.transpose(0, 2, 1))
        return solved.transpose(0, 2, 1)
    weighted = history * weights[:, :, None]
    system = history.transpose(0, 2, 1) @ weighted
    system[:, np.arange(factors), np.arange(factors)] += diagonal
    solved = np.linalg.solve(system, targets.transpose(0, 2, 1))
    return (weighted @ solved).transpose(0, 2, 1)


def _batches(counts: np.ndarray, targets: np.ndarray, factors: int) -> list[slice]:
    """Cut sorted users into batches of equal `counts` and `targets`."""
    changes = np.diff(counts, prepend=-1) | np.diff(targets, prepend=-1)
    starts = np.append(np.flatnonzero(changes), counts.size)
    batches = []
    for start, end in pairwise(starts):
        if counts[start]:
            width = (counts[start] + targets[start]) * max(factors, counts[start])
            step = max(1, int(_BATCH // width))
            batches += [
                slice(begin, min(begin + step, int(end)))
                for begin in range(int(start), int(end), step)
            ]
    return batches
