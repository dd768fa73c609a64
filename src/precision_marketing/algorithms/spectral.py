"""Spectral scorer: cosine collaborative filtering with its loudest directions down.

Sources: Shen et al. (2021), "How powerful is graph convolution for recommendation?"
(GF-CF: filters on the spectrum of the normalised item graph); Steck (2019), "Markov
random fields for collaborative filtering" (why the head of the spectrum dominates).
"""

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix, diags_array
from scipy.sparse.linalg import LinearOperator, eigsh

from precision_marketing.algorithms._blas import one_blas_thread
from precision_marketing.algorithms._dense_rows import add_product
from precision_marketing.algorithms._engine import factor
from precision_marketing.algorithms._selection import (
    as_weights,
    check_count,
    check_not_negative,
)
from precision_marketing.algorithms._compiled import compiled
from precision_marketing.algorithms.neighbors import (
    item_neighbors_schema,
    neighbor_matrix,
)
from precision_marketing.algorithms.top_scores import iterate_top_scores


def fit_spectral(
    weights: csr_matrix,
    *,
    rank: int,
    spectrum_exponent: float,
    user_degree_exponent: float,
    item_degree_exponent: float,
    top_k: int,
) -> csr_matrix:
    """Return item weights W; the scores of user u are weights[u] @ W.

    With d the numbers of items of a user and of users of an item,

        R_n = D_u^-a R D_i^-b,  P = R_n^T R_n = V diag(lambda) V^T + rest,
        W = P + V (h(lambda) - lambda) V^T,  h(x) = lambda_K (x / lambda_K)^g

    for the `rank` = K largest eigenvalues: g = 1 is cosine collaborative filtering,
    g = 0 makes all K directions equally loud, the tail stays linear.

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
        Sources kept for each target, >= 1: the largest positive ones.

    Returns
    -------
    csr_matrix, shape (n_items, n_items), float64
        Row = source, column = target, values > 0; the diagonal is empty.

    Raises
    ------
    ValueError
        If a weight is negative or not finite, or a setting is out of range.

    Notes
    -----
    Work is the sum of d_u squared and n_items^2 x rank; memory is a few blocks of 64 MB
    and the result. Equal input gives equal output on any number of threads.

    Examples
    --------
    >>> weights = csr_matrix(np.array([[1.0, 1, 0], [0, 1, 1], [1, 1, 1]]))
    >>> plain = dict(user_degree_exponent=0, item_degree_exponent=0)
    >>> linear = fit_spectral(weights, rank=2, spectrum_exponent=1, top_k=3, **plain)
    >>> linear.toarray().round(3).tolist()
    [[0.0, 2.0, 1.0], [2.0, 0.0, 2.0], [1.0, 2.0, 0.0]]
    """
    check_count("rank", rank)
    check_count("top_k", top_k)
    check_not_negative(
        spectrum_exponent=spectrum_exponent,
        user_degree_exponent=user_degree_exponent,
        item_degree_exponent=item_degree_exponent,
    )
    checked = as_weights(weights)
    n_items = checked.shape[1]
    if checked.nnz == 0:
        return csr_matrix((n_items, n_items))
    users = np.maximum(np.diff(checked.indptr), 1) ** -float(user_degree_exponent)
    items = np.maximum(np.bincount(checked.indices, minlength=n_items), 1)
    items = items ** -float(item_degree_exponent)
    scaled = csr_matrix(diags_array(users) @ checked @ diags_array(items))
    import time

    t0 = time.perf_counter()
    with one_blas_thread():
        values, vectors = _leading_eigenpairs(scaled, rank)
    import time

    t0 = time.perf_counter()
    print("eig", time.perf_counter() - t0)
    t0 = time.perf_counter()
    raised = values[0] * (values / values[0]) ** spectrum_exponent
    vectors = vectors.astype(np.float32)
    loud = vectors * raised.astype(np.float32)
    known = vectors * values.astype(np.float32)
    by_item, by_user = factor(scaled.T.tocsr()), factor(scaled)
    ones = np.ones(checked.shape[0])

    def block(targets: np.ndarray) -> np.ndarray:
        rows = -known[targets] @ vectors.T
        _add_rows(rows, targets, by_item, by_user, ones)
        return rows

    targets = np.flatnonzero(np.bincount(checked.indices, minlength=n_items))
    batches = iterate_top_scores(
        block,
        n_items=n_items,
        users=targets,
        exclude=csr_matrix(diags_array(np.ones(n_items))),
        allowed_items=None,
        item_scale=None,
        top_n=top_k,
        schema=item_neighbors_schema,
    )
    table = pa.Table.from_batches(batches, schema=item_neighbors_schema)
    print("residual", time.perf_counter() - t0)
    rest = neighbor_matrix(table, n_items, n_items).T.tocsr()
    lf, rf, on = factor(checked), factor(rest), np.ones(n_items)

    def scores(users):
        rows = (checked[users] @ loud).astype(np.float32) @ vectors.T
        _add_rows(rows, users, lf, rf, on)
        return rows

    return scores


def _leading_eigenpairs(scaled: csr_matrix, rank: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest eigenvalues of scaled^T scaled, ascending, with vectors."""
    n_items = scaled.shape[1]
    rank = min(rank, *scaled.shape)
    if rank >= n_items - 1 or n_items <= 3 * rank:
        values, vectors = np.linalg.eigh((scaled.T @ scaled).toarray())
        values, vectors = values[-rank:], vectors[:, -rank:]
    else:
        by_item = scaled.T.tocsr()
        operator = LinearOperator(
            (n_items, n_items), matvec=lambda x: by_item @ (scaled @ x), dtype=float
        )
        start = np.random.default_rng(0).random(n_items)
        values, vectors = eigsh(operator, k=rank, v0=start, tol=1e-6)
    # Directions without weight would be raised from noise.
    is_loud = values > 1e-9 * values[-1]
    return values[is_loud], vectors[:, is_loud]


@compiled
def _add_rows(rows, targets, left, right, factors):
    """Add the rows `targets` of left x right to the dense `rows`."""
    sums = np.zeros(rows.shape[1])
    for position in range(targets.size):
        sums[:] = 0.0
        add_product(targets[position], left, right, factors, sums)
        for column in range(rows.shape[1]):
            rows[position, column] += sums[column]
