"""The largest k of a stream of scores, compiled; ties go to the lowest index."""

import numpy as np

from precision_marketing.algorithms.kernels.compiled import compiled

# Dropped bits of a double's 52: 40 stay, as in `_selection.rounded`.
_HALF = 1 << 11
_KEPT = ~((1 << 12) - 1)
# A score that is below the threshold by more than this cannot round up to it.
MARGIN = 1.0 - 2.0**-39
# Parts of a sort that are sorted by insertion.
_INSERTION = 12


@compiled
def rounded_score(value: float) -> float:
    """Return a score with 40 bits of fraction, as `_selection.rounded` does."""
    bits = np.float64(value).view(np.int64)
    return np.int64((bits + _HALF) & _KEPT).view(np.float64)


@compiled
def rounded_to(value: float, dropped: int) -> float:
    """Return a score without the last `dropped` of its 52 bits of fraction."""
    bits = np.float64(value).view(np.int64)
    half = np.int64(1) << (dropped - 1)
    return np.int64((bits + half) & ~((half << 1) - 1)).view(np.float64)


@compiled
def is_before(score_a: float, index_a: int, score_b: float, index_b: int) -> bool:
    """Return whether a ranks before b: larger score, then lower index."""
    return score_a > score_b or (score_a == score_b and index_a < index_b)


@compiled
def _partition(scores, indices, low, high):
    """Return where the pivot of entries low to high ends up; before it, the better.

    Without branches, which would be mispredicted half of the time.
    """
    # Median of three as pivot, so that sorted input is not the worst case.
    a, b, c = low, (low + high) >> 1, high
    if is_before(scores[b], indices[b], scores[a], indices[a]):
        a, b = b, a
    if is_before(scores[c], indices[c], scores[b], indices[b]):
        b = c
        if is_before(scores[b], indices[b], scores[a], indices[a]):
            b = a
    score, index = scores[b], indices[b]
    scores[b], indices[b] = scores[high], indices[high]
    end = low
    for position in range(low, high):
        other, other_index = scores[position], indices[position]
        scores[position], indices[position] = scores[end], indices[end]
        scores[end], indices[end] = other, other_index
        end += (other > score) | ((other == score) & (other_index < index))
    scores[high], indices[high] = scores[end], indices[end]
    scores[end], indices[end] = score, index
    return end


@compiled
def keep_best(scores, indices, n, k):
    """Move the k first-ranked of n entries to the front, in any order (quickselect).

    Afterwards position k - 1 holds the last-ranked of them.
    """
    low, high, goal = 0, n - 1, k - 1
    while low < high:
        middle = _partition(scores, indices, low, high)
        if middle == goal:
            return
        if middle < goal:
            low = middle + 1
        else:
            high = middle - 1


@compiled
def sort_best(scores, indices, n):
    """Sort n entries by rank, in place: quick sort, small parts by insertion."""
    lows = np.empty(64, np.int64)
    highs = np.empty(64, np.int64)
    lows[0], highs[0] = 0, n - 1
    waiting = 1
    while waiting:
        waiting -= 1
        low, high = lows[waiting], highs[waiting]
        while high - low > _INSERTION:
            middle = _partition(scores, indices, low, high)
            # The longer part waits: the stack holds at most log2(n) parts.
            if middle - low > high - middle:
                lows[waiting], highs[waiting] = low, middle - 1
                low = middle + 1
            else:
                lows[waiting], highs[waiting] = middle + 1, high
                high = middle - 1
            waiting += 1
        for position in range(low + 1, high + 1):
            score, index = scores[position], indices[position]
            hole = position
            while hole > low and is_before(
                score, index, scores[hole - 1], indices[hole - 1]
            ):
                scores[hole], indices[hole] = scores[hole - 1], indices[hole - 1]
                hole -= 1
            scores[hole], indices[hole] = score, index
