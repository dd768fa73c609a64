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


# Steps with which a history is folded in, at most: 12 leave an error of 1e-6.
_FOLDING_STEPS = 24
# Of the squared residual, what is left when they end.
_FOLDED = 1e-10


class ItemFactors(NamedTuple):
    """What histories are folded into: items' factors and what all users share.

    Attributes
    ----------
    items : array of float32, shape (n_items, factors)
    diagonal : array of float32, shape (factors,)
        What all unobserved pairs ask for: w times the items' squares.
    mean : float
        Of the weights of the fit.
    unobserved, regularization : float
        w and r of the objective (`fit_ials`).
    """

    items: np.ndarray
    diagonal: np.ndarray
    mean: float
    unobserved: float
    regularization: float


def fit_ials(
    weights: csr_matrix,
    *,
    factors: int,
    iterations: int,
    unobserved_strength: float,
    regularization: float,
    seed: int,
    tolerance: float = 0.002,
    start: np.ndarray | None = None,
) -> np.ndarray:
    """Return the items' factors that reconstruct who touched what.

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
    start : array of float32, shape (n_items, factors), optional
        What an earlier history of the same items gave, which is not changed: a later
        one is fitted in fewer passes, from users folded into it. Items that were not in
        it start at random, as all do where there is no start or one of another shape.

    Returns
    -------
    array of float32, shape (n_items, factors)
        0 for items without weights; in the axes in which their products of each other
        are a diagonal. Users' factors p_u follow from them (`item_factors`, `fold_in`).

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
    >>> settings = dict(unobserved_strength=0.2, regularization=0.001)
    >>> items = fit_ials(weights, factors=2, iterations=10, seed=0, **settings)
    >>> fitted = item_factors(weights, items, **settings)
    >>> (fold_in(weights, fitted) @ fitted.items.T > 0.5).astype(int)[[0, 5]].tolist()
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
    users, items = _started(counts, factors, seed)
    is_begun = start is not None and start.shape == items.shape and start.any()
    if is_begun:
        is_known = start.any(axis=1) & (counts[1] > 0)
        items[is_known] = start[is_known]
        users[:] = 0.0
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
        if is_begun:
            _solve_all(*prepared[0], unobserved_weight, progress, _FOLDING_STEPS)
        for left in reversed(range(iterations)):
            gain = sum(
                _solve_all(*half, unobserved_weight, progress) for half in prepared
            )
            if gain <= tolerance * by_user.nnz:
                # What is not needed is done, for the log.
                progress.add(left * sum(by_user.shape))
                break
        _turn(items, _axes(items, unobserved_weight)[1])
    return items


def item_factors(
    weights: csr_matrix,
    items: np.ndarray,
    *,
    unobserved_strength: float,
    regularization: float,
) -> ItemFactors:
    """Return what histories are folded into.

    Parameters
    ----------
    weights : csr_matrix, shape (n_users, n_items), float64
        What the factors were fitted to.
    items : array of float32, shape (n_items, factors)
        As `fit_ials` returns.
    unobserved_strength, regularization : float
        As for `fit_ials`.

    Returns
    -------
    ItemFactors
    """
    checked = as_weights(weights)
    strengths = strengths_of(checked, unobserved_strength, regularization)
    diagonal = strengths[0] * np.square(items, dtype=np.float64).sum(axis=0)
    mean = float(checked.data.mean()) if checked.nnz else 1.0
    return ItemFactors(items, diagonal.astype(np.float32), mean, *strengths)


def fold_in(histories: csr_matrix, fitted: ItemFactors) -> np.ndarray:
    """Return users' factors, for which the objective is least with the items' given.

    Parameters
    ----------
    histories : csr_matrix, shape (n_users, n_items), float64
        Of any users, among those of the fit or not, in units of its weights.
    fitted : ItemFactors

    Returns
    -------
    array of float32, shape (n_users, factors)
        A user's do not depend on the other users. 0 without history.

    Examples
    --------
    >>> items = np.array([[1.0], [1.0]], np.float32)
    >>> settings = dict(unobserved_strength=0.1, regularization=0.0)
    >>> fitted = item_factors(csr_matrix([[1.0, 1.0]]), items, **settings)
    >>> users = fold_in(csr_matrix([[1.0, 0.0], [0.0, 0.0]]), fitted)
    >>> users.astype(float).round(3).tolist()
    [[0.833], [0.0]]
    """
    rows = csr_matrix(histories, dtype=np.float64)
    counts = np.diff(rows.indptr).astype(np.float64)
    folded = np.zeros((counts.size, fitted.items.shape[1]), np.float32)

    def fold(part: slice) -> None:
        folded[part] = _folded(rows[part], fitted)

    parts = chunks(counts + 1.0, _ROWS, None)
    for _ in in_order(fold, parts, Progress("iALS folded in", counts.size, "users")):
        pass
    return folded


def _folded(rows: csr_matrix, fitted: ItemFactors) -> np.ndarray:
    """Return `fold_in` of some rows, in this thread."""
    scaled = csr_matrix(
        (rows.data / fitted.mean, rows.indices, rows.indptr), rows.shape
    )
    penalties = penalties_of(scaled, fitted.unobserved, fitted.regularization)
    folded = np.zeros((rows.shape[0], fitted.items.shape[1]), np.float32)
    numbers, gains = np.arange(rows.shape[0]), np.zeros(rows.shape[0])
    shared = (fitted.diagonal, fitted.items, folded)
    _solve(numbers, factor(scaled), penalties, *shared, _FOLDING_STEPS, _FOLDED, gains)
    return folded


def ials_scores(histories: csr_matrix, fitted: ItemFactors) -> ScoreBlock:
    """Return the function from users to their scores, for `iterate_top_scores`.

    Parameters
    ----------
    histories : csr_matrix, shape (n_users, n_items), float64
        As for `fold_in`.
    fitted : ItemFactors

    Returns
    -------
    callable
        From an array of users to float32 scores, a row each.

    Examples
    --------
    >>> items = np.array([[1.0], [0.5]], np.float32)
    >>> settings = dict(unobserved_strength=0.1, regularization=0.0)
    >>> histories = csr_matrix([[1.0, 0.0]])
    >>> fitted = item_factors(histories, items, **settings)
    >>> ials_scores(histories, fitted)(np.array([0])).astype(float).round(2).tolist()
    [[0.92, 0.46]]
    """
    rows = csr_matrix(histories, dtype=np.float64)
    return lambda users: _folded(rows[users], fitted) @ fitted.items.T


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


def _started(counts: list[np.ndarray], factors: int, seed: int) -> list[np.ndarray]:
    """Return random factors of users and items; 0 for those without weights."""
    generator = np.random.default_rng(seed)
    spread = np.float32(0.1 / np.sqrt(factors))
    sides = []
    for has in counts:
        side = spread * generator.standard_normal((has.size, factors), np.float32)
        side[has == 0] = 0.0
        sides.append(side)
    return sides


def _axes(fixed: np.ndarray, unobserved: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the unobserved pairs' part as a diagonal, and the axes in which it is."""
    gram = (fixed.T @ fixed).astype(np.float64)
    values, axes = np.linalg.eigh(unobserved * gram)
    return np.maximum(values, 0.0).astype(np.float32), axes.astype(np.float32)


