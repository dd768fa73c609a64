import numpy as np
import pytest
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.content.item_embedding import (
    embedding_scores,
    unit_rows,
)
from precision_marketing.algorithms.kernels.top_scores import iterate_top_scores

TOLERANCE = 1e-6  # of single precision


@pytest.fixture
def shop():
    """Return histories and embeddings; item 5 has none, user 3 has only that one."""
    generator = np.random.default_rng(7)
    vectors = generator.normal(size=(12, 6))
    weights = generator.random((8, 12)) * (generator.random((8, 12)) < 0.4)
    weights[3] = 0
    weights[3, 5] = 1
    units = unit_rows(vectors)
    units[5] = 0
    return csr_matrix(weights), vectors, units


def test_scores_are_the_cosine_with_the_weighted_mean(shop):
    weights, vectors, units = shop
    found = embedding_scores(weights, units)(np.arange(8))
    for user in range(8):
        history = weights[[user]].toarray()[0]
        history[5] = 0
        lengths = np.linalg.norm(vectors, axis=1)
        mean = (history / lengths) @ vectors
        for item in range(12):
            expected = 0.0
            if history.any() and item != 5:
                cosine = mean @ vectors[item] / lengths[item]
                expected = cosine / np.linalg.norm(mean)
            assert found[user, item] == pytest.approx(expected, abs=TOLERANCE)


def test_neither_items_nor_users_without_an_embedding_get_a_score(shop):
    weights, _, units = shop
    batches = iterate_top_scores(
        embedding_scores(weights, units),
        n_items=12,
        users=np.arange(8),
        exclude=None,
        allowed_items=None,
        item_scale=None,
        top_n=12,
        block_size=3,
    )
    rows = [row for batch in batches for row in batch.to_pylist()]
    assert 5 not in {row["item_index"] for row in rows}
    assert 3 not in {row["user_index"] for row in rows}
    assert {0, 1, 2} <= {row["user_index"] for row in rows}


@pytest.mark.parametrize("row", [[0.0, 0.0], [np.nan, 1.0], [np.inf, 1.0]])
def test_vectors_without_a_direction_are_refused(row):
    with pytest.raises(ValueError, match="finite and not all zero"):
        unit_rows(np.array([[1.0, 2.0], row]))
