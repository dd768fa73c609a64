"""Items that hardly anybody has touched, ranked by their content to be tried out."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from precision_marketing.build.relations import to_arrow, with_window
from precision_marketing.build.windows import Window
from precision_marketing.scorers.cold_items import Fields, Scorer, cold_window


def read_item_positions(items: Any) -> np.ndarray:
    """Return the positions of some items in order.

    Parameters
    ----------
    items : duckdb.DuckDBPyRelation
        With a column item_index.

    Returns
    -------
    array of int64, shape (n,)

    Examples
    --------
    >>> import duckdb
    >>> read_item_positions(duckdb.sql("select unnest([7, 3]) as item_index")).tolist()
    [3, 7]
    """
    positions = to_arrow(items.project("item_index"))["item_index"]
    return np.sort(positions.to_numpy().astype(np.int64))


def exploration_batches(
    windows: Iterator[Window],
    items: np.ndarray,
    fields: Fields,
    reviews: dict[str, Fields],
    scorers: dict[str, Scorer],
) -> Iterator[pa.RecordBatch]:
    """Yield the content scorers' lists over some items alone, for all served users.

    Parameters
    ----------
    windows : iterator of Window
        `serve` is used.
    items : array of int64
        Positions of the items to rank.
    fields, reviews : dict
        As `read_item_fields` and `read_review_fields` return.
    scorers : dict of str to callable
        As `content_scorers` returns.

    Yields
    ------
    pyarrow.RecordBatch
        `scorer_schema`; nothing where no item has a text or an embedding.
    """
    for window in windows:
        if window.time_window != "serve":
            continue
        shown = cold_window(window, items, window.scored_users, is_hidden=False)
        for name, scorer in scorers.items():
            for batch in scorer(shown, fields | reviews[window.time_window]):
                yield with_window(batch, window.time_window, name)
