"""Similarity of candidates to histories, against the plain definition."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix, random_array

from precision_marketing.algorithms.blending.candidate_similarity import (
    neighbor_similarities,
    text_similarities,
)
from precision_marketing.algorithms.blending.common_users import common_user_counts

DAYS, DECAY = 3, 0.7


def random_matrix(shape: tuple[int, int], seed: int) -> csr_matrix:
    generator = np.random.default_rng(seed)
    return csr_matrix(random_array(shape, density=0.4, rng=generator).tocsr())


@pytest.fixture(scope="module")
def positions() -> csr_matrix:
    days = np.ceil(5 * random_matrix((30, 12), seed=1).toarray())
    days[7] = 0  # a user without a history
    return csr_matrix(days)


@pytest.fixture(scope="module")
def candidates() -> tuple[np.ndarray, np.ndarray]:
    users, items = np.divmod(np.arange(30 * 12), 12)
    kept = np.random.default_rng(2).random(users.size) < 0.5
    return users[kept], items[kept]


def one_neighbor_matrix(users, items, positions, neighbors, **settings):
    return neighbor_similarities(users, items, positions, [neighbors], **settings)


def test_similarity_to_neighbors_is_that_of_the_definition(positions, candidates):
    neighbors = random_matrix((12, 12), seed=3)
    other = neighbors.copy()
    other.data = np.random.default_rng(6).random(other.nnz)
    found = neighbor_similarities(
        *candidates, positions, [neighbors, other], decay=DECAY, days=DAYS
    )
    alone = neighbor_similarities(
        *candidates, positions, [other], decay=DECAY, days=DAYS
    )
    np.testing.assert_array_equal(found[:, 1 + DAYS :], alone)
    days, near = positions.toarray(), neighbors.toarray()
    for row, (user, item) in enumerate(zip(*candidates, strict=True)):
        history = days[user]
        weights = np.where(history > 0, DECAY ** (history - 1), 0)
        by_day = [near[item][history == day] for day in range(1, DAYS + 1)]
        wanted = [weights @ near[item], *(of_day.max(initial=0) for of_day in by_day)]
        assert found[row, : 1 + DAYS] == pytest.approx(wanted)


def test_neighbor_matrices_with_other_entries_are_refused(positions, candidates):
    pair = [random_matrix((12, 12), seed=seed) for seed in (3, 4)]
    with pytest.raises(ValueError, match="at the same places"):
        neighbor_similarities(*candidates, positions, pair, decay=DECAY, days=DAYS)


def test_similarity_of_text_is_the_cosine_to_the_sum(positions, candidates):
    profiles = random_matrix((12, 20), seed=4).toarray()
    profiles /= np.linalg.norm(profiles, axis=1, keepdims=True)
    profiles[5] = 0  # an item without text
    found = text_similarities(
        *candidates, positions, csr_matrix(profiles), decay=DECAY, days=DAYS
    )
    days = positions.toarray()

    def cosine(item: int, weights: np.ndarray) -> float:
        total = weights @ profiles
        length = np.linalg.norm(total)
        return profiles[item] @ total / length if length else 0.0

    for row, (user, item) in enumerate(zip(*candidates, strict=True)):
        history = days[user]
        weights = [np.where(history > 0, DECAY ** (history - 1), 0)]
        weights += [(history == day).astype(float) for day in range(1, DAYS + 1)]
        assert found[row] == pytest.approx([cosine(item, of_day) for of_day in weights])


@pytest.mark.parametrize("function", [one_neighbor_matrix, text_similarities])
def test_one_thread_and_two_give_equal_bits(
    function, positions, candidates, monkeypatch
):
    matrix = random_matrix((12, 12), seed=5)

    def found(threads: str) -> np.ndarray:
        monkeypatch.setenv("PRECISION_MARKETING_THREADS", threads)
        return function(*candidates, positions, matrix, decay=DECAY, days=DAYS)

    assert np.array_equal(found("1"), found("2"))


@pytest.mark.parametrize("function", [one_neighbor_matrix, text_similarities])
def test_no_candidates_have_no_similarities(function, positions):
    none = np.array([], dtype=np.int32)
    found = function(
        none, none, positions, csr_matrix((12, 12)), decay=DECAY, days=DAYS
    )
    assert found.shape == (0, 1 + DAYS)


def test_common_users_are_counted_for_pairs_of_neighbors_alone():
    days = np.ceil(5 * random_matrix((200, 40), seed=6).toarray())
    similarities = random_matrix((40, 40), seed=7).toarray()
    similarities[3] = 0  # an item without neighbors
    neighbors = csr_matrix(similarities)
    found = common_user_counts(csr_matrix(days), neighbors).toarray()
    has = (days > 0).astype(int)
    assert np.array_equal(found, has.T @ has * (similarities > 0))

    # Rows are targets: a source that came two days before has two days more.
    two_before = sum(
        (days == day).astype(int).T @ (days == day + 2).astype(int)
        for day in range(1, 6)
    )
    found = common_user_counts(csr_matrix(days), neighbors, days_before=2).toarray()
    assert np.array_equal(found, two_before * (similarities > 0))
    assert 0 < found.sum() < has.sum() ** 2
