"""Blocks of users on Spark's executors: the one place of the library that knows it.

Histories go to the executors as Spark's own partitions, each user whole in one block;
the driver sees those of a declared number of users, to whom it fits, and sends out what
it has fitted. A relation of a Spark table has its frame in `spark_frame`, as the plugin
`dbt_spark_session` gives it to a model; one of DuckDB has none.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial, reduce
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from precision_marketing.build.relations import (
    of_time_windows,
    scorer_schema,
    with_window,
)
from precision_marketing.build.user_blocks import (
    ROWS_PER_BLOCK,
    block_of,
    by_name,
    user_blocks,
)
from precision_marketing.build.windows import Window

# From a block of users to their lists (`scores_schema`, users by their place in it).
BlockLists: TypeAlias = Callable[[Window], Iterable[pa.RecordBatch]]
# From the rows of a block of users to rows of a model.
BlockRows: TypeAlias = Callable[[pa.Table], Iterable[pa.RecordBatch]]

HISTORY = [
    "user_index",
    "item_index",
    "interaction_weight",
    "cast(is_excluded as int) as is_excluded",
    "recency_position",
]
_LIST = ["user_index", "item_index", "scorer_number", "score", "scorer_rank"]


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
    name = window.time_window
    if lists is None:
        return _no_rows(users, scorer_schema)
    rows = scored_histories(interactions, users, name, asked=asked)
    of_block = partial(_lists_of_block, scorer, name, lists, window.eligible_items)
    return on_executors(rows, of_block, scorer_schema)


def scored_histories(
    interactions: Any,
    users: Any,
    time_window: str,
    *,
    columns: Sequence[str] = ("user_index",),
    asked: Any = None,
) -> Any:
    """Return the histories of a window's scored users as a Spark frame.

    Parameters
    ----------
    interactions, users : relation
        `int_user_item_matrix` and `int_window_users`, as of the plugin.
    time_window : str
    columns : sequence of str
        Of `int_window_users`, `user_index` among them.
    asked : relation, optional
        Columns time_window, user_index: of the scored users those alone.

    Returns
    -------
    pyspark.sql.DataFrame
        A user without a history has one row, without an item.
    """
    is_of_window = of_time_windows([time_window])
    scored = users.spark_frame.filter(f"{is_of_window} and is_scored")
    scored = scored.select(*columns)
    if asked is not None:
        shown = asked.spark_frame.filter(is_of_window).select("user_index")
        scored = scored.join(shown, "user_index", "left_semi")
    histories = interactions.spark_frame.filter(is_of_window).selectExpr(*HISTORY)
    # Who has no history has a list too, of a scorer that knows what to say.
    return scored.join(histories, "user_index", "left")


def with_lists(histories: Any, candidate_scores: Any, time_window: str) -> Any:
    """Return histories and lists of scored users as one Spark frame.

    Parameters
    ----------
    histories : pyspark.sql.DataFrame
        As of `scored_histories`.
    candidate_scores : relation
        `candidate_scores`, as of the plugin.
    time_window : str

    Returns
    -------
    pyspark.sql.DataFrame
        Rows of lists have a `scorer_number`, and nothing that a history has.
    """
    lists = candidate_scores.spark_frame.filter(of_time_windows([time_window]))
    return histories.unionByName(lists.select(*_LIST), allowMissingColumns=True)


def with_origins(histories: Any, scorer_parts: Any, returned_items: Any) -> Any:
    """Return histories, won recommendations and returned items as one Spark frame.

    Parameters
    ----------
    histories : pyspark.sql.DataFrame
        As of `scored_histories`.
    scorer_parts, returned_items : relation
        The models of these names, as of the plugin.

    Returns
    -------
    pyspark.sql.DataFrame
        A recommendation has a `part`, the scorer that won it; a returned item has
        `is_returned`.
    """
    won = scorer_parts.spark_frame.filter("is_winner")
    returned = returned_items.spark_frame.selectExpr(
        "user_index", "item_index", "true as is_returned"
    )
    for more in (won.select("user_index", "item_index", "part"), returned):
        histories = histories.unionByName(more, allowMissingColumns=True)
    return histories


def on_executors(
    rows: Any,
    of_block: BlockRows,
    schema: pa.Schema,
    rows_per_block: int = ROWS_PER_BLOCK,
) -> Any:
    """Return what is made of rows, in blocks of whole users, as a Spark frame.

    Parameters
    ----------
    rows : pyspark.sql.DataFrame
        With `user_index`.
    of_block : callable
        From the rows of some users to batches of `schema`; it is sent to the executors
        with all that it holds.
    schema : pyarrow.Schema
    rows_per_block : int
        A block ends with the user whose rows reach it.

    Returns
    -------
    pyspark.sql.DataFrame
        No more than a block of rows is in a process.
    """
    rows = rows.repartition("user_index").sortWithinPartitions("user_index")
    sent = rows.sparkSession.sparkContext.broadcast(of_block)
    made = partial(_made_of_blocks, sent, schema, rows_per_block)
    return rows.mapInArrow(made, _spark_schema(schema))


def rows_of_all(frames: Iterable[Any]) -> Any:
    """Return the rows of several Spark frames of the same columns as one."""
    return reduce(lambda rows, more: rows.unionAll(more), frames)


def _no_rows(relation: Any, schema: pa.Schema) -> Any:
    """Return an empty Spark frame."""
    session = relation.spark_frame.sparkSession
    return session.createDataFrame([], _spark_schema(schema))


def _spark_schema(schema: pa.Schema) -> Any:
    """Return Arrow's schema as Spark's."""
    from pyspark.sql.pandas.types import from_arrow_schema

    return from_arrow_schema(schema)


def _made_of_blocks(
    sent: Any, schema: pa.Schema, rows_per_block: int, batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Yield what is made of a partition, in a worker of an executor."""
    # A core of an executor has a partition.
    os.environ["PRECISION_MARKETING_THREADS"] = "1"
    for rows in user_blocks(batches, rows_per_block):
        for batch in sent.value(rows):
            yield batch.cast(schema)


def _lists_of_block(
    scorer: str,
    time_window: str,
    lists: BlockLists,
    eligible: np.ndarray,
    rows: pa.Table,
) -> Iterator[pa.RecordBatch]:
    """Yield the lists of a block of histories."""
    users = pc.unique(rows["user_index"]).to_numpy()
    block = block_of(time_window, rows, users, eligible)
    for batch in lists(block):
        yield with_window(by_name(batch, users), time_window, scorer)
