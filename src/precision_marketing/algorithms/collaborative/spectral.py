"""Spectral scorer: cosine collaborative filtering with its loudest directions down.

Source: Shen et al. (2021), "How powerful is graph convolution for recommendation?",
sections 4 and 5 (filters on the spectrum of the normalized item graph). The power law
on the head of the spectrum, with a linear tail, is this package's.
"""

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix, diags_array, hstack

from precision_marketing.algorithms.collaborative.spectral_rest import largest_of_rest
from precision_marketing.algorithms.kernels.blas import one_blas_thread
from precision_marketing.algorithms.kernels.dense_rows import (
    LANES,
    add_rows,
    dense_product,
)
from precision_marketing.algorithms.kernels.engine import factor
from precision_marketing.algorithms.kernels.pair_scores import ItemWeights
from precision_marketing.algorithms.kernels.progress import Progress
from precision_marketing.algorithms.kernels.selection import (
    as_weights,
    check_count,
    check_not_negative,
)
from precision_marketing.algorithms.kernels.top_scores import ScoreBlock

# Eigenvalues below this share of the largest are noise, which the law would raise.
_SMALLEST_SHARE = 1e-9
# The same for lengths of columns in single precision.
_SINGLE = 1e-6
# Vectors beyond the rank, with which the last ones of it settle sooner.
_SPARE = 32
# Times as many items as users, from which on the rest is not computed but multiplied.
_USERS_SHARE = 8
# Most rounds, and the share of the captured sum that is worth another one.
_ROUNDS = 30
_TOLERANCE = 1e-3


class SpectralWeights(NamedTuple):
    """Item weights W: a low rank and a sparse part.

    W = left @ right.T + rest, or, where there are few users, W = left @ right.T +
    rest.T @ rest - diag(own). left, right : float32, shape (n_items, rank); rest :
    csr_matrix, float64, source by target, or user by item; own : float64, shape
    (n_items,), or None.
    """

    left: np.ndarray
    right: np.ndarray
    rest: csr_matrix
    own: np.ndarray | None = None


def fit_spectral(
    weights: csr_matrix,
    *,
    rank: int,
    spectrum_exponent: float,
    user_degree_exponent: float,
    item_degree_exponent: float,
    top_k: int,
    start: np.ndarray | None = None,
) -> SpectralWeights:
    """Return item weights W; the scores of user u are weights[u] @ W.

    With d the numbers of items of a user and of users of an item,

        R_n = D_u^-a R D_i^-b,  P = R_n^T R_n = V diag(lambda) V^T + rest,
        W = V diag(h(lambda)) V^T + rest,  h(x) = lambda_K (x / lambda_K)^g

    for the `rank` = K largest eigenvalues, the smallest of which is lambda_K. g = 1 is
    cosine collaborative filtering, g = 0 makes all K directions equally loud; the tail
    stays linear. Of the rest only the `top_k` largest positive sources of each target
    are kept, among those that share a user with it: what is cut there is small, for the
    large directions are not in it.

    Parameters
    ----------
    weights : csr_matrix, shape (n_users, n_items), float64
        Implicit-feedback weights, unit-free, >= 0. Their scale changes no rank.
    rank : int
        K, >= 1: fewer where there are fewer users or items.
    spectrum_exponent : float
        g, >= 0.
    user_degree_exponent, item_degree_exponent : float
        a and b, >= 0.
    top_k : int
        Sources of the rest kept for each target, >= 1. With one user to 8 items or
        fewer all are kept, and those below 0: R_n is smaller than its product.
    start : array of float32, shape (n_items, at most rank), optional
        Orthonormal directions near the result, such as `right` of a fit to an earlier
        history of the same items: the iteration begins with them and needs fewer
        rounds.

    Returns
    -------
    SpectralWeights
        See `spectral_scores`.

    Raises
    ------
    ValueError
        If a weight is negative or not finite, or a setting is out of range.

    Notes
    -----
    Work is a few rounds of 4 nnz x (rank + 32), and for the rest the sum of d_u squared
    and 2 x rank for each pair of items that share a user. Memory is the result and, of
    the iteration, (n_users + n_items) x (rank + 32) numbers of 4 bytes, three times.
    Equal input gives equal output on any number of threads.

    Examples
    --------
    >>> weights = csr_matrix(np.array([[1.0, 1, 0], [0, 1, 1], [1, 1, 1]]))
    >>> plain = dict(user_degree_exponent=0, item_degree_exponent=0)
    >>> fit = fit_spectral(weights, rank=3, spectrum_exponent=1, top_k=3, **plain)
    >>> (fit.left @ fit.right.T + fit.rest.toarray()).round(2).tolist()
    [[2.0, 2.0, 1.0], [2.0, 3.0, 2.0], [1.0, 2.0, 2.0]]
    """
    check_count("rank", rank)
    check_count("top_k", top_k)
    check_not_negative(
        spectrum_exponent=spectrum_exponent,
        user_degree_exponent=user_degree_exponent,
        item_degree_exponent=item_degree_exponent,
    )
    checked = as_weights(weights)
    n_users, n_items = checked.shape
    if checked.nnz == 0:
        nothing = np.zeros((n_items, 0), np.float32)
        return SpectralWeights(nothing, nothing, csr_matrix((n_items, n_items)))
    degrees = np.bincount(checked.indices, minlength=n_items)
    users = np.maximum(np.diff(checked.indptr), 1) ** -float(user_degree_exponent)
    items = np.maximum(degrees, 1) ** -float(item_degree_exponent)
    scaled = csr_matrix(diags_array(users) @ checked @ diags_array(items))
    with one_blas_thread():
        values, vectors = _leading_eigenpairs(scaled, rank, start)
    known = vectors * values.astype(np.float32)
    raised = values[0] * (values / values[0]) ** spectrum_exponent
    if _USERS_SHARE * n_users <= n_items:
        left = vectors * (raised - values).astype(np.float32)
        own = np.asarray(scaled.power(2).sum(axis=0)).ravel()
        own -= np.einsum("ik,ik->i", known, vectors)
        return SpectralWeights(left, vectors, scaled, own)
    rest = largest_of_rest(scaled, known, vectors, top_k)
    return SpectralWeights(vectors * raised.astype(np.float32), vectors, rest)


