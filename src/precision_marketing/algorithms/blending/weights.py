"""A weighted sum of scorers, its weights learned on lists and labels.

Source: Metzler, Croft (2007), "Linear feature-based models for information retrieval",
section 3.2 (coordinate ascent on the measure itself).
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from precision_marketing.algorithms.blending.quality import (
    Candidates,
    quality_of_sums,
    sums_of_parts,
)
from precision_marketing.algorithms.kernels.selection import check_count

# What one step tries: factors on a weight above 0, and shares of the largest weight
# for one at 0.
_FACTORS = (0.0, 0.5, 0.75, 1.33, 2.0)
_SHARES = (0.1, 0.3)


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
    user_count, lists = _pooled(scores, labels, names)
    best = _quality(lists, sums_of_parts(lists, weights), user_count, cutoff)
    generator = np.random.default_rng(seed)
    for _ in range(rounds if best.size else 0):
        is_better = False
        for number in generator.permutation(len(names)):
            others = weights.copy()
            others[number] = 0.0
            # Of all proposals the same: only the part of one scorer changes.
            sums = sums_of_parts(lists, others)
            own = np.ascontiguousarray(lists.scores[:, number])
            for weight in _proposals(weights, number):
                if weight == 0 and not others.any():
                    continue
                found = _quality(lists, sums + weight * own, user_count, cutoff)
                gain = found - best
                if gain.mean() > gain.std() / np.sqrt(gain.size):
                    weights, best, is_better = others.copy(), found, True
                    weights[number] = weight
        if not is_better:
            break
    weights *= total / weights.sum()
    return dict(zip(names, weights.tolist(), strict=True))


def _proposals(weights: np.ndarray, number: int) -> list[float]:
    """Return the values to try for one weight."""
    if weights[number] == 0:
        return [share * weights.max() for share in _SHARES]
    return [factor * weights[number] for factor in _FACTORS]


def _pooled(
    scores: pa.Table, labels: pa.Table, names: list[str]
) -> tuple[int, Candidates]:
    """Return the users with a label, and of those it is listed for all candidates.

    Whatever the weights, a user without a label in any list has the quality 0.
    """
    label_keys = np.sort(_keys(labels))
    users, label_counts = np.unique(label_keys >> 32, return_counts=True)
    scorer = pc.index_in(
        scores["scorer"].cast(pa.string()), pa.array(names, pa.string())
    )
    scorer = scorer.fill_null(-1).to_numpy()
    row_keys = _keys(scores)
    is_used = scorer >= 0
    is_hit = is_used & np.isin(row_keys, label_keys)
    reached = np.unique(row_keys[is_hit] >> 32)
    is_used &= np.isin(row_keys >> 32, reached)
    keys, positions = np.unique(row_keys[is_used], return_inverse=True)
    values = np.zeros((keys.size, len(names)))
    values[positions, scorer[is_used]] = scores["scaled_score"].to_numpy()[is_used]
    return users.size, Candidates(
        starts=np.searchsorted(keys >> 32, np.append(reached, np.int64(2**31))),
        items=(keys & (2**32 - 1)).astype(np.int32),
        scores=values,
        is_label=np.isin(keys, label_keys, assume_unique=True),
        label_counts=label_counts[np.isin(users, reached)],
    )


def _keys(table: pa.Table) -> np.ndarray:
    """Return user and item as one int64."""
    users = table["user_index"].to_numpy().astype(np.int64)
    return (users << 32) + table["item_index"].to_numpy()


def _quality(
    lists: Candidates, sums: np.ndarray, user_count: int, cutoff: int
) -> np.ndarray:
    """Return recall + NDCG of each user with a label, those of quality 0 at the end."""
    quality = np.zeros(user_count)
    quality[: lists.label_counts.size] = quality_of_sums(lists, sums, cutoff).sum(
        axis=1
    )
    return quality
