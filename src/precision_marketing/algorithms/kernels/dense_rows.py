"""The largest entries of dense rows of scores, and sparse products in such rows."""

import numpy as np
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.kernels.compiled import compiled
from precision_marketing.algorithms.kernels.engine import Factor
from precision_marketing.algorithms.kernels.top import (
    is_before,
    keep_best,
    rounded_to,
    sort_best,
)

# Columns of a dense factor that are multiplied at once.
LANES = 64
# Groups of columns, for each entry that is returned, whose largest values bound them.
_GROUPS_PER_ENTRY = 8
# Columns that a scan tests in one step.
_STRIDE = 32


@compiled
def add_rows(block, rows, left, right, factors):
    """Add the rows `rows` of left x diag(factors) x right to the dense `block`.

    Summed in float64: the many small terms of a float32 sum would lose their ends.
    """
    left_starts, left_columns, left_values, left_unit = left
    right_starts, right_columns, right_values, right_unit = right
    sums = np.empty(block.shape[1])
    for position in range(rows.size):
        row = rows[position]
        sums[:] = 0.0
        for p in range(left_starts[row], left_starts[row + 1]):
            column = left_columns[p]
            value = left_values[p] if left_values.size else left_unit
            factor = factors[column] * value
            for q in range(right_starts[column], right_starts[column + 1]):
                other = right_values[q] if right_values.size else right_unit
                sums[right_columns[q]] += factor * other
        for column in range(sums.size):
            block[position, column] += sums[column]


def dense_product(left: csr_matrix, right: Factor) -> np.ndarray:
    """Return left @ right.T, dense: for rows of `left` that touch much of `right`.

    Parameters
    ----------
    left : csr_matrix, shape (n, m), float64
    right : Factor
        Of a matrix of shape (n_columns, m), its indices sorted.

    Returns
    -------
    array of float64, shape (n, n_columns)
        The sums of `add_row` over the transpose of `right`, to the bit.

    Examples
    --------
    >>> from precision_marketing.algorithms.kernels.engine import factor
    >>> left, right = csr_matrix([[1.0, 2.0]]), csr_matrix([[0.0, 1.0], [3.0, 0.0]])
    >>> dense_product(left, factor(right)).tolist()
    [[2.0, 3.0]]
    """
    result = np.empty((left.shape[0], right[0].size - 1))
    for start in range(0, left.shape[0], LANES):
        part = left[start : start + LANES]
        columns = np.zeros((left.shape[1], LANES))
        columns[:, : part.shape[0]] = part.T.toarray()
        _set_products(result[start : start + LANES], columns.ravel(), right)
    return result


@compiled
def _set_products(block, columns, rows):
    """Write (rows x columns).T to `block`, `LANES` columns side by side.

    `columns` has an entry for each column of `rows` and lane, in one dimension; lanes
    beyond the rows of `block` are padding.
    """
    starts, numbers, values, unit = rows
    n_rows = starts.size - 1
    # Some rows of sums at a time, so that whole lines of the block are written.
    sums = np.empty((16, LANES), columns.dtype)
    for first in range(0, n_rows, sums.shape[0]):
        last = min(first + sums.shape[0], n_rows)
        for row in range(first, last):
            total = sums[row - first]
            total[:] = 0.0
            for p in range(starts[row], starts[row + 1]):
                value = values[p] if values.size else unit
                start = np.uint64(numbers[p]) * np.uint64(LANES)
                for lane in range(LANES):
                    offset = np.uint64(lane)
                    total[offset] += value * columns[start + offset]
        for lane in range(block.shape[0]):
            target = block[lane]
            for row in range(first, last):
                target[row] = sums[row - first, lane]


