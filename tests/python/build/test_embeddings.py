"""Embeddings as the build gives them: what can be used, and what is counted."""

import duckdb
import numpy as np

from precision_marketing.build.embeddings import of_first, read_embeddings

ROWS = """
    select * from (values
        (2, [3e0, 4e0], 'usable'), (0, [0e0, 2e0], 'usable'),
        (1, [1e0], 'wrong_length'), (3, [0e0, 0e0], 'all_zero'),
        (4, [1e0], 'wrong_length')
    ) as rows(item_index, embedding, embedding_status)
"""


def test_usable_embeddings_have_length_one_and_the_others_are_zero():
    found = read_embeddings(duckdb.connect().sql(ROWS), n_items=6)
    assert found.dtype == np.float32
    np.testing.assert_allclose(
        found, [[0, 1], [0, 0], [0.6, 0.8], [0, 0], [0, 0], [0, 0]], atol=1e-6
    )


def test_embeddings_that_are_ignored_are_counted_in_the_log(caplog):
    read_embeddings(duckdb.connect().sql(ROWS), n_items=6)
    messages = {record.getMessage() for record in caplog.records}
    assert messages == {
        "embeddings ignored: 2 are wrong length",
        "embeddings ignored: 1 are all zero",
    }


def test_no_embedding_at_all_is_none():
    relation = duckdb.connect().sql(f"select * from ({ROWS}) where false")
    assert read_embeddings(relation, n_items=6) is None


def test_a_window_of_the_first_items_is_the_same_whatever_comes_after_them():
    rows = duckdb.connect().sql(ROWS)
    alone = read_embeddings(rows, n_items=2)
    np.testing.assert_array_equal(alone, of_first(read_embeddings(rows, 6), 2))
    # Those behind it alone have an embedding that can be used.
    rows = rows.filter("item_index > 0")
    assert read_embeddings(rows, n_items=2) is None
    assert of_first(read_embeddings(rows, 6), 2) is None
