"""Items hardly known: in which order a user's list would try them."""

import numpy as np
import pyarrow as pa
import pytest
from scipy.sparse import csr_matrix

from precision_marketing.build.windows import Window
from precision_marketing.scorers.exploration import exploration

N_USERS, N_ITEMS = 3, 6


def window(owned: list[tuple[int, int]]) -> Window:
    """Return a window in which users own some items."""
    excluded = csr_matrix(
        (np.ones(len(owned)), tuple(np.array(owned).T)), shape=(N_USERS, N_ITEMS)
    )
    return Window(
        time_window="serve",
        weights=excluded,
        recency_positions=excluded,
        excluded=excluded,
        scored_users=np.arange(N_USERS),
        eligible_items=np.ones(N_ITEMS, bool),
    )


def lists(rows: dict[int, list[int]]):
    """Return a scorer that lists items for users, if they are asked about."""

    def scorer(shown, fields):
        listed = [
            (user, item, rank)
            for user in shown.scored_users.tolist()
            for rank, item in enumerate(rows.get(user, []), start=1)
            if shown.eligible_items[item]
        ]
        columns = list(zip(*listed, strict=True)) or [(), (), ()]
        names = ("user_index", "item_index", "scorer_rank")
        yield pa.record_batch([pa.array(c, pa.int32()) for c in columns], names=names)

    return scorer


def test_explored_items_come_by_content_then_in_turn_and_never_twice():
    """Items 3 and 4 are explorable.

    Content lists 4 for user 0, who has none of them; user 1 has 4 already and gets 3,
    by turn.
    """
    scorers = {"naive_bayes": lists({0: [4]}), "content_tfidf": lists({0: [4]})}
    explored = exploration(window([(1, 4)]), np.array([3, 4]), {}, scorers, 3)
    assert explored(np.array([0, 1])).tolist() == [[4, 3, -1], [3, -1, -1]]


def test_scorers_are_fused_by_reciprocal_ranks_and_ties_go_to_the_turn():
    """User 0: 1/61 + 1/63 is more than 2/62; 3 and 5 tie, and 5 has the next turn.

    User 1: 2/62 is more than 1/61; it would not be with ranks alone.
    """
    scorers = {
        "a": lists({0: [4, 2, 0, 3], 1: [2, 4]}),
        "b": lists({0: [1, 2, 4, 5], 1: [1, 4]}),
    }
    explored = exploration(window([(2, 0)]), np.array([3, 4, 2, 5]), {}, scorers, 4)
    assert explored(np.array([0])).tolist() == [[4, 2, 5, 3]]
    explored = exploration(window([(2, 0)]), np.array([3, 5, 2, 4]), {}, scorers, 2)
    assert explored(np.array([1])).tolist() == [[4, 2]]


@pytest.mark.parametrize("users", [[0, 1, 2], [1], [0, 2]])
def test_where_content_says_nothing_items_take_turns(users):
    explored = exploration(window([(2, 0)]), np.array([3, 5, 4, 2]), {}, {}, 2)
    turns = np.array([[5, 4], [4, 2], [2, 3]])
    assert explored(np.array(users)).tolist() == turns[users].tolist()


def test_where_everything_is_known_nothing_is_explored():
    explored = exploration(window([(0, 1)]), np.array([], int), {}, {}, 2)
    assert explored(np.array([0, 1])).tolist() == [[-1, -1]] * 2
