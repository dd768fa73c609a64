"""How many users two neighboring items have in common, in any order or in one.

A damped cosine says how alike two items are, not on how many users that rests: of two
equal similarities the one that many users stand behind is the better reason. Source:
Linden, Smith, York (2003), "Amazon.com recommendations: item-to-item collaborative
filtering" (customers who bought both).
"""

import numpy as np
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.kernels.compiled import compiled
from precision_marketing.algorithms.kernels.parallel import chunks, in_order
from precision_marketing.algorithms.kernels.progress import Progress

# Items of one chunk: each has a counter for every item while it is filled.
_ITEMS_PER_CHUNK = 5_000


def common_user_counts(
    positions: csr_matrix, neighbors: csr_matrix, *, days_before: int | None = None
) -> csr_matrix:
    """Return the number of users of both items, for pairs of neighbors alone.

    Parameters
    ----------
    positions : csr_matrix, shape (n_users, n_items)
        Days of a user's history counted back from the last, from 1, where the user has
        the item.
    neighbors : csr_matrix, shape (n_items, n_items)
        The pairs that are counted: row = target, column = source.
    days_before : int, optional
        Count those users alone who had the source so many of their days before the
        target; users of both in any order where it is left out.

    Returns
    -------
    csr_matrix, shape (n_items, n_items), float64
        The entries of `neighbors`, with counts as their values.

    Notes
    -----
    As many steps as the product of the interactions with themselves has
    multiplications, and a counter for each item and thread.

    Examples
    --------
    >>> positions = csr_matrix([[1, 2, 0], [2, 1, 3]])
    >>> neighbors = csr_matrix([[0, 0.5, 0.25], [0, 0, 0], [0, 0, 0]])
    >>> common_user_counts(positions, neighbors).toarray()[0].tolist()
    [0.0, 2.0, 1.0]
    >>> common_user_counts(positions, neighbors, days_before=1).toarray()[0].tolist()
    [0.0, 1.0, 1.0]
    """
    of_items = positions.T.tocsr()
    starts, pairs = neighbors.indptr, neighbors.indices
    counts = np.zeros(pairs.size)
    by_item, by_user = (
        (rows.indptr, rows.indices, rows.data.astype(np.int32))
        for rows in (of_items, positions)
    )
    distance = 0 if days_before is None else days_before

    def of_part(part: slice) -> None:
        limits = part.start, part.stop, distance
        _count(*limits, *by_item, *by_user, starts, pairs, counts)

    lengths = np.diff(positions.indptr).astype(np.float64)
    before = np.concatenate([[0.0], np.cumsum(lengths[of_items.indices])])
    work = np.diff(before[of_items.indptr])
    parts = chunks(work, _ITEMS_PER_CHUNK, None)
    for _ in in_order(of_part, parts, Progress("common users", work.size, "items")):
        pass
    return csr_matrix((counts, pairs, starts), shape=neighbors.shape)


@compiled
def _count(
    first, last, distance, i_starts, i_users, i_days, u_starts, u_items, u_days,
    n_starts, n_items, counts,
):  # fmt: skip
    seen = np.zeros(i_starts.size - 1, np.int32)
    for item in range(first, last):
        if n_starts[item] == n_starts[item + 1]:
            continue
        for p in range(i_starts[item], i_starts[item + 1]):
            user, day = i_users[p], i_days[p]
            for q in range(u_starts[user], u_starts[user + 1]):
                if distance == 0 or u_days[q] - day == distance:
                    seen[u_items[q]] += 1
        for k in range(n_starts[item], n_starts[item + 1]):
            counts[k] = seen[n_items[k]]
        for p in range(i_starts[item], i_starts[item + 1]):
            user = i_users[p]
            for q in range(u_starts[user], u_starts[user + 1]):
                seen[u_items[q]] = 0
