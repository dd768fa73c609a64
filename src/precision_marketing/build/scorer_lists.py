"""The scorers' lists, read in blocks of users while a model writes its rows."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from precision_marketing.algorithms.blending.lists import OtherScores, scale_lists
from precision_marketing.algorithms.kernels.pair_scores import LinearScores, pair_scores
from precision_marketing.algorithms.kernels.parallel import ahead
from precision_marketing.build.relations import to_arrow

# With what is made of them, some 100 KB a user: 200 MB.
USERS_PER_BLOCK = 2_000
_COLUMNS = "scorer_number, user_index, item_index, score, scorer_rank"


class ListBlock(NamedTuple):
    """Lists of some users, scaled: arrays (users, scorers, depth), -1 after the end.

    `others` fills the scaled scores of what the lists end before.
    """

    users: np.ndarray
    items: np.ndarray
    scaled_scores: np.ndarray
    others: OtherScores


class ScorerLists:
    """Reads `candidate_scores` by blocks of users.

    Parameters
    ----------
    candidate_scores : duckdb.DuckDBPyRelation
        Columns time_window, scorer_number, user_index, item_index, score, scorer_rank.
        Read block by block: where a model's rows are made of the blocks, it must be on
        another cursor (`relations.on_other_cursor`).
    scorers : sequence of str
        Names in alphabetical order: a scorer's number is its place.
    depth : int
        Longest list.
    """

    def __init__(self, candidate_scores: Any, scorers: Sequence[str], depth: int):
        if list(scorers) != sorted(scorers):
            raise ValueError("scorers must be in alphabetical order")
        # On Spark this is what loads them, once.
        self._relation = candidate_scores.project(f"time_window, {_COLUMNS}")
        self.scorers = tuple(scorers)
        self.depth = depth

    def blocks(
        self,
        time_window: str,
        users: np.ndarray,
        full_scores: Mapping[str, LinearScores] | None = None,
    ) -> Iterator[ListBlock]:
        """Yield the lists of users, in ascending order, block by block.

        The next block is read while one is used.

        Parameters
        ----------
        time_window : str
        users : array of int
            Ascending, distinct.
        full_scores : mapping of str to LinearScores, optional
            Scorer to its scores of all pairs, in units of its lists.

        Yields
        ------
        ListBlock
            Scores divided by the mean of the list's first twenty.
        """
        parts = (
            users[start : start + USERS_PER_BLOCK]
            for start in range(0, users.size, USERS_PER_BLOCK)
        )
        yield from ahead(
            self._block(time_window, part, full_scores or {}) for part in parts
        )

    def _block(
        self,
        time_window: str,
        users: np.ndarray,
        full_scores: Mapping[str, LinearScores],
    ) -> ListBlock:
        rows = to_arrow(
            self._relation.filter(
                f"time_window = '{time_window}'"
                f" and user_index between {users[0]} and {users[-1]}"
            ).project(_COLUMNS)
        )
        return list_block(rows, users, self.scorers, self.depth, full_scores)


def list_block(
    rows: pa.Table,
    users: np.ndarray,
    scorers: Sequence[str],
    depth: int,
    full_scores: Mapping[str, LinearScores],
) -> ListBlock:
    """Return the rows of some users' lists as a block.

    Parameters
    ----------
    rows : pyarrow.Table
        scorer_number, user_index, item_index, score, scorer_rank.
    users : array of int
        Ascending, distinct; rows of others are left out.
    scorers : sequence of str
        A scorer's number is its place.
    depth : int
        Longest list.
    full_scores : mapping of str to LinearScores
        Scorer to its scores of all pairs, in units of its lists.

    Returns
    -------
    ListBlock
    """
    shape = (users.size, len(scorers), depth)
    items = np.full(shape, -1, np.int32)
    scores = np.zeros(shape)
    factors = np.zeros(shape[:2])
    if rows.num_rows:
        row_users = rows["user_index"].to_numpy()
        place = np.searchsorted(users, row_users)
        is_asked = users[np.minimum(place, users.size - 1)] == row_users
        target = (
            place[is_asked],
            rows["scorer_number"].to_numpy()[is_asked],
            rows["scorer_rank"].to_numpy()[is_asked] - 1,
        )
        items[target] = rows["item_index"].to_numpy()[is_asked]
        scores[target] = rows["score"].to_numpy()[is_asked]
        factors = scale_lists(items, scores)

    def others(rows: np.ndarray, items: np.ndarray, scaled: np.ndarray) -> None:
        for number, scorer in enumerate(scorers):
            if scorer not in full_scores:
                continue
            factor = factors[rows, number]
            at = np.flatnonzero(np.isnan(scaled[:, number]) & (factor > 0))
            found = pair_scores(full_scores[scorer], users[rows[at]], items[at])
            # As in a list, where nothing below 0 is.
            scaled[at, number] = np.maximum(found, 0.0) * factor[at]

    return ListBlock(users, items, scores, others)
