"""A linear SVM that learns what it takes to be chosen: a ranking of pairs.

Source: Joachims (2002), "Optimizing search engines using clickthrough data" (the
ranking SVM); Chapelle, Keerthi (2010), "Efficient algorithms for ranking with SVMs"
(squared hinge loss, in the primal).
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.kernels.blas import one_blas_thread
from precision_marketing.algorithms.kernels.engine import factor
from precision_marketing.algorithms.kernels.selection import as_weights, check_count
from precision_marketing.algorithms.kernels.sums import pair_products


@dataclass(frozen=True)
class Choices:
    """What sampled users chose last, what they had before, and what they did not have.

    Attributes
    ----------
    users : array of int64, shape (n,)
        Their user_index, increasing.
    weights, recency_positions : csr_matrix, shape (n, n_items)
        Their history without the chosen item.
    chosen : array of int64, shape (n,)
        Item of the last day with an event.
    others : array of int64, shape (n, negatives)
        Items drawn from the whole catalogue; -1 where the user has it.
    """

    users: np.ndarray
    weights: csr_matrix
    recency_positions: csr_matrix
    chosen: np.ndarray
    others: np.ndarray


def sample_choices(
    weights: csr_matrix,
    recency_positions: csr_matrix,
    *,
    maximum_users: int,
    negatives: int,
    seed: int,
) -> Choices:
    """Draw users of at least two items and hide the last of each.

    Parameters
    ----------
    weights, recency_positions : csr_matrix, shape (n_users, n_items)
        A history, and the place of each of its items counted back from the user's
        last day, from 1; the same entries are stored.
    maximum_users : int
        Most users to draw, which bounds time and memory, >= 1.
    negatives : int
        Others per user, >= 1; every item is equally likely.
    seed : int

    Returns
    -------
    Choices
        Of the items of the last day one is drawn. No users where none has two items.

    Raises
    ------
    ValueError
        If a count is below 1.

    Examples
    --------
    >>> weights = csr_matrix([[1.0, 1.0, 1.0]])
    >>> settings = dict(maximum_users=10, negatives=1, seed=0)
    >>> choices = sample_choices(weights, csr_matrix([[3.0, 1.0, 2.0]]), **settings)
    >>> choices.chosen.tolist(), choices.weights.toarray().tolist()
    ([1], [[1.0, 0.0, 1.0]])
    """
    check_count("maximum_users", maximum_users)
    check_count("negatives", negatives)
    weights = as_weights(weights)
    generator = np.random.default_rng(seed)
    able = np.flatnonzero(np.diff(weights.indptr) >= 2)
    users = np.sort(generator.permutation(able)[: int(maximum_users)])
    history, positions = weights[users].tocsr(), recency_positions[users].tocsr()
    hidden = np.empty(users.size, np.int64)
    for row in range(users.size):
        start, end = history.indptr[row], history.indptr[row + 1]
        days = positions.data[start:end]
        last = np.flatnonzero(days == days.min())
        hidden[row] = start + last[generator.integers(last.size)]
    chosen = history.indices[hidden].astype(np.int64)
    others = generator.integers(0, max(1, weights.shape[1]), (users.size, negatives))
    had = csr_matrix(history, copy=True)
    had.data[:] = 1.0
    rows = np.repeat(np.arange(users.size), negatives)
    is_had = np.zeros(others.shape, dtype=bool)
    if users.size:
        is_had = np.asarray(had[rows, others.ravel()]).reshape(others.shape) > 0
    for matrix in (history, positions):
        matrix.data[hidden] = 0.0
        matrix.eliminate_zeros()
    return Choices(users, history, positions, chosen, np.where(is_had, -1, others))


def pair_differences(
    choices: Choices, factors: list[tuple[csr_matrix, csr_matrix]]
) -> tuple[np.ndarray, np.ndarray]:
    """Return how far each chosen item is ahead of each other one, by feature.

    Parameters
    ----------
    choices : Choices
    factors : list of (csr_matrix, csr_matrix)
        A pair for each feature: rows of the sampled users, shape (n, m), and of items,
        shape (n_items, m). The feature is the product of two rows.

    Returns
    -------
    differences : array of float64, shape (n_pairs, n_features)
        Each feature divided by its scale.
    scales : array of float64, shape (n_features,)
        Root mean square of the feature over the chosen items; 1 where that is 0.

    Examples
    --------
    One user, whose only feature is 2 for the chosen item and 1 for the other.

    >>> nothing = csr_matrix((1, 2))
    >>> user = np.array([0])
    >>> choices = Choices(user, nothing, nothing, np.array([0]), np.array([[1]]))
    >>> items = csr_matrix([[2.0], [1.0]])
    >>> differences, scales = pair_differences(choices, [(csr_matrix([[1.0]]), items)])
    >>> differences.tolist(), scales.tolist()
    ([[0.5]], [2.0])
    """
    is_pair = choices.others >= 0
    rows, _ = np.nonzero(is_pair)
    others = choices.others[is_pair]
    differences = np.empty((rows.size, len(factors)))
    scales = np.ones(len(factors))
    everyone = np.arange(choices.users.size)
    for number, (users, items) in enumerate(factors):
        given = (factor(users), factor(items), users.shape[1])
        ahead = pair_products(everyone, choices.chosen, *given)
        length = float(np.sqrt(np.mean(ahead**2))) if ahead.size else 0.0
        scales[number] = length or 1.0
        behind = pair_products(rows, others, *given)
        differences[:, number] = (ahead[rows] - behind) / scales[number]
    return differences, scales


def fit_ranking_svm(differences: np.ndarray, *, penalty: float) -> np.ndarray:
    """Return the weights of features that put the chosen before the others.

    The minimum over w >= 0 of

        |w|^2 / 2 + penalty x sum over pairs of max(0, 1 - w (x_chosen - x_other))^2

    Weights are not negative: a product of profiles that speaks against an item would
    need every item's score, not only those that share a term with the user.

    Parameters
    ----------
    differences : array of float64, shape (n_pairs, n_features)
        As `pair_differences` returns.
    penalty : float
        Cost of a pair in the wrong order, C of the SVM, > 0.

    Returns
    -------
    array of float64, shape (n_features,)
        All 0 without pairs.

    Raises
    ------
    ValueError
        If penalty is not above 0 or a difference is not finite.

    Examples
    --------
    >>> fit_ranking_svm(np.array([[1.0, -1.0], [2.0, 1.0]]), penalty=100.0).round(2)
    array([1., 0.])
    """
    if not np.isfinite(penalty) or penalty <= 0:
        raise ValueError(f"penalty must be above 0, not {penalty}")
    if not np.isfinite(differences).all():
        raise ValueError("differences must be finite")
    n_features = differences.shape[1]

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        short = np.maximum(1.0 - differences @ weights, 0.0)
        value = 0.5 * weights @ weights + penalty * (short @ short)
        return value, weights - 2.0 * penalty * (differences.T @ short)

    # Products this small take seven times as long in two threads as in one.
    with one_blas_thread():
        found = minimize(
            loss,
            np.zeros(n_features),
            jac=True,
            method="L-BFGS-B",
            bounds=[(0.0, None)] * n_features,
            options={"maxiter": 1000, "ftol": 1e-12, "gtol": 1e-8},
        )
    return np.round(found.x, 9)
