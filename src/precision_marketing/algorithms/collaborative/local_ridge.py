"""Local ridge: each item's weights by regression on its cosine neighbors only.

Sources: Steck (2019), "Embarrassingly shallow autoencoders for sparse data" (the ridge
regression of every item on all others); Ning, Karypis (2011), "SLIM", section 5.3
(feature selection by item neighbors, which makes the size of the catalogue harmless).
"""

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix, diags_array

from precision_marketing.algorithms.collaborative.neighbors import neighbor_matrix
from precision_marketing.algorithms.kernels.compiled import compiled
from precision_marketing.algorithms.kernels.engine import factor
from precision_marketing.algorithms.kernels.parallel import chunks, in_order
from precision_marketing.algorithms.kernels.progress import Progress
from precision_marketing.algorithms.kernels.selection import (
    as_weights,
    check_not_negative,
    mean_one,
)

# Catalogues of up to this many items have their whole Gram matrix computed once, in
# float64: 200 MB. In larger ones each target's part is summed from its users.
_DENSE_ITEMS = 5_000
# Columns of a system are a multiple of this: whole registers, without a rest.
_WIDTH = 16


def fit_local_ridge(
    weights: csr_matrix,
    neighbors: pa.Table,
    *,
    user_degree_exponent: float,
    penalty: float,
    penalty_exponent: float,
) -> csr_matrix:
    """Return item weights W; the scores of user u are weights[u] @ W.

    For each target i with neighbors S, and with x the weights divided by their mean,

        G = sum_u d_u^-a x_u x_u^T,
        w_S = (G_SS + diag(penalty g_jj^e))^-1 g_Si.

    Parameters
    ----------
    weights : csr_matrix, shape (n_users, n_items), float64
        Implicit-feedback weights, unit-free, >= 0. Their scale changes nothing.
    neighbors : pyarrow.Table
        As `item_neighbors` returns: item_index (the target) and neighbor_index. About
        100 per target.
    user_degree_exponent : float
        a, >= 0. Above 0, users with many items count less.
    penalty : float
        > 0, in users.
    penalty_exponent : float
        e, >= 0: above 0, popular sources are held back more.

    Returns
    -------
    csr_matrix, shape (n_items, n_items), float64
        Row = source, column = target. Values may be negative.

    Raises
    ------
    ValueError
        If a weight is negative or not finite, or a setting is out of range.

    Notes
    -----
    Work per target with k neighbors: k^3 / 6 multiplications and, for each user of a
    neighbor, half the square of how many of them they touched.

    Examples
    --------
    Item 1 alone explains item 0, and item 2, which follows item 1, adds nothing.

    >>> weights = csr_matrix(np.array([[1.0, 1, 1], [1, 1, 1], [0, 0, 0], [0, 0, 1]]))
    >>> table = pa.table({"item_index": [0, 0], "neighbor_index": [1, 2]})
    >>> settings = dict(user_degree_exponent=0, penalty=0.01, penalty_exponent=0)
    >>> fit_local_ridge(weights, table, **settings).toarray()[:, 0].round(1).tolist()
    [0.0, 1.0, 0.0]
    """
    check_not_negative(
        user_degree_exponent=user_degree_exponent,
        penalty=penalty,
        penalty_exponent=penalty_exponent,
    )
    if penalty == 0:
        raise ValueError("penalty must be above 0")
    checked = mean_one(as_weights(weights))
    n_items = checked.shape[1]
    similarities = pa.array(np.ones(neighbors.num_rows))
    sources = neighbor_matrix(
        pa.table(
            {
                "item_index": neighbors["item_index"],
                "neighbor_index": neighbors["neighbor_index"],
                "similarity": similarities,
            }
        ),
        n_items,
        n_items,
    )
    users = np.maximum(np.diff(checked.indptr), 1) ** -float(user_degree_exponent)
    by_item = factor(checked.T.tocsr())
    starts = sources.indptr.astype(np.int64)
    columns = sources.indices.astype(np.int32)
    values = np.empty(columns.size)
    whole = np.empty((0, 0))
    if n_items <= _DENSE_ITEMS:
        whole = (checked.T @ (diags_array(users) @ checked)).toarray()

    def solve(part: slice) -> None:
        targets = np.arange(part.start, part.stop)
        _solve(
            targets,
            starts,
            columns,
            values,
            by_item,
            users,
            whole,
            float(penalty),
            float(penalty_exponent),
        )

    # Multiplications: of the solution, and about as many as users of neighbors.
    costs = np.diff(starts) ** 3.0 / 6.0
    if whole.size == 0:
        costs += 4.0 * (sources.astype(bool) @ np.diff(by_item[0]).astype(np.float64))
    progress = Progress("local ridge", n_items, "items")
    for _ in in_order(solve, chunks(costs, n_items, None), progress):
        pass
    result = csr_matrix((values, columns, starts), shape=(n_items, n_items))
    return result.T.tocsr()