def _turn(side: np.ndarray, axes: np.ndarray) -> None:
    """Turn factors into axes, in place."""
    for first in range(0, len(side), _ROWS):
        side[first : first + _ROWS] = side[first : first + _ROWS] @ axes


def _solve_all(
    rows: Factor,
    penalties: np.ndarray,
    solved: np.ndarray,
    fixed: np.ndarray,
    unobserved: float,
    progress: Progress,
    steps: int = _STEPS,
) -> float:
    """Improve `solved` in place, given the other side's factors; return by how much.

    Both sides are turned into the axes in which the unobserved pairs' part of the
    equations is diagonal. No product of a user's and an item's factors changes.
    """
    diagonal, axes = _axes(fixed, unobserved)
    for side in (fixed, solved):
        _turn(side, axes)
    gains = np.zeros(len(solved))

    def solve(part: slice) -> None:
        numbers = np.arange(part.start, part.stop)
        shared = (diagonal, fixed, solved)
        _solve(numbers, rows, penalties, *shared, steps, 0.0, gains)

    counts = np.diff(rows[0]).astype(np.float64)
    for _ in in_order(solve, chunks(counts + 1.0, _ROWS, None), progress):
        pass
    return float(gains.sum())


@compiled_reordered
def _solve(numbers, rows, penalties, diagonal, fixed, solved, steps, enough, gains):
    """Improve the factors of `numbers` by conjugate gradients; add to their `gains`.

    They end when no more than `enough` of the squared residual is left, scaled.

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
        least = np.float32(enough) * size
        for _ in range(steps):
            if not size > least:
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
            if not curvature > 0.0:
                break
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
