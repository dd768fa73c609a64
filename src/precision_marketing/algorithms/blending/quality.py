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
    return _sums(candidates.scores, np.asarray(weights, np.float64))


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


def listed_labels(
    items: np.ndarray, starts: np.ndarray, label_items: np.ndarray
) -> np.ndarray:
    """Return which entries of lists are labels of their user.

    Parameters
    ----------
    items : array of int32, shape (n_users, n_scorers, depth)
        Lists, -1 after their end.
    starts : array of int64, shape (n_users + 1,)
        The labels of user n are entries starts[n] to starts[n + 1] of `label_items`.
    label_items : array of int, shape (n,)

    Returns
    -------
    array of bool, shape (n_users, n_scorers, depth)

    Examples
    --------
    >>> lists = np.array([[[7, 8, -1]], [[7, 9, 8]]], np.int32)
    >>> listed_labels(lists, np.array([0, 1, 2]), np.array([8, 7])).tolist()
    [[[False, True, False]], [[True, False, False]]]
    """
    size = 1 + max(items.max(initial=0), label_items.max(initial=0))
    is_label = np.zeros(items.shape, np.bool_)
    _mark(items, starts, label_items, np.zeros(size, np.bool_), is_label)
    return is_label


@compiled
def _mark(items, starts, label_items, is_of_user, is_label):
    for user in range(items.shape[0]):
        own = label_items[starts[user] : starts[user + 1]]
        for item in own:
            is_of_user[item] = True
        for scorer in range(items.shape[1]):
            for place in range(items.shape[2]):
                item = items[user, scorer, place]
                is_label[user, scorer, place] = item >= 0 and is_of_user[item]
        for item in own:
            is_of_user[item] = False


@compiled
def _sums(scores, weights):
    """Return the weighted sum of each row, its parts added up from the first."""
    sums = np.zeros(scores.shape[0])
    for row in range(scores.shape[0]):
        for part in range(scores.shape[1]):
            sums[row] += weights[part] * np.float64(scores[row, part])
    return sums


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
                if ahead == cutoff:
                    break
            if ahead < cutoff:
                hits += 1
                gain += 1.0 / np.log2(ahead + 2.0)
        ideal = 0.0
        for rank in range(min(label_counts[user], cutoff)):
            ideal += 1.0 / np.log2(rank + 2.0)
        quality[user, 0] = hits / label_counts[user]
        quality[user, 1] = gain / ideal
    return quality
