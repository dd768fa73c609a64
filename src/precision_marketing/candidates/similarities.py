"""How near a candidate is to its user's history and to each of its last days."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.blending.candidate_similarity import (
    neighbor_similarities,
    text_similarities,
)
from precision_marketing.algorithms.blending.common_users import common_user_counts
from precision_marketing.algorithms.collaborative.neighbors import neighbor_matrix
from precision_marketing.algorithms.content.tfidf import tfidf_lengths
from precision_marketing.build.windows import Window
from precision_marketing.scorers.content import tfidf_profiles
from precision_marketing.scorers.content_products import Fields

# Days of a history looked at one by one, the last one first.
DAYS = 3
DECAY = 0.7

_PARTS = ("history", *(f"day_{day}" for day in range(1, DAYS + 1)))
SIMILARITY_NAMES = (
    *(
        f"{kind}_{part}"
        for kind in ("choice", "common_users", "next", "next_users", "text")
        for part in _PARTS
    ),
    "text_overlap",
)


class Similarities:
    """What is known of items before a user's history is looked at; can be sent.

    Parameters
    ----------
    window : Window
        Whose users are counted.
    choice_neighbors, next_neighbors : pyarrow.Table
        Neighbors of item cosine and of next basket.
    fields : dict of str to Field
        The items' text; may be empty.
    settings : mapping
        Settings of `content_tfidf`: `<field>_weight`.
    """

    def __init__(
        self,
        window: Window,
        choice_neighbors: pa.Table,
        next_neighbors: pa.Table,
        fields: Fields,
        settings: Mapping[str, float],
    ):
        shape = (window.weights.shape[1],) * 2
        choice, following = (
            neighbor_matrix(table, *shape)
            for table in (choice_neighbors, next_neighbors)
        )
        positions = window.recency_positions
        self._neighbors = [
            (choice, common_user_counts(positions, choice)),
            (following, common_user_counts(positions, following, days_before=1)),
        ]
        self._profiles = tfidf_profiles(fields, settings) if fields else None
        self._lengths = tfidf_lengths([field.counts for field in fields.values()])

    def of(
        self, positions: csr_matrix, users: np.ndarray, items: np.ndarray
    ) -> np.ndarray:
        """Return how near items are to their users.

        Parameters
        ----------
        positions : csr_matrix, shape (n_users, n_items)
            `recency_positions` of a window, or of a block of it.
        users, items : array of int, shape (n,)
            Candidates, those of a user side by side.

        Returns
        -------
        array of float64, shape (n, 21)
            Columns `SIMILARITY_NAMES`. By what was chosen
            together and by how many users did so, by what comes next and for how many
            users it came on their next day, and by text: the sum over the history, each
            older day counting 0.7 of the next (for text the cosine to that sum), and
            the largest similarity to an item of each of the last three days (for text
            the cosine to their sum). The overlap is the cosine to the history times the
            length of the candidate's own TF-IDF row: a cosine forgets how much was
            said. NaN for the text of a candidate that has none.
        """
        history = {"positions": positions, "decay": DECAY, "days": DAYS}
        parts = [
            neighbor_similarities(users, items, neighbors=near, **history)
            for near in self._neighbors
        ]
        if self._profiles is None:
            by_text = np.full((users.size, 2 + DAYS), np.nan)
        else:
            by_text = text_similarities(
                users, items, profiles=self._profiles, **history
            )
            by_text = np.column_stack([by_text, by_text[:, 0] * self._lengths[items]])
            by_text[np.diff(self._profiles.indptr)[items] == 0] = np.nan
        return np.hstack([*parts, by_text])
