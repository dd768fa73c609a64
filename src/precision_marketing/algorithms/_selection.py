"""What neighbors and top items share: checked weights, blocks, ties, selection."""

from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix

# Bytes that the working arrays of one block may take, and bytes for one non-zero of
# a sparse product: value, index and the temporaries of scaling and masking.
BLOCK_BYTES = 256 * 2**20
BYTES_PER_ENTRY = 48

# Bits of the 52 in a double's fraction that a score keeps: a relative error of at
# most 2**-41, about 5e-13.
_FRACTION_BITS = 40


def as_weights(weights: csr_matrix) -> csr_matrix:
    """Return a canonical float64 copy of `weights`, checked.

    Parameters
    ----------
    weights : csr_matrix, shape (n_rows, n_columns)
        Implicit-feedback weights, unit-free, finite and >= 0.

    Returns
    -------
    csr_matrix
        Sorted indices, duplicates summed, explicit zeros removed.

    Raises
    ------
    ValueError
        If a weight is negative or not finite.
    """
    checked = csr_matrix(weights, dtype=np.float64, copy=True)
    if not np.isfinite(checked.data).all():
        raise ValueError("weights must be finite: found NaN or infinity")
    if (checked.data < 0).any():
        raise ValueError("weights must not be negative")
    checked.sum_duplicates()
    checked.eliminate_zeros()
    return checked


def check_count(name: str, value: int) -> None:
    """Raise ValueError unless `value` is a whole number of at least 1."""
    if int(value) != value or value < 1:
        raise ValueError(f"{name} must be a whole number of at least 1, not {value}")


def check_not_negative(**settings: float) -> None:
    """Raise ValueError, with the setting's name, for a negative or non-finite one."""
    for name, value in settings.items():
        if not np.isfinite(value) or value < 0:
            raise ValueError(f"{name} must be finite and >= 0, not {value}")


def rounded(values: np.ndarray) -> np.ndarray:
    """Return `values` rounded to 40 bits of fraction, a relative error under 5e-13.

    Sums of the same numbers in another order differ in the last bits. Without this,
    such noise, and not the index, would break ties.

    Parameters
    ----------
    values : array of float64
        Finite or infinite, not NaN.

    Returns
    -------
    array of float64
        A new array of the same shape.

    Examples
    --------
    >>> bool(0.1 + 0.2 == 0.3)
    False
    >>> bool(rounded(np.array([0.1 + 0.2]))[0] == rounded(np.array([0.3]))[0])
    True
    """
    dropped = 52 - _FRACTION_BITS
    bits = np.array(values, dtype=np.float64).view(np.int64)
    bits += 1 << (dropped - 1)
    bits &= ~((1 << dropped) - 1)
    return bits.view(np.float64)


def row_blocks(
    left: csr_matrix, right: csr_matrix, rows: np.ndarray, block_size: int | None
) -> Iterator[np.ndarray]:
    """Split `rows` of the sparse product `left @ right` into consecutive blocks.

    Parameters
    ----------
    left, right : csr_matrix
        The two factors.
    rows : array of int
        Rows of `left` to cover, in order.
    block_size : int or None
        Rows per block. None bounds the memory instead: the non-zeros of a row are at
        most its multiplications and at most the columns of `right`, and a block ends
        before their sum passes `BLOCK_BYTES`. A block has at least one row.

    Yields
    ------
    array of int
        The rows of one block.
    """
    if block_size is not None:
        check_count("block_size", block_size)
        for start in range(0, rows.size, block_size):
            yield rows[start : start + block_size]
        return
    pattern = csr_matrix(
        (np.ones(left.nnz), left.indices, left.indptr), shape=left.shape
    )
    multiplications = pattern @ np.diff(right.indptr).astype(np.float64)
    entries = np.minimum(multiplications[rows], right.shape[1])
    ends = np.cumsum(entries)
    start = 0
    while start < rows.size:
        done = ends[start - 1] if start else 0.0
        limit = done + BLOCK_BYTES / BYTES_PER_ENTRY
        stop = max(start + 1, int(np.searchsorted(ends, limit, side="right")))
        yield rows[start:stop]
        start = stop


