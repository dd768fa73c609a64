"""A sparse product as a sparse matrix, and the rows of one that differ; compiled."""

import numpy as np
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.kernels.compiled import compiled
from precision_marketing.algorithms.kernels.engine import factor
from precision_marketing.algorithms.kernels.parallel import chunks, in_order
from precision_marketing.algorithms.kernels.progress import Progress
from precision_marketing.algorithms.kernels.sums import add_row, row_work


def sparse_product(left: csr_matrix, right: csr_matrix, task: str) -> csr_matrix:
    """Return left @ right with sorted indices, its rows computed in threads.

    Parameters
    ----------
    left, right : csr_matrix, shapes (n, m) and (m, n_columns), float64
        Stored values above 0.
    task : str
        What the log calls the work.

    Returns
    -------
    csr_matrix, shape (n, n_columns), float64
        Equal to scipy's, to the bit.

    Examples
    --------
    >>> left, right = csr_matrix([[1.0, 2.0]]), csr_matrix([[0.0, 1.0], [3.0, 0.0]])
    >>> sparse_product(left, right, "products").toarray().tolist()
    [[6.0, 1.0]]
    """
    factors = factor(left), factor(right)
    shape = left.shape[0], right.shape[1]
    numbers = np.arange(shape[0])
    work = row_work(numbers, factors[0], factors[1][0])
    room = np.minimum(work, shape[1])

    def product(part: slice) -> tuple[np.ndarray, ...]:
        size = int(room[part].sum())
        return _product_rows(numbers[part], *factors, shape[1], size)

    parts = chunks(work + 1.0, shape[0], None)
    found = list(in_order(product, parts, Progress(task, shape[0])))
    if not found:
        return csr_matrix(shape)
    counts, columns, values = map(np.concatenate, zip(*found, strict=True))
    return csr_matrix((values, columns, np.append(0, np.cumsum(counts))), shape)


@compiled
def _product_rows(rows, left, right, n_columns, size):
    """Return the stored entries of each of `rows`, their columns and their values."""
    sums, listed = np.zeros(n_columns), np.empty(n_columns // 16 + 1, np.int32)
    ones = np.ones(right[0].size - 1)
    counts = np.empty(rows.size, np.int64)
    columns, values = np.empty(size, np.int32), np.empty(size)
    written = 0
    for position in range(rows.size):
        begin = written
        count = add_row(rows[position], left, right, ones, sums, listed)
        if count < 0:
            for column in range(n_columns):
                if sums[column] != 0.0:
                    columns[written] = column
                    values[written] = sums[column]
                    sums[column] = 0.0
                    written += 1
        else:
            for column in np.sort(listed[:count]):
                columns[written] = column
                values[written] = sums[column]
                sums[column] = 0.0
                written += 1
        counts[position] = written - begin
    return counts, columns[:written].copy(), values[:written].copy()


def distinct_rows(matrix: csr_matrix) -> tuple[np.ndarray, np.ndarray]:
    """Return where each kind of equal rows first stands, and the kind of each row.

    Parameters
    ----------
    matrix : csr_matrix, float64
        Indices sorted.

    Returns
    -------
    first : array of int64, shape (n_kinds,)
        Ascending.
    kinds : array of int64, shape (n_rows,)
        Row r is equal to row first[kinds[r]].

    Examples
    --------
    >>> first, kinds = distinct_rows(csr_matrix([[1.0, 0.0], [0.0, 2.0], [1.0, 0.0]]))
    >>> first.tolist(), kinds.tolist()
    ([0, 1], [0, 1, 0])
    """
    starts = matrix.indptr.astype(np.int64)
    columns = matrix.indices.astype(np.int64)
    bits = matrix.data.astype(np.float64).view(np.int64)
    hashes = _hashes(starts, columns, bits)
    _, same = np.unique(hashes, return_inverse=True)
    first = np.full(matrix.shape[0], matrix.shape[0])
    np.minimum.at(first, same, np.arange(matrix.shape[0]))
    first_of = first[same]
    _part_unequal(starts, columns, bits, first_of)
    return np.unique(first_of, return_inverse=True)


@compiled
def _hashes(starts, columns, bits):
    """Return a number of each row, the same for equal ones (FNV-1a, by words)."""
    hashes = np.empty(starts.size - 1, np.uint64)
    prime = np.uint64(1099511628211)
    for row in range(hashes.size):
        value = np.uint64(14695981039346656037)
        for p in range(starts[row], starts[row + 1]):
            for word in (np.uint64(columns[p]), np.uint64(bits[p])):
                value = (value ^ word) * prime
                value ^= value >> np.uint64(32)
        hashes[row] = value
    return hashes


@compiled
def _part_unequal(starts, columns, bits, first_of):
    """Let rows that only share the hash of another be the first of their kind."""
    for row in range(first_of.size):
        first = first_of[row]
        begin, end, other = starts[row], starts[row + 1], starts[first]
        is_equal = end - begin == starts[first + 1] - other
        for p in range(end - begin):
            is_equal = (
                is_equal
                and columns[begin + p] == columns[other + p]
                and bits[begin + p] == bits[other + p]
            )
        if not is_equal:
            first_of[row] = row