@compiled
def _solve(
    targets, starts, columns, values, by_item, factors, whole, penalty, exponent
):
    """Write the weights of each target's sources to `values`."""
    largest = 0
    for target in targets:
        largest = max(largest, starts[target + 1] - starts[target])
    gram = np.empty((largest + 1, (largest + _WIDTH) // _WIDTH * _WIDTH))
    # The target comes last: its column is the right-hand side.
    items = np.empty(largest + 1, np.int32)
    room = np.zeros(factors.size, np.int32)
    for target in targets:
        begin, end = starts[target], starts[target + 1]
        size = end - begin
        if size == 0:
            continue
        items[:size] = columns[begin:end]
        items[size] = target
        gram[: size + 1] = 0.0
        if whole.size:
            for slot in range(size + 1):
                for other in range(slot, size + 1):
                    gram[slot, other] = whole[items[slot], items[other]]
        else:
            _sum_gram(items[: size + 1], by_item, factors, room, gram)
        for slot in range(size):
            gram[slot, slot] += penalty * gram[slot, slot] ** exponent
        _solve_positive_definite(gram, size)
        values[begin:end] = gram[:size, size]


@compiled
def _sum_gram(items, by_item, factors, room, gram):
    """Add the upper triangle of the Gram matrix of `items` to `gram`.

    What each user has of the items is put side by side first. `room`, a number for
    each user, is 0 before and after.
    """
    item_starts, item_users, item_values, unit = by_item
    nodes = 0
    for item in items:
        nodes += item_starts[item + 1] - item_starts[item]
    users = np.empty(nodes, np.int32)
    n_users = 0
    for item in items:
        for user in item_users[item_starts[item] : item_starts[item + 1]]:
            # Always written, counted only if new: cheaper than a branch.
            users[n_users] = user
            n_users += room[user] == 0
            room[user] += 1
    end = 0
    ends = np.empty(n_users, np.int32)
    for position in range(n_users):
        user = users[position]
        end += room[user]
        ends[position] = end
        room[user] = end - room[user]
    slots = np.empty(nodes, np.uint32)
    slot_values = np.empty(nodes)
    for slot in range(items.size):
        item = items[slot]
        square = 0.0
        for q in range(item_starts[item], item_starts[item + 1]):
            user = item_users[q]
            value = item_values[q] if item_values.size else unit
            square += factors[user] * value * value
            node = room[user]
            room[user] = node + 1
            slots[node] = slot
            slot_values[node] = value
        gram[slot, slot] = square
    begin = 0
    for position in range(n_users):
        user = users[position]
        room[user] = 0
        end = ends[position]
        for first in range(begin, end - 1):
            weighted = factors[user] * slot_values[first]
            row = gram[slots[first]]
            for second in range(first + 1, end):
                row[slots[second]] += weighted * slot_values[second]
        begin = end


# Sums in their order: reordered ones come out otherwise in the copy that numba builds
# into `_solve`, and which of the two runs hangs on whether it was compiled or loaded.
@compiled
def _solve_positive_definite(matrix, size):
    """Replace column `size` by the solution of the system in the triangle before it.

    Cholesky factors U^T U; solving U^T y = b is one more column of the same loop. What
    stands below the diagonal and behind column `size` is written over.
    """
    # The matrix is as wide as the largest system of the thread needs.
    width = (size + _WIDTH) // _WIDTH * _WIDTH
    for row in range(size):
        # In whole registers: from a column at or before the diagonal.
        start = row // _WIDTH * _WIDTH
        own = matrix[row, start:width]
        for first in range(0, row - 3, 4):
            a, b = matrix[first, start:width], matrix[first + 1, start:width]
            c, d = matrix[first + 2, start:width], matrix[first + 3, start:width]
            of_a, of_b = a[row - start], b[row - start]
            of_c, of_d = c[row - start], d[row - start]
            for column in range(own.size):
                own[column] -= (
                    of_a * a[column]
                    + of_b * b[column]
                    + of_c * c[column]
                    + of_d * d[column]
                )
        for above in range(row // 4 * 4, row):
            other = matrix[above, start:width]
            share = other[row - start]
            for column in range(own.size):
                own[column] -= share * other[column]
        share = 1.0 / np.sqrt(own[row - start])
        for column in range(own.size):
            own[column] *= share
    for row in range(size - 1, -1, -1):
        total = matrix[row, size]
        for column in range(row + 1, size):
            total -= matrix[row, column] * matrix[column, size]
        matrix[row, size] = total / matrix[row, row]
