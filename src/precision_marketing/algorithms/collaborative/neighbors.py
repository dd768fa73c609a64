"""Cosine neighbors of items and of users, with degree weights and shrinkage.

Sources: Sarwar, Karypis, Konstan, Riedl (2001), "Item-based collaborative filtering
recommendation algorithms", section 3.1.1 (cosine over item columns); Breese,
Heckerman, Kadie (1998), "Empirical analysis of predictive algorithms for
collaborative filtering", section 2.2 (inverse user frequency: the idea of the degree
weights); Aiolli (2013), "Efficient top-N recommendation for very large scale binary
rated datasets", section 3 (asymmetric exponents on the two norms).
"""

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.kernels.engine import transposed
from precision_marketing.algorithms.kernels.neighbor_matrix import neighbor_matrix
from precision_marketing.algorithms.kernels.scaled_neighbors import (
    SIMILARITIES,
    powers,
    scaled_neighbors,
)
from precision_marketing.algorithms.kernels.selection import (
    as_weights,
    check_not_negative,
)

__all__ = [
    "SIMILARITIES",
    "item_neighbors",
    "item_neighbors_schema",
    "neighbor_matrix",
    "user_neighbors",
    "user_neighbors_schema",
]

item_neighbors_schema = pa.schema(
    [
        ("item_index", pa.int32()),
        ("neighbor_index", pa.int32()),
        ("similarity", pa.float64()),
        ("neighbor_rank", pa.int32()),
    ]
)
user_neighbors_schema = pa.schema(
    [pa.field("user_index", pa.int32()), *list(item_neighbors_schema)[1:]]
)


def item_neighbors(
    weights: csr_matrix,
    *,
    top_k: int,
    user_degree_exponent: float,
    target_exponent: float,
    source_exponent: float,
    shrinkage: float,
    similarity: str = "cosine",
    block_size: int | None = None,
) -> pa.Table:
    """Return, for each target item, the `top_k` most similar source items.

    With x_ui the weight, d_u the number of items of user u and n_i the sum over users
    of x_ui squared,

        s(i, j) = sum_u d_u^-a x_ui x_uj / (n_i^t n_j^s + shrinkage),

    where i is the target (the item to recommend) and j the source (the item in a
    user's history). a = 0, t = s = 0.5, shrinkage = 0 is the plain cosine. The list
    is cut per target, not per source: that is what ranks well.

    Parameters
    ----------
    weights : csr_matrix, shape (n_users, n_items), float64
        Implicit-feedback weights, unit-free, >= 0. Row u is user_index u.
    top_k : int
        Neighbors per item, >= 1. Fewer are returned where fewer are positive.
    user_degree_exponent : float
        a, >= 0. Above 0, users with many items count less.
    target_exponent, source_exponent : float
        t and s, >= 0, on the squared norms.
    shrinkage : float
        Added to the denominator, >= 0, in units of the denominator. Discounts
        similarities that rest on few users.
    similarity : {"cosine", "euclidean"}
        What is returned. "euclidean" is 1 / (1 + distance) of the scaled vectors, with
        distance squared = q_i + r_j - 2 s(i, j), q_i = sum_u d_u^-a x_ui^2 / n_i^(2t)
        and r_j = sum_u d_u^-a x_uj^2 / n_j^(2s). t = s = 0 compares the vectors
        themselves; with t = s = 0.5, a = 0 it orders as the cosine does. Only pairs
        with s(i, j) > 0 are looked at.
    block_size : int, optional
        Targets per block. By default blocks are cut by work; none changes the result.

    Returns
    -------
    pyarrow.Table
        item_index (the target) int32, neighbor_index (the source) int32, similarity
        float64 > 0 with 40 bits of fraction, neighbor_rank int32 from 1. Sorted by
        item_index and neighbor_rank; ties by lowest neighbor_index. An item is not
        its own neighbor. Items nobody touched have no rows.

    Raises
    ------
    ValueError
        If a weight is negative or not finite, or a setting is out of range.

    Notes
    -----
    Memory is one block and the result; work is the sum of d_u squared.

    Examples
    --------
    >>> w = csr_matrix([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]])
    >>> plain = dict(user_degree_exponent=0, shrinkage=0)
    >>> exponents = dict(target_exponent=0.5, source_exponent=0.5)
    >>> neighbors = item_neighbors(w, top_k=1, **plain, **exponents)
    >>> neighbors["neighbor_index"].to_pylist()
    [1, 0, 1]
    >>> neighbors["similarity"].to_numpy().round(3).tolist()
    [0.707, 0.707, 0.707]
    """
    check_not_negative(user_degree_exponent=user_degree_exponent)
    checked = as_weights(weights)
    degrees = np.diff(checked.indptr)
    return scaled_neighbors(
        transposed(checked),
        checked,
        powers(degrees, -user_degree_exponent),
        np.arange(checked.shape[1]),
        top_k=top_k,
        target_exponent=target_exponent,
        source_exponent=source_exponent,
        shrinkage=shrinkage,
        similarity=similarity,
        block_size=block_size,
        schema=item_neighbors_schema,
    )


