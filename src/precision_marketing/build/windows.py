"""What every scorer reads from the build: one history a time window, and settings."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.kernels.top_items import iterate_top_items
from precision_marketing.algorithms.kernels.top_scores import iterate_top_scores
from precision_marketing.build.build_log import show_log_in_dbt
from precision_marketing.build.relations import (
    TIME_WINDOWS,
    matrix,
    of_time_windows,
    reader,
    scorer_schema,
    to_arrow,
    window_tables,
    with_window,
)


@dataclass(frozen=True)
class Window:
    """The history of one time window, as the scorers need it.

    Attributes
    ----------
    time_window : str
        train, test or serve.
    weights : csr_matrix, shape (n_users, n_items)
        Interaction weights of the history, unit-free.
    recency_positions : csr_matrix, shape (n_users, n_items)
        Place of each item of the history counted back from the user's last day with an
        event, from 1; 0 where nothing is stored.
    excluded : csr_matrix, shape (n_users, n_items)
        Non-zero where the user must not be offered the item.
    scored_users : array of int
        Users to rank items for.
    eligible_items : array of bool, shape (n_items,)
        Items that may be ranked.
    block_users : array of int, shape (n_users,), optional
        Of a block of users, their places in the whole window.
    """

    time_window: str
    weights: csr_matrix
    recency_positions: csr_matrix
    excluded: csr_matrix
    scored_users: np.ndarray
    eligible_items: np.ndarray
    block_users: np.ndarray | None = None

    @property
    def numbers(self) -> np.ndarray:
        """The users' places in the whole window, shape (n_users,)."""
        if self.block_users is None:
            return np.arange(self.weights.shape[0])
        return self.block_users

    def of_users(self, users: np.ndarray) -> "Window":
        """Return a block: the histories of some users, all of whom are scored.

        Parameters
        ----------
        users : array of int, shape (n,)
            Places in this window.

        Returns
        -------
        Window
            Row i is users[i]; nothing of others.
        """
        return replace(
            self,
            weights=self.weights[users],
            recency_positions=self.recency_positions[users],
            excluded=self.excluded[users],
            scored_users=np.arange(users.size),
            block_users=self.numbers[users],
        )

    @property
    def has_order(self) -> bool:
        """Whether somebody's history has an earlier and a later day."""
        return self.recency_positions.max() > 1 if self.weights.nnz else False

    def recent_weights(self, decay: float) -> csr_matrix:
        """Return the weights times decay^(recency position - 1).

        Parameters
        ----------
        decay : float
            What the next older day of a user's history counts, 0 to 1. Items of one
            day count the same, so that data without time are left as they are.

        Returns
        -------
        csr_matrix, shape (n_users, n_items)
        """
        factors = self.recency_positions.copy()
        factors.data = float(decay) ** (factors.data - 1)
        # Forgotten; single precision would slow down on what is left of it.
        factors.data[factors.data < 1e-12] = 0.0
        weights = self.weights.multiply(factors).tocsr()
        weights.eliminate_zeros()
        return weights

    def top_items(
        self,
        left: csr_matrix,
        right: csr_matrix,
        top_n: int,
        item_scale: np.ndarray | None = None,
    ) -> Iterator[pa.RecordBatch]:
        """Yield the best eligible items of the scored users by left @ right.

        Parameters
        ----------
        left, right : csr_matrix
            Shapes (n_users, m) and (m, n_items).
        top_n : int
            Items per user.
        item_scale : array of float64, shape (n_items,), optional
            Factor on each item's score.

        Yields
        ------
        pyarrow.RecordBatch
            `scores_schema`, a block of users each.
        """
        return iterate_top_items(
            left,
            right,
            users=self.scored_users,
            exclude=self.excluded,
            allowed_items=self.eligible_items,
            item_scale=item_scale,
            top_n=top_n,
        )

    def top_scores(
        self, score_block: Callable[[np.ndarray], np.ndarray], top_n: int
    ) -> Iterator[pa.RecordBatch]:
        """Yield the best eligible items of the scored users by dense scores.

        Parameters
        ----------
        score_block : callable
            From an array of users to their scores, shape (users, n_items).
        top_n : int
            Items per user.

        Yields
        ------
        pyarrow.RecordBatch
            `scores_schema`, a block of users each.
        """
        return iterate_top_scores(
            score_block,
            n_items=self.weights.shape[1],
            users=self.scored_users,
            exclude=self.excluded,
            allowed_items=self.eligible_items,
            item_scale=None,
            top_n=top_n,
        )


