"""The propensity's regression against scikit-learn, statsmodels and itself."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from precision_marketing.algorithms.learned.clustered_logistic import (
    PropensityModel,
    fit_propensity,
)

NAMES = ("affinity", "recency", "target")
# Coefficients are kept in single precision, 24 bits: 6e-8 relative.
SINGLE = 1e-6


def users_and_targets(n_users=400, n_targets=6, seed=3):
    """Return rows in which users differ, so that rows of one user belong together."""
    generator = np.random.default_rng(seed)
    users = np.repeat(np.arange(n_users), n_targets)
    features = generator.normal(size=(users.size, 3)) * [1, 20, 0.1] + [0, 5, 2]
    logits = features[:, 0] - 2 + generator.normal(size=n_users)[users]
    labels = generator.random(users.size) < 1 / (1 + np.exp(-logits))
    weights = np.where(generator.random(n_users) < 0.5, 1.0, 5.0)[users]
    return features, labels, weights, users


@pytest.fixture(scope="module")
def rows():
    return users_and_targets()


def scaled(model, features):
    return (features - model.means) / model.scales


@pytest.mark.parametrize("seed", range(10))
def test_the_last_bits_of_the_rows_change_no_coefficient(seed):
    features, labels, weights, users = users_and_targets(seed=seed)
    bits = np.random.default_rng(seed).integers(-1, 2, features.shape) * 2.0**-52
    first, second = (
        fit_propensity(moved, labels, weights, users, NAMES)
        for moved in (features, features * (1 + bits))
    )
    np.testing.assert_array_equal(first.coefficients, second.coefficients)
    np.testing.assert_array_equal(first.covariance, second.covariance)


def test_coefficients_are_those_of_scikit_learn(rows):
    features, labels, weights, users = rows
    model = fit_propensity(features, labels, weights, users, NAMES, penalty=3.0)
    expected = LogisticRegression(C=1 / 3, tol=1e-12, max_iter=10_000).fit(
        scaled(model, features), labels, sample_weight=weights / weights.mean()
    )
    found = model.coefficients
    np.testing.assert_allclose(found[1:], expected.coef_[0], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(found[0], expected.intercept_[0], rtol=1e-4)


@pytest.mark.filterwarnings("ignore:cov_type not fully supported")
def test_without_a_penalty_errors_are_those_of_statsmodels_clustered_by_user(rows):
    features, labels, weights, users = rows
    model = fit_propensity(features, labels, weights, users, NAMES, penalty=0.0)
    inputs = sm.add_constant(scaled(model, features))
    expected = sm.GLM(
        labels.astype(float),
        inputs,
        family=sm.families.Binomial(),
        var_weights=weights / weights.mean(),
    ).fit(tol=1e-14, cov_type="cluster", cov_kwds={"groups": users})
    np.testing.assert_allclose(model.coefficients, expected.params, rtol=SINGLE)
    # statsmodels takes (n - 1) / (n - k) besides; n is 2,400 weighted rows.
    correction = (users.size - 1) / (users.size - 4)
    covariance = expected.cov_params() / correction
    np.testing.assert_allclose(model.covariance, covariance, rtol=1e-4, atol=1e-8)
    log_odds, errors = model.predict(features)
    np.testing.assert_allclose(expit(log_odds), expected.predict(inputs), rtol=SINGLE)
    by_hand = np.sqrt(np.einsum("ij,jk,ik->i", inputs, covariance, inputs))
    np.testing.assert_allclose(errors, by_hand, rtol=1e-4)


def test_rows_of_one_user_make_the_errors_larger_than_rows_of_many(rows):
    features, labels, weights, users = rows
    together = fit_propensity(features, labels, weights, users, NAMES)
    apart = fit_propensity(features, labels, weights, np.arange(users.size), NAMES)
    assert together.covariance[0, 0] > 1.2 * apart.covariance[0, 0]


def test_the_order_of_rows_changes_nothing(rows):
    features, labels, weights, users = rows
    order = np.random.default_rng(0).permutation(users.size)
    first = fit_propensity(features, labels, weights, users, NAMES)
    second = fit_propensity(
        features[order], labels[order], weights[order], users[order], NAMES
    )
    assert (first.coefficients == second.coefficients).all()
    assert (first.covariance == second.covariance).all()


def test_a_weight_of_five_is_five_such_users(rows):
    features, labels, weights, users = rows
    copies = np.repeat(np.arange(users.size), weights.astype(int))
    weighted = fit_propensity(features, labels, weights, users, NAMES, penalty=0.0)
    copied = fit_propensity(
        features[copies],
        labels[copies],
        np.ones(copies.size),
        users[copies],
        NAMES,
        penalty=0.0,
    )
    np.testing.assert_allclose(
        weighted.predict(features)[0], copied.predict(features)[0], atol=1e-5
    )


def test_the_slope_is_what_one_unit_of_a_feature_adds(rows):
    features, labels, weights, users = rows
    model = fit_propensity(features, labels, weights, users, NAMES)
    before, after = model.predict(features[:1])[0], features[:1].copy()
    after[0, NAMES.index("recency")] += 1
    np.testing.assert_allclose(
        model.predict(after)[0] - before, model.slope("recency"), rtol=1e-9
    )


def test_a_table_in_any_order_gives_the_model_back(rows):
    features, labels, weights, users = rows
    model = fit_propensity(features, labels, weights, users, NAMES)
    table = model.to_table()
    shuffled = table.take(np.random.default_rng(1).permutation(table.num_rows))
    again = PropensityModel.from_table(shuffled)
    assert again.feature_names == NAMES
    for found, expected in zip(
        again.predict(features), model.predict(features), strict=True
    ):
        assert (found == expected).all()


def test_a_batch_of_one_row_gives_what_the_whole_gives(rows):
    features, labels, weights, users = rows
    model = fit_propensity(features, labels, weights, users, NAMES)
    whole = model.predict(features[:50])
    for row in range(50):
        alone = model.predict(features[row : row + 1])
        assert (alone[0][0], alone[1][0]) == (whole[0][row], whole[1][row])


def test_a_constant_feature_and_a_perfect_one_leave_finite_numbers():
    features = np.column_stack([np.repeat([0.0, 1.0], 50), np.ones(100)])
    labels = features[:, 0] == 1
    model = fit_propensity(features, labels, np.ones(100), np.arange(100), ("a", "b"))
    assert model.coefficients[2] == 0
    assert np.isfinite(model.covariance).all()
    low, high = expit(model.predict(features)[0][[0, -1]])
    assert 0 < low < 0.2 < 0.8 < high < 1


@pytest.mark.parametrize("label", [True, False])
def test_one_label_alone_cannot_be_learned_from(label):
    with pytest.raises(ValueError, match="both labels"):
        fit_propensity(
            np.ones((4, 1)), np.full(4, label), np.ones(4), np.arange(4), ("a",)
        )


def test_names_must_be_sorted_as_the_table_gives_them_back():
    with pytest.raises(ValueError, match="sorted"):
        fit_propensity(
            np.ones((4, 2)), np.arange(4) > 1, np.ones(4), np.arange(4), ("b", "a")
        )
