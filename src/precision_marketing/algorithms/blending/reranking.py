"""Lists filled place by place: pinned items, caps, diversity, items to explore.

Greedy maximal marginal relevance: Carbonell, Goldstein (1998), "The use of MMR,
diversity-based reranking for reordering documents and producing summaries", section 2.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.kernels.compiled import compiled
from precision_marketing.algorithms.kernels.parallel import chunks, in_order
from precision_marketing.algorithms.kernels.progress import Progress
from precision_marketing.algorithms.kernels.selection import check_count

# What put an item at its place, by number.
PLACEMENT_RULES = ("organic", "diversified", "pinned", "explored")
_ORGANIC, _DIVERSIFIED, _PINNED, _EXPLORED = range(4)
# Two items of one category, or of one brand, are so alike; of both, twice that.
_ALIKE_BY_GROUP = 0.5
# Below a billionth two items are equally good, and the better rank decides.
_DIGITS = 1e9


@dataclass(frozen=True)
class RerankedLists:
    """Lists of a block of users, arrays of shape (n_users, length).

    Attributes
    ----------
    items : array of int32
        Item at each place, -1 where nothing was left for it.
    ranks_before : array of int32
        Its rank in the ranking, from 1; 0 where that does not list it.
    rules : array of int8
        What put it there, as a position in `PLACEMENT_RULES`.
    """

    items: np.ndarray
    ranks_before: np.ndarray
    rules: np.ndarray


def rerank_lists(
    ranked: np.ndarray,
    scores: np.ndarray,
    pinned: np.ndarray,
    explored: np.ndarray,
    turns: np.ndarray,
    groups: np.ndarray,
    maxima: np.ndarray,
    likeness: csr_matrix | None,
    *,
    diversity: float,
    explored_count: int,
) -> RerankedLists:
    """Return each user's list, each place filled with the best that is allowed there.

    Pinned items come first, at their places. Each other place, from the first, goes to
    the first explored item if it is an exploring place, and else to the ranked item of
    the largest (1 - diversity) x relevance - diversity x likeness to the list so far;
    equals to the better rank. Relevance is the score over the user's best one.

    Parameters
    ----------
    ranked : array of int32, shape (n_users, depth)
        Items by rank, an item once, -1 for a rank that must not be shown or is not.
    scores : array of float64, same shape
    pinned : array of int32, shape (n_users, length)
        Item that is pinned to each place, -1 for none; length of the lists.
    explored : array of int32, shape (n_users, m)
        Items to explore in the order of trial, -1 after the end.
    turns : array of int, shape (n_users,)
        0 where the user explores at the last place and every other before it, 1 where
        at those between.
    groups : array of int32, shape (n_items, 2)
        Number of the item's category and of its brand, -1 for none; no category has
        the number of a brand.
    maxima : array of int, shape (n_items, 2)
        Items of the item's category and brand that a list may hold.
    likeness : csr_matrix, shape (n_items, n_items), float64, or None
        0 to 1, sorted indices; of the two directions of a pair the larger one counts.
        None for all 0.
    diversity : float
        Weight of unlikeness, 0 to 1.
    explored_count : int
        Exploring places of a user, >= 0; they alternate from the list's end.

    Returns
    -------
    RerankedLists

    Raises
    ------
    ValueError
        If the lists have no place, or diversity is not between 0 and 1.

    Notes
    -----
    Per user as many steps as the ranked items have neighbors, and depth x length.

    Examples
    --------
    Item 1 is like item 0, so that item 2 is shown before it:

    >>> none = np.full((1, 2), -1, np.int32)
    >>> found = rerank_lists(
    ...     np.array([[0, 1, 2]], np.int32), np.array([[1.0, 0.9, 0.8]]),
    ...     pinned=none, explored=none, turns=np.array([0]),
    ...     groups=np.full((3, 2), -1, np.int32), maxima=np.full((3, 2), 9),
    ...     likeness=csr_matrix(([0.8], ([1], [0])), shape=(3, 3)),
    ...     diversity=0.5, explored_count=0,
    ... )
    >>> found.items.tolist(), [PLACEMENT_RULES[rule] for rule in found.rules[0]]
    ([[0, 2]], ['organic', 'diversified'])
    """
    check_count("length", pinned.shape[1])
    if not 0 <= diversity <= 1:
        raise ValueError(f"diversity must be between 0 and 1, not {diversity}")
    found = RerankedLists(
        np.full(pinned.shape, -1, np.int32),
        np.zeros(pinned.shape, np.int32),
        np.zeros(pinned.shape, np.int8),
    )
    if likeness is None:
        likeness = csr_matrix((len(groups), len(groups)))
    parts = (likeness.indptr, likeness.indices, likeness.data)

    def fill(part: slice) -> None:
        _fill(
            ranked[part], scores[part], pinned[part], explored[part], turns[part],
            groups, maxima, *parts, float(diversity), explored_count,
            found.items[part], found.ranks_before[part], found.rules[part],
        )  # fmt: skip

    n_users = len(ranked)
    costs = np.full(n_users, float(ranked.shape[1] * pinned.shape[1]))
    plan = chunks(costs, max(n_users, 1), None)
    for _ in in_order(fill, plan, Progress("reranking", n_users, "users")):
        pass
    return found


@compiled
def _fill(
    ranked, scores, pinned, explored, turns, groups, maxima, starts, neighbors,
    similarities, diversity, explored_count, items, ranks_before, rules,
):  # fmt: skip
    """Write each user's list."""
    n_users, depth = ranked.shape
    length = pinned.shape[1]
    rank_of = np.zeros(len(groups), np.int32)
    is_taken = np.zeros(len(groups), np.bool_)
    shown = np.zeros(groups.max() + 1 if groups.size else 0, np.int64)
    waiting = np.empty(depth, np.int64)
    trying = np.empty(explored.shape[1], np.int64)
    relevance = np.empty(depth)
    nearest = np.empty(depth)
    pairs = np.empty((depth, depth) if diversity > 0.0 else (0, 0))
    for user in range(n_users):
        n_waiting = _queue(ranked[user], waiting)
        n_trying = _queue(explored[user], trying)
        for at in waiting[:n_waiting]:
            rank_of[ranked[user, at]] = at + 1
        _set_relevance(waiting[:n_waiting], scores[user], relevance)
        nearest[:] = 0.0
        if diversity > 0.0:
            _set_pairs(ranked[user], rank_of, starts, neighbors, similarities, pairs)
        # Pinned items count for the places before theirs too.
        for step in range(2 * length):
            place = step % length
            item, rule = pinned[user, place], _PINNED
            if (step < length) != (item >= 0):
                continue
            if step >= length:
                n_trying = _keep_open(
                    trying[:n_trying], explored[user], is_taken, groups, maxima, shown
                )
                n_waiting = _keep_open(
                    waiting[:n_waiting], ranked[user], is_taken, groups, maxima, shown
                )
                is_turn = (length - 1 - place) % 2 == turns[user]
                if is_turn and place >= length - 2 * explored_count and n_trying > 0:
                    item, rule = explored[user, trying[0]], _EXPLORED
                elif n_waiting > 0:
                    best = _best(waiting[:n_waiting], relevance, nearest, diversity)
                    item = ranked[user, waiting[best]]
                    rule = _DIVERSIFIED if best > 0 else _ORGANIC
                else:
                    continue
            items[user, place], rules[user, place] = item, rule
            ranks_before[user, place] = rank_of[item]
            is_taken[item] = True
            for kind in range(2):
                if groups[item, kind] >= 0:
                    shown[groups[item, kind]] += 1
            if diversity > 0.0:
                _come_nearer(
                    waiting[:n_waiting], ranked[user], item, rank_of[item] - 1, groups,
                    starts, neighbors, similarities, pairs, nearest,
                )  # fmt: skip
        # The next user finds everything as this one did.
        for item in items[user]:
            if item >= 0:
                is_taken[item] = False
                for kind in range(2):
                    if groups[item, kind] >= 0:
                        shown[groups[item, kind]] = 0
        for item in ranked[user]:
            if item >= 0:
                rank_of[item] = 0


