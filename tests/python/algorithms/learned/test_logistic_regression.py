"""The simpler opponent is scikit-learn's regression, kept as data."""

import numpy as np
import pyarrow as pa
import pytest
from sklearn.linear_model import LogisticRegression

from precision_marketing.algorithms.learned import logistic_regression
from precision_marketing.algorithms.learned.logistic_regression import (
    LogisticModel,
    fit_logistic,
)
from precision_marketing.algorithms.learned.model_records import neural_model_schema
from precision_marketing.algorithms.learned.training_data import TrainingData

TOLERANCE = 1e-9
NAMES = ("cosine", "popularity")


def training_rows(n_users=200, n_items=40, seed=0):
    generator = np.random.default_rng(seed)
    features = generator.normal(size=(n_users * n_items, 2)) * [1, 50] + [0, 9]
    logits = 1.5 * features[:, 0] + features[:, 1] / 50 - 4
    return {
        "features": features,
        "feature_names": NAMES,
        "labels": generator.random(features.shape[0]) < 1 / (1 + np.exp(-logits)),
        "users": np.repeat(np.arange(n_users), n_items),
        "items": np.tile(np.arange(n_items), n_users),
        "holdout_users": np.repeat(np.arange(n_users) % 4 == 0, n_items),
    }


@pytest.fixture(scope="module")
def rows():
    return training_rows()


@pytest.fixture(scope="module")
def data(rows):
    return TrainingData.prepared(**rows)


def test_coefficients_are_those_of_scikit_learn_on_the_training_users(rows, data):
    trains = ~rows["holdout_users"]
    inputs = (rows["features"][trains] - data.means) / data.scales
    expected = LogisticRegression(C=1 / 3, tol=1e-10, max_iter=1000).fit(
        np.clip(inputs, -5, 5), rows["labels"][trains]
    )
    # So many negatives that all of them are taken.
    found = fit_logistic(data, penalty=3.0, negatives_per_positive=10_000)
    assert found.sampling_rate == 1.0
    np.testing.assert_allclose(found.coefficients, expected.coef_[0], atol=1e-5)
    assert found.intercept == pytest.approx(expected.intercept_[0], abs=1e-5)


def test_prediction_is_that_of_scikit_learn(rows):
    regression = LogisticRegression().fit(rows["features"], rows["labels"])
    model = LogisticModel(
        NAMES,
        np.zeros(2),
        np.full(2, 1e3),
        regression.coef_[0] * 1e3,
        regression.intercept_[0],
    )
    expected = regression.predict_proba(rows["features"])[:, 1]
    found = model.predict(rows["features"])
    np.testing.assert_allclose(found, expected, atol=TOLERANCE)


def test_of_many_rows_as_many_as_fit_say_about_the_same(data, monkeypatch):
    whole = fit_logistic(data, penalty=1.0)
    seen = []

    class Spy(LogisticRegression):
        def fit(self, inputs, labels):
            seen.append(labels.copy())
            return super().fit(inputs, labels)

    monkeypatch.setattr(logistic_regression, "LogisticRegression", Spy)
    monkeypatch.setattr(logistic_regression, "MAXIMUM_ROWS", 2_000)
    found = fit_logistic(data, penalty=1.0)
    assert seen[0].size == 2_000
    assert 0 < seen[0].sum() < data.training.labels.sum()
    np.testing.assert_allclose(found.coefficients, whole.coefficients, atol=0.3)


def test_a_larger_penalty_gives_smaller_coefficients(data):
    sizes = [
        np.abs(fit_logistic(data, penalty=penalty).coefficients).sum()
        for penalty in (0.1, 100.0, 10_000.0)
    ]
    assert sizes == sorted(sizes, reverse=True)


def test_odds_times_the_sampling_rate_undo_the_sampling_of_negatives(rows, data):
    model = fit_logistic(data, penalty=1.0, negatives_per_positive=1)
    holdout = rows["holdout_users"]
    predicted = model.predict(rows["features"][holdout])
    observed = rows["labels"][holdout].mean()
    assert predicted.mean() > 3 * observed
    odds = predicted / (1 - predicted) * model.sampling_rate
    shifted = odds / (1 + odds)
    assert shifted.mean() == pytest.approx(observed, rel=0.1)


def test_a_model_survives_its_table_in_any_order(rows, data):
    model = fit_logistic(data, penalty=1.0)
    table = model.to_table()
    shuffle = np.random.default_rng(1).permutation(table.num_rows)
    again = LogisticModel.from_table(table.take(pa.array(shuffle)))
    assert again.to_table().equals(table)
    np.testing.assert_array_equal(
        again.predict(rows["features"]), model.predict(rows["features"])
    )


def test_the_order_of_rows_and_a_second_fit_change_nothing(rows, data):
    shuffle = np.random.default_rng(1).permutation(rows["labels"].size)
    shuffled = {
        name: value if name == "feature_names" else value[shuffle]
        for name, value in rows.items()
    }
    first, second = (
        fit_logistic(one, penalty=1.0).to_table()
        for one in (data, TrainingData.prepared(**shuffled))
    )
    assert first.equals(second)


def test_an_empty_table_is_refused():
    with pytest.raises(ValueError, match="no feature_mean"):
        LogisticModel.from_table(neural_model_schema.empty_table())


@pytest.mark.parametrize("penalty", [0.0, -1.0, np.nan, np.inf])
def test_a_penalty_out_of_range_is_refused(data, penalty):
    with pytest.raises(ValueError, match="penalty"):
        fit_logistic(data, penalty=penalty)
