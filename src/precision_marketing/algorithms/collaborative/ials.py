"""iALS: matrix factors of implicit feedback by alternating least squares.

Sources: Hu, Koren, Volinsky (2008), "Collaborative filtering for implicit feedback
datasets", section 4 (the objective); Rendle, Krichene, Zhang, Koren (2022), "Revisiting
the performance of iALS on item recommendation benchmarks" (weight of the unobserved,
regularisation by frequency, start); Takacs, Pilaszy, Tikk (2011), "Applications of the
conjugate gradient method for implicit feedback collaborative filtering".
"""

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.kernels.blas import one_blas_thread
from precision_marketing.algorithms.kernels.compiled import compiled_reordered
from precision_marketing.algorithms.kernels.engine import Factor, factor
from precision_marketing.algorithms.kernels.parallel import chunks, in_order
from precision_marketing.algorithms.kernels.progress import Progress
from precision_marketing.algorithms.kernels.selection import (
    as_weights,
    check_count,
    check_not_negative,
    mean_one,
)
from precision_marketing.algorithms.kernels.top_scores import ScoreBlock

# Rows solved together: fixed, so that no result depends on the number of threads.
_ROWS = 512
# Steps of conjugate gradients in one half of an iteration, from the factors so far.
_STEPS = 3


class Factors(NamedTuple):
    """Users' and items' factors; the scores of users are users[u] @ items.T."""

    users: np.ndarray
    items: np.ndarray


def fit_ials(
    weights: csr_matrix,
    *,
    factors: int,
    iterations: int,
    unobserved_strength: float,
    regularization: float,
    seed: int,
) -> Factors:
    """Return the factors that reconstruct who touched what.

    Minimizes, with x_ui the weights divided by their mean and n_u, n_i the numbers of
    items of a user and of users of an item,

        sum over stored (u, i) of x_ui (1 - p_u q_i)^2
        + w sum over all (u, i) of (p_u q_i)^2
        + r sum_u (n_u + w n_items) |p_u|^2 + r sum_i (n_i + w n_users) |q_i|^2,

        w = unobserved_strength density^(1/2),  r = regularization w^(1/2)

    where density is the share of pairs that is stored. Best w and r differ by a factor
    of ten between sets as dense as MovieLens and as sparse as Yelp; these powers of the
    density, found on validation splits, let one setting serve both.

    Parameters
    ----------
    weights : csr_matrix, shape (n_users, n_items), float64
        Implicit-feedback weights, unit-free, >= 0. Their scale changes nothing.
    factors : int
        Numbers per user and item, >= 1: as many as there are users or items with
        weights, where those are fewer, for no matrix of theirs has a higher rank.
    iterations : int
        Passes over users and items, >= 1.
    unobserved_strength, regularization : float
        > 0 and >= 0; about 1 and 0.023.
    seed : int
        Of the random start.

    Returns
    -------
    Factors
        users, float32, shape (n_users, factors), and items, (n_items, factors). 0 for
        users and items without weights.

    Raises
    ------
    ValueError
        If a weight is negative or not finite, or a setting is out of range.

    Notes
    -----
    On the example (200 items, `train`) 194 factors rank as 256 did: NDCG@20 lost .0001.
    A pass costs 8 x nnz x factors x 4 steps and 2 (n_users + n_items) x factors^2 x 4.
    Equal input gives equal output on any number of threads.

    Examples
    --------
    >>> weights = csr_matrix(np.kron(np.eye(2), np.ones((3, 3))))
    >>> settings = dict(unobserved_strength=0.2, regularization=0.001, seed=0)
    >>> users, items = fit_ials(weights, factors=2, iterations=10, **settings)
    >>> (users @ items.T > 0.5).astype(int)[[0, 5]].tolist()
    [[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]]
    """
    check_count("factors", factors)
    check_count("iterations", iterations)
    check_not_negative(
        unobserved_strength=unobserved_strength, regularization=regularization
    )
    if unobserved_strength == 0:
        raise ValueError("unobserved_strength must be above 0")
    by_user = mean_one(as_weights(weights))
    density = by_user.nnz / max(1.0, float(by_user.shape[0]) * by_user.shape[1])
    unobserved_weight = unobserved_strength * np.sqrt(density)
    regularization = regularization * np.sqrt(unobserved_weight)
    by_item = by_user.T.tocsr()
    known = (np.count_nonzero(np.diff(rows.indptr)) for rows in (by_user, by_item))
    factors = max(1, min(factors, *known))
    generator = np.random.default_rng(seed)
    spread = 0.1 / np.sqrt(factors)
    users, items = (
        (spread * generator.standard_normal((n, factors))).astype(np.float32)
        for n in by_user.shape
    )
    sides = [(by_user, users, items), (by_item, items, users)]
    prepared = [
        (
            factor(rows),
            _penalties(rows, unobserved_weight, regularization),
            solved,
            fixed,
        )
        for rows, solved, fixed in sides
    ]
    for solved, rows in ((users, by_user), (items, by_item)):
        solved[np.diff(rows.indptr) == 0] = 0.0
    progress = Progress("iALS", iterations * sum(by_user.shape), "rows")
    with one_blas_thread():
        for _ in range(iterations):
            for rows, penalties, solved, fixed in prepared:
                _solve_all(rows, penalties, unobserved_weight, solved, fixed, progress)
    return Factors(users, items)


