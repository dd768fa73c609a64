"""What neighbors of items and of users share: checked settings, norms, one kernel."""

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix, eye_array

from precision_marketing.algorithms.kernels.engine import factor, iterate_top_entries
from precision_marketing.algorithms.kernels.selection import (
    check_count,
    check_not_negative,
)
from precision_marketing.algorithms.kernels.sums import squared_lengths

SIMILARITIES = ("cosine", "euclidean")


def powers(values: np.ndarray, exponent: float) -> np.ndarray:
    """Return values ** exponent, and 0 where the value is 0."""
    powers = np.zeros(len(values))
    np.power(values, exponent, out=powers, where=values > 0, dtype=np.float64)
    return powers


def scaled_neighbors(
    vectors: csr_matrix,
    features: csr_matrix,
    feature_factors: np.ndarray,
    rows: np.ndarray,
    *,
    top_k: int,
    target_exponent: float,
    source_exponent: float,
    shrinkage: float,
    similarity: str,
    block_size: int | None,
    schema: pa.Schema,
) -> pa.Table:
    """Return neighbors of rows of `vectors`, as `item_neighbors` describes them.

    Parameters
    ----------
    vectors : csr_matrix, shape (n, m), float64
        A row for each entity that is a target or a source.
    features : csr_matrix, shape (m, n), float64
        The transpose of `vectors`.
    feature_factors : array of float64, shape (m,)
        Weight of each feature in the sums of products, not in the norms.
    rows : array of int
        Targets, in the order of the result.
    top_k : int
    target_exponent, source_exponent, shrinkage : float
    similarity : {"cosine", "euclidean"}
    block_size : int or None
    schema : pyarrow.Schema
        Target, source, similarity, rank.

    Returns
    -------
    pyarrow.Table

    Raises
    ------
    ValueError
        If a setting is out of range, or a squared weight overflows or vanishes.
    """
    check_count("top_k", top_k)
    check_not_negative(
        target_exponent=target_exponent,
        source_exponent=source_exponent,
        shrinkage=shrinkage,
    )
    if similarity not in SIMILARITIES:
        raise ValueError(f"similarity must be one of {SIMILARITIES}, not {similarity}")
    kernel_vectors = factor(vectors)
    squares = squared_lengths(kernel_vectors, np.ones(vectors.shape[1]))
    touched = np.diff(vectors.indptr) > 0
    if not np.isfinite(squares).all() or not squares[touched].all():
        raise ValueError("weights are too large or too small to be squared")
    target_norms = powers(squares, target_exponent)
    source_norms = powers(squares, source_exponent)
    lengths = None
    if similarity == "euclidean":
        weighted = squared_lengths(kernel_vectors, feature_factors)
        lengths = np.concatenate(
            [
                weighted * powers(squares, -2.0 * target_exponent),
                weighted * powers(squares, -2.0 * source_exponent),
            ]
        )
    n_entities = vectors.shape[0]
    own = csr_matrix(eye_array(n_entities))
    batches = iterate_top_entries(
        vectors,
        features,
        rows,
        top_n=top_k,
        schema=schema,
        task=schema.names[0].replace("_index", " neighbors"),
        feature_factors=feature_factors,
        row_norms=target_norms,
        column_norms=source_norms,
        shrinkage=shrinkage,
        squares=lengths,
        excluded=own,
        block_size=block_size,
    )
    return pa.Table.from_batches(batches, schema=schema)
