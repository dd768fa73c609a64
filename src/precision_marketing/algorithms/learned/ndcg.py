"""Mean NDCG@10 of lists that are stacked in one array."""

import numpy as np

NDCG_K = 10


def mean_ndcg(users: np.ndarray, labels: np.ndarray, scores: np.ndarray) -> float:
    """Return mean NDCG@10 with binary gains over users with a positive.

    Parameters
    ----------
    users : array of int, shape (n,)
        Ascending; within a user by item.
    labels : array of 0 and 1, shape (n,)
    scores : array of float64, shape (n,)
        Larger is better; ties go to the lower item.

    Returns
    -------
    float
        In [0, 1]; its denominator is the positives among these rows.

    Examples
    --------
    >>> mean_ndcg(np.array([7, 7]), np.array([1, 0]), np.array([0.9, 0.1]))
    1.0
    """
    order = np.lexsort((np.arange(scores.size), -scores, users))
    _, starts, groups, counts = np.unique(
        users, return_index=True, return_inverse=True, return_counts=True
    )
    ranks = np.arange(scores.size) - np.repeat(starts, counts)
    gains = labels[order] / np.log2(ranks + 2) * (ranks < NDCG_K)
    positives = np.bincount(groups, weights=labels).astype(int)
    ideal = np.cumsum(1.0 / np.log2(np.arange(NDCG_K) + 2))
    has_positive = positives > 0
    best = ideal[np.minimum(positives[has_positive], NDCG_K) - 1]
    return float((np.bincount(groups, weights=gains)[has_positive] / best).mean())
