"""Columns of `candidate_features` as one block of single precision."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa


def feature_matrix(rows: pa.RecordBatch | pa.Table, names: Sequence[str]) -> np.ndarray:
    """Return feature columns as a matrix.

    Parameters
    ----------
    rows : pyarrow.RecordBatch or pyarrow.Table
        Columns of numbers without nulls.
    names : sequence of str
        Of the columns.

    Returns
    -------
    array of float32, shape (rows, features)
        A feature's values stand side by side.

    Examples
    --------
    >>> feature_matrix(pa.table({"a": [1.5, 2.0], "b": [3.0, 4.0]}), ["b"]).tolist()
    [[3.0], [4.0]]
    """
    features = np.empty((len(names), rows.num_rows), np.float32)
    for position, name in enumerate(names):
        features[position] = rows[name].to_numpy()
    return features.T
