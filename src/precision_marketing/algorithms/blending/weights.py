"""A weighted sum of scorers, its weights learned on lists and labels.

Source: Metzler, Croft (2007), "Linear feature-based models for information retrieval",
section 3.2 (coordinate ascent on the measure itself).
"""

import numpy as np

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
    candidates: Candidates,
    *,
    user_count: int,
    start: dict[str, float],
    cutoff: int,
    rounds: int,
    seed: int,
) -> dict[str, float]:
    """Return the weights that rank the labels best, by coordinate ascent.

    A candidate's blended score is the sum of weight x scaled score over the scorers.
    Quality is the mean over users with a label of recall + NDCG at `cutoff`. One weight
    at a time is changed, in random order; a change is kept if it gains more than the
    standard error of its paired difference over users, so that noise is not learned.

    Parameters
    ----------
    candidates : Candidates
        Of the users with a label among them, columns of scores in the alphabetical
        order of the scorers: each scorer's divided per user by the mean of its own top
        20, 0 where it says nothing. Labels are what the users took afterwards, never
        from the test window.
    user_count : int
        Users with a label, among their candidates or not.
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
        better or no user has a label among the candidates.

    Raises
    ------
    ValueError
        If a weight or setting is out of range.

    Examples
    --------
    >>> candidates = Candidates(
    ...     starts=np.array([0, 2, 4]),
    ...     items=np.array([7, 8, 7, 8], np.int32),
    ...     scores=np.array([[0.5, 1.0], [2.0, 0.5]] * 2),
    ...     is_label=np.array([True, False] * 2),
    ...     label_counts=np.array([1, 1]),
    ... )
    >>> settings = dict(user_count=2, cutoff=1, rounds=3, seed=0)
    >>> weights = learn_weights(candidates, start={"bad": 1, "good": 1}, **settings)
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
    best = _quality(candidates, sums_of_parts(candidates, weights), user_count, cutoff)
    generator = np.random.default_rng(seed)
    # The weight of who says nothing changes no ranking.
    says_something = candidates.scores.any(axis=0)
    for _ in range(rounds if best.size else 0):
        is_better = False
        for number in generator.permutation(len(names)):
            if not says_something[number]:
                continue
            others = weights.copy()
            others[number] = 0.0
            # Of all proposals the same: only the part of one scorer changes.
            sums = sums_of_parts(candidates, others)
            own = np.ascontiguousarray(candidates.scores[:, number])
            for weight in _proposals(weights, number):
                if weight == 0 and not others.any():
                    continue
                found = _quality(candidates, sums + weight * own, user_count, cutoff)
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


def _quality(
    candidates: Candidates, sums: np.ndarray, user_count: int, cutoff: int
) -> np.ndarray:
    """Return recall + NDCG of each user with a label, those of quality 0 at the end."""
    quality = np.zeros(user_count)
    reached = quality_of_sums(candidates, sums, cutoff).sum(axis=1)
    quality[: reached.size] = reached
    return quality
