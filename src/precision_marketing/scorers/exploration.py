"""Items that hardly anybody has touched, in the order in which to try them out."""

from collections.abc import Callable

import numpy as np

from precision_marketing.algorithms.blending.lists import blend_lists
from precision_marketing.build.windows import Window
from precision_marketing.scorers.cold_items import Fields, Scorer, cold_window

# Reciprocal rank fusion: Cormack, Clarke, Buettcher (2009), section 2.
_RANK_OFFSET = 60


def exploration(
    window: Window,
    items: np.ndarray,
    fields: Fields,
    scorers: dict[str, Scorer],
    length: int,
) -> Callable[[np.ndarray], np.ndarray]:
    """Return the function from users to the items that their lists may try out.

    Parameters
    ----------
    window : Window
    items : array of int, shape (n,)
        Items hardly known, in the order in which they take turns.
    fields : dict of str to Field
        Of the window, as `read_fields` returns.
    scorers : dict of str to callable
        As `content_scorers` returns, with lists of at most `length`.
    length : int
        Items a user, >= 1.

    Returns
    -------
    callable
        From an array of users, ascending, to an array of int32, shape (users, length):
        items that the user may be offered, by the content scorers' lists together
        (sum of 1 / (60 + rank), to a billionth); then, for whom content says nothing,
        in turn, each user beginning one further on. -1 after the end.
    """

    def explored(users: np.ndarray) -> np.ndarray:
        found = np.full((users.size, length), -1, np.int32)
        if items.size == 0:
            return found
        lists = np.full((users.size, 1 + len(scorers), length), -1, np.int32)
        taking_turns = np.arange(1, min(length, items.size) + 1)
        in_turn = items[(users[:, None] + taking_turns) % items.size]
        is_owned = window.excluded[users[:, None], in_turn].toarray() > 0
        lists[:, 0, : taking_turns.size] = np.where(is_owned, -1, in_turn)
        shown = cold_window(window, items, users, is_hidden=False)
        for number, scorer in enumerate(scorers.values(), start=1):
            for batch in scorer(shown, fields):
                row = np.searchsorted(users, batch["user_index"].to_numpy())
                place = batch["scorer_rank"].to_numpy() - 1
                lists[row, number, place] = batch["item_index"].to_numpy()
        parts = np.empty(lists.shape)
        parts[:] = np.round(1e9 / (_RANK_OFFSET + 1 + np.arange(length)))
        fused = blend_lists(
            lists,
            parts,
            np.array([0.0] + [1.0] * len(scorers)),
            n_items=window.eligible_items.size,
            tie_scorer=0,
            keep=length,
            keep_of_each=0,
        )
        found[fused.users, fused.ranks - 1] = fused.items
        return found

    return explored
