"""How near each candidate is to the end of its user's history, and to all of it.

A list holds only the best of a user, and its scores mix the whole history. What a
ranker needs besides is said for every candidate here: its similarity to the items of
each of the last days, by a table of neighbors or by text. Sources: Ludewig, Jannach
(2018), "Evaluation of session-based recommendation algorithms", section 3.1 (the last
items say most); Rendle et al. (2010), "Factorizing personalized Markov chains".
"""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.kernels.compiled import compiled
from precision_marketing.algorithms.kernels.parallel import chunks, in_order
from precision_marketing.algorithms.kernels.progress import Progress
from precision_marketing.algorithms.kernels.selection import check_count

# Candidates of one result block.
_ROWS_PER_CHUNK = 1_000_000


def neighbor_similarities(
    users: np.ndarray,
    items: np.ndarray,
    positions: csr_matrix,
    neighbors: Sequence[csr_matrix],
    *,
    decay: float,
    days: int,
) -> np.ndarray:
    """Return how near each candidate is to its user's history by neighbor matrices.

    Parameters
    ----------
    users, items : array of int, shape (n,)
        The candidates, those of one user side by side.
    positions : csr_matrix, shape (n_users, n_items)
        Days of the history counted back from the last, from 1; 0 where not stored.
    neighbors : sequence of csr_matrix, shape (n_items, n_items)
        Row = candidate, column = item of a history, >= 0. All have entries at the same
        places, which are looked up once.
    decay : float
        What the next older day counts in the first column, 0 to 1.
    days : int
        Days looked at one by one, >= 1.

    Returns
    -------
    array of float64, shape (n, n_matrices * (1 + days))
        By matrix: sum over the history of decay^(position - 1) x similarity; then, for
        the last day, the one before and so on, the largest similarity to an item of the
        day, 0 where there is none.

    Raises
    ------
    ValueError
        If the matrices have entries at different places.

    Examples
    --------
    >>> positions = csr_matrix([[1, 2, 0]])
    >>> neighbors = csr_matrix([[0, 0, 0], [0, 0, 0], [0.5, 0.25, 0]])
    >>> one = np.array([0]), np.array([2])
    >>> neighbor_similarities(*one, positions, [neighbors], decay=0.5, days=2).tolist()
    [[0.625, 0.5, 0.25]]
    """
    first = neighbors[0]
    for other in neighbors[1:]:
        if not (
            np.array_equal(other.indptr, first.indptr)
            and np.array_equal(other.indices, first.indices)
        ):
            raise ValueError("neighbor matrices must have entries at the same places")
    return _by_user(
        _fill_from_neighbors,
        users,
        items,
        positions,
        (first.indptr, first.indices, np.column_stack([one.data for one in neighbors])),
        size=positions.shape[1],
        columns=len(neighbors) * (1 + days),
        decay=decay,
        days=days,
        task="similarity to neighbors",
    )


def text_similarities(
    users: np.ndarray,
    items: np.ndarray,
    positions: csr_matrix,
    profiles: csr_matrix,
    *,
    decay: float,
    days: int,
) -> np.ndarray:
    """Return the cosine of each candidate's text to that of its user's history.

    Parameters
    ----------
    users, items, positions, decay, days
        As for `neighbor_similarities`.
    profiles : csr_matrix, shape (n_items, n_terms)
        TF-IDF weights, rows of length 1 or 0.

    Returns
    -------
    array of float64, shape (n, 1 + days)
        Cosine to the sum of the history's profiles, decayed as above; then to the sum
        of each day's. 0 where one of the two has no text.

    Examples
    --------
    >>> profiles = csr_matrix([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]])
    >>> one = np.array([0]), np.array([2])
    >>> found = text_similarities(
    ...     *one, csr_matrix([[1, 2, 0]]), profiles, decay=1.0, days=2
    ... )
    >>> found.round(6).tolist()
    [[0.989949, 0.6, 0.8]]
    """
    return _by_user(
        _fill_from_text,
        users,
        items,
        positions,
        (profiles.indptr, profiles.indices, profiles.data),
        size=profiles.shape[1],
        columns=1 + days,
        decay=decay,
        days=days,
        task="similarity of text",
    )


def _powers(positions: csr_matrix, decay: float) -> np.ndarray:
    """Return decay^(position - 1) by position; 0 at position 0."""
    last = int(positions.data.max()) if positions.nnz else 0
    powers = float(decay) ** (np.arange(last + 1) - 1.0)
    powers[0] = 0.0
    return powers


