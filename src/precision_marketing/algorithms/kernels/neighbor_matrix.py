"""From a table of neighbors to a sparse matrix of similarities."""

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix


def neighbor_matrix(
    table: pa.Table, n_rows: int, n_columns: int, *, by_source: bool = False
) -> csr_matrix:
    """Return a neighbor table as a sparse matrix of similarities.

    Parameters
    ----------
    table : pyarrow.Table
        First column the target's index, and neighbor_index and similarity, as
        `item_neighbors` and `user_neighbors` return them, in any order of rows.
    n_rows, n_columns : int
        Shape: the number of targets and of sources.
    by_source : bool
        Return the transpose, row = source, in less time than transposing takes.

    Returns
    -------
    csr_matrix, shape (n_rows, n_columns), float64
        Row = target, column = source, sorted indices. For item scores multiply the
        users' history by its transpose, for user scores multiply it by the history.

    Examples
    --------
    >>> table = pa.table(
    ...     {"item_index": [0, 1], "neighbor_index": [1, 2], "similarity": [0.5, 1.0]}
    ... )
    >>> neighbor_matrix(table, 3, 3).toarray().tolist()
    [[0.0, 0.5, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]]
    """
    targets = table.column(0).to_numpy()
    sources = table["neighbor_index"].to_numpy()
    values = table["similarity"].to_numpy()
    if (targets[1:] >= targets[:-1]).all():
        # As the functions above return it: no need to sort by target again.
        starts = np.searchsorted(targets, np.arange(n_rows + 1))
        if not by_source:
            # Copies: arrow's memory is read-only, and sorting works in place.
            values, sources = values.copy(), sources.copy()
        triple = (values, sources, starts)
    else:
        triple = (values, (targets, sources))
    matrix = csr_matrix(triple, shape=(n_rows, n_columns), dtype=np.float64)
    if by_source:
        return matrix.T.tocsr()  # sorts on its way
    matrix.sort_indices()
    return matrix
