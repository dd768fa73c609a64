"""Recency decay of a profile: what a user touched last says most about what is next."""

import numpy as np

# The least a multiplier may be, so that no item leaves the history.
_SMALLEST = 1e-12


def recency_multipliers(
    user_index: np.ndarray, occurred_at: np.ndarray, *, decay: float
) -> np.ndarray:
    """Return decay^position of each row of a history, newest first within its user.

    Position 0 is the user's latest time, 1 the latest before it, and so on: rows of one
    time share a position, so that data whose events all have one time is unchanged.

    Parameters
    ----------
    user_index : array of int, shape (n,)
        A row for each user and item, in any order.
    occurred_at : array of datetime64 or numbers, shape (n,)
        When the user last touched the item.
    decay : float
        In (0, 1], per position; 1 is no decay.

    Returns
    -------
    array of float64, shape (n,)
        In [1e-12, 1], in the order given. Multiply the weights of the users' *profiles*
        by it (`left` of `iterate_top_items`), not those that neighbors are made from.

    Raises
    ------
    ValueError
        If `decay` is outside (0, 1], lengths differ or a time is missing.

    Examples
    --------
    >>> times = np.array(["2020-01-01", "2020-01-03", "2020-01-03"], "datetime64[D]")
    >>> recency_multipliers(np.array([0, 0, 0]), times, decay=0.5).tolist()
    [0.5, 1.0, 1.0]
    """
    if not 0 < decay <= 1:
        raise ValueError(f"decay must be above 0 and at most 1, not {decay}")
    users, times = np.asarray(user_index), np.asarray(occurred_at)
    if users.shape != times.shape:
        raise ValueError("user_index and occurred_at must have the same length")
    # NaT and NaN are not equal to themselves.
    if (times != times).any():
        raise ValueError("occurred_at must not be missing")
    if users.size == 0:
        return np.ones(0)
    order = np.lexsort((times, users))
    users, times = users[order], times[order]
    is_new_user = np.append(True, users[1:] != users[:-1])
    is_new = is_new_user | np.append(True, times[1:] != times[:-1])
    group = np.cumsum(is_new)
    # Each row's user's last group, from the row before the next user starts.
    ends = np.append(np.flatnonzero(is_new_user)[1:], users.size) - 1
    last = group[ends][np.cumsum(is_new_user) - 1]
    result = np.empty(users.size)
    result[order] = np.maximum(float(decay) ** (last - group), _SMALLEST)
    return result
