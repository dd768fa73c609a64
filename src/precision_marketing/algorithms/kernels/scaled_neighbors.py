"""What neighbors of items and of users share: checked settings, norms, one kernel."""

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix

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
    sources: csr_matrix | None = None,
    known_as: np.ndarray | None = None,
) -> pa.Table:
    """Return neighbors of rows of `vectors`, as `item_neighbors` describes them.

    Parameters
    ----------
    vectors : csr_matrix, shape (n, m), float64
        A row for each entity that is a target, and a source if `sources` is None.
    features : csr_matrix, shape (m, n_sources), float64
        The transpose of the sources.
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
    sources : csr_matrix, shape (n_sources, m), float64, optional
    known_as : array of int, shape (n,), optional
        As for `user_neighbors`.

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
    squares = _squares(vectors)
    source_squares = squares if sources is None else _squares(sources)
    lengths = None
    if similarity == "euclidean":
        sides = (
            (vectors, squares, target_exponent),
            (vectors if sources is None else sources, source_squares, source_exponent),
        )
        lengths = np.concatenate(
            [
                squared_lengths(factor(rows), feature_factors)
                * powers(own, -2.0 * exponent)
                for rows, own, exponent in sides
            ]
        )
    batches = iterate_top_entries(
        vectors,
        features,
        rows,
        top_n=top_k,
        schema=schema,
        task=schema.names[0].replace("_index", " neighbors"),
        feature_factors=feature_factors,
        row_norms=powers(squares, target_exponent),
        column_norms=powers(source_squares, source_exponent),
        shrinkage=shrinkage,
        squares=lengths,
        excluded=_themselves(squares.size, source_squares.size, known_as),
        block_size=block_size,
    )
    return pa.Table.from_batches(batches, schema=schema)


def _squares(vectors: csr_matrix) -> np.ndarray:
    """Return the squared length of each row, or raise ValueError."""
    squares = squared_lengths(factor(vectors), np.ones(vectors.shape[1]))
    touched = np.diff(vectors.indptr) > 0
    if not np.isfinite(squares).all() or not squares[touched].all():
        raise ValueError("weights are too large or too small to be squared")
    return squares


def _themselves(
    n_targets: int, n_sources: int, known_as: np.ndarray | None
) -> csr_matrix:
    """Return 1 where a source is the target itself, shape (n_targets, n_sources)."""
    numbers = np.arange(n_targets) if known_as is None else known_as
    rows = np.flatnonzero((numbers >= 0) & (numbers < n_sources))
    positions = (rows, numbers[rows])
    return csr_matrix((np.ones(rows.size), positions), shape=(n_targets, n_sources))
