"""Items that follow others: directed co-occurrence of a basket with those before it.

Sources: Rendle, Freudenthaler, Schmidt-Thieme (2010), "Factorizing personalized Markov
chains for next-basket recommendation", section 3 (transitions between baskets); Garcin
et al. (2013) and Ludewig, Jannach (2018), "Evaluation of session-based recommendation
algorithms", section 3.1 (sequential rules with a weight that falls with distance). The
norms and the shrinkage are those of `item_neighbors`.
"""

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.collaborative.neighbors import item_neighbors_schema
from precision_marketing.algorithms.kernels.engine import iterate_top_entries
from precision_marketing.algorithms.kernels.scaled_neighbors import powers
from precision_marketing.algorithms.kernels.selection import (
    check_count,
    check_not_negative,
)


def next_basket_neighbors(
    positions: csr_matrix,
    *,
    top_k: int,
    reach: int,
    decay: float,
    user_degree_exponent: float,
    target_exponent: float,
    source_exponent: float,
    shrinkage: float,
) -> pa.Table:
    """Return, for each target item, the items after which it is chosen most.

    With p_ui the basket of item i counted back from the user's last one, d_u the
    number of items of user u and n_i the number of users of item i,

        s(i, j) = sum_u d_u^-a [1 <= g <= reach] decay^(g - 1) / (n_i^t n_j^s + c),
        g = p_uj - p_ui,

    where i is the target (chosen later) and j the source (chosen g baskets before).

    Parameters
    ----------
    positions : csr_matrix, shape (n_users, n_items)
        Baskets counted back from the last, from 1, without gaps; 0 where not stored.
    top_k : int
        Sources per target, >= 1.
    reach : int
        Baskets looked back, >= 1.
    decay : float
        What a basket one further back counts, 0 to 1.
    user_degree_exponent : float
        a, >= 0. Above 0, users with many items count less.
    target_exponent, source_exponent, shrinkage : float
        t, s and c, >= 0.

    Returns
    -------
    pyarrow.Table
        `item_neighbors_schema`; without rows where nobody has two baskets.

    Raises
    ------
    ValueError
        If a setting is out of range.

    Examples
    --------
    Item 2 follows item 0, never the other way.

    >>> positions = csr_matrix([[2, 0, 1], [2, 1, 0], [3, 2, 1]])
    >>> plain = dict(user_degree_exponent=0, target_exponent=0, source_exponent=0)
    >>> table = next_basket_neighbors(
    ...     positions, top_k=2, reach=2, decay=0.5, shrinkage=1, **plain
    ... )
    >>> list(zip(*(table[n].to_pylist() for n in table.column_names[:3])))
    [(1, 0, 1.0), (2, 0, 0.75), (2, 1, 0.5)]
    """
    check_count("reach", reach)
    check_not_negative(
        decay=decay,
        user_degree_exponent=user_degree_exponent,
        target_exponent=target_exponent,
        source_exponent=source_exponent,
        shrinkage=shrinkage,
    )
    positions = csr_matrix(positions)
    positions.eliminate_zeros()
    n_users, n_items = positions.shape
    items = positions.indices
    degrees = np.diff(positions.indptr)
    users = np.repeat(np.arange(n_users), degrees)
    back = positions.data.astype(np.int64)
    # A number for each basket: those of one user side by side, the last one first.
    basket_counts = np.zeros(n_users, np.int64)
    np.maximum.at(basket_counts, users, back)
    first = np.cumsum(basket_counts) - basket_counts
    baskets = first[users] + back - 1
    shape = (int(basket_counts.sum()), n_items)
    earlier = [
        (baskets[has] - gap, items[has], np.full(has.sum(), decay ** (gap - 1)))
        for gap in range(1, reach + 1)
        if (has := back > gap).any()
    ]
    if not earlier:
        return item_neighbors_schema.empty_table()
    rows, columns, values = (
        np.concatenate(part) for part in zip(*earlier, strict=True)
    )
    sources = csr_matrix((values, (rows, columns)), shape=shape)
    targets = csr_matrix((np.ones(items.size), (items, baskets)), shape=shape[::-1])
    sources.sort_indices()
    targets.sort_indices()
    counts = np.bincount(items, minlength=n_items)
    batches = iterate_top_entries(
        targets,
        sources,
        np.arange(n_items),
        top_n=top_k,
        schema=item_neighbors_schema,
        task="next baskets",
        feature_factors=np.repeat(
            powers(degrees, -user_degree_exponent), basket_counts
        ),
        row_norms=powers(counts, target_exponent),
        column_norms=powers(counts, source_exponent),
        shrinkage=shrinkage,
    )
    return pa.Table.from_batches(batches, schema=item_neighbors_schema)
