"""The factors of iALS as a table: lists are made of them, and reasons."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from precision_marketing.algorithms.collaborative.ials import Factors
from precision_marketing.build.relations import (
    arrow_batches,
    reader,
    row_count,
    to_arrow,
    window_schema,
    with_window,
)
from precision_marketing.build.windows import read_settings, read_windows
from precision_marketing.scorers.registry import fit

# Rows of a batch, which takes 16 MB at 256 factors.
_ROWS = 16_384

factors_schema = pa.schema(
    [
        ("side", pa.string()),
        # How many the side has, with and without factors.
        ("side_size", pa.int32()),
        ("side_index", pa.int32()),
        ("factors", pa.list_(pa.float32())),
    ]
)


def later_factors(
    *, settings: Any, decisions: Any, interactions: Any, users: Any, items: Any
) -> pa.RecordBatchReader:
    """Return the factors of `test` and `serve`, as their Python model returns them.

    Parameters
    ----------
    settings, decisions, interactions, users, items : duckdb.DuckDBPyRelation
        As for `lists.later_lists`.

    Returns
    -------
    pyarrow.RecordBatchReader
        `factors_schema` with time_window in front: a row for each scored user and each
        item that has factors other than 0; none where iALS is left out. `serve` begins
        with the factors of `test`.
    """
    schema = window_schema(factors_schema)
    if row_count(decisions.filter("scorer = 'ials' and is_left_out")):
        return reader(schema, iter(()))
    own = read_settings(settings, "ials")
    windows = read_windows(
        interactions=interactions,
        users=users,
        items=items,
        time_windows=("test", "serve"),
    )

    def batches() -> Iterator[pa.RecordBatch]:
        factors = None
        for window in windows:
            factors = fit("ials", window, own, {}, factors)
            sides = (
                ("user", factors.users, window.scored_users),
                ("item", factors.items, np.arange(len(factors.items))),
            )
            for side, rows, kept in sides:
                for batch in _batches(side, rows, kept[rows[kept].any(axis=1)]):
                    yield with_window(batch, window.time_window)

    return reader(schema, batches())


def _batches(side: str, rows: np.ndarray, kept: np.ndarray) -> Iterator[pa.RecordBatch]:
    """Yield rows `kept` of a side's factors."""
    for start in range(0, kept.size, _ROWS):
        part = kept[start : start + _ROWS]
        ends = np.arange(part.size + 1, dtype=np.int32) * rows.shape[1]
        numbers = pa.array(rows[part].ravel(), pa.float32())
        columns = [
            pa.repeat(side, part.size),
            pa.repeat(pa.scalar(len(rows), pa.int32()), part.size),
            pa.array(part, pa.int32()),
            pa.ListArray.from_arrays(pa.array(ends), numbers),
        ]
        yield pa.record_batch(columns, schema=factors_schema)


def read_factors(relation: Any, time_window: str) -> Factors:
    """Return the factors of a window from the model `ials_factors`.

    Parameters
    ----------
    relation : duckdb.DuckDBPyRelation
        The model, with rows of the window or without any.
    time_window : str

    Returns
    -------
    Factors
        0 for whom the table has no row; without users and items where it has none.
    """
    of_window = relation.filter(f"time_window = '{time_window}'")
    return Factors(*(_read_side(of_window, side) for side in ("user", "item")))


def _read_side(of_window: Any, side: str) -> np.ndarray:
    rows = of_window.filter(f"side = '{side}'")
    sizes = to_arrow(
        rows.aggregate("max(side_size) as size, max(len(factors)) as factors")
    ).to_pylist()[0]
    result = np.zeros((sizes["size"] or 0, sizes["factors"] or 0), np.float32)
    for batch in arrow_batches(rows.project("side_index, factors"), _ROWS):
        numbers = batch["factors"].flatten().to_numpy()
        result[batch["side_index"].to_numpy()] = numbers.reshape(batch.num_rows, -1)
    return result
