"""What is said of each candidate, column by column, on a shop one can count by hand."""

import numpy as np
import pyarrow as pa
import pytest
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.content.tfidf import tfidf_weights
from precision_marketing.build.documents import FIELDS, Field
from precision_marketing.build.windows import Window
from precision_marketing.candidates.similarities import (
    SIMILARITY_NAMES,
    Similarities,
)

# Items 0 and 1 by three users, of whom two had item 0 the day before item 1.
POSITIONS = csr_matrix([[2, 1, 0], [2, 1, 0], [1, 2, 0], [1, 0, 0]])
RED_SHOE_RED = csr_matrix([[1, 1], [1, 1], [1, 0]])


def neighbors(similarity: float) -> pa.Table:
    """Return item 0 as the one neighbor of items 1 and 2."""
    return pa.table(
        {
            "item_index": pa.array([1, 2], pa.int32()),
            "neighbor_index": pa.array([0, 0], pa.int32()),
            "similarity": [similarity, similarity / 2],
        }
    )


@pytest.fixture(scope="module")
def found() -> dict[str, np.ndarray]:
    window = Window(
        time_window="test",
        weights=csr_matrix(POSITIONS > 0, dtype=float),
        recency_positions=POSITIONS,
        excluded=csr_matrix(POSITIONS.shape),
        scored_users=np.array([3]),
        eligible_items=np.ones(3, dtype=bool),
    )
    words = Field(counts=RED_SHOE_RED, profiles=tfidf_weights(RED_SHOE_RED))
    settings = {f"{field}_weight": 1.0 for field in FIELDS}
    similarities = Similarities(
        window, neighbors(0.8), neighbors(0.4), {"words": words}, settings
    )
    # User 3 has item 0; the candidates are items 1 and 2.
    values = similarities.of(POSITIONS, np.array([3, 3]), np.array([1, 2]))
    return dict(zip(SIMILARITY_NAMES, values.T, strict=True))


def test_similarities_are_those_of_their_own_neighbors(found):
    assert found["choice_day_1"].tolist() == [0.8, 0.4]
    assert found["next_history"].tolist() == [0.4, 0.2]
    assert found["choice_day_2"].tolist() == [0.0, 0.0]


def test_common_users_are_those_of_both_and_next_users_those_in_this_order(found):
    assert found["common_users_day_1"].tolist() == [3.0, 0.0]
    assert found["next_users_day_1"].tolist() == [2.0, 0.0]


def test_overlap_is_the_cosine_times_how_much_the_text_says(found):
    # Of 3 items all are red and two are shoes: weights 1 and ln(4 / 3) + 1.
    length = np.hypot(1.0, np.log(4 / 3) + 1.0)
    cosine_of_red = 1.0 / length
    assert found["text_history"] == pytest.approx([1.0, cosine_of_red])
    assert found["text_overlap"] == pytest.approx([length, cosine_of_red])