def user_neighbors(
    weights: csr_matrix,
    *,
    top_k: int,
    item_degree_exponent: float,
    target_exponent: float,
    source_exponent: float,
    shrinkage: float,
    similarity: str = "cosine",
    users: np.ndarray | None = None,
    block_size: int | None = None,
    targets: csr_matrix | None = None,
    known_as: np.ndarray | None = None,
) -> pa.Table:
    """Return, for each target user, the `top_k` most similar other users.

    With d_i the number of users of item i and n_u the sum over items of x_ui squared,

        s(u, v) = sum_i d_i^-b x_ui x_vi / (n_u^t n_v^s + shrinkage),

    where u is the target (who gets the recommendation) and v the source (whose
    history is used). b = 0, t = s = 0.5, shrinkage = 0 is the plain cosine.

    Parameters
    ----------
    weights : csr_matrix, shape (n_users, n_items), float64
        Implicit-feedback weights, unit-free, >= 0. Row u is user_index u.
    top_k : int
        Neighbors per user, >= 1. Fewer are returned where fewer are positive.
    item_degree_exponent : float
        b, >= 0. Above 0, popular items count less.
    target_exponent, source_exponent : float
        t and s, >= 0, on the squared norms. With shrinkage 0, t changes the
        similarities of a user but not their order.
    shrinkage : float
        Added to the denominator, >= 0, in units of the denominator.
    similarity : {"cosine", "euclidean"}
        As in `item_neighbors`, with users and items exchanged.
    users : array of int, optional
        Targets, distinct, in any order; sources are always all users. By default
        every user is a target.
    block_size : int, optional
        Targets per block. By default blocks are cut by work; none changes the result.
    targets : csr_matrix, shape (n_targets, n_items), float64, optional
        Users who need not be among the sources: `users` and user_index are its rows.
        By default `weights`.
    known_as : array of int, shape (n_targets,), optional
        The row of `weights` that is the target herself; any other number where there
        is none. By default target u is source u.

    Returns
    -------
    pyarrow.Table
        user_index (the target) int32, neighbor_index (the source) int32, similarity
        float64 > 0 with 40 bits of fraction, neighbor_rank int32 from 1. Sorted by
        user_index and neighbor_rank; ties by lowest neighbor_index. A user is not
        their own neighbor. Users without items have no rows.

    Raises
    ------
    ValueError
        If a weight is negative or not finite, a setting is out of range, or `users`
        holds a user twice or one outside the matrix.

    Notes
    -----
    The result has up to len(users) x top_k rows of 20 bytes.

    Examples
    --------
    >>> w = csr_matrix([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0], [0.0, 1.0, 1.0]])
    >>> plain = dict(item_degree_exponent=0, shrinkage=0)
    >>> exponents = dict(target_exponent=0.5, source_exponent=0.5)
    >>> neighbors = user_neighbors(w, top_k=1, **plain, **exponents)
    >>> neighbors["neighbor_index"].to_pylist()
    [1, 2, 1]
    >>> neighbors["similarity"].to_pylist()
    [0.5, 1.0, 1.0]
    """
    check_not_negative(item_degree_exponent=item_degree_exponent)
    checked = as_weights(weights)
    of_targets = checked if targets is None else as_weights(targets)
    n_users = of_targets.shape[0]
    degrees = np.bincount(checked.indices, minlength=checked.shape[1])
    return scaled_neighbors(
        of_targets,
        transposed(checked),
        powers(degrees, -item_degree_exponent),
        np.arange(n_users) if users is None else _checked_targets(users, n_users),
        sources=None if targets is None else checked,
        known_as=known_as,
        top_k=top_k,
        target_exponent=target_exponent,
        source_exponent=source_exponent,
        shrinkage=shrinkage,
        similarity=similarity,
        block_size=block_size,
        schema=user_neighbors_schema,
    )


def _checked_targets(users: np.ndarray, n_users: int) -> np.ndarray:
    """Return `users` sorted, or raise ValueError."""
    targets = np.unique(np.asarray(users, dtype=np.int64))
    if targets.size != len(users):
        raise ValueError("users must be distinct")
    if targets.size and (targets[0] < 0 or targets[-1] >= n_users):
        raise ValueError(f"users must be between 0 and {n_users - 1}")
    return targets
