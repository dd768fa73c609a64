"""What every scorer reads from the build: one history a time window, and settings."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import csr_matrix

from precision_marketing.relations import matrix, to_arrow, window_tables


@dataclass(frozen=True)
class Window:
    """The history of one time window, as the scorers need it.

    Attributes
    ----------
    time_window : str
        train, test or serve.
    weights : csr_matrix, shape (n_users, n_items)
        Interaction weights of the history, unit-free.
    excluded : csr_matrix, shape (n_users, n_items)
        Non-zero where the user must not be offered the item.
    scored_users : array of int
        Users to rank items for.
    eligible_items : array of bool, shape (n_items,)
        Items that may be ranked.
    """

    time_window: str
    weights: csr_matrix
    excluded: csr_matrix
    scored_users: np.ndarray
    eligible_items: np.ndarray


def read_windows(*, interactions: Any, users: Any, items: Any) -> Iterator[Window]:
    """Read the three time windows and return them one by one.

    Parameters
    ----------
    interactions, users, items : duckdb.DuckDBPyRelation
        `int_user_item_matrix`, `int_window_users` and `int_item_features`.

    Returns
    -------
    iterator of Window
        train, test, serve. The relations are read at once, the matrices are made one
        window at a time, so that only one is in memory.
    """
    interaction_table = to_arrow(
        interactions.project(
            "time_window, user_index, item_index, interaction_weight, "
            "cast(is_excluded as integer) as is_excluded"
        )
    )
    user_table = to_arrow(users.project("time_window, user_index, is_scored"))
    item_table = to_arrow(items.project("time_window, item_index, is_eligible"))
    return _windows(interaction_table, user_table, item_table)


def _windows(
    interactions: pa.Table, users: pa.Table, items: pa.Table
) -> Iterator[Window]:
    """Yield the windows of tables that are in memory."""
    shape = (_position_count(users, "user_index"), _position_count(items, "item_index"))
    users_by_window = dict(window_tables(users))
    items_by_window = dict(window_tables(items))
    for time_window, rows in window_tables(interactions):
        window_users = users_by_window[time_window]
        scored = window_users.filter(window_users["is_scored"])["user_index"]
        window_items = items_by_window[time_window].sort_by("item_index")
        yield Window(
            time_window=time_window,
            weights=matrix(
                rows, "user_index", "item_index", "interaction_weight", shape
            ),
            excluded=matrix(rows, "user_index", "item_index", "is_excluded", shape),
            scored_users=np.sort(scored.to_numpy()).astype(np.int64),
            eligible_items=window_items["is_eligible"].to_numpy(zero_copy_only=False),
        )


def _position_count(table: pa.Table, column: str) -> int:
    """Return one more than the largest position, 0 for an empty table."""
    largest = pc.max(table[column]).as_py()
    return 0 if largest is None else largest + 1


def read_settings(relation: Any, scorer: str) -> dict[str, float]:
    """Return a scorer's settings from `int_scorer_settings`.

    Parameters
    ----------
    relation : duckdb.DuckDBPyRelation
        Columns scorer, setting, setting_value.
    scorer : str
        The scorer; the settings of `every_scorer` are added.

    Returns
    -------
    dict
        Setting to value; whole numbers as int, so that they can be counts.
    """
    rows = to_arrow(relation).to_pylist()
    return {
        row["setting"]: _number(row["setting_value"])
        for row in rows
        if row["scorer"] in (scorer, "every_scorer")
    }


def _number(value: float) -> float:
    """Return a whole number as int."""
    return int(value) if float(value).is_integer() else value
