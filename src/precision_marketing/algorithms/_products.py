"""Rows of a sparse product, of which only the largest entries are kept; compiled.

One row at a time is summed in a dense array. Columns are numbered by popularity, so
that the busy part of that array stays in the processor's nearest cache. A row that
touches few columns lists them; a row that touches many is scanned. Only entries that
pass the k-th best so far are looked at more closely.

Source: Gustavson (1978), "Two fast algorithms for sparse matrices: multiplication and
permuted transposition" (the dense accumulator).

A factor is passed as (starts, columns, values, unit): csr arrays of int64, int32 and
float64; where every value is equal, `values` is empty and `unit` is the value, which
saves two thirds of the memory traffic.
"""

import numpy as np

from precision_marketing.algorithms._compiled import compiled
from precision_marketing.algorithms._top import (
    MARGIN,
    is_before,
    keep_best,
    rounded_score,
    sort_best,
)

# A row is scanned, not listed, when its multiplications pass this share of columns.
_LIST_SHARE = 0.5
# Columns that a scan tests in one step.
_STRIDE = 64
# Grid of the relative squared distance: the same 40 bits as a score keeps.
_GRID = 2.0**40


@compiled
def row_work(rows, left, right):
    """Return the multiplications of each of `rows`, as float64."""
    left_starts, left_columns, right_starts = left[0], left[1], right[0]
    work = np.zeros(rows.size)
    for position in range(rows.size):
        row = rows[position]
        total = 0
        for p in range(left_starts[row], left_starts[row + 1]):
            column = left_columns[p]
            total += right_starts[column + 1] - right_starts[column]
        work[position] = total
    return work


@compiled
def squared_lengths(matrix, factors):
    """Return the sum of factor x value squared over each row, as float64."""
    starts, columns, values, unit = matrix
    squares = np.zeros(starts.size - 1)
    for row in range(squares.size):
        total = 0.0
        for p in range(starts[row], starts[row + 1]):
            value = values[p] if values.size else unit
            total += factors[columns[p]] * value * value
        squares[row] = total
    return squares


@compiled
def add_row(row, left, right, factors, sums, listed):
    """Add row `row` of left x diag(factors) x right to `sums`, which is all 0.

    Returns the number of touched columns written to `listed`, where one whose sum
    passes through 0 may stand twice, or -1 if they are too many to list.
    """
    left_starts, left_columns, left_values, left_unit = left
    right_starts, right_columns, right_values, right_unit = right
    begin, end = left_starts[row], left_starts[row + 1]
    work = 0
    for p in range(begin, end):
        column = left_columns[p]
        work += right_starts[column + 1] - right_starts[column]
    is_listed = work <= listed.size
    count = 0
    for p in range(begin, end):
        column = left_columns[p]
        factor = factors[column] * (left_values[p] if left_values.size else left_unit)
        first, last = right_starts[column], right_starts[column + 1]
        if right_values.size == 0:
            factor *= right_unit
            if is_listed:
                for q in range(first, last):
                    other = right_columns[q]
                    # Always written, counted only if new: cheaper than a branch.
                    listed[count] = other
                    value = sums[other]
                    count += value == 0.0
                    sums[other] = value + factor
            else:
                for q in range(first, last):
                    sums[right_columns[q]] += factor
        elif is_listed:
            for q in range(first, last):
                other = right_columns[q]
                listed[count] = other
                value = sums[other]
                count += value == 0.0
                sums[other] = value + factor * right_values[q]
        else:
            for q in range(first, last):
                sums[right_columns[q]] += factor * right_values[q]
    return count if is_listed else -1


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
def _scan(first, last, sums, bar, norm, column_norms, shrinkage, columns, values):
    """Collect the columns from `first` to `last` that pass the bar; clear the sums.

    Returns how many were written to `columns` and `values`.
    """
    passing, found = 0, 0
    # Counted first: these loops run in wide registers, and mostly nothing passes.
    if column_norms.size == 0:
        least = bar * (norm + shrinkage)
        for c in range(first, last):
            passing += sums[c] > least
    else:
        for c in range(first, last):
            passing += sums[c] > bar * (norm * column_norms[c] + shrinkage)
    if passing:
        for c in range(first, last):
            value = sums[c]
            columns[found] = c
            values[found] = value
            found += value > bar * _denominator(norm, column_norms, c, shrinkage)
    sums[first:last] = 0.0
    return found


@compiled
def _look_up(listed, sums, bar, norm, column_norms, shrinkage, columns, values):
    """Collect the listed columns that pass the bar and clear them, as `_scan`."""
    found = 0
    for c in listed:
        value = sums[c]
        sums[c] = 0.0
        columns[found] = c
        values[found] = value
        found += value > bar * _denominator(norm, column_norms, c, shrinkage)
    return found


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
    sums = np.zeros(n_columns)
    listed = np.empty(int(n_columns * _LIST_SHARE) + 1, np.int32)
    top_k = min(top_k, n_columns)
    room = 2 * top_k + 256
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
                found = _scan(
                    first,
                    last,
                    sums,
                    bar,
                    norm,
                    column_norms,
                    shrinkage,
                    columns,
                    values,
                )
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
        out_rows[:written].copy(),
        out_names[:written].copy(),
        out_scores[:written].copy(),
        out_ranks[:written].copy(),
    )
