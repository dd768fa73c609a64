"""Text profiles of items as a table, one row an item and term, and back."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import csr_matrix

from precision_marketing.relations import matrix

profile_schema = pa.schema(
    [
        ("item_index", pa.int32()),
        ("term_index", pa.int32()),
        ("term", pa.string()),
        ("tfidf_weight", pa.float64()),
    ]
)


def profile_table(profiles: csr_matrix, terms: list[str]) -> pa.Table:
    """Return item profiles as a table.

    Parameters
    ----------
    profiles : csr_matrix, shape (n_items, n_terms)
        TF-IDF weights, unit-free, > 0 where stored.
    terms : list of str
        Term of each column.

    Returns
    -------
    pyarrow.Table
        `profile_schema`; term repeats the column's word, so that analysts can read it.

    Examples
    --------
    >>> profile_table(csr_matrix([[0.0, 1.0]]), ["ice", "tea"])["term"].to_pylist()
    ['tea']
    """
    rows = np.repeat(np.arange(profiles.shape[0]), np.diff(profiles.indptr))
    words = pa.array(terms, pa.string()).take(pa.array(profiles.indices, pa.int32()))
    columns = [
        pa.array(rows, pa.int32()),
        pa.array(profiles.indices, pa.int32()),
        words,
        pa.array(profiles.data, pa.float64()),
    ]
    return pa.table(columns, schema=profile_schema)


def profile_matrix(table: pa.Table, n_items: int) -> csr_matrix:
    """Return a table of `profile_table` as the matrix it was made from.

    Parameters
    ----------
    table : pyarrow.Table
        `profile_schema`, in any order.
    n_items : int
        Rows of the matrix.

    Returns
    -------
    csr_matrix, shape (n_items, n_terms), float64
        n_terms is one more than the largest term_index.

    Examples
    --------
    >>> table = profile_table(csr_matrix([[0.0, 1.0]]), ["ice", "tea"])
    >>> profile_matrix(table, n_items=1).toarray().tolist()
    [[0.0, 1.0]]
    """
    largest = pc.max(table["term_index"]).as_py()
    shape = (n_items, 0 if largest is None else largest + 1)
    return matrix(table, "item_index", "term_index", "tfidf_weight", shape)
