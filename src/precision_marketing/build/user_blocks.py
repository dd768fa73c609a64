"""Rows that come user by user as blocks in which each user is whole."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from precision_marketing.build.windows import Window, window_of

# 8 MB of histories; the lists are made of a part of their users at a time.
ROWS_PER_BLOCK = 200_000


def user_blocks(
    batches: Iterable[pa.RecordBatch], rows_per_block: int = ROWS_PER_BLOCK
) -> Iterator[pa.Table]:
    """Yield rows that come user by user in blocks in which each user is whole.

    Parameters
    ----------
    batches : iterable of pyarrow.RecordBatch
        With `user_index`, ascending over all of them.
    rows_per_block : int
        A block ends with the user whose rows reach it.

    Yields
    ------
    pyarrow.Table

    Examples
    --------
    >>> rows = pa.record_batch({"user_index": [0, 0, 1, 1, 2]})
    >>> batches = [rows.slice(start, 1) for start in range(5)]
    >>> [block["user_index"].to_pylist() for block in user_blocks(batches, 1)]
    [[0, 0], [1, 1], [2]]
    """
    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        if not batch.num_rows:
            continue
        waiting.append(batch)
        count += batch.num_rows
        users = batch["user_index"]
        if count <= rows_per_block or users[-1] == waiting[0]["user_index"][0]:
            continue
        table = pa.Table.from_batches(waiting)
        # The last user may go on in the next batch.
        whole = pc.index(table["user_index"], users[-1]).as_py()
        yield table.slice(0, whole)
        waiting = table.slice(whole).to_batches()
        count = table.num_rows - whole
    if waiting:
        yield pa.Table.from_batches(waiting)


def block_of(
    time_window: str, rows: pa.Table, users: np.ndarray, eligible: np.ndarray
) -> Window:
    """Return the histories of some users of a window, all of whom are scored.

    Parameters
    ----------
    time_window : str
    rows : pyarrow.Table
        Columns of a history, of these users alone; `item_index` is null in the one row
        of a user without any.
    users : array of int, shape (n_users,)
        Their places in the window, ascending.
    eligible : array of bool, shape (n_items,)

    Returns
    -------
    Window
        As `Window.of_users` of the whole window.
    """
    rows = by_place(rows.filter(pc.is_valid(rows["item_index"])), users)
    scored = {"user_index": np.arange(users.size), "is_scored": users >= 0}
    window = window_of(time_window, rows, pa.table(scored), eligible)
    return replace(window, block_users=users.astype(np.int64))


def by_place(rows: pa.Table, users: np.ndarray) -> pa.Table:
    """Return rows with the users' places in a block as `user_index`.

    Examples
    --------
    >>> rows = pa.table({"user_index": [7, 9, 7]})
    >>> by_place(rows, np.array([7, 9]))["user_index"].to_pylist()
    [0, 1, 0]
    """
    places = np.searchsorted(users, rows["user_index"].to_numpy())
    column = rows.schema.get_field_index("user_index")
    return rows.set_column(column, "user_index", pa.array(places))


def by_name(batch: pa.RecordBatch, users: np.ndarray) -> pa.RecordBatch:
    """Return rows whose `user_index` is a place in a block with the users of it.

    Examples
    --------
    >>> batch = pa.record_batch({"user_index": pa.array([0, 1, 0], pa.int32())})
    >>> by_name(batch, np.array([7, 9]))["user_index"].to_pylist()
    [7, 9, 7]
    """
    named = pa.array(users[batch["user_index"]], pa.int32())
    column = batch.schema.get_field_index("user_index")
    return batch.set_column(column, batch.schema.field(column), named)
