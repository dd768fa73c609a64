"""Features as a model sees them: checked, scaled, in chunks of one shape."""

from collections.abc import Callable

import numpy as np

from precision_marketing.algorithms.kernels.blas import one_blas_thread
from precision_marketing.algorithms.kernels.parallel import in_order
from precision_marketing.algorithms.kernels.progress import Progress

# Standard scores further from the mean than this are cut: one outlier must not
# saturate the network.
SCALED_LIMIT = 5.0
# Their standard scores and hidden layers stay in a processor's nearer cache.
ROWS_PER_CHUNK = 2_048


def checked_shape(features: np.ndarray, n_features: int) -> np.ndarray:
    """Return features as an array of n_features columns, or raise ValueError."""
    features = np.asarray(features)
    if features.ndim != 2 or features.shape[1] != n_features:
        raise ValueError(f"features must have {n_features} columns")
    return features


def check_finite(features: np.ndarray) -> None:
    """Raise ValueError for NaN or infinity."""
    if not np.isfinite(features).all():
        raise ValueError("features must be finite: found NaN or infinity")


def scaled(features: np.ndarray, means: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """Return standard scores, cut at `SCALED_LIMIT` on both sides."""
    return np.clip((features - means) / scales, -SCALED_LIMIT, SCALED_LIMIT)


def scaled_rows(
    features: np.ndarray,
    positions: np.ndarray,
    means: np.ndarray,
    scales: np.ndarray,
    out: np.ndarray,
) -> np.ndarray:
    """Return standard scores of some rows in single precision, cut as by `scaled`.

    Parameters
    ----------
    features : array of float32, shape (n, n_features)
        Finite.
    positions : array of int, shape (m,)
        Of the rows.
    means, scales : array of float32, shape (n_features,)
    out : array of float32, shape (m or more, n_features)
        Written over: the result is its first m rows.

    Returns
    -------
    array of float32, shape (m, n_features)
    """
    inputs = out[: positions.size]
    # Without a mode numpy copies what it has taken once more.
    np.take(features, positions, axis=0, out=inputs, mode="clip")
    inputs -= means
    inputs /= scales
    return np.clip(inputs, -SCALED_LIMIT, SCALED_LIMIT, out=inputs)


def moments(
    features: np.ndarray, positions: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return means and standard deviations of the rows, 1 where one is constant.

    Parameters
    ----------
    features : array of float32 or float64, shape (n, n_features)
    positions : array of int
        The rows, in an order that does not depend on that of `features`.

    Returns
    -------
    means, scales : array of float64, shape (n_features,)

    Raises
    ------
    ValueError
        If a feature of the rows is not finite.
    """
    starts = range(0, positions.size, ROWS_PER_CHUNK)
    chunks = [positions[start : start + ROWS_PER_CHUNK] for start in starts]
    means = np.zeros(features.shape[1])
    for chunk in chunks:
        check_finite(features[chunk])
        means += features[chunk].sum(axis=0, dtype=np.float64)
    means /= positions.size
    squares = sum(((features[chunk] - means) ** 2).sum(axis=0) for chunk in chunks)
    scales = np.sqrt(squares / positions.size)
    # A constant feature's deviation is rounding noise, not exactly 0.
    scales[scales <= 1e-12 * np.abs(means)] = 1.0
    return means, scales


def logits_by_chunk(
    features: np.ndarray,
    means: np.ndarray,
    scales: np.ndarray,
    logits_of: Callable[[np.ndarray], np.ndarray],
) -> np.ndarray:
    """Return `logits_of` the scaled features, chunk by chunk.

    Parameters
    ----------
    features : array of float32 or float64, shape (n, n_features)
    means, scales : array of float64, shape (n_features,)
    logits_of : callable
        From scaled features, shape (`ROWS_PER_CHUNK`, n_features), to logits.

    Returns
    -------
    array of float64, shape (n,)

    Raises
    ------
    ValueError
        If the shape is wrong or a feature is not finite.

    Notes
    -----
    Every chunk has the same shape, the last is filled with zeros: a matrix product
    rounds a row by the shape of the whole, and a row's score must not depend on how
    many rows stand beside it. BLAS runs on one thread for the same reason; the chunks
    are shared by threads.
    """
    features = checked_shape(features, means.size)
    n_rows = features.shape[0]
    starts = range(0, n_rows, ROWS_PER_CHUNK)
    parts = [slice(start, min(start + ROWS_PER_CHUNK, n_rows)) for start in starts]

    def logits_of_part(part: slice) -> np.ndarray:
        chunk = features[part]
        check_finite(chunk)
        # A feature's values side by side, as a database's columns come.
        columns = np.zeros((means.size, ROWS_PER_CHUNK))
        filled = columns[:, : len(chunk)]
        np.subtract(chunk.T, means[:, np.newaxis], out=filled)
        filled /= scales[:, np.newaxis]
        np.clip(filled, -SCALED_LIMIT, SCALED_LIMIT, out=filled)
        return logits_of(columns.T)[: len(chunk)]

    with one_blas_thread():
        results = list(in_order(logits_of_part, parts, Progress("logits", n_rows)))
    return np.concatenate([np.empty(0), *results])