@compiled
def _any_above(values, scale, first, bar):
    """Return whether one of `_STRIDE` scaled values is above `bar`.

    In wide registers: of a fixed length, in the type of the values, without an early
    exit and without a sign of the index.
    """
    is_any = np.uint8(0)
    for offset in range(_STRIDE):
        c = np.uint64(first + offset)
        is_any = np.uint8(is_any | np.uint8(values[c] * scale[c] > bar))
    return is_any > 0


@compiled
def _below_best(values, scale, largest, best, numbers, top_k):
    """Return a bound that at least `top_k` scaled values reach; 0 where it is below.

    The k-th of the largest values of groups of columns, each of which is another
    entry: columns `largest.size` apart are a group, so that groups are compared in
    wide registers.
    """
    largest[:] = 0
    for first in range(0, values.size, largest.size):
        for group in range(min(largest.size, values.size - first)):
            offset = np.uint64(group)
            c = np.uint64(first + group)
            value = values[c] * scale[c]
            largest[offset] = value if value > largest[offset] else largest[offset]
    for group in range(largest.size):
        best[group], numbers[group] = largest[group], group
    keep_best(best, numbers, largest.size, top_k)
    return best[top_k - 1]


@compiled
def top_dense_rows(
    block, rows, scale, excluded_starts, excluded_columns, dropped_bits, top_k
):
    """Return the `top_k` largest scaled scores above 0 of each row of `block`.

    `block` has a row for each of `rows`; the excluded columns of a row are set to 0
    in it. Scores lose `dropped_bits` of 52; ties go to the lowest column.

    Returns row, column, score, rank, in the order of `rows`.
    """
    n_columns = block.shape[1]
    top_k = min(top_k, n_columns)
    margin = 1.0 - 2.0 ** (dropped_bits - 51)
    # Of the block's type: the margin is wider than its rounding.
    of_type = scale.astype(block.dtype)
    room = 2 * top_k + 256
    scores = np.empty(room)
    best = np.empty(room, np.int32)
    out_rows = np.empty(rows.size * top_k, np.int32)
    out_columns = np.empty(rows.size * top_k, np.int32)
    out_scores = np.empty(rows.size * top_k)
    out_ranks = np.empty(rows.size * top_k, np.int32)
    groups = min(_GROUPS_PER_ENTRY * top_k, n_columns)
    largest = np.empty(groups, block.dtype)
    ordered, numbers = np.empty(groups), np.empty(groups, np.int32)
    written = 0
    for position in range(rows.size if top_k > 0 else 0):
        values = block[position]
        for p in range(excluded_starts[position], excluded_starts[position + 1]):
            values[excluded_columns[p]] = 0.0
        kept = 0
        limit, limit_column = 0.0, np.int32(2**31 - 1)
        bar = margin * _below_best(values, of_type, largest, ordered, numbers, top_k)
        for first in range(0, n_columns, _STRIDE):
            last = min(first + _STRIDE, n_columns)
            if last - first == _STRIDE and not _any_above(
                values, of_type, first, of_type.dtype.type(bar)
            ):
                continue
            for c in range(first, last):
                value = values[c] * scale[c]
                if not value > bar:
                    continue
                score = rounded_to(value, dropped_bits)
                column = np.int32(c)
                if score > 0.0 and is_before(score, column, limit, limit_column):
                    scores[kept] = score
                    best[kept] = column
                    kept += 1
                if kept == room:
                    keep_best(scores, best, kept, top_k)
                    kept = top_k
                    limit, limit_column = scores[top_k - 1], best[top_k - 1]
                    bar = limit * margin
        if kept > top_k:
            keep_best(scores, best, kept, top_k)
            kept = top_k
        sort_best(scores, best, kept)
        for rank in range(kept):
            out_rows[written] = rows[position]
            out_columns[written] = best[rank]
            out_scores[written] = scores[rank]
            out_ranks[written] = rank + 1
            written += 1
    return (
        out_rows[:written].copy(),
        out_columns[:written].copy(),
        out_scores[:written].copy(),
        out_ranks[:written].copy(),
    )
