"""Blocks of users on Spark's executors: the one place of the library that knows it.

Histories go to the executors as Spark's own partitions, each user whole in one block;
the driver sees those of a declared number of users, to whom it fits, and sends out what
it has fitted. A relation of a Spark table has its frame in `spark_frame`, as the plugin
`dbt_spark_session` gives it to a model; one of DuckDB has none.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial, reduce
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from precision_marketing.build.build_log import show_log_in_dbt
from precision_marketing.build.relations import (
    TIME_WINDOWS,
    of_time_windows,
    scorer_schema,
    to_arrow,
    with_window,
)
from precision_marketing.build.windows import Window, read_windows, window_of

# From a block of users to their lists (`scores_schema`, users by their place in it).
BlockLists: TypeAlias = Callable[[Window], Iterable[pa.RecordBatch]]

# Of the session (docs/spark.md): to how many users of a window is fitted, at most.
FIT_USERS = "spark.precision_marketing.fitUsers"
MOST_FIT_USERS = 1_000_000
# 8 MB of histories; the lists are made of a part of their users at a time.
ROWS_PER_BLOCK = 200_000
_HISTORY = [
    "user_index",
    "item_index",
    "interaction_weight",
    "cast(is_excluded as int) as is_excluded",
    "recency_position",
]
_LISTS = (
    "time_window string, scorer string, user_index int, item_index int, score double, "
    "scorer_rank int"
)


def is_on_spark(relation: Any) -> bool:
    """Return whether a relation is of a Spark table."""
    return hasattr(relation, "spark_frame")


def read_fit_windows(
    *,
    interactions: Any,
    users: Any,
    items: Any,
    time_windows: Sequence[str] = TIME_WINDOWS,
) -> Iterator[Window]:
    """Read the windows to which is fitted: on one machine, all users.

    Parameters
    ----------
    interactions, users, items, time_windows
        As for `read_windows`.

    Returns
    -------
    iterator of Window
        As of `read_windows`; on Spark, of more users than `FIT_USERS` says so many by
        their hash, without scored users.
    """
    given = {"interactions": interactions, "users": users, "items": items}
    if not is_on_spark(interactions):
        return read_windows(**given, time_windows=time_windows)
    return _fit_windows(given, time_windows)


def _fit_windows(
    given: dict[str, Any], time_windows: Sequence[str]
) -> Iterator[Window]:
    """Yield the windows to which is fitted of relations of Spark."""
    show_log_in_dbt()
    frames = {name: given[name].spark_frame for name in ("interactions", "users")}
    session = frames["users"].sparkSession
    most = int(session.conf.get(FIT_USERS, str(MOST_FIT_USERS)))
    for name in [name for name in TIME_WINDOWS if name in time_windows]:
        is_asked = of_time_windows([name])
        users = frames["users"].filter(is_asked).select("user_index")
        if users.count() <= most:
            # The matrices of a machine, so that a fit is the same to the last bit.
            known = users.toArrow()
            rows = frames["interactions"].filter(is_asked).selectExpr(*_HISTORY)
            window = window_of(
                name,
                rows.toArrow(),
                known.append_column("is_scored", pa.repeat(False, known.num_rows)),
                eligible_items(given["items"], name),
            )
        else:
            hashed = "md5(cast(user_index as string)) as hash"
            chosen = users.selectExpr("user_index", hashed)
            chosen = chosen.orderBy("hash", "user_index").limit(most)
            chosen = chosen.select("user_index")
            rows = (
                frames["interactions"]
                .filter(is_asked)
                .selectExpr(*_HISTORY)
                .join(chosen, "user_index", "left_semi")
            )
            numbers = np.sort(chosen.toArrow()["user_index"].to_numpy())
            window = block_of(
                name, rows.toArrow(), numbers, eligible_items(given["items"], name)
            )
            window = replace(window, scored_users=np.arange(0))
        yield window


def eligible_items(items: Any, time_window: str) -> np.ndarray:
    """Return which items of a window may be ranked, shape (n_items,), bool."""
    rows = items.filter(of_time_windows([time_window])).order("item_index")
    return to_arrow(rows.project("is_eligible"))["is_eligible"].to_numpy()


def lists_on_executors(
    scorer: str,
    window: Window,
    lists: BlockLists | None,
    *,
    interactions: Any,
    users: Any,
    asked: Any = None,
) -> Any:
    """Return a scorer's lists for the scored users of a window as a Spark frame.

    Parameters
    ----------
    scorer : str
    window : Window
        To which was fitted: its name and its items.
    lists : callable, optional
        From a block to its lists; it is sent to the executors with all that it holds.
        None where the scorer has nothing to say.
    interactions, users : relation
        `int_user_item_matrix` and `int_window_users`, as of the plugin.
    asked : relation, optional
        Columns time_window, user_index: of the scored users those alone.

    Returns
    -------
    pyspark.sql.DataFrame
        `scorer_schema`. No more than a block of histories is in a process.
    """
    if lists is None:
        return users.spark_frame.sparkSession.createDataFrame([], _LISTS)
    is_of_window = of_time_windows([window.time_window])
    scored = users.spark_frame.filter(f"{is_of_window} and is_scored")
    scored = scored.select("user_index")
    if asked is not None:
        shown = asked.spark_frame.filter(is_of_window).select("user_index")
        scored = scored.join(shown, "user_index", "left_semi")
    histories = interactions.spark_frame.filter(is_of_window).selectExpr(*_HISTORY)
    rows = (
        # Who has no history has a list too, of a scorer that knows what to say.
        scored.join(histories, "user_index", "left")
        .repartition("user_index")
        .sortWithinPartitions("user_index")
    )
    sent = rows.sparkSession.sparkContext.broadcast((lists, window.eligible_items))
    return rows.mapInArrow(partial(_listed, sent, scorer, window.time_window), _LISTS)


def rows_of_all(frames: Iterable[Any]) -> Any:
    """Return the rows of several Spark frames of the same columns as one."""
    return reduce(lambda rows, more: rows.unionAll(more), frames)


def _listed(
    sent: Any, scorer: str, time_window: str, batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Yield the lists of a partition of histories, in a worker of an executor."""
    # A core of an executor has a partition.
    os.environ["PRECISION_MARKETING_THREADS"] = "1"
    lists, eligible = sent.value
    for rows in user_blocks(batches):
        users = pc.unique(rows["user_index"]).to_numpy()
        block = block_of(time_window, rows, users, eligible)
        for batch in lists(block):
            named = pa.array(block.numbers[batch["user_index"]], pa.int32())
            place = batch.schema.get_field_index("user_index")
            batch = batch.set_column(place, batch.schema.field(place), named)
            yield with_window(batch, time_window, scorer).cast(scorer_schema)


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
    rows = rows.filter(pc.is_valid(rows["item_index"]))
    places = np.searchsorted(users, rows["user_index"].to_numpy())
    rows = rows.set_column(
        rows.schema.get_field_index("user_index"), "user_index", pa.array(places)
    )
    scored = {"user_index": np.arange(users.size), "is_scored": users >= 0}
    window = window_of(time_window, rows, pa.table(scored), eligible)
    return replace(window, block_users=users.astype(np.int64))
