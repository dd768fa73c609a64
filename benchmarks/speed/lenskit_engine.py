"""LensKit's ItemKNN; it needs an environment of its own (docs/benchmarks.md)."""

import os
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from benchmarks.speed import NEIGHBORS, TOP_ITEMS
from benchmarks.speed.engines import without_itself


class Lenskit:
    """`lenskit.knn.ItemKNNScorer` in a top-N pipeline over all users."""

    pruned_by = "source"
    hides_history = True

    def __init__(self, matrix: csr_matrix, threads: int) -> None:
        os.environ["LK_NUM_THREADS"] = os.environ["LK_NUM_PROCS"] = str(threads)
        import pandas as pd
        from lenskit.data import from_interactions_df

        self.shape, self.threads = matrix.shape, threads
        entries = matrix.tocoo()
        self.items = np.unique(entries.col)
        frame = pd.DataFrame({"user_id": entries.row, "item_id": entries.col})
        self.data = from_interactions_df(frame)

    def find_neighbors(self) -> Any:
        """Return the trained pipeline."""
        from lenskit.knn import ItemKNNScorer
        from lenskit.pipeline import topn_pipeline

        scorer = ItemKNNScorer(
            feedback="implicit",
            save_nbrs=NEIGHBORS,
            # Larger than any history: the sum goes over all of it, as elsewhere.
            max_nbrs=1_000_000,
        )
        pipeline = topn_pipeline(scorer, n=TOP_ITEMS)
        pipeline.train(self.data)
        return pipeline

    def rank(self, neighbors: Any) -> Any:
        """Return lists by user."""
        from lenskit.batch import recommend

        users = self.data.users.ids()
        return recommend(neighbors, users, n=TOP_ITEMS, n_jobs=self.threads)

    def export_neighbors(self, neighbors: Any) -> csr_matrix:
        """Return the similarities; LensKit numbers the items that occur."""
        found = neighbors.node("scorer").component.sim_matrix.to_scipy()
        entries = csr_matrix(found).tocoo()
        known = np.asarray(neighbors.node("scorer").component.items.ids())
        positions = (known[entries.row], known[entries.col])
        n_items = self.shape[1]
        return without_itself(
            csr_matrix((entries.data, positions), shape=(n_items, n_items))
        )

    def export_ranking(self, ranking: Any) -> tuple[np.ndarray, np.ndarray]:
        """Return arrays."""
        shape = (self.shape[0], TOP_ITEMS)
        top, values = np.full(shape, -1, dtype=np.int64), np.zeros(shape)
        for key, found in ranking.items():
            scores = found.scores()
            kept = np.isfinite(scores) & (scores > 0)
            items = np.asarray(found.ids())[kept]
            top[key.user_id, : len(items)] = items
            values[key.user_id, : len(items)] = scores[kept]
        return top, values