def stream_scores(
    scorer: str,
    windows: Iterator[Window],
    scores: Callable[[Window], Iterator[pa.RecordBatch]],
) -> pa.RecordBatchReader:
    """Return a scorer's lists for all windows, as a dbt Python model returns them.

    Parameters
    ----------
    scorer : str
        Its name.
    windows : iterator of Window
        As `read_windows` returns.
    scores : callable
        From a window to the batches of its lists (`scores_schema`).

    Returns
    -------
    pyarrow.RecordBatchReader
        `scorer_schema`; computed block by block while DuckDB reads.
    """
    batches = (
        with_window(batch, window.time_window, scorer)
        for window in windows
        for batch in scores(window)
    )
    return reader(scorer_schema, batches)


def read_windows(
    *,
    interactions: Any,
    users: Any,
    items: Any,
    time_windows: Sequence[str] = TIME_WINDOWS,
) -> Iterator[Window]:
    """Read time windows and return them one by one.

    From here on dbt shows what the library logs, such as progress on long runs.

    Parameters
    ----------
    interactions, users, items : duckdb.DuckDBPyRelation
        `int_user_item_matrix`, `int_window_users` and `int_item_features`.
    time_windows : sequence of str
        Those to read; all three where none are named.

    Returns
    -------
    iterator of Window
        In the order train, test, serve. The relations are read at once, the matrices
        are made one window at a time, so that only one is in memory.
    """
    show_log_in_dbt()
    asked = of_time_windows(time_windows)
    interaction_table = to_arrow(
        interactions.filter(asked).project(
            "time_window, user_index, item_index, interaction_weight, "
            "cast(is_excluded as integer) as is_excluded, recency_position"
        )
    )
    user_table = to_arrow(
        users.filter(asked).project("time_window, user_index, is_scored")
    )
    item_table = to_arrow(
        items.filter(asked).project("time_window, item_index, is_eligible")
    )
    return _windows(interaction_table, user_table, item_table, time_windows)


def _windows(
    interactions: pa.Table,
    users: pa.Table,
    items: pa.Table,
    time_windows: Sequence[str],
) -> Iterator[Window]:
    """Yield the windows of tables that are in memory."""
    users_by_window = dict(window_tables(users))
    items_by_window = dict(window_tables(items))
    for time_window, rows in window_tables(interactions):
        if time_window not in time_windows:
            continue
        window_items = items_by_window[time_window].sort_by("item_index")
        yield window_of(
            time_window,
            rows,
            users_by_window[time_window],
            window_items["is_eligible"].to_numpy(zero_copy_only=False),
        )


def window_of(
    time_window: str,
    interactions: pa.Table,
    users: pa.Table,
    eligible_items: np.ndarray,
) -> Window:
    """Return a window from the rows of its tables.

    Parameters
    ----------
    time_window : str
    interactions : pyarrow.Table
        user_index, item_index, interaction_weight, is_excluded (0 or 1) and
        recency_position.
    users : pyarrow.Table
        user_index, is_scored: all users of the window.
    eligible_items : array of bool, shape (n_items,)

    Returns
    -------
    Window
    """
    scored = users.filter(users["is_scored"])["user_index"]
    shape = _position_count(users, "user_index"), eligible_items.size

    def values(name: str) -> csr_matrix:
        return matrix(interactions, "user_index", "item_index", name, shape)

    return Window(
        time_window=time_window,
        weights=values("interaction_weight"),
        recency_positions=values("recency_position"),
        excluded=values("is_excluded"),
        scored_users=np.sort(scored.to_numpy()).astype(np.int64),
        eligible_items=eligible_items,
    )


def _position_count(table: pa.Table, column: str) -> int:
    """Return one more than the largest position, 0 for an empty table."""
    largest = pc.max(table[column]).as_py()
    return 0 if largest is None else largest + 1


def read_settings(
    relation: Any, scorer: str, *, with_shared: bool = True
) -> dict[str, float | str]:
    """Return a scorer's settings from `int_scorer_settings`.

    Parameters
    ----------
    relation : duckdb.DuckDBPyRelation
        Columns scorer, setting, setting_value, setting_text; one of the last two is
        null.
    scorer : str
        The scorer.
    with_shared : bool
        Whether the settings of `every_scorer` are added.

    Returns
    -------
    dict
        Setting to value; whole numbers as int, so that they can be counts.
    """
    rows = to_arrow(relation).to_pylist()
    wanted = (scorer, "every_scorer") if with_shared else (scorer,)
    return {
        row["setting"]: setting_of(row["setting_value"], row["setting_text"])
        for row in rows
        if row["scorer"] in wanted
    }


def setting_of(number: float | None, text: str | None) -> float | str:
    """Return a setting from its two columns, a whole number as int.

    Examples
    --------
    >>> setting_of(200.0, None), setting_of(0.5, None), setting_of(None, "cosine")
    (200, 0.5, 'cosine')
    """
    if text is not None:
        return text
    return int(number) if float(number).is_integer() else number
