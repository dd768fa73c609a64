"""NDCG of a scorer's lists on the labels of the users that the search asks."""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix

CUTOFF = 20
_DISCOUNTS = 1.0 / np.log2(np.arange(2, CUTOFF + 2))
_IDEAL_GAINS = np.cumsum(_DISCOUNTS)


class Judge:
    """Judge of lists by the labels of fixed users.

    Parameters
    ----------
    users : array of int
        user_index, ascending; each has at least one label.
    labels : csr_matrix, shape (n_users, n_items)
        Non-zero where the user got the item after the history.
    """

    def __init__(self, users: np.ndarray, labels: csr_matrix):
        self._rows = np.full(labels.shape[0], -1)
        self._rows[users] = np.arange(users.size)
        self._labels = labels
        counts = np.diff(labels.indptr)[users]
        self._ideal = _IDEAL_GAINS[np.minimum(counts, CUTOFF) - 1]

    def ndcg(self, lists: Iterable[pa.RecordBatch]) -> np.ndarray:
        """Return each user's NDCG@20 by a scorer's lists (`scores_schema`).

        Binary gains, full ranking, as the mart `recommender_quality` has it, but for
        places that a list leaves empty, which are no hits here.

        Parameters
        ----------
        lists : iterable of pyarrow.RecordBatch

        Returns
        -------
        array of float64, shape (len(users),), 0 to 1

        Examples
        --------
        The second item of the list is the only label: 1 / log2(3).

        >>> from precision_marketing.algorithms.kernels.top_items import scores_schema
        >>> rows = [[0, 0], [4, 2], [0.9, 0.8], [1, 2]]
        >>> columns = [pa.array(c, f.type) for c, f in zip(rows, scores_schema)]
        >>> judge = Judge(np.array([0]), csr_matrix([[0, 0, 1, 0, 0]]))
        >>> judge.ndcg([pa.record_batch(columns, schema=scores_schema)]).round(3)
        array([0.631])
        """
        gains = np.zeros(self._ideal.size)
        # A batch without rows, as of content without texts, cannot index the labels.
        for batch in (batch for batch in lists if batch.num_rows):
            users = batch["user_index"].to_numpy()
            items = batch["item_index"].to_numpy()
            ranks = batch["scorer_rank"].to_numpy()
            is_hit = np.asarray(self._labels[users, items]).ravel() != 0
            is_hit &= ranks <= CUTOFF
            rows = self._rows[users[is_hit]]
            np.add.at(gains, rows, _DISCOUNTS[ranks[is_hit] - 1])
        return gains / self._ideal
