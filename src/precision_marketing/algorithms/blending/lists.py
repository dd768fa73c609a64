"""One weighted ranking of several scorers' lists, for blocks of users.

Scores of a list are divided by the mean of its first twenty, so that scorers can be
added up: Fox, Shaw (1994), "Combination of multiple searches", section 2 (CombSUM),
with weights.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from precision_marketing.algorithms.kernels.compiled import compiled
from precision_marketing.algorithms.kernels.parallel import chunks, in_order
from precision_marketing.algorithms.kernels.progress import Progress
from precision_marketing.algorithms.kernels.selection import check_count

# A list's scale is the mean of as many of its best scores.
SCALE_DEPTH = 20

# Fills scaled scores, shape (n, n_scorers), where they are NaN and a scorer can tell:
# of pairs of a row of a block and an item, those of a row side by side.
OtherScores = Callable[[np.ndarray, np.ndarray, np.ndarray], None]


@dataclass(frozen=True)
class BlendedLists:
    """Candidates of a block of users, each user's by rank.

    Attributes
    ----------
    users : array of int, shape (n,)
        Row of the user in the block.
    items : array of int32, shape (n,)
    scores : array of float64, shape (n,)
        Sum of weight x scaled score over the scorers that score the item.
    ranks : array of int32, shape (n,)
        Place among all of the user's candidates, from 1.
    list_counts, best_ranks : array of int32, shape (n,)
        Scorers that list the item, and its best place among them.
    scaled_scores : array of float64, shape (n, n_scorers)
        NaN where the scorer neither lists nor otherwise scores the item.
    scorer_ranks : array of int32, shape (n, n_scorers)
        0 where the scorer does not list the item.
    """

    users: np.ndarray
    items: np.ndarray
    scores: np.ndarray
    ranks: np.ndarray
    list_counts: np.ndarray
    best_ranks: np.ndarray
    scaled_scores: np.ndarray
    scorer_ranks: np.ndarray


def scale_lists(items: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Divide the scores of each list by the mean of its first twenty, in place.

    Parameters
    ----------
    items : array of int32, shape (n_users, n_scorers, depth)
        Lists by rank, -1 where a list has ended.
    scores : array of float64, same shape
        Changed. A list whose first scores are not above 0 on average becomes 0.

    Returns
    -------
    array of float64, shape (n_users, n_scorers)
        What the scores were multiplied by, 0 without a list.

    Examples
    --------
    >>> scores = np.array([[[4.0, 1.0, 1.0]]])
    >>> scale_lists(np.array([[[7, 8, 9]]], dtype=np.int32), scores).tolist()
    [[0.5]]
    >>> scores.tolist()
    [[[2.0, 0.5, 0.5]]]
    """
    factors = np.zeros(items.shape[:2])
    _scale(items, scores, SCALE_DEPTH, factors)
    return factors


def blend_lists(
    items: np.ndarray,
    scaled_scores: np.ndarray,
    weights: np.ndarray,
    *,
    n_items: int,
    tie_scorer: int,
    keep: int,
    keep_of_each: int,
    others: OtherScores | None = None,
) -> BlendedLists:
    """Return each user's best candidates by the weighted sum of scaled scores.

    Parameters
    ----------
    items : array of int32, shape (n_users, n_scorers, depth)
        Lists by rank, an item once a list, -1 where a list has ended.
    scaled_scores : array of float64, same shape
        As `scale_lists` leaves them.
    weights : array of float64, shape (n_scorers,) or (n_users, n_scorers)
    n_items : int
        One more than the largest item.
    tie_scorer : int
        The scorer whose order decides between equal sums, before the lowest item: where
        it alone lists items and has the weight 0, the list is its own.
    keep : int
        Candidates kept per user, >= 1.
    keep_of_each : int
        First items of every scorer's own list that are kept besides, >= 0.
    others : callable, optional
        What scorers say of items that their lists end before.

    Returns
    -------
    BlendedLists

    Examples
    --------
    >>> items = np.array([[[5, 6], [6, -1]]], dtype=np.int32)
    >>> scaled = np.array([[[1.5, 0.5], [1.0, 0.0]]])
    >>> settings = dict(n_items=7, tie_scorer=0, keep=2, keep_of_each=0)
    >>> found = blend_lists(items, scaled, np.array([1.0, 2.0]), **settings)
    >>> found.items.tolist(), found.scores.tolist(), found.list_counts.tolist()
    ([6, 5], [2.5, 1.5], [2, 1])
    """
    check_count("keep", keep)
    n_users, n_scorers, depth = items.shape
    by_user = np.array(
        np.broadcast_to(weights, (n_users, n_scorers)), np.float64, order="C"
    )

    def blend(part: slice) -> BlendedLists:
        lists = items[part], scaled_scores[part]
        counts = np.zeros(part.stop - part.start, np.int64)
        pool = np.empty(items[part].size, np.int32)
        size = _pool(items[part], n_items, counts, pool)
        pool = pool[:size]
        users = np.repeat(np.arange(part.start, part.stop), counts)
        scores = np.full((size, n_scorers), np.nan)
        ranks = np.zeros((size, n_scorers), np.int32)
        _fill(*lists, counts, pool, n_items, scores, ranks)
        if others is not None:
            others(users, pool, scores)
        sums, whole = np.zeros(size), np.empty((3, size), np.int32)
        order = np.empty(size, np.int64)
        _order(
            counts, pool, scores, ranks, by_user[part], tie_scorer, depth, sums, whole,
            order,
        )  # fmt: skip
        kept = order[(whole[0] <= keep)[order] | (whole[2] <= keep_of_each)[order]]
        return BlendedLists(
            users[kept],
            pool[kept],
            sums[kept],
            *whole[:, kept],
            scores[kept],
            ranks[kept],
        )

    costs = np.full(n_users, float(n_scorers * depth))
    parts = chunks(costs, max(n_users, 1), None) or [slice(0, 0)]
    found = list(in_order(blend, parts, Progress("blend", n_users, "users")))
    names = BlendedLists.__dataclass_fields__
    return BlendedLists(
        *(np.concatenate([getattr(part, name) for part in found]) for name in names)
    )


