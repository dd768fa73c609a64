"""Cosine between what a user has and every item, over embeddings of any large model.

Source: Lops, de Gemmis, Semeraro (2011), "Content-based recommender systems: state of
the art and trends", section 3.3 (a profile as the mean of item vectors).
"""

import numpy as np
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.kernels.selection import as_weights
from precision_marketing.algorithms.kernels.top_scores import ScoreBlock


def unit_rows(embeddings: np.ndarray) -> np.ndarray:
    """Return embeddings divided by their lengths.

    Parameters
    ----------
    embeddings : array of float, shape (n, d)
        Finite, none of them all zero.

    Returns
    -------
    array of float32, shape (n, d)

    Raises
    ------
    ValueError
        If an embedding is not finite or all zero.

    Examples
    --------
    >>> unit_rows(np.array([[3.0, 4.0]])).round(3).tolist()
    [[0.6000000238418579, 0.800000011920929]]
    """
    lengths = np.sqrt(np.einsum("ij,ij->i", embeddings, embeddings, dtype=np.float64))
    if not np.isfinite(lengths).all() or (lengths == 0).any():
        raise ValueError("embeddings must be finite and not all zero")
    return (embeddings / lengths[:, None]).astype(np.float32)


def embedding_scores(weights: csr_matrix, embeddings: np.ndarray) -> ScoreBlock:
    """Return the function from users to their scores, for `iterate_top_scores`.

    Parameters
    ----------
    weights : csr_matrix, shape (n_users, n_items), float64
        Implicit-feedback weights, unit-free, >= 0. Row u is user_index u.
    embeddings : array of float32, shape (n_items, d)
        Rows as `unit_rows` returns them, 0 for items without an embedding.

    Returns
    -------
    callable
        From an array of users to the cosine of each item with the weighted mean of
        the user's embeddings, float32, a row each; 0 for items without an embedding,
        and throughout for users without one in their history.

    Raises
    ------
    ValueError
        If a weight is negative or not finite.

    Examples
    --------
    >>> embeddings = np.array([[1, 0], [0, 1], [0.6, 0.8]], dtype=np.float32)
    >>> scores = embedding_scores(csr_matrix([[2.0, 0.0, 0.0]]), embeddings)
    >>> scores(np.array([0])).round(3).tolist()[0][:2]
    [1.0, 0.0]
    """
    history = as_weights(weights).astype(np.float32)

    def scores(users: np.ndarray) -> np.ndarray:
        profiles = history[users] @ embeddings
        lengths = np.sqrt(np.einsum("ij,ij->i", profiles, profiles))
        profiles /= np.where(lengths > 0, lengths, 1.0)[:, None]
        return profiles @ embeddings.T

    return scores
