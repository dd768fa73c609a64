"""Rankings of items that hardly anybody has touched, which only content can tell."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import csr_matrix, diags_array

from precision_marketing.algorithms.kernels.top_items import scores_schema
from precision_marketing.build.documents import REVIEWS, Field
from precision_marketing.build.relations import to_arrow, window_tables, with_window
from precision_marketing.build.windows import Window

# Of this set the scorers must not know the history.
HIDDEN = "hidden"

cold_schema = pa.schema(
    [("item_set", pa.string()), ("item_group", pa.int32()), *scores_schema]
)

Fields = dict[str, Field]
Scorer = Callable[[Window, Fields], Iterator[pa.RecordBatch]]


def cold_item_batches(
    windows: Iterator[Window],
    users: Any,
    cold_items: Any,
    fields: dict[str, Fields],
    scorers: dict[str, Scorer],
) -> Iterator[pa.RecordBatch]:
    """Return the lists of every content scorer when only cold items are ranked.

    Parameters
    ----------
    windows : iterator of Window
    users, cold_items : duckdb.DuckDBPyRelation
        `cold_item_users` and `int_cold_items`; read at once.
    fields : dict of str to Fields
        As `read_fields` returns.
    scorers : dict of str to callable
        As `content_scorers` returns.

    Returns
    -------
    iterator of pyarrow.RecordBatch
        `cold_schema` with time_window and scorer in front, of `train` and `test`.
    """
    columns = "time_window, item_set, item_group, "
    user_rows = to_arrow(users.project(columns + "user_index"))
    item_rows = to_arrow(cold_items.project(columns + "item_index"))
    return _batches(
        windows,
        dict(window_tables(user_rows)),
        dict(window_tables(item_rows)),
        fields,
        scorers,
    )


def cold_window(
    window: Window, items: np.ndarray, users: np.ndarray, *, is_hidden: bool
) -> Window:
    """Return a window in which only some items may be ranked, for some users.

    Parameters
    ----------
    window : Window
    items : array of int
        The items to rank.
    users : array of int
        The users to rank them for.
    is_hidden : bool
        Whether the histories must not know the items.

    Returns
    -------
    Window
    """
    is_cold = np.zeros(window.eligible_items.size, dtype=bool)
    is_cold[items] = True
    cold = replace(window, eligible_items=is_cold, scored_users=np.sort(users))
    if not is_hidden:
        return cold
    return replace(
        cold,
        weights=without_columns(window.weights, is_cold),
        recency_positions=without_columns(window.recency_positions, is_cold),
    )


def without_columns(matrix: csr_matrix, is_left_out: np.ndarray) -> csr_matrix:
    """Return a matrix without the entries of some columns, of the same shape."""
    result = csr_matrix(matrix @ diags_array((~is_left_out).astype(np.float64)))
    result.eliminate_zeros()
    return result


def _batches(
    windows: Iterator[Window],
    users: dict[str, pa.Table],
    cold_items: dict[str, pa.Table],
    fields: dict[str, Fields],
    scorers: dict[str, Scorer],
) -> Iterator[pa.RecordBatch]:
    """Yield the batches of tables that are in memory."""
    for window in windows:
        asked = users[window.time_window]
        for item_set, item_group in _groups(asked):
            items = _of(cold_items[window.time_window], item_set, item_group)
            cold = cold_window(
                window,
                items["item_index"].to_numpy(),
                _of(asked, item_set, item_group)["user_index"].to_numpy(),
                is_hidden=item_set == HIDDEN,
            )
            known = fields[window.time_window]
            if item_set == HIDDEN and REVIEWS in known:
                # What was written about hidden items is part of the history.
                written = _without_items(known[REVIEWS], cold.eligible_items)
                known = {**known, REVIEWS: written}
            for name, scorer in scorers.items():
                for batch in scorer(cold, known):
                    named = _named(batch, item_set, item_group)
                    yield with_window(named, window.time_window, name)


def _groups(users: pa.Table) -> list[tuple[str, int]]:
    """Return the sets and groups of items that users are asked about, in order."""
    pairs = zip(
        users["item_set"].to_pylist(), users["item_group"].to_pylist(), strict=True
    )
    return sorted(set(pairs))


def _of(rows: pa.Table, item_set: str, item_group: int) -> pa.Table:
    """Return the rows of one group of one set."""
    return rows.filter(
        pc.and_(
            pc.equal(rows["item_set"], item_set),
            pc.equal(rows["item_group"], item_group),
        )
    )


def _without_items(field: Field, is_left_out: np.ndarray) -> Field:
    """Return a field without the text of some items."""
    kept = diags_array((~is_left_out).astype(np.float64))
    matrices = [csr_matrix(kept @ rows) for rows in (field.counts, field.profiles)]
    for rows in matrices:
        rows.eliminate_zeros()
    return Field(*matrices)


def _named(batch: pa.RecordBatch, item_set: str, item_group: int) -> pa.RecordBatch:
    """Return a batch of scores with the set and group of its items in front."""
    sets = pa.array([item_set] * batch.num_rows, pa.string())
    groups = pa.array([item_group] * batch.num_rows, pa.int32())
    columns = [sets, groups, *batch.columns]
    return pa.record_batch(columns, schema=cold_schema)
