"""Scores of pairs, against the whole matrix of scores."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix, random_array

from precision_marketing.algorithms.collaborative.spectral import (
    fit_spectral,
    spectral_item_weights,
    spectral_scores,
)
from precision_marketing.algorithms.kernels.pair_scores import ItemWeights, pair_scores

# Pairs of one user side by side; the first user comes back, and one has no history.
USERS, ITEMS = np.array([2, 2, 0, 0, 0, 3, 2]), np.array([1, 4, 0, 4, 2, 3, 0])
PARTS = [
    (), ("vectors",), ("by_source",), ("dense",), ("targets", "sources"),
    ("vectors", "by_source"), ("vectors", "targets", "sources"),
]  # fmt: skip


@pytest.fixture
def history():
    generator = np.random.default_rng(0)
    rows = csr_matrix(random_array((4, 5), density=0.6, rng=generator))
    return csr_matrix(rows.multiply([[1.0], [1.0], [1.0], [0.0]]))


def weights(*names: str) -> ItemWeights:
    """Weights of 5 items, of some of their parts."""
    generator = np.random.default_rng(1)
    vectors = tuple(generator.standard_normal((5, 3), np.float32) for _ in range(2))
    targets, sources = (
        csr_matrix(random_array((5, 5), density=0.5, rng=generator)) for _ in range(2)
    )
    parts = {"vectors": vectors, "targets": targets, "sources": sources}
    parts["by_source"] = csr_matrix(targets.T)
    parts["dense"] = generator.standard_normal((5, 5), np.float32)
    return ItemWeights(
        **{"by_source" if name == "dense" else name: parts[name] for name in names}
    )


@pytest.mark.parametrize("names", PARTS)
def test_pairs_have_the_scores_of_the_whole_matrix(history, names):
    given = weights(*names)
    by_source = np.zeros((5, 5))
    if given.vectors is not None:
        by_source += given.vectors[0] @ given.vectors[1].T
    if given.by_source is not None:
        by_source += csr_matrix(given.by_source).toarray()
    if given.targets is not None:
        by_source += given.sources.toarray() @ given.targets.toarray().T
    found = pair_scores(given.of(history), USERS, ITEMS)
    whole = history @ by_source
    assert found == pytest.approx(whole[USERS, ITEMS], rel=1e-5, abs=1e-6)
    assert np.abs(found).max() > 0 or not names


@pytest.mark.parametrize("shape", [(60, 30), (8, 90)])
def test_spectral_says_of_pairs_what_its_rows_say(shape):
    generator = np.random.default_rng(1)
    weights = csr_matrix(random_array(shape, density=0.3, rng=generator))
    fitted = fit_spectral(
        weights,
        rank=4,
        spectrum_exponent=0.4,
        user_degree_exponent=0.3,
        item_degree_exponent=0.3,
        top_k=5,
    )
    assert (fitted.own is None) == (shape[0] > shape[1])
    users, items = (part.ravel() for part in np.indices(shape))
    found = pair_scores(spectral_item_weights(fitted).of(weights), users, items)
    rows = spectral_scores(weights, fitted)(np.arange(shape[0]))
    assert found == pytest.approx(rows.ravel(), abs=1e-5)
