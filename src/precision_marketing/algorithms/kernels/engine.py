"""From sparse factors to batches of the largest entries of their product."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.kernels.parallel import chunks, in_order
from precision_marketing.algorithms.kernels.products import top_rows
from precision_marketing.algorithms.kernels.progress import Progress
from precision_marketing.algorithms.kernels.selection import check_count
from precision_marketing.algorithms.kernels.sums import row_work

# Bytes that the result of one chunk may take, and bytes of one of its entries, which
# exists twice while it is trimmed.
RESULT_BYTES = 32 * 2**20
_ENTRY_BYTES = 40

Factor = tuple[np.ndarray, np.ndarray, np.ndarray, float]


def factor(matrix: csr_matrix) -> Factor:
    """Return a csr matrix as the kernels take it: starts, columns, values, unit.

    Nothing is copied that has the right type. Where every stored value is equal,
    `values` is empty and `unit` is that value.

    Parameters
    ----------
    matrix : csr_matrix, float64

    Returns
    -------
    tuple
        int64 (n + 1,), int32 (nnz,), float64 (nnz or 0,), float.
    """
    values, unit = matrix.data, 0.0
    if values.size and values.min() == values.max():
        values, unit = np.empty(0), float(values[0])
    return (
        matrix.indptr.astype(np.int64, copy=False),
        matrix.indices.astype(np.int32, copy=False),
        values.astype(np.float64, copy=False),
        unit,
    )


def transposed(matrix: csr_matrix) -> csr_matrix:
    """Return the transpose in csr form; of equal values only one byte each moves."""
    values = matrix.data
    if values.size and values.min() == values.max():
        pattern = csr_matrix(
            (np.ones(values.size, np.int8), matrix.indices, matrix.indptr),
            shape=matrix.shape,
        ).T.tocsr()
        constant = np.broadcast_to(values[:1], values.shape)
        result = csr_matrix(pattern.shape)
        result.indptr, result.indices = pattern.indptr, pattern.indices
        result.data = constant
        return result
    return matrix.T.tocsr()


def iterate_top_entries(
    left: csr_matrix,
    right: csr_matrix,
    rows: np.ndarray,
    *,
    top_n: int,
    schema: pa.Schema,
    task: str,
    feature_factors: np.ndarray | None = None,
    row_norms: np.ndarray | None = None,
    column_norms: np.ndarray | None = None,
    shrinkage: float = 0.0,
    squares: np.ndarray | None = None,
    excluded: csr_matrix | None = None,
    block_size: int | None = None,
) -> Iterator[pa.RecordBatch]:
    """Yield the largest entries above 0 of rows of a scaled sparse product.

    Entry (r, c) is (left x diag(feature_factors) x right)[r, c] / (row_norms[r]
    column_norms[c] + shrinkage), rounded to 40 bits of fraction. A row's result does
    not depend on the other rows, the chunks or the number of threads.

    Parameters
    ----------
    left, right : csr_matrix, shapes (n, m) and (m, n_columns), float64
        Finite values.
    rows : array of int
        Rows to return, in this order.
    top_n : int
        Most entries per row, >= 1; ties by lowest column.
    schema : pyarrow.Schema
        Row index, column index (int32), score (float64), rank from 1 (int32).
    task : str
        What the log calls the work.
    feature_factors : array of float64, shape (m,), optional
    row_norms : array of float64, shape (n,), optional
    column_norms : array of float64, shape (n_columns,), optional
        Infinite for a column that must not be returned.
    shrinkage : float
    squares : array of float64, shape (n + n_columns,), optional
        Squared lengths of rows and columns: makes the scores Euclidean similarities.
    excluded : csr_matrix, shape (n, n_columns), optional
        Stored entries are not returned.
    block_size : int, optional
        Rows per batch. By default batches are cut by work and bounded by memory.

    Yields
    ------
    pyarrow.RecordBatch

    Raises
    ------
    ValueError
        If `top_n` or `block_size` is below 1 or a score overflows.
    """
    check_count("top_n", top_n)
    if block_size is not None:
        check_count("block_size", block_size)
    n_rows, n_columns = left.shape[0], right.shape[1]
    order, numbers = _by_popularity(right.indices, n_columns)
    starts, columns, values, unit = factor(right)
    left_factor = factor(left)
    small = np.uint16 if n_columns <= 2**16 else np.uint32
    right_factor = (starts, numbers.astype(small)[columns], values, unit)
    if excluded is None:
        excluded_starts = np.zeros(n_rows + 1, np.int64)
        excluded_columns = np.empty(0, np.int32)
    else:
        excluded_starts, excluded_columns, _, _ = factor(excluded)
        excluded_columns = numbers[excluded_columns]
    is_euclidean = squares is not None
    arguments = (
        left_factor,
        right_factor,
        np.ones(left.shape[1]) if feature_factors is None else feature_factors,
        np.ones(n_rows) if row_norms is None else row_norms,
        np.empty(0) if column_norms is None else column_norms[order],
        float(shrinkage),
        squares[:n_rows] if is_euclidean else np.empty(0),
        squares[n_rows:][order] if is_euclidean else np.empty(0),
        excluded_starts,
        excluded_columns,
        order,
        int(top_n),
    )
    rows = np.asarray(rows, dtype=np.int64)

    def batch(part: slice) -> pa.RecordBatch:
        columns = top_rows(rows[part], *arguments)
        if not np.isfinite(columns[2]).all():
            raise ValueError("a score is not finite: check the factors' values")
        return pa.record_batch(list(columns), schema=schema)

    # A row costs its multiplications and, at most, one look at every column.
    work = row_work(rows, left_factor, starts)
    maximum_rows = RESULT_BYTES // (_ENTRY_BYTES * max(1, min(top_n, n_columns)))
    parts = chunks(work + 100.0, max(1, maximum_rows), block_size)
    return in_order(batch, parts, Progress(task, rows.size))


def _by_popularity(columns: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the columns from most to least stored, and the inverse, as int32."""
    counts = np.bincount(columns, minlength=n)
    order = np.argsort(-counts, kind="stable").astype(np.int32)
    numbers = np.empty(n, np.int32)
    numbers[order] = np.arange(n, dtype=np.int32)
    return order, numbers
