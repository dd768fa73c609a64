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

# Rows turned or solved together, at most.
_ROWS = 512
# Rows of the other side that are copied next to each other: 512 KB at 256 factors.
_NEAR = 512
# Steps of conjugate gradients in one half of an iteration, from the factors so far.
_STEPS = 2


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
    tolerance: float = 0.002,
    start: Factors | None = None,
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
        Most passes over users and items, >= 1.
    unobserved_strength, regularization : float
        > 0 and >= 0; about 1 and 0.023.
    seed : int
        Of the random start.
    tolerance : float
        The passes end with the one that lessens the objective by no more than this
        share of the sum of x_ui, which is the objective of factors of 0; >= 0.
    start : Factors, optional
        Factors of an earlier history of the same users and items, which are not
        changed: a later one is fitted in fewer passes. Who was not in them starts at
        random, as all do where there is no start or one of another shape.

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
    A pass costs 8 x nnz x factors x 3 and 2 (n_users + n_items) x factors^2 x 3.
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
        unobserved_strength=unobserved_strength,
        regularization=regularization,
        tolerance=tolerance,
    )
    if unobserved_strength == 0:
        raise ValueError("unobserved_strength must be above 0")
    by_user = mean_one(as_weights(weights))
    unobserved_weight, regularization = strengths_of(
        by_user, unobserved_strength, regularization
    )
    sides = [by_user, by_user.T.tocsr()]
    counts = [np.diff(rows.indptr) for rows in sides]
    factors = max(1, min(factors, *(np.count_nonzero(count) for count in counts)))
    users, items = _started(by_user.shape, counts, factors, seed, start)
    prepared = [
        (
            factor(rows),
            penalties_of(rows, unobserved_weight, regularization),
            solved,
            fixed,
        )
        for rows, solved, fixed in zip(
            sides, (users, items), (items, users), strict=True
        )
    ]
    progress = Progress("iALS", iterations * sum(by_user.shape), "rows")
    with one_blas_thread():
        for left in reversed(range(iterations)):
            gain = sum(
                _solve_all(rows, penalties, unobserved_weight, solved, fixed, progress)
                for rows, penalties, solved, fixed in prepared
            )
            if gain <= tolerance * by_user.nnz:
                # What is not needed is done, for the log.
                progress.add(left * sum(by_user.shape))
                break
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


def strengths_of(
    by_user: csr_matrix, unobserved_strength: float, regularization: float
) -> tuple[float, float]:
    """Return w and r of the objective (`fit_ials`) for a density."""
    density = by_user.nnz / max(1.0, float(by_user.shape[0]) * by_user.shape[1])
    unobserved_weight = unobserved_strength * np.sqrt(density)
    return unobserved_weight, regularization * np.sqrt(unobserved_weight)


def penalties_of(
    rows: csr_matrix, unobserved: float, regularization: float
) -> np.ndarray:
    """Return the factor on the squared length of each row's factors, float32."""
    counts = np.diff(rows.indptr)
    return (regularization * (counts + unobserved * rows.shape[1])).astype(np.float32)


def _started(
    shape: tuple[int, int],
    counts: list[np.ndarray],
    factors: int,
    seed: int,
    start: Factors | None,
) -> list[np.ndarray]:
    """Return users' and items' factors to begin with: 0 without weights.

    Those of `start`, where it has as many; random ones for who was not in it.
    """
    generator = np.random.default_rng(seed)
    spread = np.float32(0.1 / np.sqrt(factors))
    is_start = start is not None and [side.shape for side in start] == [
        (n, factors) for n in shape
    ]
    sides = []
    for number, has in enumerate(counts):
        side = spread * generator.standard_normal((has.size, factors), np.float32)
        if is_start:
            is_known = start[number].any(axis=1)
            side[is_known] = start[number][is_known]
        side[has == 0] = 0.0
        sides.append(side)
    return sides