def top_positions(values: np.ndarray, indices: np.ndarray, top_n: int) -> np.ndarray:
    """Return the positions of the `top_n` largest positive values, best first.

    Parameters
    ----------
    values : array of float64, shape (n,)
        Candidates' scores.
    indices : array of int, shape (n,)
        Candidates' indices. Of equal values the lowest index comes first.
    top_n : int
        Most positions to return, >= 1.

    Returns
    -------
    array of int
        Positions in `values`, at most `top_n`. A copy, never a view: a view of a
        selection keeps the whole block of scores alive.
    """
    positions = np.flatnonzero(values > 0)
    if positions.size > top_n:
        threshold = np.partition(values[positions], -top_n)[-top_n]
        positions = positions[values[positions] >= threshold]
    order = np.lexsort((indices[positions], -values[positions]))
    return positions[order[:top_n]]


def ranked_batch(
    rows: np.ndarray,
    product: csr_matrix,
    scores: np.ndarray,
    top_n: int,
    schema: pa.Schema,
) -> pa.RecordBatch:
    """Return the `top_n` best entries of each row of a block as one batch.

    Parameters
    ----------
    rows : array of int, shape (n_block_rows,)
        The index that each row of `product` stands for.
    product : csr_matrix, shape (n_block_rows, n_columns)
        Gives the position of each score.
    scores : array of float64, shape (product.nnz,)
        Only scores above 0 are kept.
    top_n : int
        Most entries per row.
    schema : pyarrow.Schema
        Four columns: row index, column index, score, rank from 1.

    Returns
    -------
    pyarrow.RecordBatch
        In the order of `rows`, then by rank; ties by lowest column.
    """
    chosen = [
        start + top_positions(scores[start:stop], product.indices[start:stop], top_n)
        for start, stop in zip(product.indptr, product.indptr[1:], strict=False)
    ]
    lengths = [positions.size for positions in chosen]
    positions = np.concatenate(chosen)
    ranks = np.concatenate([np.arange(1, length + 1) for length in lengths])
    columns = [
        np.repeat(rows, lengths).astype(np.int32),
        product.indices[positions].astype(np.int32),
        scores[positions],
        ranks.astype(np.int32),
    ]
    return pa.record_batch(columns, schema=schema)


def top_neighbors(
    left: csr_matrix,
    right: csr_matrix,
    rows: np.ndarray,
    *,
    top_k: int,
    block_size: int | None,
    scale: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray],
    schema: pa.Schema,
) -> pa.Table:
    """Return the `top_k` largest entries of each row of `left @ right`, but its own.

    Parameters
    ----------
    left : csr_matrix, shape (n, m)
    right : csr_matrix, shape (m, n)
    rows : array of int
        Rows to return, sorted and distinct.
    top_k : int
        Most entries per row, >= 1.
    block_size : int or None
        Rows per block, as in `row_blocks`.
    scale : callable
        Takes values, row indices and column indices of a block's non-zeros and
        returns the similarities.
    schema : pyarrow.Schema
        Names of the four columns.

    Returns
    -------
    pyarrow.Table
        Sorted by row and rank, ties by lowest column.
    """
    check_count("top_k", top_k)
    batches = []
    for block in row_blocks(left, right, rows, block_size):
        product = csr_matrix(left[block] @ right)
        counts = np.diff(product.indptr)
        targets = np.repeat(block, counts)
        similarities = rounded(scale(product.data, targets, product.indices))
        similarities[targets == product.indices] = 0.0
        batches.append(ranked_batch(block, product, similarities, top_k, schema))
    return pa.Table.from_batches(batches, schema=schema)
