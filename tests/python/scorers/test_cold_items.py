"""Cold items: what may be ranked, and what must not be known of hidden ones."""

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from scipy.sparse import csr_matrix

from precision_marketing.build.documents import Field
from precision_marketing.build.relations import window_schema
from precision_marketing.build.windows import Window
from precision_marketing.scorers.cold_items import (
    cold_item_batches,
    cold_schema,
    cold_window,
    without_columns,
)

HISTORY = csr_matrix([[1.0, 2.0, 0.0], [0.0, 3.0, 1.0]])
REVIEWS = csr_matrix([[1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])


def window(time_window="test"):
    """Return a window of two users and three items."""
    return Window(
        time_window=time_window,
        weights=HISTORY,
        recency_positions=(HISTORY != 0).astype(float).tocsr(),
        excluded=HISTORY,
        scored_users=np.array([0, 1]),
        eligible_items=np.ones(3, dtype=bool),
    )


def test_only_the_cold_items_may_be_ranked_for_the_users_they_concern():
    cold = cold_window(window(), np.array([2]), np.array([0]), is_hidden=False)
    assert cold.eligible_items.tolist() == [False, False, True]
    assert cold.scored_users.tolist() == [0]
    assert (cold.weights != HISTORY).nnz == 0


def test_hidden_items_are_in_nobodys_history_and_what_users_have_stays_excluded():
    cold = cold_window(window(), np.array([1]), np.array([0, 1]), is_hidden=True)
    assert cold.weights.toarray().tolist() == [[1, 0, 0], [0, 0, 1]]
    assert cold.recency_positions.toarray().tolist() == [[1, 0, 0], [0, 0, 1]]
    assert (cold.excluded != HISTORY).nnz == 0


def test_columns_that_are_left_out_store_nothing():
    found = without_columns(HISTORY, np.array([False, True, False]))
    assert found.nnz == 2
    assert found.shape == HISTORY.shape


@pytest.mark.parametrize(
    ("item_set", "known"), [("cold", [[1, 0], [1, 1], [0, 1]]), ("hidden", None)]
)
def test_reviews_of_hidden_items_are_hidden_too(item_set, known):
    seen = []

    def scorer(cold, fields):
        seen.append((cold.time_window, fields["reviews"].counts.toarray().tolist()))
        yield pa.record_batch(
            {
                "user_index": pa.array([0], pa.int32()),
                "item_index": pa.array([1], pa.int32()),
                "score": pa.array([0.5], pa.float64()),
                "scorer_rank": pa.array([1], pa.int32()),
            }
        )

    with duckdb.connect() as connection:
        rows = connection.sql(
            f"select 'test' as time_window, '{item_set}' as item_set, 2 as item_group"
        )
        batches = list(
            cold_item_batches(
                iter([window(), window("serve")]),
                rows.project("*, 0 as user_index"),
                rows.project("*, 1 as item_index"),
                {"test": {"reviews": Field(REVIEWS, REVIEWS)}},
                {"naive_bayes": scorer},
            )
        )
    # `serve` has no labels and is left out.
    assert seen == [("test", known or [[1, 0], [0, 0], [0, 1]])]
    [batch] = batches
    assert batch.schema.equals(window_schema(cold_schema, has_scorer=True))
    assert batch.to_pylist()[0]["item_group"] == 2
