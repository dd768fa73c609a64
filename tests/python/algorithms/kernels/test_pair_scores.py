"""Scores of pairs, against the whole matrix of scores."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix, random_array

from precision_marketing.algorithms.collaborative.spectral import (
    fit_spectral,
    spectral_pairs,
    spectral_scores,
)
from precision_marketing.algorithms.kernels.pair_scores import LinearScores, pair_scores

# Pairs of one user side by side; the first user comes back, and one has no history.
USERS, ITEMS = np.array([2, 2, 0, 0, 0, 3, 2]), np.array([1, 4, 0, 4, 2, 3, 0])


@pytest.fixture
def parts():
    generator = np.random.default_rng(0)
    history = csr_matrix(random_array((4, 6), density=0.5, rng=generator))
    history = csr_matrix(history.multiply([[1.0], [1.0], [1.0], [0.0]]))
    by_item = csr_matrix(random_array((5, 6), density=0.5, rng=generator))
    factors = [generator.standard_normal((n, 3)).astype(np.float32) for n in (4, 5)]
    return tuple(factors), history, by_item


def test_factors_and_item_weights_add_up(parts):
    factors, history, by_item = parts
    whole = factors[0] @ factors[1].T + (history @ by_item.T).toarray()
    found = pair_scores(LinearScores(*parts), USERS, ITEMS)
    assert found == pytest.approx(whole[USERS, ITEMS], rel=1e-5, abs=1e-6)


def test_one_part_alone_is_the_score(parts):
    factors, history, by_item = parts
    by_factors = pair_scores(LinearScores(factors), USERS, ITEMS)
    by_weights = pair_scores(LinearScores(None, history, by_item), USERS, ITEMS)
    both = pair_scores(LinearScores(*parts), USERS, ITEMS)
    assert by_factors + by_weights == pytest.approx(both, abs=1e-6)


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
    found = pair_scores(spectral_pairs(weights, fitted), users, items)
    rows = spectral_scores(weights, fitted)(np.arange(shape[0]))
    assert found == pytest.approx(rows.ravel(), abs=1e-5)