def spectral_scores(weights: csr_matrix, fitted: SpectralWeights) -> ScoreBlock:
    """Return the function from users to their scores, for `iterate_top_scores`.

    Parameters
    ----------
    weights : csr_matrix, shape (n_users, n_items), float64
        Histories.
    fitted : SpectralWeights
        As `fit_spectral` returns.

    Returns
    -------
    callable
        From an array of users to float32 scores, a row each.

    Examples
    --------
    >>> rest = csr_matrix(np.array([[0.0, 0.25], [0.0, 0.0]]))
    >>> left = right = np.array([[1.0], [0.0]], dtype=np.float32)
    >>> fitted = SpectralWeights(left, right, rest)
    >>> spectral_scores(csr_matrix([[1.0, 0.0]]), fitted)(np.array([0])).tolist()
    [[1.0, 0.25]]
    """
    history = csr_matrix(weights, dtype=np.float32)
    by_row = fitted.rest if fitted.own is None else fitted.rest.T.tocsr()
    rest, ones = factor(by_row), np.ones(by_row.shape[0])

    def block(users: np.ndarray) -> np.ndarray:
        items = history[users]
        scores = (items @ fitted.left) @ fitted.right.T
        if fitted.own is None:
            add_rows(scores, np.arange(users.size), factor(items), rest, ones)
            return scores
        for start in range(0, users.size, LANES):
            part = slice(start, start + LANES)
            scores[part] += dense_product(csr_matrix(items[part] @ by_row), rest)
        owned = items.tocoo()
        scores[owned.row, owned.col] -= owned.data * fitted.own[owned.col]
        return scores

    return block


def spectral_item_weights(fitted: SpectralWeights) -> ItemWeights:
    """Return what each item of a history adds to a score.

    Parameters
    ----------
    fitted : SpectralWeights
        As `fit_spectral` returns.

    Returns
    -------
    ItemWeights

    Examples
    --------
    >>> rest, own = csr_matrix([[1.0, 2.0]]), np.array([0.5, 0.5])
    >>> nothing = np.zeros((2, 1), np.float32)
    >>> found = spectral_item_weights(SpectralWeights(nothing, nothing, rest, own))
    >>> (found.sources @ found.targets.T).toarray().tolist()
    [[0.5, 2.0], [2.0, 3.5]]
    """
    vectors = fitted.left, fitted.right
    if fitted.own is None:
        return ItemWeights(vectors, fitted.rest)
    by_item = fitted.rest.T.tocsr()
    itself = diags_array(np.ones(fitted.own.size))
    return ItemWeights(
        vectors,
        sources=hstack([by_item, itself], format="csr"),
        targets=hstack([by_item, diags_array(-fitted.own)], format="csr"),
    )


def _leading_eigenpairs(
    scaled: csr_matrix, rank: int, start: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest eigenvalues of scaled^T scaled, ascending, with vectors."""
    n_items = scaled.shape[1]
    rank = min(rank, *scaled.shape)
    if n_items <= 3 * rank:
        values, vectors = np.linalg.eigh((scaled.T @ scaled).toarray())
        values, vectors = values[-rank:], vectors[:, -rank:]
    else:
        values, vectors = _by_subspace(scaled, rank, start)
    is_kept = values > _SMALLEST_SHARE * values[-1]
    return values[is_kept], np.ascontiguousarray(vectors[:, is_kept], np.float32)


def _by_subspace(
    scaled: csr_matrix, rank: int, start: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return `_leading_eigenpairs` by iteration on a block of vectors at once.

    It ends when the sum of the eigenvalues grows by no more than `_TOLERANCE` of it.
    """
    by_user = csr_matrix(scaled, dtype=np.float32)
    by_item = by_user.T.tocsr()
    width = min(rank + _SPARE, *scaled.shape)
    # Seeded; the signs of the vectors cancel in V f(lambda) V^T.
    block = np.random.default_rng(0).standard_normal(
        (scaled.shape[1], width), dtype=np.float32
    )
    if start is not None:
        known = start[:, :width]
        block[:, : known.shape[1]] = known
        block[:, known.shape[1] :] /= np.sqrt(np.float32(len(block)))
    progress = Progress("spectral directions", None, "products")
    captured = 0.0
    block = _orthonormal(block)
    for rounds_left in reversed(range(_ROUNDS)):
        progress.add(2 * width)
        of_users = by_user @ block
        values, turn = np.linalg.eigh((of_users.T @ of_users).astype(np.float64))
        turn = turn.astype(np.float32)
        before, captured = captured, values[-rank:].sum()
        if captured - before <= _TOLERANCE * captured or rounds_left == 0:
            break
        is_kept = values > _SMALLEST_SHARE * values[-1]
        turned = of_users @ (turn[:, is_kept] / values[is_kept].astype(np.float32))
        block = _orthonormal(by_item @ turned)
    return values[-rank:], block @ turn[:, -rank:]


def _orthonormal(block: np.ndarray) -> np.ndarray:
    """Return an orthonormal basis of nearly orthogonal columns of similar length."""
    values, axes = np.linalg.eigh((block.T @ block).astype(np.float64))
    is_kept = values > _SINGLE * values[-1]
    return block @ (axes[:, is_kept] / np.sqrt(values[is_kept])).astype(np.float32)
