"""The items' factors of iALS as a table: lists are made of them, and reasons."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from precision_marketing.build.fit_windows import read_fit_windows
from precision_marketing.build.relations import (
    arrow_batches,
    reader,
    row_count,
    to_arrow,
    window_schema,
    with_window,
)
from precision_marketing.build.windows import read_settings
from precision_marketing.scorers.registry import fit

# Rows of a batch, which takes 16 MB at 256 factors.
_ROWS = 16_384

factors_schema = pa.schema(
    [
        # With and without factors.
        ("item_count", pa.int32()),
        ("item_index", pa.int32()),
        ("factors", pa.list_(pa.float32())),
    ]
)


def later_factors(
    *,
    settings: Any,
    decisions: Any,
    interactions: Any,
    users: Any,
    items: Any,
    kept_of_test: np.ndarray | None = None,
) -> pa.RecordBatchReader:
    """Return the factors of `test` and `serve`, as their Python model returns them.

    Parameters
    ----------
    settings, decisions, interactions, users, items : duckdb.DuckDBPyRelation
        As for `lists.later_lists`.
    kept_of_test : array of float32, shape (n_items, factors), optional
        The factors of `test` where they are known, of which no rows are returned then.

    Returns
    -------
    pyarrow.RecordBatchReader
        `factors_schema` with time_window in front: a row for each item that has factors
        other than 0; none where iALS is left out. `serve` begins with the factors of
        `test`.
    """
    schema = window_schema(factors_schema)
    if row_count(decisions.filter("scorer = 'ials' and is_left_out")):
        return reader(schema, iter(()))
    own = read_settings(settings, "ials")
    windows = read_fit_windows(
        interactions=interactions,
        users=users,
        items=items,
        time_windows=("test", "serve"),
    )

    def batches() -> Iterator[pa.RecordBatch]:
        fitted = None
        for window in windows:
            is_kept = window.time_window == "test" and kept_of_test is not None
            known = {"factors": lambda: kept_of_test} if is_kept else {}
            fitted = fit("ials", window, own, known, fitted)
            if fitted is not None and not is_kept:
                for batch in _batches(fitted.items):
                    yield with_window(batch, window.time_window)

    return reader(schema, batches())


def _batches(items: np.ndarray) -> Iterator[pa.RecordBatch]:
    """Yield the rows that are not 0."""
    shown = np.flatnonzero(items.any(axis=1))
    for start in range(0, shown.size, _ROWS):
        part = shown[start : start + _ROWS]
        ends = np.arange(part.size + 1, dtype=np.int32) * items.shape[1]
        numbers = pa.array(items[part].ravel(), pa.float32())
        columns = [
            pa.repeat(pa.scalar(len(items), pa.int32()), part.size),
            pa.array(part, pa.int32()),
            pa.ListArray.from_arrays(pa.array(ends), numbers),
        ]
        yield pa.record_batch(columns, schema=factors_schema)


def read_factors(relation: Any, time_window: str) -> np.ndarray:
    """Return the items' factors of a window from the model `ials_factors`.

    Parameters
    ----------
    relation : duckdb.DuckDBPyRelation
        The model, with rows of the window or without any.
    time_window : str

    Returns
    -------
    array of float32, shape (n_items, factors)
        0 for items without a row; without items where the table has no row.
    """
    rows = relation.filter(f"time_window = '{time_window}'")
    sizes = to_arrow(
        rows.aggregate("max(item_count) as size, max(len(factors)) as factors")
    ).to_pylist()[0]
    result = np.zeros((sizes["size"] or 0, sizes["factors"] or 0), np.float32)
    for batch in arrow_batches(rows.project("item_index, factors"), _ROWS):
        numbers = batch["factors"].flatten().to_numpy()
        result[batch["item_index"].to_numpy()] = numbers.reshape(batch.num_rows, -1)
    return result