@compiled
def _scale(items, scores, scale_depth, factors):
    for user in range(items.shape[0]):
        for scorer in range(items.shape[1]):
            total, count = 0.0, 0
            for place in range(min(items.shape[2], scale_depth)):
                if items[user, scorer, place] >= 0:
                    total += scores[user, scorer, place]
                    count += 1
            if total > 0.0:
                factors[user, scorer] = count / total
            for place in range(items.shape[2]):
                scores[user, scorer, place] *= factors[user, scorer]


@compiled
def _pool(items, n_items, counts, pool):
    """Write the items of each user's lists, ascending, and return how many in all."""
    n_users, n_scorers, depth = items.shape
    is_in = np.zeros(n_items, np.bool_)
    size = 0
    for user in range(n_users):
        first = size
        for scorer in range(n_scorers):
            for place in range(depth):
                item = items[user, scorer, place]
                if item >= 0 and not is_in[item]:
                    is_in[item] = True
                    pool[size] = item
                    size += 1
        pool[first:size] = np.sort(pool[first:size])
        for at in range(first, size):
            is_in[pool[at]] = False
        counts[user] = size - first
    return size


@compiled
def _order(counts, pool, scores, ranks, weights, tie_scorer, depth, sums, whole, order):
    """Write sums of scores; ranks, lists and best places; and who comes in order."""
    first = 0
    for user in range(counts.size):
        last = first + counts[user]
        tie = np.full(last - first, depth + 1, np.int32)
        for at in range(first, last):
            whole[1, at], whole[2, at] = 0, depth + 1
            for scorer in range(weights.shape[1]):
                if not np.isnan(scores[at, scorer]):
                    sums[at] += weights[user, scorer] * scores[at, scorer]
                if ranks[at, scorer] > 0:
                    whole[1, at] += 1
                    whole[2, at] = min(whole[2, at], ranks[at, scorer])
            if ranks[at, tie_scorer] > 0:
                tie[at - first] = ranks[at, tie_scorer]
        # The last key first, of items in order: stable sorts keep the order before.
        by_tie = np.argsort(tie, kind="mergesort")
        ranked = by_tie[np.argsort(-sums[first:last][by_tie], kind="mergesort")]
        for rank in range(ranked.size):
            order[first + rank] = first + ranked[rank]
            whole[0, first + ranked[rank]] = rank + 1
        first = last


@compiled
def _fill(items, scaled, counts, pool, n_items, wide_scores, wide_ranks):
    """Write what each scorer's list says of the pool's items, a row each."""
    n_users, n_scorers, depth = items.shape
    slot = np.full(n_items, -1, np.int64)
    start = 0
    for user in range(n_users):
        for row in range(counts[user]):
            slot[pool[start + row]] = start + row
        for scorer in range(n_scorers):
            for place in range(depth):
                item = items[user, scorer, place]
                if item >= 0 and slot[item] >= 0:
                    wide_scores[slot[item], scorer] = scaled[user, scorer, place]
                    wide_ranks[slot[item], scorer] = place + 1
        for row in range(counts[user]):
            slot[pool[start + row]] = -1
        start += counts[user]
