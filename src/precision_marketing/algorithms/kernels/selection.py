"""What neighbors and top items share: checked weights, settings and ties."""

import numpy as np
from scipy.sparse import csr_matrix

# Bits of the 52 in a double's fraction that a score keeps: a relative error of at
# most 2**-41, about 5e-13.
_FRACTION_BITS = 40


def as_weights(weights: csr_matrix) -> csr_matrix:
    """Return `weights` as canonical float64 csr, checked; a copy only if needed.

    Parameters
    ----------
    weights : csr_matrix, shape (n_rows, n_columns)
        Implicit-feedback weights, unit-free, finite and >= 0.

    Returns
    -------
    csr_matrix
        Sorted indices, duplicates summed, explicit zeros removed. May share memory
        with `weights`: do not change it.

    Raises
    ------
    ValueError
        If a weight is negative or not finite.
    """
    checked = csr_matrix(weights, dtype=np.float64)
    if not np.isfinite(checked.data).all():
        raise ValueError("weights must be finite: found NaN or infinity")
    if (checked.data < 0).any():
        raise ValueError("weights must not be negative")
    if not checked.has_canonical_format or (checked.data == 0).any():
        checked = checked.copy()
        checked.sum_duplicates()
        checked.eliminate_zeros()
    return checked


def check_count(name: str, value: int) -> None:
    """Raise ValueError unless `value` is a whole number of at least 1.

    Examples
    --------
    >>> check_count("neighbors", 0)
    Traceback (most recent call last):
        ...
    ValueError: neighbors must be a whole number of at least 1, not 0
    """
    if int(value) != value or value < 1:
        raise ValueError(f"{name} must be a whole number of at least 1, not {value}")


def check_not_negative(**settings: float) -> None:
    """Raise ValueError, with the setting's name, for a negative or non-finite one."""
    for name, value in settings.items():
        if not np.isfinite(value) or value < 0:
            raise ValueError(f"{name} must be finite and >= 0, not {value}")


def rounded(values: np.ndarray) -> np.ndarray:
    """Return `values` rounded to 40 bits of fraction, a relative error under 5e-13.

    Sums of the same numbers in another order differ in the last bits. Without this,
    such noise, and not the index, would break ties.

    Parameters
    ----------
    values : array of float64
        Finite or infinite, not NaN.

    Returns
    -------
    array of float64
        A new array of the same shape.

    Examples
    --------
    >>> bool(0.1 + 0.2 == 0.3)
    False
    >>> bool(rounded(np.array([0.1 + 0.2]))[0] == rounded(np.array([0.3]))[0])
    True
    """
    dropped = 52 - _FRACTION_BITS
    bits = np.array(values, dtype=np.float64).view(np.int64)
    bits += 1 << (dropped - 1)
    bits &= ~((1 << dropped) - 1)
    return bits.view(np.float64)


def mean_one(weights: csr_matrix) -> csr_matrix:
    """Return `weights` divided by the mean of its stored values, as a new matrix.

    Parameters
    ----------
    weights : csr_matrix
        Stored values above 0.

    Returns
    -------
    csr_matrix
        The same positions; unchanged if nothing is stored.

    Examples
    --------
    >>> mean_one(csr_matrix([[2.0, 0.0, 6.0]])).toarray().tolist()
    [[0.5, 0.0, 1.5]]
    """
    result = csr_matrix(weights, copy=False)
    mean = result.data.mean() if result.nnz else 1.0
    return csr_matrix((result.data / mean, result.indices, result.indptr), result.shape)
