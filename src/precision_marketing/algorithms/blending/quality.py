"""How well a weighted sum ranks each user's candidates, by the ranks of the labels."""

from typing import NamedTuple

import numpy as np

from precision_marketing.algorithms.kernels.compiled import compiled
from precision_marketing.algorithms.kernels.top import is_before


class Candidates(NamedTuple):
    """Candidates of users: those of user n are rows starts[n] to starts[n + 1].

    Attributes
    ----------
    starts : array of int64, shape (n_users + 1,)
    items : array of int32, shape (n,)
        Distinct within a user.
    scores : array of float64, shape (n, n_parts)
        What is summed up with weights.
    is_label : array of bool, shape (n,)
    label_counts : array of int64, shape (n_users,)
        Labels of the user, among the candidates or not, >= 1.
    """

    starts: np.ndarray
    items: np.ndarray
    scores: np.ndarray
    is_label: np.ndarray
    label_counts: np.ndarray


def recall_and_ndcg(
    candidates: Candidates, weights: np.ndarray, cutoff: int
) -> np.ndarray:
    """Return each user's recall and NDCG when ranked by scores @ weights.

    Parameters
    ----------
    candidates : Candidates
    weights : array of float64, shape (n_parts,)
    cutoff : int
        Length of the ranking that counts, >= 1.

    Returns
    -------
    array of float64, shape (n_users, 2)
        0 to 1, binary gains; equal sums go to the lower item.

    Examples
    --------
    Of two items the second is the label, and the second part puts it first.

    >>> scores = np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> labels = np.array([False, True]), np.array([1])
    >>> shop = Candidates(np.array([0, 2]), np.array([7, 8]), scores, *labels)
    >>> recall_and_ndcg(shop, np.array([1.0, 0.0]), cutoff=2).round(3).tolist()
    [[1.0, 0.631]]
    >>> recall_and_ndcg(shop, np.array([1.0, 2.0]), cutoff=2).tolist()
    [[1.0, 1.0]]
    """
    sums = sums_of_parts(candidates, weights)
    return quality_of_sums(candidates, sums, cutoff)


def sums_of_parts(candidates: Candidates, weights: np.ndarray) -> np.ndarray:
    """Return scores @ weights, shape (n,), float64, added up in the order of the parts.

    Examples
    --------
    >>> rows = np.array([0, 1]), np.array([7]), np.array([[1.0, 2.0]])
    >>> shop = Candidates(*rows, np.array([True]), np.array([1]))
    >>> sums_of_parts(shop, np.array([1.0, 0.5])).tolist()
    [2.0]
    """
    sums = np.zeros(candidates.items.size)
    for part, weight in enumerate(weights):
        sums += weight * candidates.scores[:, part]
    return sums


def quality_of_sums(
    candidates: Candidates, sums: np.ndarray, cutoff: int
) -> np.ndarray:
    """Return each user's recall and NDCG when ranked by sums; as `recall_and_ndcg`.

    Parameters
    ----------
    candidates : Candidates
        Of its scores nothing is read.
    sums : array of float64, shape (n,)
    cutoff : int

    Examples
    --------
    >>> rows = np.array([0, 1]), np.array([7]), np.array([[1.0]])
    >>> shop = Candidates(*rows, np.array([True]), np.array([2]))
    >>> quality_of_sums(shop, np.array([1.0]), cutoff=1).tolist()
    [[0.5, 1.0]]
    """
    starts, items, _, is_label, label_counts = candidates
    return _quality(starts, items, sums, is_label, label_counts, cutoff)


def mean_and_error(values: np.ndarray) -> tuple[float, float]:
    """Return the mean and its standard error, 0 for fewer than two values.

    Examples
    --------
    >>> mean_and_error(np.array([1.0, 3.0]))
    (2.0, 1.0)
    """
    if values.size < 2:
        return float(values.sum()), 0.0
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(values.size))


@compiled
def _quality(starts, items, sums, is_label, label_counts, cutoff):
    """Return recall and NDCG at `cutoff` of each user, from the rank of each label."""
    quality = np.zeros((label_counts.size, 2))
    for user in range(label_counts.size):
        begin, end = starts[user], starts[user + 1]
        hits, gain = 0, 0.0
        for row in range(begin, end):
            if not is_label[row]:
                continue
            ahead = 0
            for other in range(begin, end):
                ahead += is_before(sums[other], items[other], sums[row], items[row])
            if ahead < cutoff:
                hits += 1
                gain += 1.0 / np.log2(ahead + 2.0)
        ideal = 0.0
        for rank in range(min(label_counts[user], cutoff)):
            ideal += 1.0 / np.log2(rank + 2.0)
        quality[user, 0] = hits / label_counts[user]
        quality[user, 1] = gain / ideal
    return quality
