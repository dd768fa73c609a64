"""What the leading directions of a spectrum leave of the pairs that share a user."""

import numpy as np
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.kernels.compiled import compiled, compiled_reordered
from precision_marketing.algorithms.kernels.engine import RESULT_BYTES, factor
from precision_marketing.algorithms.kernels.parallel import chunks, in_order
from precision_marketing.algorithms.kernels.progress import Progress
from precision_marketing.algorithms.kernels.sums import add_row, row_work
from precision_marketing.algorithms.kernels.top import (
    is_before,
    keep_best,
    rounded_to,
)

# Bits of a double that sums of single precision do not have (`top_scores`).
_DROPPED_BITS = 36
# Pairs whose products are computed in one go, 5 MB of them, and vectors that are met
# in turn meanwhile: those of rank 128 take 2 MB, which stay in a nearer cache.
_PAIRS = 2**18
_NEAR = 4_096


def largest_of_rest(
    scaled: csr_matrix, known: np.ndarray, vectors: np.ndarray, top_k: int
) -> csr_matrix:
    """Return the largest sources of each target of scaled^T scaled - known vectors^T.

    Parameters
    ----------
    scaled : csr_matrix, shape (n_users, n_items), float64
    known, vectors : array of float32, shape (n_items, rank)
    top_k : int
        Sources of a target, >= 1, among the items that share a user with it.

    Returns
    -------
    csr_matrix, shape (n_items, n_items), float64
        Row = source, column = target; values above 0 alone.

    Examples
    --------
    >>> scaled = csr_matrix([[1.0, 1.0, 0.0], [0.0, 1.0, 2.0]])
    >>> nothing = np.zeros((3, 1), np.float32)
    >>> largest_of_rest(scaled, nothing, nothing, top_k=1).toarray().tolist()
    [[0.0, 0.0, 0.0], [1.0, 0.0, 2.0], [0.0, 2.0, 0.0]]
    """
    n_items = scaled.shape[1]
    by_item, by_user = factor(scaled.T.tocsr()), factor(scaled)

    def largest(part: slice) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        targets = np.arange(part.start, part.stop)
        return _rest_of(targets, by_item, by_user, known, vectors, int(top_k), _PAIRS)

    # As many products as there are pairs, and one of vectors for each other item.
    work = row_work(np.arange(n_items), by_item, by_user[0])
    work += vectors.shape[1] * np.minimum(work, n_items)
    maximum_rows = max(1, RESULT_BYTES // (16 * min(int(top_k), n_items)))
    progress = Progress("spectral rest", n_items, "items")
    found = list(in_order(largest, chunks(work, maximum_rows, None), progress))
    targets, sources, values = map(np.concatenate, zip(*found, strict=True))
    return csr_matrix((values, (sources, targets)), shape=(n_items, n_items))


@compiled
def _rest_of(targets, by_item, by_user, known, vectors, top_k, most_pairs):
    """Return target, source and value of the `top_k` largest values of each target."""
    n_items = len(vectors)
    top_k = min(top_k, n_items)
    room = 2 * top_k + 64
    ones = np.ones(by_user[0].size - 1)
    sums, listed = np.zeros(n_items), np.empty(n_items // 4 + 1, np.int32)
    every = np.arange(n_items).astype(np.int32)
    scores, best = np.empty(room), np.empty(room, np.int32)
    out_targets = np.empty(targets.size * top_k, np.int32)
    out_sources = np.empty(targets.size * top_k, np.int32)
    out_values = np.empty(targets.size * top_k)
    # The last target may go beyond.
    most_pairs = min(most_pairs, targets.size * n_items)
    sources = np.empty(most_pairs + n_items, np.int32)
    values = np.empty(sources.size)
    ends = np.zeros(targets.size + 1, np.int64)
    written, first = 0, 0
    while first < targets.size:
        last, count = first, 0
        while last < targets.size and count < most_pairs:
            target = targets[last]
            found = add_row(target, by_item, by_user, ones, sums, listed)
            sums[target] = 0.0
            for source in listed[:found] if found >= 0 else every:
                if sums[source] != 0.0:
                    sources[count], values[count] = source, sums[source]
                    sums[source] = 0.0
                    count += 1
            last += 1
            ends[last] = count
        ends[first] = 0
        _subtract_known(targets, first, last, ends, sources, values, known, vectors)
        for number in range(first, last):
            kept, limit, limit_source = 0, 0.0, np.int32(2**31 - 1)
            for pair in range(ends[number], ends[number + 1]):
                score, source = rounded_to(values[pair], _DROPPED_BITS), sources[pair]
                if score > 0.0 and is_before(score, source, limit, limit_source):
                    scores[kept], best[kept] = score, source
                    kept += 1
                    if kept == room:
                        keep_best(scores, best, kept, top_k)
                        kept = top_k
                        limit, limit_source = scores[top_k - 1], best[top_k - 1]
            if kept > top_k:
                keep_best(scores, best, kept, top_k)
                kept = top_k
            out_targets[written : written + kept] = targets[number]
            out_sources[written : written + kept] = best[:kept]
            out_values[written : written + kept] = scores[:kept]
            written += kept
        first = last
    return (
        out_targets[:written].copy(),
        out_sources[:written].copy(),
        out_values[:written].copy(),
    )


@compiled
def _subtract_known(targets, first, last, ends, sources, values, known, vectors):
    """Subtract known x vectors^T of each pair of targets `first` to `last` from it.

    Pairs are taken by where their source's vector lies: a vector out of all of them,
    which no cache holds, would take four times as long to fetch as to multiply.
    """
    starts = np.zeros(len(vectors) // _NEAR + 2, np.int64)
    for pair in range(ends[last]):
        starts[sources[pair] // _NEAR + 1] += 1
    places = np.cumsum(starts)
    order = np.empty(ends[last], np.int32)
    owners = np.empty(ends[last], np.int32)
    for number in range(first, last):
        for pair in range(ends[number], ends[number + 1]):
            near = sources[pair] // _NEAR
            order[places[near]], owners[places[near]] = pair, targets[number]
            places[near] += 1
    for place in range(order.size):
        pair = order[place]
        values[pair] -= _dot(known[owners[place]], vectors[sources[pair]])


@compiled_reordered
def _dot(left, right):
    """Return the product of two vectors of float32."""
    total = np.float32(0.0)
    for k in range(left.size):
        total += left[k] * right[k]
    return total
