"""Items' embeddings as the build gives them."""

import logging
from typing import Any

import numpy as np

from precision_marketing.algorithms.content.item_embedding import unit_rows
from precision_marketing.build.relations import to_arrow

_logger = logging.getLogger("precision_marketing")


def read_embeddings(relation: Any, n_items: int) -> np.ndarray | None:
    """Return the usable embeddings, each of length 1; the others are logged by count.

    Parameters
    ----------
    relation : duckdb.DuckDBPyRelation
        Columns item_index, embedding, embedding_status.
    n_items : int
        Items from the first on; those after them are not read.

    Returns
    -------
    array of float32, shape (n_items, d), or None
        0 for items without a usable embedding; None where there is none at all.
    """
    relation = relation.filter(f"item_index < {n_items}")
    rejected = relation.filter("embedding_status <> 'usable'")
    for row in to_arrow(
        rejected.aggregate("embedding_status, count(*) as item_count")
    ).to_pylist():
        _logger.warning(
            "embeddings ignored: %d are %s",
            row["item_count"],
            row["embedding_status"].replace("_", " "),
        )
    # Single precision before it leaves DuckDB: half the memory.
    usable = to_arrow(
        relation.filter("embedding_status = 'usable'").project(
            "item_index, cast(embedding as float[]) as embedding"
        )
    )
    if usable.num_rows == 0:
        return None
    dimension = len(usable["embedding"][0])
    result = np.zeros((n_items, dimension), np.float32)
    for batch in usable.to_batches():
        numbers = batch["embedding"].flatten().to_numpy()
        rows = numbers.reshape(batch.num_rows, dimension)
        result[batch["item_index"].to_numpy()] = unit_rows(rows)
    return result


def of_first(embeddings: np.ndarray | None, count: int) -> np.ndarray | None:
    """Return the embeddings of the first items alone, as if no other had been read.

    Parameters
    ----------
    embeddings : array of float32, shape (n_items, d), or None
        As `read_embeddings` returns them.
    count : int

    Returns
    -------
    array of float32, shape (count, d), or None
        None where none of them has a usable one.
    """
    if embeddings is None or not embeddings[:count].any():
        return None
    return embeddings[:count]
