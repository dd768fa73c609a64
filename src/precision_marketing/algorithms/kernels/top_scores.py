"""The best items of each user by dense scores, streamed in blocks of users."""

from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.kernels.blas import one_blas_thread
from precision_marketing.algorithms.kernels.dense_rows import top_dense_rows
from precision_marketing.algorithms.kernels.engine import factor
from precision_marketing.algorithms.kernels.parallel import chunks, in_order
from precision_marketing.algorithms.kernels.progress import Progress
from precision_marketing.algorithms.kernels.selection import check_count
from precision_marketing.algorithms.kernels.top_items import item_factors, scores_schema

# From an array of users to their scores, a row each.
ScoreBlock = Callable[[np.ndarray], np.ndarray]

# Bytes of one block of float32 scores; as many blocks exist as there are threads.
_BLOCK_BYTES = 64 * 2**20

# Of a double's 52 bits of fraction, those that a score of each type drops: 40 of a
# double stay, and 16 of a single, whose sums carry noise of some 1e-6.
_DROPPED_BITS = {"float64": 12, "float32": 36}


def iterate_top_scores(
    score_block: ScoreBlock,
    *,
    n_items: int,
    users: np.ndarray,
    exclude: csr_matrix | None,
    allowed_items: np.ndarray | None,
    item_scale: np.ndarray | None,
    top_n: int,
    block_size: int | None = None,
    schema: pa.Schema = scores_schema,
    task: str = "top scores",
) -> Iterator[pa.RecordBatch]:
    """Yield the `top_n` items of each user by dense scores, in blocks of users.

    Parameters
    ----------
    score_block : callable
        Takes an array of user indices, shape (b,), and returns their scores, shape
        (b, n_items), float32 or float64, writable and not kept by the callable. Runs
        in several threads at once, with BLAS limited to one thread.
    n_items : int
        Columns of a block.
    users : array of int
        Users to score, in the order of the result.
    exclude : csr_matrix, shape (n_users, n_items), or None
        Items stored for a user are never returned to that user.
    allowed_items : array of bool, shape (n_items,), or None
        Items that may be returned. None allows all.
    item_scale : array of float64, shape (n_items,), or None
        Factor on each item's score, >= 0. None is 1.
    top_n : int
        Items per user, >= 1. Fewer are returned where fewer score above 0.
    block_size : int, optional
        Users per block. By default a block of scores takes about 64 MB.
    schema : pyarrow.Schema
        Row index, column index, score, rank.
    task : str
        What the log calls the work.

    Yields
    ------
    pyarrow.RecordBatch
        As `iterate_top_items`; scores of float32 have 16 bits of fraction.

    Raises
    ------
    ValueError
        If a setting is out of range, at the call; if a score is not finite or a block
        has another shape or type, while reading.

    Examples
    --------
    >>> factors = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    >>> [batch] = iterate_top_scores(
    ...     lambda users: factors[users] @ factors.T,
    ...     n_items=3,
    ...     users=np.array([1]),
    ...     exclude=None,
    ...     allowed_items=None,
    ...     item_scale=None,
    ...     top_n=1,
    ... )
    >>> batch.to_pylist()
    [{'user_index': 1, 'item_index': 1, 'score': 1.0, 'scorer_rank': 1}]
    """
    check_count("top_n", top_n)
    if block_size is None:
        block_size = max(1, _BLOCK_BYTES // (4 * max(1, n_items)))
    check_count("block_size", block_size)
    users = np.asarray(users, dtype=np.int64)
    if users.size and users.min() < 0:
        raise ValueError("users must not be negative")
    if exclude is not None and exclude.shape[1] != n_items:
        raise ValueError(f"exclude must have {n_items} columns")
    scale = item_factors(allowed_items, item_scale, n_items)
    excluded = None if exclude is None else exclude.tocsr()

    def batch(part: slice) -> pa.RecordBatch:
        rows = users[part]
        block = score_block(rows)
        if block.shape != (rows.size, n_items) or block.dtype.name not in _DROPPED_BITS:
            raise ValueError(
                f"score_block must return shape {(rows.size, n_items)} of float32 or"
                f" float64, not {block.shape} of {block.dtype}"
            )
        if not np.isfinite(block.sum()):
            raise ValueError("a score is not finite: check the factors' values")
        hidden = csr_matrix(block.shape) if excluded is None else excluded[rows]
        starts, columns, _, _ = factor(hidden)
        dropped = _DROPPED_BITS[block.dtype.name]
        found = top_dense_rows(block, rows, scale, starts, columns, dropped, int(top_n))
        return pa.record_batch(list(found), schema=schema)

    parts = chunks(np.ones(users.size), users.size, block_size)
    return _batches(batch, parts, Progress(task, users.size))


def _batches(
    batch: Callable[[slice], pa.RecordBatch], parts: list[slice], progress: Progress
) -> Iterator[pa.RecordBatch]:
    """Yield the batches while BLAS is limited to one thread."""
    with one_blas_thread():
        yield from in_order(batch, parts, progress)
