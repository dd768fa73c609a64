"""EASE: item weights in closed form, for catalogues small enough to invert.

Source: Steck (2019), "Embarrassingly shallow autoencoders for sparse data", section
3.1.
"""

import numpy as np
from scipy.linalg import lapack
from scipy.sparse import csr_matrix, diags_array

from precision_marketing.algorithms.kernels.blas import one_blas_thread
from precision_marketing.algorithms.kernels.selection import (
    as_weights,
    check_count,
    check_not_negative,
    mean_one,
)
from precision_marketing.algorithms.kernels.top_scores import ScoreBlock


def fit_ease(
    weights: csr_matrix,
    *,
    penalty: float,
    user_degree_exponent: float,
    maximum_items: int,
) -> np.ndarray:
    """Return item weights B; the scores of user u are weights[u] @ B.

    The ridge regression of each item on all others, with x the weights divided by
    their mean: G = sum_u d_u^-a x_u x_u^T, P = (G + penalty I)^-1,
    b_ij = -p_ij / p_jj for i != j and 0 on the diagonal.

    Parameters
    ----------
    weights : csr_matrix, shape (n_users, n_items), float64
        Implicit-feedback weights, unit-free, >= 0. Their scale changes nothing.
    penalty : float
        > 0, in users.
    user_degree_exponent : float
        a, >= 0. Above 0, users with many items count less.
    maximum_items : int
        The largest catalogue to accept: memory is 16 n_items^2 bytes, work n_items^3.

    Returns
    -------
    array of float32, shape (n_items, n_items)
        Row = source, column = target. Values may be negative.

    Raises
    ------
    ValueError
        If there are more items than `maximum_items`, a weight is negative or not
        finite, or a setting is out of range.

    Examples
    --------
    >>> weights = csr_matrix([[1.0, 1.0], [1.0, 1.0]])
    >>> settings = dict(user_degree_exponent=0, maximum_items=10)
    >>> fit_ease(weights, penalty=1.0, **settings).round(3).tolist()
    [[0.0, 0.6669999957084656], [0.6669999957084656, 0.0]]
    """
    check_not_negative(penalty=penalty, user_degree_exponent=user_degree_exponent)
    check_count("maximum_items", maximum_items)
    if penalty == 0:
        raise ValueError("penalty must be above 0")
    n_items = weights.shape[1]
    if n_items > maximum_items:
        raise ValueError(
            f"{n_items} items are more than maximum_items = {maximum_items}: use local"
            " ridge, which is EASE on each item's neighbors"
        )
    checked = mean_one(as_weights(weights))
    users = np.maximum(np.diff(checked.indptr), 1) ** -float(user_degree_exponent)
    if n_items == 0:
        return np.zeros((0, 0), np.float32)
    gram = (checked.T @ (diags_array(users) @ checked)).toarray(order="F")
    gram[np.diag_indices(n_items)] += penalty
    with one_blas_thread():
        # Cholesky and its inverse in place: one matrix of float64, lower triangle.
        triangle, failed = lapack.dpotrf(gram, lower=1, overwrite_a=1, clean=0)
        inverse, failed_too = lapack.dpotri(triangle, lower=1, overwrite_c=1)
    if failed or failed_too:
        raise ValueError("the Gram matrix is not positive definite: raise the penalty")
    diagonal = inverse.diagonal().copy()
    result = np.tril(inverse).astype(np.float32)
    del inverse, triangle, gram
    result += np.tril(result, -1).T
    result /= -diagonal.astype(np.float32)
    np.fill_diagonal(result, 0.0)
    return result


def ease_scores(weights: csr_matrix, item_weights: np.ndarray) -> ScoreBlock:
    """Return the function from users to their scores, for `iterate_top_scores`.

    Parameters
    ----------
    weights : csr_matrix, shape (n_users, n_items), float64
        Histories.
    item_weights : array of float32, shape (n_items, n_items)
        As `fit_ease` returns.

    Returns
    -------
    callable
        From an array of users to float32 scores, a row each.

    Examples
    --------
    >>> weights = csr_matrix([[1.0, 0.0], [1.0, 1.0]])
    >>> item_weights = np.array([[0.0, 0.5], [0.25, 0.0]], dtype=np.float32)
    >>> ease_scores(weights, item_weights)(np.array([1, 0])).tolist()
    [[0.25, 0.5], [0.0, 0.5]]
    """
    history = csr_matrix(weights, dtype=np.float32)
    return lambda users: history[users] @ item_weights
