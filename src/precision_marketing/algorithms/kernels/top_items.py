"""The best items of each user, streamed in blocks: one kernel for every linear scorer.

Item cosine is history x neighbors transposed, user cosine is user neighbors x history,
content is user profiles x item profiles transposed: each is the product of two sparse
matrices of which only the largest entries of each row are wanted.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.kernels.engine import iterate_top_entries
from precision_marketing.algorithms.kernels.selection import check_count

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
        Users per block. By default blocks are cut by work and by 32 MB of result.

    Yields
    ------
    pyarrow.RecordBatch
        `scores_schema`: user_index, item_index int32, score float64 > 0 with 40 bits
        of fraction, scorer_rank int32 from 1; ties by lowest item_index. Users in the
        given order. A block in which nobody scores yields an empty batch.

    Raises
    ------
    ValueError
        If shapes disagree, a factor or score is not finite, or a setting is out of
        range; at the call, except for scores that overflow.

    Notes
    -----
    Memory is a few blocks, whatever the number of users.

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
    scale = item_factors(allowed_items, item_scale, n_items)
    for name, matrix in (("left", left), ("right", right)):
        if not np.isfinite(matrix.data).all():
            raise ValueError(f"{name} must be finite, or a score is not finite")
    norms = None
    if (scale != 1.0).any():
        with np.errstate(divide="ignore"):
            norms = 1.0 / scale
    return iterate_top_entries(
        left,
        right,
        users,
        top_n=top_n,
        schema=scores_schema,
        task="top items",
        column_norms=norms,
        excluded=None if exclude is None else exclude.tocsr(),
        block_size=block_size,
    )


def item_factors(
    allowed_items: np.ndarray | None, item_scale: np.ndarray | None, n_items: int
) -> np.ndarray:
    """Return one factor per item, 0 for an item that must not be returned.

    Parameters
    ----------
    allowed_items : array of bool, shape (n_items,), or None
    item_scale : array of float64, shape (n_items,), or None
    n_items : int

    Returns
    -------
    array of float64, shape (n_items,)

    Raises
    ------
    ValueError
        If an array has another shape, or a factor is negative or not finite.
    """
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
