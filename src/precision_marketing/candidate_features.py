"""Features of candidates that are sums over sparse matrices: their similarities."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from precision_marketing.algorithms import (
    neighbor_matrix,
    neighbor_similarities,
    text_similarities,
)
from precision_marketing.content import tfidf_profiles
from precision_marketing.content_products import Fields
from precision_marketing.relations import TIME_WINDOWS, to_arrow, with_window
from precision_marketing.windows import Window

# Days of a history looked at one by one, the last one first.
DAYS = 3
DECAY = 0.7
# Candidates in memory at one time, about 100 bytes each.
ROWS_PER_BLOCK = 1_000_000

similarities_schema = pa.schema(
    [
        ("user_index", pa.int32()),
        ("item_index", pa.int32()),
        *(
            (f"{kind}_{part}", pa.float64())
            for kind in ("choice", "next", "text")
            for part in ("history", *(f"day_{day}" for day in range(1, DAYS + 1)))
        ),
    ]
)


def read_candidates(relation: Any) -> dict[str, pa.Table]:
    """Return user_index and item_index of each window, by user and item.

    Parameters
    ----------
    relation : duckdb.DuckDBPyRelation
        Columns time_window, user_index, item_index.

    Returns
    -------
    dict of str to pyarrow.Table
    """
    return {
        time_window: to_arrow(
            relation.filter(f"time_window = '{time_window}'")
            .project("user_index, item_index")
            .order("user_index, item_index")
        )
        for time_window in TIME_WINDOWS
    }


def similarity_batches(
    windows: Iterator[Window],
    candidates: Mapping[str, pa.Table],
    choice_neighbors: Mapping[str, pa.Table],
    next_neighbors: Mapping[str, pa.Table],
    item_fields: Fields,
    review_fields: Mapping[str, Fields],
    settings: Mapping[str, float],
) -> Iterator[pa.RecordBatch]:
    """Yield, for every candidate, how near it is to its user's history and last days.

    Parameters
    ----------
    windows : iterator of Window
    candidates : mapping of str to pyarrow.Table
        As `read_candidates`, by window.
    choice_neighbors, next_neighbors : mapping of str to pyarrow.Table
        Neighbors of item cosine and of next basket, by window.
    item_fields, review_fields
        As `read_item_fields` and `read_review_fields` return them.
    settings : mapping
        Settings of `content_tfidf`: `<field>_weight`.

    Yields
    ------
    pyarrow.RecordBatch
        `similarities_schema` with time_window. For neighbors by choice and by what
        comes next and for text: the sum over the history, each older day counting 0.7
        of the next (for text, the cosine to that sum), and the largest similarity to
        an item of each of the last three days (for text, the cosine to their sum);
        null where the candidate
        has no text.
    """
    for window in windows:
        shape = (window.weights.shape[1],) * 2
        choice, follows = (
            neighbor_matrix(neighbors[window.time_window], *shape)
            for neighbors in (choice_neighbors, next_neighbors)
        )
        fields = item_fields | review_fields[window.time_window]
        profiles = tfidf_profiles(fields, settings) if fields else None
        for block in _blocks_of_users(candidates[window.time_window]):
            pair = block["user_index"].to_numpy(), block["item_index"].to_numpy()
            history = {"positions": window.recency_positions, "decay": DECAY}
            parts = [
                neighbor_similarities(*pair, neighbors=near, days=DAYS, **history)
                for near in (choice, follows)
            ]
            if profiles is not None:
                near = text_similarities(*pair, profiles=profiles, days=DAYS, **history)
                near[np.diff(profiles.indptr)[pair[1]] == 0] = np.nan
                parts.append(near)
            else:
                parts.append(np.full((block.num_rows, 1 + DAYS), np.nan))
            arrays = [
                pa.array(part[:, column], from_pandas=True)
                for part in parts
                for column in range(1 + DAYS)
            ]
            batch = pa.record_batch([*block.columns, *arrays], similarities_schema)
            yield with_window(batch, window.time_window)


def _blocks_of_users(candidates: pa.Table) -> Iterator[pa.RecordBatch]:
    """Yield the rows, sorted by user, in blocks of whole users."""
    users = candidates["user_index"].to_numpy()
    start = 0
    while start < users.size:
        last = users[min(start + ROWS_PER_BLOCK, users.size) - 1]
        end = int(np.searchsorted(users, last, side="right"))
        yield candidates.slice(start, end - start).combine_chunks().to_batches()[0]
        start = end
