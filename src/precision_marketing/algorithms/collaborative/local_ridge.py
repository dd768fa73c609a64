"""Local ridge: each item's weights by regression on its cosine neighbors only.

Sources: Steck (2019), "Embarrassingly shallow autoencoders for sparse data" (the ridge
regression of every item on all others); Ning, Karypis (2011), "SLIM", section 5.3
(feature selection by item neighbors, which makes the size of the catalogue harmless).
"""

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix, diags_array

from precision_marketing.algorithms.collaborative.neighbors import neighbor_matrix
from precision_marketing.algorithms.kernels.compiled import compiled, compiled_reordered
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
    gram = np.empty((largest + 1, largest + 1))
    # The target comes last: its row is the right-hand side.
    items = np.empty(largest + 1, np.int32)
    last_node = np.full(factors.size, -1, np.int32)
    for target in targets:
        begin, end = starts[target], starts[target + 1]
        size = end - begin
        if size == 0:
            continue
        items[:size] = columns[begin:end]
        items[size] = target
        if whole.size:
            for slot in range(size + 1):
                for other in range(slot + 1):
                    gram[slot, other] = whole[items[slot], items[other]]
        else:
            _sum_gram(items[: size + 1], by_item, factors, last_node, gram)
        for slot in range(size):
            gram[slot, slot] += penalty * gram[slot, slot] ** exponent
        _solve_positive_definite(gram, size)
        values[begin:end] = gram[size, :size]


@compiled
def _sum_gram(items, by_item, factors, last_node, gram):
    """Write the lower triangle of the Gram matrix of `items` to `gram`.

    Every user has a list of the items met so far, linked through `previous`, whose
    last node is in `last_node`: -1 before and after.
    """
    item_starts, item_users, item_values, unit = by_item
    nodes = 0
    for item in items:
        nodes += item_starts[item + 1] - item_starts[item]
    previous = np.empty(nodes, np.int32)
    node_slot = np.empty(nodes, np.int32)
    node_value = np.empty(nodes)
    gram[: items.size, : items.size] = 0.0
    node = np.int32(0)
    for slot in range(items.size):
        item = items[slot]
        for q in range(item_starts[item], item_starts[item + 1]):
            user = item_users[q]
            value = item_values[q] if item_values.size else unit
            weighted = factors[user] * value
            gram[slot, slot] += weighted * value
            other = last_node[user]
            while other >= 0:
                gram[slot, node_slot[other]] += weighted * node_value[other]
                other = previous[other]
            previous[node] = last_node[user]
            node_slot[node] = slot
            node_value[node] = value
            last_node[user] = node
            node += 1
    for item in items:
        for q in range(item_starts[item], item_starts[item + 1]):
            last_node[item_users[q]] = -1


@compiled_reordered
def _solve_positive_definite(matrix, size):
    """Replace row `size` by the solution of the system in the lower triangle above it.

    Cholesky factors L L^T; solving L y = b is one more row of the same loop.
    """
    for row in range(size + 1):
        for column in range(min(row, size - 1) + 1):
            total = matrix[row, column]
            for p in range(column):
                total -= matrix[row, p] * matrix[column, p]
            if column < row:
                matrix[row, column] = total / matrix[column, column]
            else:
                matrix[row, row] = np.sqrt(total)
    for row in range(size - 1, -1, -1):
        value = matrix[size, row] / matrix[row, row]
        matrix[size, row] = value
        for column in range(row):
            matrix[size, column] -= matrix[row, column] * value