def ials_scores(factors: Factors) -> ScoreBlock:
    """Return the function from users to their scores, for `iterate_top_scores`.

    Parameters
    ----------
    factors : Factors
        As `fit_ials` returns.

    Returns
    -------
    callable
        From an array of users to float32 scores, a row each.

    Examples
    --------
    >>> factors = Factors(np.array([[1.0, 0.5]]), np.array([[2.0, 0.0], [0.0, 4.0]]))
    >>> ials_scores(factors)(np.array([0])).tolist()
    [[2.0, 2.0]]
    """
    return lambda users: factors.users[users] @ factors.items.T


def _penalties(
    rows: csr_matrix, unobserved: float, regularization: float
) -> np.ndarray:
    """Return the factor on the squared length of each row's factors, float32."""
    counts = np.diff(rows.indptr)
    return (regularization * (counts + unobserved * rows.shape[1])).astype(np.float32)


def _solve_all(
    rows: Factor,
    penalties: np.ndarray,
    unobserved: float,
    solved: np.ndarray,
    fixed: np.ndarray,
    progress: Progress,
) -> None:
    """Improve `solved` in place, given the other side's factors."""
    gram = np.float32(unobserved) * (fixed.T @ fixed)

    def solve(part: slice) -> None:
        start = np.arange(part.start, part.stop)
        current = solved[part]
        penalty = penalties[part, None]
        residual = np.zeros_like(current)
        _add_observed(start, rows, fixed, current, residual, True)
        residual -= current @ gram
        residual -= penalty * current
        direction = residual.copy()
        size = np.einsum("ij,ij->i", residual, residual)
        for _ in range(_STEPS):
            image = direction @ gram
            image += penalty * direction
            _add_observed(start, rows, fixed, direction, image, False)
            curvature = np.einsum("ij,ij->i", direction, image)
            step = np.divide(size, curvature, out=np.zeros_like(size), where=size > 0)
            current += step[:, None] * direction
            residual -= step[:, None] * image
            before, size = size, np.einsum("ij,ij->i", residual, residual)
            ratio = np.divide(size, before, out=np.zeros_like(size), where=before > 0)
            direction *= ratio[:, None]
            direction += residual

    parts = chunks(penalties, len(penalties), _ROWS)
    for _ in in_order(solve, parts, progress):
        pass


@compiled_reordered
def _add_observed(numbers, rows, fixed, vectors, result, is_residual):
    """Add the stored entries' part of the equations to `result`.

    That is sum_i x_ui q_i (1 - q_i v_u) as residual, else sum_i x_ui q_i (q_i v_u).
    """
    starts, columns, values, unit = rows
    n_factors = fixed.shape[1]
    for position in range(numbers.size):
        row = numbers[position]
        for p in range(starts[row], starts[row + 1]):
            other = columns[p]
            weight = np.float32(values[p]) if values.size else np.float32(unit)
            product = np.float32(0.0)
            for f in range(n_factors):
                product += fixed[other, f] * vectors[position, f]
            if is_residual:
                product = np.float32(1.0) - product
            product *= weight
            for f in range(n_factors):
                result[position, f] += product * fixed[other, f]
