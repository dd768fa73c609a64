"""The largest entries of each row of a sparse product; compiled.

One row at a time is summed in a dense array. A row that touches few columns lists
them; a row that touches more is scanned, and of a scan only the blocks of columns
that pass the k-th best entry so far are looked at more closely.
"""

import numpy as np

from precision_marketing.algorithms.kernels.compiled import compiled
from precision_marketing.algorithms.kernels.sums import add_row
from precision_marketing.algorithms.kernels.top import (
    MARGIN,
    is_before,
    keep_best,
    rounded_score,
    sort_best,
)

# A row is scanned, not listed, when its multiplications pass this share of columns.
_LIST_SHARE = 1.0 / 16.0
# Columns that a scan tests in one step: the bits of a number.
_STRIDE = 64
# Grid of the relative squared distance: the same 40 bits as a score keeps.
_GRID = 2.0**40


@compiled
def _denominator(norm, column_norms, column, shrinkage):
    """Return what an entry is divided by; an empty array of norms is all 1."""
    if column_norms.size:
        norm *= column_norms[column]
    return norm + shrinkage


@compiled
def _score(value, denominator, squares):
    """Return the rounded cosine-like score, or 1 / (1 + distance) if squares > 0."""
    score = value / denominator
    if squares > 0.0 and score > 0.0:
        # Rounded before the root, which would blow noise near 0 up to 1e-8.
        part = np.floor((1.0 - 2.0 * score / squares) * _GRID + 0.5) / _GRID
        score = 1.0 / (1.0 + np.sqrt(max(part, 0.0) * squares))
    return rounded_score(score)