@compiled
def _queue(items, waiting):
    """Write the positions of the items, without those of -1; return their number."""
    count = 0
    for at in range(len(items)):
        if items[at] >= 0:
            waiting[count] = at
            count += 1
    return count


@compiled
def _keep_open(waiting, items, is_taken, groups, maxima, shown):
    """Close up what waits to what may still be shown, and return its number.

    What may not be shown any more stays so: a list only grows.
    """
    kept = 0
    for at in waiting:
        item = items[at]
        is_open = not is_taken[item]
        for kind in range(2):
            group = groups[item, kind]
            is_open &= group < 0 or shown[group] < maxima[item, kind]
        if is_open:
            waiting[kept] = at
            kept += 1
    return kept


@compiled
def _set_relevance(waiting, scores, relevance):
    """Write each score over the largest; 1 where that is 0."""
    best = -np.inf
    for at in waiting:
        best = max(best, scores[at])
    for at in waiting:
        relevance[at] = scores[at] / best if best != 0.0 else 1.0


@compiled
def _best(waiting, relevance, nearest, diversity):
    """Return which of what waits has the largest marginal relevance, the first such."""
    if diversity == 0.0:
        return 0
    found, best = 0, -np.inf
    for number in range(len(waiting)):
        at = waiting[number]
        value = (1.0 - diversity) * relevance[at] - diversity * nearest[at]
        value = np.floor(value * _DIGITS + 0.5)
        if value > best:
            found, best = number, value
    return found


@compiled
def _set_pairs(ranked, rank_of, starts, neighbors, similarities, pairs):
    """Write how alike each two ranked items are: one look at each item's neighbors."""
    pairs[:] = 0.0
    for at in range(len(ranked)):
        if ranked[at] < 0:
            continue
        for entry in range(starts[ranked[at]], starts[ranked[at] + 1]):
            other = rank_of[neighbors[entry]] - 1
            if other >= 0 and similarities[entry] > pairs[at, other]:
                pairs[at, other] = pairs[other, at] = similarities[entry]


@compiled
def _come_nearer(
    waiting, ranked, item, row, groups, starts, neighbors, similarities, pairs, nearest
):  # fmt: skip
    """Raise what each waiting item has in common with the list, by an item more.

    Row: the item's own in `pairs`, -1 where the ranking does not list it.
    """
    for at in waiting:
        other = ranked[at]
        by_group = 0.0
        for kind in range(2):
            if groups[other, kind] >= 0 and groups[other, kind] == groups[item, kind]:
                by_group += _ALIKE_BY_GROUP
        if row >= 0:
            likeness = pairs[row, at]
        else:
            likeness = max(
                _likeness(item, other, starts, neighbors, similarities),
                _likeness(other, item, starts, neighbors, similarities),
            )
        nearest[at] = max(nearest[at], by_group, likeness)


@compiled
def _likeness(row, column, starts, neighbors, similarities):
    """Return an entry of a sparse matrix, by halving its row."""
    low, high = starts[row], starts[row + 1]
    while low < high:
        middle = (low + high) >> 1
        if neighbors[middle] < column:
            low = middle + 1
        else:
            high = middle
    if low < starts[row + 1] and neighbors[low] == column:
        return similarities[low]
    return 0.0