def _by_user(
    kernel: Callable[..., None],
    users: np.ndarray,
    items: np.ndarray,
    positions: csr_matrix,
    of_items: tuple[np.ndarray, np.ndarray, np.ndarray],
    *,
    size: int,
    columns: int,
    decay: float,
    days: int,
    task: str,
) -> np.ndarray:
    """Return the columns of all candidates, filled by blocks of users in threads.

    `of_items` says what a kernel compares items by: starts of rows, columns, values;
    `size` is the length of its scratch.
    """
    check_count("days", days)
    out = np.zeros((users.size, columns))
    if users.size == 0:
        return out
    starts = np.flatnonzero(np.r_[True, users[1:] != users[:-1], True])
    history = (
        positions.indptr,
        positions.indices,
        positions.data.astype(np.int32),
        _powers(positions, decay),
    )
    compared = (*of_items, size)

    def of_users(part: slice) -> None:
        rows = slice(int(starts[part.start]), int(starts[part.stop]))
        first = starts[part.start : part.stop + 1] - starts[part.start]
        kernel(first, users[rows], items[rows], *history, *compared, days, out[rows])

    # What a candidate is compared by is gone through once.
    lengths = np.append(0.0, np.cumsum(np.diff(of_items[0])[items] + 1.0))
    costs = np.diff(lengths[starts])
    parts = chunks(costs, max(1, _ROWS_PER_CHUNK // 100), None)
    for _ in in_order(of_users, parts, Progress(task, costs.size, "users")):
        pass
    return out


@compiled
def _fill_from_neighbors(
    starts, users, items, p_starts, p_items, p_values, powers, n_starts, n_items,
    n_values, item_count, days, out,
):  # fmt: skip
    position = np.zeros(item_count, np.int32)
    # Small enough for the nearest cache: most neighbors are not of the history.
    is_of_user = np.zeros(item_count, np.uint8)
    shared = np.empty(item_count + 1, np.int64)
    for block in range(starts.size - 1):
        user = users[starts[block]]
        for k in range(p_starts[user], p_starts[user + 1]):
            position[p_items[k]] = p_values[k]
            is_of_user[p_items[k]] = p_values[k] > 0
        for row in range(starts[block], starts[block + 1]):
            item = items[row]
            # Without branches, which would be mispredicted wherever one is found.
            count = 0
            for k in range(n_starts[item], n_starts[item + 1]):
                shared[count] = k
                count += is_of_user[n_items[k]]
            for k in shared[:count]:
                place = position[n_items[k]]
                for matrix in range(n_values.shape[1]):
                    value, first = n_values[k, matrix], matrix * (1 + days)
                    out[row, first] += powers[place] * value
                    if place <= days and value > out[row, first + place]:
                        out[row, first + place] = value
        for k in range(p_starts[user], p_starts[user + 1]):
            is_of_user[p_items[k]] = 0


@compiled
def _fill_from_text(
    starts, users, items, p_starts, p_items, p_values, powers, t_starts, t_terms,
    t_values, term_count, days, out,
):  # fmt: skip
    columns = 1 + days
    sums = np.zeros((term_count, columns))
    lengths = np.zeros(columns)
    for block in range(starts.size - 1):
        user = users[starts[block]]
        for k in range(p_starts[user], p_starts[user + 1]):
            place = p_values[k]
            for t in range(t_starts[p_items[k]], t_starts[p_items[k] + 1]):
                sums[t_terms[t], 0] += powers[place] * t_values[t]
                if place < columns:
                    sums[t_terms[t], place] += t_values[t]
        for row in range(starts[block], starts[block + 1]):
            for t in range(t_starts[items[row]], t_starts[items[row] + 1]):
                for column in range(columns):
                    out[row, column] += sums[t_terms[t], column] * t_values[t]
        # The squared lengths, and the sums back to 0, each term once.
        lengths[:] = 0.0
        for k in range(p_starts[user], p_starts[user + 1]):
            for t in range(t_starts[p_items[k]], t_starts[p_items[k] + 1]):
                for column in range(columns):
                    lengths[column] += sums[t_terms[t], column] ** 2
                    sums[t_terms[t], column] = 0.0
        for column in range(columns):
            if lengths[column] > 0.0:
                length = np.sqrt(lengths[column])
                for row in range(starts[block], starts[block + 1]):
                    out[row, column] /= length
