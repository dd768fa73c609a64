"""Rows of a sparse product, summed in a dense array; compiled.

Columns are numbered by popularity, so that the busy part of that array stays in the
processor's nearest cache, and by numbers of two bytes where they fit, which is less
to read. Indices have no sign: numba would test each for being below 0.

Source: Gustavson (1978), "Two fast algorithms for sparse matrices: multiplication and
permuted transposition" (the dense accumulator).

A factor is passed as (starts, columns, values, unit): csr arrays of int64, int32 (of
the right factor uint16 or uint32) and float64; where every value is equal, `values`
is empty and `unit` is the value, which saves most of the memory traffic.
"""

import numpy as np

from precision_marketing.algorithms.kernels.compiled import compiled, compiled_reordered


@compiled
def row_work(rows, left, right_starts):
    """Return the multiplications of each of `rows`, as float64."""
    left_starts, left_columns = left[0], left[1]
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
        others = right_columns[first:last]
        if right_values.size == 0:
            factor *= right_unit
            if is_listed:
                for q in range(others.size):
                    other = np.uint64(others[np.uint64(q)])
                    # Always written, counted only if new: cheaper than a branch.
                    listed[count] = other
                    value = sums[other]
                    count += value == 0.0
                    sums[other] = value + factor
            else:
                for q in range(others.size):
                    sums[np.uint64(others[np.uint64(q)])] += factor
            continue
        values = right_values[first:last]
        if is_listed:
            for q in range(others.size):
                other = np.uint64(others[np.uint64(q)])
                listed[count] = other
                value = sums[other]
                count += value == 0.0
                sums[other] = value + factor * values[np.uint64(q)]
        else:
            for q in range(others.size):
                other = np.uint64(others[np.uint64(q)])
                sums[other] += factor * values[np.uint64(q)]
    return count if is_listed else -1


@compiled
def pair_products(rows, columns, left, right, n_features):
    """Return the product of row rows[n] of `left` with row columns[n] of `right`.

    `rows` is ascending: a row of `left` is spread out once for all that it meets.
    """
    left_starts, left_features, left_values, left_unit = left
    right_starts, right_features, right_values, right_unit = right
    spread = np.zeros(n_features)
    products = np.empty(rows.size)
    shown = -1
    for position in range(rows.size):
        row, column = rows[position], columns[position]
        if row != shown:
            if shown >= 0:
                for p in range(left_starts[shown], left_starts[shown + 1]):
                    spread[left_features[p]] = 0.0
            for p in range(left_starts[row], left_starts[row + 1]):
                value = left_values[p] if left_values.size else left_unit
                spread[left_features[p]] = value
            shown = row
        total = 0.0
        for p in range(right_starts[column], right_starts[column + 1]):
            value = right_values[p] if right_values.size else right_unit
            total += spread[right_features[p]] * value
        products[position] = total
    return products


@compiled
def summed_entries(rows, columns, left, right, factors, n_columns):
    """Return entry (rows[n], columns[n]) of left x diag(factors) x right.

    Pairs of one row side by side: it is summed up once for all its columns. For rows
    of `left` that are short beside the number of their pairs.
    """
    sums = np.zeros(n_columns)
    listed = np.empty(n_columns // 4, np.int64)
    entries = np.empty(rows.size)
    shown, count = -1, 0
    for position in range(rows.size):
        row = rows[position]
        if row != shown:
            if count < 0:
                sums[:] = 0.0
            for p in range(count):
                sums[listed[p]] = 0.0
            count = add_row(row, left, right, factors, sums, listed)
            shown = row
        entries[position] = sums[columns[position]]
    return entries


@compiled_reordered
def vector_products(rows, columns, left, right):
    """Return the product of row rows[n] of `left` with row columns[n] of `right`.

    Of arrays of float32, added up in float64.
    """
    products = np.empty(rows.size)
    for position in range(rows.size):
        own, other = left[rows[position]], right[columns[position]]
        total = 0.0
        for f in range(own.size):
            total += np.float64(own[f]) * np.float64(other[f])
        products[position] = total
    return products
