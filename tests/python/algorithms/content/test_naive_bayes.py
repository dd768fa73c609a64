import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.naive_bayes import MultinomialNB

from precision_marketing.algorithms.content.naive_bayes import (
    term_log_odds,
    term_shares,
)

TOLERANCE = 1e-9


@pytest.fixture
def shop():
    """Return histories of 20 users and term counts of 30 items, a few without any."""
    generator = np.random.default_rng(3)
    weights = generator.random((20, 30)) * (generator.random((20, 30)) < 0.2)
    counts = generator.poisson(0.4, (30, 15)).astype(float)
    counts[[4, 9]] = 0
    counts[:, 0] += counts.sum(axis=0)[0] == 0
    return csr_matrix(weights), csr_matrix(counts)


def plain_log_odds(weights, counts, smoothing):
    """Return ln(p(t | u) / q_t) in full, by the formula of the page."""
    background = counts.sum(axis=0) / counts.sum()
    beforehand = smoothing * counts.shape[1]
    liked = weights @ counts
    probability = (liked + beforehand * background) / (
        liked.sum(axis=1, keepdims=True) + beforehand
    )
    return np.log(probability / background)


@pytest.mark.parametrize("smoothing", [0.1, 1.0, 7.0])
def test_scores_are_mean_log_odds_up_to_a_constant_of_the_user(shop, smoothing):
    weights, counts = shop
    found = (
        term_log_odds(weights, counts, smoothing=smoothing) @ term_shares(counts).T
    ).toarray()
    dense = counts.toarray()
    plain = plain_log_odds(weights.toarray(), dense, smoothing)
    has_text = dense.sum(axis=1) > 0
    shares = dense[has_text] / dense[has_text].sum(axis=1, keepdims=True)
    expected = plain @ shares.T
    # The constant: ln(1 + n_u / m).
    liked = (weights.toarray() @ dense).sum(axis=1, keepdims=True)
    constant = np.log1p(liked / (smoothing * counts.shape[1]))
    np.testing.assert_allclose(found[:, has_text], expected + constant, atol=TOLERANCE)
    assert not found[:, ~has_text].any()


def test_it_is_the_naive_bayes_of_scikit_learn_with_a_class_for_each_user(shop):
    weights, counts = shop
    background = np.asarray(counts.sum(axis=0)).ravel() / counts.sum()
    beforehand = 0.5 * counts.shape[1]
    liked = weights @ counts
    model = MultinomialNB(alpha=beforehand * background, fit_prior=False)
    model.fit(liked, np.arange(liked.shape[0]))
    constant = np.log1p(np.asarray(liked.sum(axis=1)) / beforehand)
    expected = model.feature_log_prob_ - np.log(background) + constant
    found = term_log_odds(weights, counts, smoothing=0.5).toarray()
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def test_a_term_that_is_rare_in_the_catalogue_says_more():
    counts = csr_matrix([[1.0, 1.0], [0.0, 1.0], [0.0, 1.0]])
    [[rare, common]] = term_log_odds(
        csr_matrix([[1.0, 0.0, 0.0]]), counts, smoothing=1.0
    ).toarray()
    assert rare > common > 0


def test_a_long_text_does_not_win_by_its_length():
    counts = csr_matrix([[1.0, 1.0], [5.0, 5.0]])
    shares = term_shares(counts).toarray()
    np.testing.assert_array_equal(shares[0], shares[1])


def test_users_and_items_without_terms_have_nothing():
    counts = csr_matrix((2, 0))
    assert term_log_odds(csr_matrix([[1.0, 1.0]]), counts, smoothing=1.0).nnz == 0
    assert term_shares(counts).shape == (2, 0)
    assert term_log_odds(csr_matrix((0, 2)), counts, smoothing=1.0).shape == (0, 0)


@pytest.mark.parametrize("smoothing", [0.0, -1.0, np.nan])
def test_smoothing_must_be_above_zero(shop, smoothing):
    with pytest.raises(ValueError, match="smoothing"):
        term_log_odds(*shop, smoothing=smoothing)
