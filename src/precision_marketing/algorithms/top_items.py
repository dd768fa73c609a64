"""The best items of each user, streamed in blocks: one kernel for every linear scorer.

Item cosine is history x neighbors transposed, user cosine is user neighbors x history,
content is user profiles x item profiles transposed: each is the product of two sparse
matrices of which only the largest entries of each row are wanted.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix

from precision_marketing.algorithms._selection import (
    check_count,
    ranked_batch,
    rounded,
    row_blocks,
)

scores_schema = pa.schema(
    [
        ("user_index", pa.int32()),
        ("item_index", pa.int32()),
        ("score", pa.float64()),
        ("scorer_rank", pa.int32()),
    ]
)


def iterate_top_items(
    left: csr_matrix,
    right: csr_matrix,
    *,
    users: np.ndarray,
    exclude: csr_matrix | None,
    allowed_items: np.ndarray | None,
    item_scale: np.ndarray | None,
    top_n: int,
    block_size: int | None = None,
) -> Iterator[pa.RecordBatch]:
    """Yield the `top_n` items of each user by `left @ right`, in blocks of users.

    Parameters
    ----------
    left : csr_matrix, shape (n_users, m), float64
        Row u is user_index u.
    right : csr_matrix, shape (m, n_items), float64
        Column i is item_index i.
    users : array of int
        Users to score, in the order of the result.
    exclude : csr_matrix, shape (n_users, n_items), or None
        Items stored for a user are never returned to that user.
    allowed_items : array of bool, shape (n_items,), or None
        Items that may be returned. None allows all.
    item_scale : array of float64, shape (n_items,), or None
        Factor on each item's score, >= 0, such as popularity^-0.3. None is 1.
    top_n : int
        Items per user, >= 1. Fewer are returned where fewer score above 0.
    block_size : int, optional
        Users per block. By default blocks are cut to about 256 MB.

    Yields
    ------
    pyarrow.RecordBatch
        `scores_schema`: user_index, item_index int32, score float64 > 0 with 40 bits
        of fraction, scorer_rank int32 from 1; ties by lowest item_index. Users in the
        given order. A block in which nobody scores yields an empty batch.

    Raises
    ------
    ValueError
        If shapes disagree, a score is not finite, or a setting is out of range; at
        the call, except for scores.

    Notes
    -----
    Memory is one block, whatever the number of users and items.

    Examples
    --------
    >>> history = csr_matrix([[1.0, 0.0, 0.0]])
    >>> similarities = csr_matrix([[0.0, 0.5, 0.75]] * 3)
    >>> settings = dict(exclude=history, allowed_items=None, item_scale=None, top_n=1)
    >>> [batch] = iterate_top_items(
    ...     history, similarities, users=np.array([0]), **settings
    ... )
    >>> batch.to_pylist()
    [{'user_index': 0, 'item_index': 2, 'score': 0.75, 'scorer_rank': 1}]
    """
    left = csr_matrix(left, dtype=np.float64)
    right = csr_matrix(right, dtype=np.float64)
    n_users, n_items = left.shape[0], right.shape[1]
    users = np.asarray(users, dtype=np.int64)
    check_count("top_n", top_n)
    if block_size is not None:
        check_count("block_size", block_size)
    if left.shape[1] != right.shape[0]:
        raise ValueError(f"cannot multiply shapes {left.shape} and {right.shape}")
    if users.size and (users.min() < 0 or users.max() >= n_users):
        raise ValueError(f"users must be between 0 and {n_users - 1}")
    if exclude is not None and exclude.shape != (n_users, n_items):
        raise ValueError(f"exclude must have shape {(n_users, n_items)}")
    scale = _item_factors(allowed_items, item_scale, n_items)
    excluded = csr_matrix((n_users, n_items)) if exclude is None else exclude.tocsr()
    return _batches(left, right, users, excluded, scale, top_n, block_size)


def _item_factors(
    allowed_items: np.ndarray | None, item_scale: np.ndarray | None, n_items: int
) -> np.ndarray:
    """Return one factor per item, 0 for an item that must not be returned."""
    factors = np.ones(n_items)
    if item_scale is not None:
        factors = np.array(item_scale, dtype=np.float64)
        if not np.isfinite(factors).all() or (factors < 0).any():
            raise ValueError("item_scale must be finite and >= 0")
    if allowed_items is not None:
        allowed = np.asarray(allowed_items, dtype=bool)
        if allowed.shape != factors.shape:
            raise ValueError(f"allowed_items must have shape ({n_items},)")
        factors[~allowed] = 0.0
    if factors.shape != (n_items,):
        raise ValueError(f"item_scale must have shape ({n_items},)")
    return factors


def _batches(
    left: csr_matrix,
    right: csr_matrix,
    users: np.ndarray,
    excluded: csr_matrix,
    scale: np.ndarray,
    top_n: int,
    block_size: int | None,
) -> Iterator[pa.RecordBatch]:
    """Yield one batch per block; the arguments are checked."""
    for block in row_blocks(left, right, users, block_size):
        product = csr_matrix(left[block] @ right)
        scores = product.data * scale[product.indices]
        if not np.isfinite(scores).all():
            raise ValueError("a score is not finite: check the factors' values")
        scores = rounded(scores)
        # One mask for the whole block: set, read and cleared user by user.
        is_excluded = np.zeros(right.shape[1], dtype=bool)
        for row, user in enumerate(block):
            entries = slice(product.indptr[row], product.indptr[row + 1])
            items = excluded.indices[excluded.indptr[user] : excluded.indptr[user + 1]]
            is_excluded[items] = True
            scores[entries][is_excluded[product.indices[entries]]] = 0.0
            is_excluded[items] = False
        yield ranked_batch(block, product, scores, top_n, scores_schema)