def _solve_all(
    rows: Factor,
    penalties: np.ndarray,
    unobserved: float,
    solved: np.ndarray,
    fixed: np.ndarray,
    progress: Progress,
) -> float:
    """Improve `solved` in place, given the other side's factors; return by how much.

    Both sides are turned into the axes in which the unobserved pairs' part of the
    equations is diagonal. No product of a user's and an item's factors changes.
    """
    gram = (fixed.T @ fixed).astype(np.float64)
    values, axes = np.linalg.eigh(unobserved * gram)
    diagonal, axes = np.maximum(values, 0.0).astype(np.float32), axes.astype(np.float32)

    for side in (fixed, solved):
        for first in range(0, len(side), _ROWS):
            side[first : first + _ROWS] = side[first : first + _ROWS] @ axes
    gains = np.zeros(len(solved))

    def solve(part: slice) -> None:
        numbers = np.arange(part.start, part.stop)
        _solve(numbers, rows, penalties, diagonal, fixed, solved, _STEPS, gains)

    counts = np.diff(rows[0]).astype(np.float64)
    for _ in in_order(solve, chunks(counts + 1.0, _ROWS, None), progress):
        pass
    return float(gains.sum())


@compiled_reordered
def _solve(numbers, rows, penalties, diagonal, fixed, solved, steps, gains):
    """Improve the factors of `numbers` by conjugate gradients; add to their `gains`.

    A gain is how much less the objective is. Preconditioned by the diagonal of the
    equations. The other side's factors of one row are copied next to each other, so
    that all steps after the first find them in the nearest cache.
    """
    starts, columns, values, unit = rows
    n_factors = fixed.shape[1]
    near = np.empty((_NEAR, n_factors), np.float32)
    in_turn = np.arange(_NEAR).astype(np.int32)
    base = np.empty(n_factors, np.float32)
    scale = np.empty(n_factors, np.float32)
    residual = np.empty(n_factors, np.float32)
    direction = np.empty(n_factors, np.float32)
    image = np.empty(n_factors, np.float32)
    for row in numbers:
        first, count = starts[row], starts[row + 1] - starts[row]
        if count == 0:
            continue
        current = solved[row]
        others, at = fixed, columns[first : first + count]
        if count <= _NEAR:
            for p in range(count):
                near[p] = fixed[at[p]]
            others, at = near, in_turn[:count]
        for f in range(n_factors):
            base[f] = diagonal[f] + penalties[row]
            residual[f] = -base[f] * current[f]
            scale[f] = base[f]
        for p in range(count):
            other = others[at[p]]
            weight = np.float32(values[first + p] if values.size else unit)
            product = np.float32(0.0)
            for f in range(n_factors):
                product += other[f] * current[f]
            product = weight * (np.float32(1.0) - product)
            for f in range(n_factors):
                residual[f] += product * other[f]
                scale[f] += weight * other[f] * other[f]
        size = np.float32(0.0)
        for f in range(n_factors):
            direction[f] = residual[f] / scale[f] if scale[f] > 0.0 else 0.0
            size += residual[f] * direction[f]
        for _ in range(steps):
            if not size > 0.0:
                break
            for f in range(n_factors):
                image[f] = base[f] * direction[f]
            for p in range(count):
                other = others[at[p]]
                weight = np.float32(values[first + p] if values.size else unit)
                product = np.float32(0.0)
                for f in range(n_factors):
                    product += other[f] * direction[f]
                product *= weight
                for f in range(n_factors):
                    image[f] += product * other[f]
            curvature = np.float32(0.0)
            for f in range(n_factors):
                curvature += direction[f] * image[f]
            length = size / curvature
            gains[row] += length * size
            before, size = size, np.float32(0.0)
            for f in range(n_factors):
                current[f] += length * direction[f]
                residual[f] -= length * image[f]
                if scale[f] > 0.0:
                    size += residual[f] * residual[f] / scale[f]
            for f in range(n_factors):
                turned = residual[f] / scale[f] if scale[f] > 0.0 else np.float32(0.0)
                direction[f] = turned + size / before * direction[f]
