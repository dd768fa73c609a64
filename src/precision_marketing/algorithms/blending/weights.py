"""A weighted sum of scorers, its weights learned on lists and labels.

Source: Metzler, Croft (2007), "Linear feature-based models for information retrieval",
section 3.2 (coordinate ascent on the measure itself).
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from precision_marketing.algorithms.kernels.compiled import compiled
from precision_marketing.algorithms.kernels.selection import check_count
from precision_marketing.algorithms.kernels.top import is_before

# What one step tries: factors on a weight above 0, and shares of the largest weight
# for one at 0.
_FACTORS = (0.0, 0.5, 0.75, 1.33, 2.0)
_SHARES = (0.1, 0.3)


class _Lists(NamedTuple):
    """Pooled candidates: those of user n are rows starts[n] to starts[n + 1]."""

    starts: np.ndarray
    items: np.ndarray
    scores: np.ndarray
    is_label: np.ndarray
    label_counts: np.ndarray


def learn_weights(
    scores: pa.Table,
    labels: pa.Table,
    *,
    start: dict[str, float],
    cutoff: int,
    rounds: int,
    seed: int,
) -> dict[str, float]:
    """Return the weights that rank the labels best, by coordinate ascent.

    A candidate's blended score is the sum of weight x scaled score over the scorers
    that list it. Quality is the mean over users with a label of recall + NDCG at
    `cutoff`. One weight at a time is changed, in random order; a change is kept if it
    gains more than the standard error of its paired difference over users, so that
    noise is not learned.

    Parameters
    ----------
    scores : pyarrow.Table
        user_index, item_index, scorer, scaled_score: each scorer's list, scores divided
        per user by the mean of the scorer's own top 20. Any order of rows.
    labels : pyarrow.Table
        user_index, item_index: what the users took afterwards, distinct. Never from the
        test window.
    start : dict of str to float
        The weight of every scorer that may take part, >= 0, not all 0.
    cutoff : int
        Length of the ranking that counts, >= 1.
    rounds : int
        Most passes over the weights, >= 1; a pass without gain is the last.
    seed : int
        Of the order of the weights.

    Returns
    -------
    dict of str to float
        Weights by scorer, of the same sum as `start`. The start itself where nothing is
        better or no user has both a label and a list.

    Raises
    ------
    ValueError
        If a weight or setting is out of range.

    Examples
    --------
    >>> scores = pa.table(
    ...     {
    ...         "user_index": [0, 0] * 2 + [1, 1] * 2,
    ...         "item_index": [7, 8] * 4,
    ...         "scorer": ["good", "good", "bad", "bad"] * 2,
    ...         "scaled_score": [1.0, 0.5, 0.5, 2.0] * 2,
    ...     }
    ... )
    >>> labels = pa.table({"user_index": [0, 1], "item_index": [7, 7]})
    >>> settings = dict(cutoff=1, rounds=3, seed=0)
    >>> weights = learn_weights(scores, labels, start={"good": 1, "bad": 1}, **settings)
    >>> weights["good"] > weights["bad"]
    True
    """
    check_count("cutoff", cutoff)
    check_count("rounds", rounds)
    names = sorted(start)
    weights = np.array([start[name] for name in names], dtype=np.float64)
    if not np.isfinite(weights).all() or (weights < 0).any() or not weights.any():
        raise ValueError("weights must be finite and >= 0, and not all 0")
    total = weights.sum()
    lists = _pooled(scores, labels, names)
    best = _quality(lists, weights, cutoff)
    generator = np.random.default_rng(seed)
    for _ in range(rounds if best.size else 0):
        is_better = False
        for number in generator.permutation(len(names)):
            for weight in _proposals(weights, number):
                changed = weights.copy()
                changed[number] = weight
                if not changed.any():
                    continue
                found = _quality(lists, changed, cutoff)
                gain = found - best
                if gain.mean() > gain.std() / np.sqrt(gain.size):
                    weights, best, is_better = changed, found, True
        if not is_better:
            break
    weights *= total / weights.sum()
    return dict(zip(names, weights.tolist(), strict=True))


def _proposals(weights: np.ndarray, number: int) -> list[float]:
    """Return the values to try for one weight."""
    if weights[number] == 0:
        return [share * weights.max() for share in _SHARES]
    return [factor * weights[number] for factor in _FACTORS]


def _pooled(scores: pa.Table, labels: pa.Table, names: list[str]) -> _Lists:
    """Return the union of the lists of the users with a label, by user and item."""
    users = np.unique(labels["user_index"].to_numpy()).astype(np.int64)
    label_keys = _keys(labels)
    label_keys.sort()
    scorer = pc.index_in(
        scores["scorer"].cast(pa.string()), pa.array(names, pa.string())
    )
    scorer = scorer.fill_null(-1).to_numpy()
    row_users = scores["user_index"].to_numpy()
    is_used = (scorer >= 0) & np.isin(row_users, users)
    keys, positions = np.unique(_keys(scores)[is_used], return_inverse=True)
    values = np.zeros((keys.size, len(names)))
    values[positions, scorer[is_used]] = scores["scaled_score"].to_numpy()[is_used]
    return _Lists(
        starts=np.searchsorted(keys >> 32, np.append(users, np.int64(2**31))),
        items=(keys & (2**32 - 1)).astype(np.int32),
        scores=values,
        is_label=np.isin(keys, label_keys, assume_unique=True),
        label_counts=np.bincount(np.searchsorted(users, label_keys >> 32)),
    )


def _keys(table: pa.Table) -> np.ndarray:
    """Return user and item as one int64."""
    users = table["user_index"].to_numpy().astype(np.int64)
    return (users << 32) + table["item_index"].to_numpy()


def _quality(lists: _Lists, weights: np.ndarray, cutoff: int) -> np.ndarray:
    """Return recall + NDCG of each user with a label."""
    return _user_quality(*lists, weights, cutoff)


@compiled
def _user_quality(starts, items, scores, is_label, label_counts, weights, cutoff):
    """Return recall + NDCG at `cutoff` of each user, from the rank of each label."""
    quality = np.zeros(label_counts.size)
    for user in range(label_counts.size):
        begin, end = starts[user], starts[user + 1]
        blended = np.zeros(end - begin)
        for row in range(begin, end):
            for scorer in range(weights.size):
                blended[row - begin] += weights[scorer] * scores[row, scorer]
        hits, gain = 0, 0.0
        for row in range(begin, end):
            if not is_label[row]:
                continue
            ahead = 0
            for other in range(begin, end):
                ahead += is_before(
                    blended[other - begin],
                    items[other],
                    blended[row - begin],
                    items[row],
                )
            if ahead < cutoff:
                hits += 1
                gain += 1.0 / np.log2(ahead + 2.0)
        ideal = 0.0
        for rank in range(min(label_counts[user], cutoff)):
            ideal += 1.0 / np.log2(rank + 2.0)
        quality[user] = hits / label_counts[user] + gain / ideal
    return quality
