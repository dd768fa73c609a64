"""The same work in SQL on DuckDB: a self-join over users."""

import os
import tempfile

import duckdb
import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix

from benchmarks.speed import NEIGHBORS, TOP_ITEMS
from benchmarks.speed.engines import filled

# Each pair is counted once and then read from both sides.
_NEIGHBORS = f"""
    create or replace table neighbors as
    with items as (
        select item_index, sqrt(count(*)) as length from history group by item_index
    ),
    pairs as (
        select
            a.item_index as first_item,
            b.item_index as second_item,
            count(*) as users
        from history as a
        inner join history as b
            on a.user_index = b.user_index and a.item_index < b.item_index
        group by first_item, second_item
    ),
    similarities as (
        select first_item, second_item, users / (i.length * j.length) as similarity
        from pairs
        inner join items as i on pairs.first_item = i.item_index
        inner join items as j on pairs.second_item = j.item_index
    ),
    both_ways as (
        select first_item as target, second_item as source, similarity from similarities
        union all
        select second_item as target, first_item as source, similarity from similarities
    )
    select * from both_ways
    qualify row_number() over (
        partition by target order by similarity desc, source
    ) <= {NEIGHBORS}
"""
_RANKING = f"""
    create or replace table ranking as
    with scores as (
        select history.user_index, neighbors.target as item_index,
            sum(neighbors.similarity) as score
        from history
        inner join neighbors on history.item_index = neighbors.source
        group by history.user_index, neighbors.target
    ),
    unseen as (
        select scores.* from scores
        anti join history on scores.user_index = history.user_index
            and scores.item_index = history.item_index
    )
    select *, row_number() over (
        partition by user_index order by score desc, item_index
    ) as item_rank
    from unseen
    qualify item_rank <= {TOP_ITEMS}
"""


class DuckdbSql:
    """DuckDB in memory, with 6 GB before it spills to disk."""

    pruned_by = "target"
    hides_history = True

    def __init__(self, matrix: csr_matrix, threads: int) -> None:
        self.shape = matrix.shape
        spill = tempfile.gettempdir()
        self.connection = duckdb.connect(
            config={
                "threads": threads,
                "memory_limit": "6GB",
                "temp_directory": os.path.join(spill, f"spill_{os.getpid()}"),
                "preserve_insertion_order": False,
            }
        )
        entries = matrix.tocoo()
        history = pa.table({"user_index": entries.row, "item_index": entries.col})
        self.connection.register("entries", history)
        self.connection.execute("create table history as select * from entries")
        self.connection.unregister("entries")

    def find_neighbors(self) -> str:
        """Return the name of the table."""
        self.connection.execute(_NEIGHBORS)
        return "neighbors"

    def rank(self, neighbors: str) -> str:
        """Return the name of the table."""
        self.connection.execute(_RANKING)
        return "ranking"

    def export_neighbors(self, neighbors: str) -> csr_matrix:
        """Return the table as a matrix."""
        found = self._numpy("select target, source, similarity from neighbors")
        positions = (found["target"], found["source"])
        n_items = self.shape[1]
        return csr_matrix((found["similarity"], positions), shape=(n_items, n_items))

    def export_ranking(self, ranking: str) -> tuple[np.ndarray, np.ndarray]:
        """Return arrays."""
        found = self._numpy(
            "select user_index, item_rank, item_index, score from ranking"
        )
        return filled(self.shape[0], *found.values())

    def _numpy(self, query: str) -> dict[str, np.ndarray]:
        return self.connection.execute(query).fetchnumpy()
