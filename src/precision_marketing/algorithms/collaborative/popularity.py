"""Popularity of items as a factor on their scores."""

import numpy as np
from scipy.sparse import csr_matrix


def popularity_damping(weights: csr_matrix, exponent: float) -> np.ndarray:
    """Return the factor that turns down the scores of popular items.

    Parameters
    ----------
    weights : csr_matrix, shape (n_users, n_items)
        Interaction weights of the history.
    exponent : float
        0 leaves scores as they are; 0.3 divides them by users^0.3.

    Returns
    -------
    array of float64, shape (n_items,)
        users(i)^-exponent in (0, 1]; 1 for an item that nobody has touched.

    Raises
    ------
    ValueError
        If exponent is negative.

    Examples
    --------
    >>> weights = csr_matrix([[1.0, 2.0, 0.0], [1.0, 0.0, 0.0]])
    >>> popularity_damping(weights, exponent=1.0).tolist()
    [0.5, 1.0, 1.0]
    """
    if exponent < 0:
        raise ValueError(f"exponent must be >= 0, not {exponent}")
    user_counts = np.bincount(weights.indices, minlength=weights.shape[1])
    return np.maximum(user_counts, 1) ** -float(exponent)