@compiled
def _least_norms(column_norms, n_columns):
    """Return the smallest norm of each block of `_STRIDE` columns; 1 without norms."""
    norms = np.ones((n_columns + _STRIDE - 1) // _STRIDE)
    if column_norms.size:
        for block in range(norms.size):
            first = block * _STRIDE
            norms[block] = column_norms[first : first + _STRIDE].min()
    return norms


@compiled
def _any_above(values, first, least):
    """Return whether one of `_STRIDE` values is above `least`.

    In wide registers: of a fixed length, without an early exit.
    """
    is_any = np.uint8(0)
    for offset in range(_STRIDE):
        is_any = np.uint8(is_any | np.uint8(values[np.uint64(first + offset)] > least))
    return is_any > 0


@compiled
def _clear(values, first):
    """Set `_STRIDE` values to 0."""
    for offset in range(_STRIDE):
        values[np.uint64(first + offset)] = 0.0


@compiled
def _scan(first, sums, least, bar, norm, column_norms, shrinkage, columns, values):
    """Collect the columns of one block that pass the bar, which is at least `least`.

    Returns how many were written to `columns` and `values`.
    """
    # Bits instead of branches, which would be mispredicted: bit b is column first + b.
    passing = np.uint64(0)
    for offset in range(_STRIDE):
        bit = np.uint64(sums[np.uint64(first + offset)] > least)
        passing |= bit << np.uint64(offset)
    found = 0
    while passing:
        lowest = passing & (~passing + np.uint64(1))
        passing ^= lowest
        # The exponent of a double that is a power of two.
        position = (np.float64(lowest).view(np.int64) >> 52) - 1023
        c = np.uint64(first + position)
        value = sums[c]
        if value > bar * _denominator(norm, column_norms, c, shrinkage):
            columns[found] = c
            values[found] = value
            found += 1
    return found


@compiled
def _look_up(listed, sums, bar, norm, column_norms, shrinkage, columns, values):
    """Collect the listed columns that pass the bar and clear them, as `_scan`."""
    found = 0
    for position in listed:
        c = np.uint64(position)
        value = sums[c]
        sums[c] = 0.0
        columns[found] = c
        values[found] = value
        found += value > bar * _denominator(norm, column_norms, c, shrinkage)
    return found


@compiled
def _trimmed(values, size):
    """Return the first `size` values: a copy only where it frees much memory."""
    if 2 * size < values.size:
        return values[:size].copy()
    return values[:size]


@compiled
def top_rows(
    rows,
    left,
    right,
    factors,
    row_norms,
    column_norms,
    shrinkage,
    row_squares,
    column_squares,
    excluded_starts,
    excluded_columns,
    names,
    top_k,
):
    """Return the `top_k` largest scores of each row of left x diag(factors) x right.

    The score of entry (r, c) with the sum x is x / (row_norms[r] column_norms[c] +
    shrinkage), or, where the arrays of squares are not empty, the Euclidean
    similarity made of it (`item_neighbors`). Arrays of rows are by row of `left`,
    arrays of columns by column of `right`, whose public index is `names`. No column
    norms are norms of 1.

    Returns row, name, score, rank of the entries above 0, in the order of `rows`.
    """
    n_columns = names.size
    is_euclidean = row_squares.size > 0
    # In whole blocks: what lies behind the last column stays 0.
    sums = np.zeros((n_columns + _STRIDE - 1) // _STRIDE * _STRIDE)
    listed = np.empty(int(n_columns * _LIST_SHARE) + 1, np.int32)
    least_norms = _least_norms(column_norms, n_columns)
    top_k = min(top_k, n_columns)
    room = 2 * top_k + 64
    scores = np.empty(room)
    best = np.empty(room, np.int32)
    columns = np.empty(_STRIDE, np.int32)
    values = np.empty(_STRIDE)
    out_rows = np.empty(rows.size * top_k, np.int32)
    out_names = np.empty(rows.size * top_k, np.int32)
    out_scores = np.empty(rows.size * top_k)
    out_ranks = np.empty(rows.size * top_k, np.int32)
    written = 0
    for row in rows:
        count = add_row(row, left, right, factors, sums, listed)
        for p in range(excluded_starts[row], excluded_starts[row + 1]):
            sums[excluded_columns[p]] = 0.0
        norm = row_norms[row]
        square = row_squares[row] if is_euclidean else 0.0
        kept = 0
        # The k-th best so far, and what a sum must reach per unit of denominator.
        limit, limit_name, bar = 0.0, np.int32(2**31 - 1), 0.0
        end = n_columns if count < 0 else count
        for first in range(0, end, _STRIDE):
            last = min(first + _STRIDE, end)
            if count < 0:
                least = bar * (norm * least_norms[first // _STRIDE] + shrinkage)
                if not _any_above(sums, first, least):
                    _clear(sums, first)
                    continue
                found = _scan(
                    first,
                    sums,
                    least,
                    bar,
                    norm,
                    column_norms,
                    shrinkage,
                    columns,
                    values,
                )
                _clear(sums, first)
            else:
                found = _look_up(
                    listed[first:last],
                    sums,
                    bar,
                    norm,
                    column_norms,
                    shrinkage,
                    columns,
                    values,
                )
            for position in range(found):
                c = columns[position]
                denominator = _denominator(norm, column_norms, c, shrinkage)
                squares = square + column_squares[c] if is_euclidean else 0.0
                score = _score(values[position], denominator, squares)
                name = names[c]
                if score > 0.0 and is_before(score, name, limit, limit_name):
                    scores[kept] = score
                    best[kept] = name
                    kept += 1
                if kept == room:
                    keep_best(scores, best, kept, top_k)
                    kept = top_k
                    limit, limit_name = scores[top_k - 1], best[top_k - 1]
                    if not is_euclidean:
                        bar = limit * MARGIN
        if kept > top_k:
            keep_best(scores, best, kept, top_k)
            kept = top_k
        sort_best(scores, best, kept)
        for rank in range(kept):
            out_rows[written] = row
            out_names[written] = best[rank]
            out_scores[written] = scores[rank]
            out_ranks[written] = rank + 1
            written += 1
    return (
        _trimmed(out_rows, written),
        _trimmed(out_names, written),
        _trimmed(out_scores, written),
        _trimmed(out_ranks, written),
    )
