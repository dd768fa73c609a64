"""The engines: each finds neighbors, then ranks, and hands both over to be checked.

Libraries are imported where they are used, so that each process holds its own only.
"""

from typing import Any, Protocol

import numpy as np
from scipy.sparse import csr_matrix, diags_array

from benchmarks.speed import NEIGHBORS, TOP_ITEMS


class Engine(Protocol):
    """What the worker times.

    Attributes
    ----------
    pruned_by : {"target", "source"}
        Whose list of 100 decides whether a pair of items counts in the ranking: that
        of the item to be recommended, or that of the item in the history.
    hides_history : bool
        Whether items of the history are left out of the ranking.
    """

    pruned_by: str
    hides_history: bool

    def find_neighbors(self) -> Any:
        """Return the neighbors of all items, in the engine's own form."""

    def rank(self, neighbors: Any) -> Any:
        """Return the top items of all users, in the engine's own form."""

    def export_neighbors(self, neighbors: Any) -> csr_matrix:
        """Return similarities, row = item, column = neighbor, without the item."""

    def export_ranking(self, ranking: Any) -> tuple[np.ndarray, np.ndarray]:
        """Return items (-1: none) and scores, a row per user, best first."""


class Ours:
    """`precision_marketing.algorithms`, the kernels behind the scorers."""

    pruned_by = "target"
    hides_history = True

    def __init__(self, matrix: csr_matrix, threads: int) -> None:
        self.matrix = matrix

    def find_neighbors(self) -> csr_matrix:
        """Return the neighbors as the matrix that the ranking multiplies with."""
        from precision_marketing.algorithms.collaborative.neighbors import (
            item_neighbors,
            neighbor_matrix,
        )

        table = item_neighbors(
            self.matrix,
            top_k=NEIGHBORS,
            user_degree_exponent=0.0,
            target_exponent=0.5,
            source_exponent=0.5,
            shrinkage=0.0,
        )
        n_items = self.matrix.shape[1]
        return neighbor_matrix(table, n_items, n_items, by_source=True)

    def rank(self, neighbors: csr_matrix) -> list:
        """Return record batches."""
        from precision_marketing.algorithms.kernels.top_items import iterate_top_items

        batches = iterate_top_items(
            self.matrix,
            neighbors,
            users=np.arange(self.matrix.shape[0]),
            exclude=self.matrix,
            allowed_items=None,
            item_scale=None,
            top_n=TOP_ITEMS,
        )
        return list(batches)

    def export_neighbors(self, neighbors: csr_matrix) -> csr_matrix:
        """Return the transpose."""
        return neighbors.T.tocsr()

    def export_ranking(self, ranking: list) -> tuple[np.ndarray, np.ndarray]:
        """Return arrays."""
        columns = [
            np.concatenate([batch.column(name).to_numpy() for batch in ranking])
            for name in ("user_index", "scorer_rank", "item_index", "score")
        ]
        return filled(self.matrix.shape[0], *columns)


class Implicit:
    """`implicit.nearest_neighbours.CosineRecommender`."""

    pruned_by = "source"
    hides_history = True

    def __init__(self, matrix: csr_matrix, threads: int) -> None:
        self.matrix, self.threads = matrix, threads

    def find_neighbors(self) -> Any:
        """Return the fitted recommender; its lists hold the item itself."""
        from implicit.nearest_neighbours import CosineRecommender

        model = CosineRecommender(K=NEIGHBORS + 1, num_threads=self.threads)
        model.fit(self.matrix, show_progress=False)
        return model

    def rank(self, neighbors: Any) -> tuple[np.ndarray, np.ndarray]:
        """Return items and scores."""
        users = np.arange(self.matrix.shape[0])
        return neighbors.recommend(
            users, self.matrix, N=TOP_ITEMS, filter_already_liked_items=True
        )

    def export_neighbors(self, neighbors: Any) -> csr_matrix:
        """Return the lists without the item itself."""
        return without_itself(neighbors.similarity)

    def export_ranking(self, ranking: tuple) -> tuple[np.ndarray, np.ndarray]:
        """Return arrays; implicit fills short lists with items of no score."""
        items, scores = ranking
        return np.where(scores > 0, items, -1), np.where(scores > 0, scores, 0.0)


class SparseDotTopn:
    """`sparse_dot_topn.sp_matmul_topn`, which can not hide the history.

    Asking for 20 items more than the longest history would be unfair to it, so its
    ranking holds seen items too: less work than the others do.
    """

    pruned_by = "target"
    hides_history = False

    def __init__(self, matrix: csr_matrix, threads: int) -> None:
        self.matrix, self.threads = matrix, threads

    def find_neighbors(self) -> csr_matrix:
        """Return the neighbors as the matrix that the ranking multiplies with."""
        from sparse_dot_topn import sp_matmul_topn

        lengths = np.sqrt(np.asarray(self.matrix.power(2).sum(axis=0)).ravel())
        scale = np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0)
        scaled = csr_matrix(self.matrix @ diags_array(scale))
        found = sp_matmul_topn(
            scaled.T.tocsr(), scaled, top_n=NEIGHBORS + 1, n_threads=self.threads
        )
        return without_itself(found).T.tocsr()

    def rank(self, neighbors: csr_matrix) -> csr_matrix:
        """Return the best items by user, best first."""
        from sparse_dot_topn import sp_matmul_topn

        return sp_matmul_topn(
            self.matrix, neighbors, top_n=TOP_ITEMS, n_threads=self.threads, sort=True
        )

    def export_neighbors(self, neighbors: csr_matrix) -> csr_matrix:
        """Return the transpose."""
        return neighbors.T.tocsr()

    def export_ranking(self, ranking: csr_matrix) -> tuple[np.ndarray, np.ndarray]:
        """Return arrays."""
        counts = np.diff(ranking.indptr)
        users = np.repeat(np.arange(len(counts)), counts)
        ranks = np.arange(ranking.nnz) - np.repeat(ranking.indptr[:-1], counts) + 1
        return filled(len(counts), users, ranks, ranking.indices, ranking.data)


def without_itself(similarities: csr_matrix) -> csr_matrix:
    """Return similarities without the diagonal, at most 100 a row.

    An item whose list of 101 does not hold itself, because 101 others are as similar
    as itself, loses the least similar instead.
    """
    counts = np.diff(similarities.indptr)
    rows = np.repeat(np.arange(len(counts)), counts)
    kept = rows != similarities.indices
    others = np.bincount(rows[kept], minlength=len(counts))
    for row in np.flatnonzero(others > NEIGHBORS):
        entries = slice(similarities.indptr[row], similarities.indptr[row + 1])
        kept[entries.start + np.argmin(similarities.data[entries])] = False
        others[row] -= 1
    starts = np.concatenate([[0], np.cumsum(others)])
    return csr_matrix(
        (similarities.data[kept], similarities.indices[kept], starts),
        shape=similarities.shape,
    )


def filled(
    n_users: int,
    users: np.ndarray,
    ranks: np.ndarray,
    items: np.ndarray,
    scores: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return rows of user, rank from 1, item and score as two arrays by user."""
    shape = (n_users, TOP_ITEMS)
    top, values = np.full(shape, -1, dtype=np.int64), np.zeros(shape)
    top[users, ranks - 1] = items
    values[users, ranks - 1] = scores
    return top, values
