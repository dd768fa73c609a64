"""The same results in plain scipy: what the tests hold the compiled kernels against.

Slow and simple: every entry of a product is computed, scaled, rounded and sorted.
"""

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix, diags_array

from precision_marketing.algorithms.kernels.selection import rounded


def top_entries(
    left: csr_matrix,
    right: csr_matrix,
    rows: np.ndarray,
    *,
    top_n: int,
    schema: pa.Schema,
    feature_factors: np.ndarray | None = None,
    row_norms: np.ndarray | None = None,
    column_norms: np.ndarray | None = None,
    shrinkage: float = 0.0,
    squares: np.ndarray | None = None,
    excluded: csr_matrix | None = None,
) -> pa.Table:
    """Return what `_engine.iterate_top_entries` yields, as one table.

    Parameters, order of rows and ties are the same.

    Returns
    -------
    pyarrow.Table

    Examples
    --------
    >>> names = ("user_index", "item_index", "score", "scorer_rank")
    >>> types = (pa.int32(), pa.int32(), pa.float64(), pa.int32())
    >>> schema = pa.schema(zip(names, types))
    >>> identity = csr_matrix(np.eye(2))
    >>> top_entries(identity, identity, [1], top_n=1, schema=schema).to_pylist()
    [{'user_index': 1, 'item_index': 1, 'score': 1.0, 'scorer_rank': 1}]
    """
    n_rows, n_columns = left.shape[0], right.shape[1]
    if feature_factors is not None:
        left = left @ diags_array(feature_factors)
    row_norms = np.ones(n_rows) if row_norms is None else row_norms
    column_norms = np.ones(n_columns) if column_norms is None else column_norms
    product = csr_matrix(left @ right)
    columns: list[list] = [[], [], [], []]
    for row in rows:
        entries = slice(product.indptr[row], product.indptr[row + 1])
        found = product.indices[entries]
        values = product.data[entries]
        scores = values / (row_norms[row] * column_norms[found] + shrinkage)
        if squares is not None:
            sums = squares[row] + squares[n_rows + found]
            parts = np.floor((1 - 2 * scores / sums) * 2.0**40 + 0.5) / 2.0**40
            distances = np.sqrt(np.maximum(parts, 0.0) * sums)
            scores = np.where(scores > 0, 1 / (1 + distances), 0.0)
        scores = rounded(scores)
        if excluded is not None:
            hidden = excluded.indices[excluded.indptr[row] : excluded.indptr[row + 1]]
            scores[np.isin(found, hidden)] = 0.0
        best = np.lexsort((found, -scores))[:top_n]
        best = best[scores[best] > 0]
        columns[0] += [row] * best.size
        columns[1] += found[best].tolist()
        columns[2] += scores[best].tolist()
        columns[3] += range(1, best.size + 1)
    arrays = map(pa.array, columns, schema.types)
    return pa.table(list(arrays), schema=schema)
