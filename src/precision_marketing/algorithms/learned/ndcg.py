"""Mean NDCG@10 of lists that are stacked in one array."""

import numpy as np

from precision_marketing.algorithms.kernels.compiled import compiled

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
    starts = np.flatnonzero(np.r_[True, users[1:] != users[:-1]])
    bounds = np.append(starts, users.size)
    discounts = 1.0 / np.log2(np.arange(NDCG_K) + 2)
    gains = _gains(
        bounds, labels.astype(np.bool_), scores.astype(np.float64), discounts
    )
    positives = np.add.reduceat(labels, starts).astype(int)
    has_positive = positives > 0
    best = np.cumsum(discounts)[np.minimum(positives[has_positive], NDCG_K) - 1]
    return float((gains[has_positive] / best).mean())


@compiled
def _gains(bounds, labels, scores, discounts):
    """Return each list's discounted gain: only its positives are given a rank."""
    gains = np.zeros(bounds.size - 1)
    for number in range(gains.size):
        for place in range(bounds[number], bounds[number + 1]):
            if not labels[place]:
                continue
            before = 0
            for other in range(bounds[number], bounds[number + 1]):
                before += scores[other] > scores[place] or (
                    scores[other] == scores[place] and other < place
                )
            if before < discounts.size:
                gains[number] += discounts[before]
    return gains
