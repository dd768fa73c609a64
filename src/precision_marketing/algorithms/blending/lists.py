"""One weighted ranking of several scorers' lists, for blocks of users.

Scores of a list are divided by the mean of its first twenty, so that scorers can be
added up: Fox, Shaw (1994), "Combination of multiple searches", section 2 (CombSUM),
with weights.
"""

from dataclasses import dataclass

import numpy as np

from precision_marketing.algorithms.kernels.compiled import compiled
from precision_marketing.algorithms.kernels.parallel import chunks, in_order
from precision_marketing.algorithms.kernels.progress import Progress
from precision_marketing.algorithms.kernels.selection import check_count

# A list's scale is the mean of as many of its best scores.
SCALE_DEPTH = 20


@dataclass(frozen=True)
class BlendedLists:
    """Candidates of a block of users, each user's by rank.

    Attributes
    ----------
    users : array of int, shape (n,)
        Row of the user in the block.
    items : array of int32, shape (n,)
    scores : array of float64, shape (n,)
        Sum of weight x scaled score over the scorers that list the item.
    ranks : array of int32, shape (n,)
        Place among all of the user's candidates, from 1.
    list_counts, best_ranks : array of int32, shape (n,)
        Scorers that list the item, and its best place among them.
    scaled_scores : array of float64, shape (n, n_scorers)
        NaN where the scorer does not list the item.
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


def scale_lists(items: np.ndarray, scores: np.ndarray) -> None:
    """Divide the scores of each list by the mean of its first twenty, in place.

    Parameters
    ----------
    items : array of int32, shape (n_users, n_scorers, depth)
        Lists by rank, -1 where a list has ended.
    scores : array of float64, same shape
        Changed. A list whose first scores are not above 0 on average becomes 0.

    Examples
    --------
    >>> scores = np.array([[[4.0, 1.0, 1.0]]])
    >>> scale_lists(np.array([[[7, 8, 9]]], dtype=np.int32), scores)
    >>> scores.tolist()
    [[[2.0, 0.5, 0.5]]]
    """
    _scale(items, scores, SCALE_DEPTH)


def blend_lists(
    items: np.ndarray,
    scaled_scores: np.ndarray,
    weights: np.ndarray,
    *,
    n_items: int,
    tie_scorer: int,
    keep: int,
    keep_of_each: int,
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
    longest = min(keep + n_scorers * keep_of_each, n_scorers * depth)
    by_user = np.array(np.broadcast_to(weights, (n_users, n_scorers)), np.float64)

    def blend(part: slice) -> BlendedLists:
        size = part.stop - part.start
        counts = np.zeros(size, np.int64)
        chosen = np.empty((size, longest), np.int32)
        scores = np.empty((size, longest))
        whole = np.empty((3, size, longest), np.int32)
        lists = items[part], scaled_scores[part]
        _choose(
            *lists, by_user[part], tie_scorer, keep, keep_of_each, n_items, counts,
            chosen,
            scores, whole,
        )  # fmt: skip
        is_used = np.arange(longest) < counts[:, None]
        rows = int(counts.sum())
        wide_scores = np.full((rows, n_scorers), np.nan)
        wide_ranks = np.zeros((rows, n_scorers), np.int32)
        _fill(*lists, counts, chosen, n_items, wide_scores, wide_ranks)
        return BlendedLists(
            np.repeat(np.arange(part.start, part.stop), counts),
            chosen[is_used],
            scores[is_used],
            *(column[is_used] for column in whole),
            wide_scores,
            wide_ranks,
        )

    costs = np.full(n_users, float(n_scorers * depth))
    parts = chunks(costs, max(n_users, 1), None) or [slice(0, 0)]
    found = list(in_order(blend, parts, Progress("blend", n_users, "users")))
    names = BlendedLists.__dataclass_fields__
    return BlendedLists(
        *(np.concatenate([getattr(part, name) for part in found]) for name in names)
    )


@compiled
def _scale(items, scores, scale_depth):
    for user in range(items.shape[0]):
        for scorer in range(items.shape[1]):
            total, count = 0.0, 0
            for place in range(min(items.shape[2], scale_depth)):
                if items[user, scorer, place] >= 0:
                    total += scores[user, scorer, place]
                    count += 1
            for place in range(items.shape[2]):
                if total > 0.0:
                    scores[user, scorer, place] *= count / total
                else:
                    scores[user, scorer, place] = 0.0


@compiled
def _choose(
    items, scaled, weights, tie_scorer, keep, keep_of_each, n_items, counts, chosen,
    scores, whole,
):  # fmt: skip
    """Write each user's chosen items by rank: scores; rank, lists, best place."""
    n_users, n_scorers, depth = items.shape
    slot = np.full(n_items, -1, np.int32)
    pool = np.empty(n_scorers * depth, np.int32)
    sums = np.empty(n_scorers * depth)
    lists = np.empty(n_scorers * depth, np.int32)
    best = np.empty(n_scorers * depth, np.int32)
    tie = np.empty(n_scorers * depth, np.int32)
    for user in range(n_users):
        size = 0
        for scorer in range(n_scorers):
            for place in range(depth):
                item = items[user, scorer, place]
                if item < 0:
                    continue
                at = slot[item]
                if at < 0:
                    at = size
                    slot[item] = at
                    pool[at], sums[at], lists[at] = item, 0.0, 0
                    best[at], tie[at] = place + 1, depth + 1
                    size += 1
                sums[at] += weights[user, scorer] * scaled[user, scorer, place]
                lists[at] += 1
                best[at] = min(best[at], place + 1)
                if scorer == tie_scorer:
                    tie[at] = place + 1
        # The last key first: stable sorts keep the order of the ones before.
        order = np.argsort(pool[:size])
        order = order[np.argsort(tie[order], kind="mergesort")]
        order = order[np.argsort(-sums[order], kind="mergesort")]
        for rank in range(size):
            at = order[rank]
            slot[pool[at]] = -1
            if rank < keep or best[at] <= keep_of_each:
                row = counts[user]
                chosen[user, row] = pool[at]
                scores[user, row] = sums[at]
                whole[0, user, row] = rank + 1
                whole[1, user, row] = lists[at]
                whole[2, user, row] = best[at]
                counts[user] += 1


@compiled
def _fill(items, scaled, counts, chosen, n_items, wide_scores, wide_ranks):
    """Write what each scorer says of the chosen items, a row each."""
    n_users, n_scorers, depth = items.shape
    slot = np.full(n_items, -1, np.int64)
    start = 0
    for user in range(n_users):
        for row in range(counts[user]):
            slot[chosen[user, row]] = start + row
        for scorer in range(n_scorers):
            for place in range(depth):
                item = items[user, scorer, place]
                if item >= 0 and slot[item] >= 0:
                    wide_scores[slot[item], scorer] = scaled[user, scorer, place]
                    wide_ranks[slot[item], scorer] = place + 1
        for row in range(counts[user]):
            slot[chosen[user, row]] = -1
        start += counts[user]
