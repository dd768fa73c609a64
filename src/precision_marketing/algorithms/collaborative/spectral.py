"""Spectral scorer: cosine collaborative filtering with its loudest directions down.

Source: Shen et al. (2021), "How powerful is graph convolution for recommendation?",
sections 4 and 5 (filters on the spectrum of the normalized item graph). The power law
on the head of the spectrum, with a linear tail, is this package's.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix, diags_array, eye_array
from scipy.sparse.linalg import LinearOperator, eigsh

from precision_marketing.algorithms.collaborative.neighbors import (
    item_neighbors_schema,
    neighbor_matrix,
)
from precision_marketing.algorithms.kernels.blas import one_blas_thread
from precision_marketing.algorithms.kernels.dense_rows import add_rows
from precision_marketing.algorithms.kernels.engine import factor
from precision_marketing.algorithms.kernels.progress import Progress
from precision_marketing.algorithms.kernels.selection import (
    as_weights,
    check_count,
    check_not_negative,
)
from precision_marketing.algorithms.kernels.top_scores import (
    ScoreBlock,
    iterate_top_scores,
)

# Eigenvalues below this share of the largest are noise, which the law would raise.
_SMALLEST_SHARE = 1e-9


class SpectralWeights(NamedTuple):
    """Item weights W = left @ right.T + rest: a low rank and a sparse part.

    left, right : float32, shape (n_items, rank); rest : csr_matrix, float64, source by
    target.
    """

    left: np.ndarray
    right: np.ndarray
    rest: csr_matrix


def fit_spectral(
    weights: csr_matrix,
    *,
    rank: int,
    spectrum_exponent: float,
    user_degree_exponent: float,
    item_degree_exponent: float,
    top_k: int,
) -> SpectralWeights:
    """Return item weights W; the scores of user u are weights[u] @ W.

    With d the numbers of items of a user and of users of an item,

        R_n = D_u^-a R D_i^-b,  P = R_n^T R_n = V diag(lambda) V^T + rest,
        W = V diag(h(lambda)) V^T + rest,  h(x) = lambda_K (x / lambda_K)^g

    for the `rank` = K largest eigenvalues, the smallest of which is lambda_K. g = 1 is
    cosine collaborative filtering, g = 0 makes all K directions equally loud; the tail
    stays linear. Of the rest only the `top_k` largest positive sources of each target
    are kept: what is cut there is small, for the large directions are not in it.

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
        Sources of the rest kept for each target, >= 1.

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
    Work is the sum of d_u squared and 2 n_items^2 x rank; memory is a few blocks of
    64 MB and the result. Equal input gives equal output on any number of threads.

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
        values, vectors = _leading_eigenpairs(scaled, rank)
    vectors = vectors.astype(np.float32)
    known = vectors * values.astype(np.float32)
    transpose, own = factor(scaled.T.tocsr()), factor(scaled)

    def rest_of(targets: np.ndarray) -> np.ndarray:
        block = -known[targets] @ vectors.T
        add_rows(block, targets, transpose, own, np.ones(n_users))
        return block

    batches = iterate_top_scores(
        rest_of,
        n_items=n_items,
        users=np.flatnonzero(degrees),
        exclude=csr_matrix(eye_array(n_items)),
        allowed_items=None,
        item_scale=None,
        top_n=top_k,
        schema=item_neighbors_schema,
        task="spectral rest",
    )
    table = pa.Table.from_batches(batches, schema=item_neighbors_schema)
    rest = neighbor_matrix(table, n_items, n_items, by_source=True)
    raised = values[0] * (values / values[0]) ** spectrum_exponent
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
    history = csr_matrix(weights, dtype=np.float64)
    left, rest = factor(history), factor(fitted.rest)
    ones = np.ones(history.shape[1])

    def block(users: np.ndarray) -> np.ndarray:
        scores = (history[users] @ fitted.left).astype(np.float32) @ fitted.right.T
        add_rows(scores, users, left, rest, ones)
        return scores

    return block


def _leading_eigenpairs(scaled: csr_matrix, rank: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest eigenvalues of scaled^T scaled, ascending, with vectors."""
    n_items = scaled.shape[1]
    rank = min(rank, *scaled.shape)
    if n_items <= 3 * rank:
        values, vectors = np.linalg.eigh((scaled.T @ scaled).toarray())
        values, vectors = values[-rank:], vectors[:, -rank:]
    else:
        by_item = scaled.T.tocsr()
        progress = Progress("spectral directions", None, "products")

        def product(vector: np.ndarray) -> np.ndarray:
            progress.add(1)
            return by_item @ (scaled @ vector)

        operator = LinearOperator((n_items, n_items), matvec=product, dtype=float)
        # Seeded; the signs of the vectors cancel in V f(lambda) V^T.
        start = np.random.default_rng(0).random(n_items)
        values, vectors = eigsh(operator, k=rank, v0=start, tol=1e-5)
    is_kept = values > _SMALLEST_SHARE * values[-1]
    return values[is_kept], vectors[:, is_kept]
