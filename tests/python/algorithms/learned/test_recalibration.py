"""The level of probabilities against Statsmodels, and where little is known."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.special import expit

from precision_marketing.algorithms.learned.recalibration import (
    Level,
    fit_level,
)


@pytest.fixture(scope="module")
def rows():
    """Return 40,000 rows of two groups, each with a line of its own."""
    draws = np.random.default_rng(3)
    log_odds = draws.normal(-2, 1.5, 40_000)
    groups = draws.integers(0, 2, 40_000) * 5
    true = np.where(groups == 0, -1 + 0.7 * log_odds, 0.5 + 1.2 * log_odds)
    labels = draws.random(40_000) < expit(true)
    return log_odds, labels, draws.uniform(0.5, 4, 40_000), groups


def test_with_many_rows_it_is_the_regression_of_statsmodels(rows):
    level = fit_level(*rows)
    assert level.groups.tolist() == [0, 5]
    log_odds, labels, weights, groups = rows
    for place, group in enumerate(level.groups):
        own = groups == group
        inputs = sm.add_constant(log_odds[own])
        fitted = sm.GLM(
            labels[own].astype(float),
            inputs,
            family=sm.families.Binomial(),
            freq_weights=weights[own],
        ).fit()
        # The prior says as much as a few of 20,000 rows.
        assert level.coefficients[place] == pytest.approx(fitted.params, abs=0.005)
        # Its weights are no repeated rows, which Statsmodels takes them for.
        chances = fitted.fittedvalues
        curvature = weights[own] * chances * (1 - chances)
        inverse = np.linalg.inv((inputs * curvature[:, None]).T @ inputs)
        scores = inputs * (weights[own] * (labels[own] - chances))[:, None]
        sandwich = inverse @ (scores.T @ scores) @ inverse
        assert level.covariances[place] == pytest.approx(sandwich, rel=0.01)


def test_the_last_bits_of_the_odds_change_no_level(rows):
    log_odds, *others = rows
    level = fit_level(*rows)
    for seed in range(5):
        bits = np.random.default_rng(seed).integers(-1, 2, log_odds.size) * 2.0**-52
        moved = fit_level(log_odds * (1 + bits), *others)
        np.testing.assert_array_equal(moved.coefficients, level.coefficients)
        np.testing.assert_array_equal(moved.covariances, level.covariances)


def test_moved_odds_are_on_the_line_with_the_error_of_both(rows):
    level = fit_level(*rows)
    log_odds, errors = np.array([-3.0, 0.5]), np.array([0.2, 0.4])
    moved, moved_errors = level.move(log_odds, errors, np.array([5, 0]))
    for place, row in ((0, 1), (1, 0)):
        intercept, slope = level.coefficients[row]
        point = np.array([1.0, log_odds[place]])
        variance = point @ level.covariances[row] @ point
        assert moved[place] == pytest.approx(intercept + slope * log_odds[place])
        assert moved_errors[place] == pytest.approx(
            np.sqrt(variance + (slope * errors[place]) ** 2)
        )


def test_a_group_of_few_rows_stands_with_the_others(rows):
    log_odds, labels, weights = (column[:2000] for column in rows[:3])
    alone = np.where(np.arange(2000) < 2, 9, 0)
    labels = labels | (alone == 9)
    level = fit_level(log_odds, labels, weights, alone)
    moved = [
        level.move(np.array([-2.0]), np.zeros(1), np.array([group]))[0][0]
        for group in (0, 9)
    ]
    # Two of two bought: more likely than the others, and still less than even.
    assert moved[0] < moved[1] < 0


def test_where_nothing_happened_the_odds_fall_and_stay_finite():
    log_odds = np.linspace(-4, 0, 500)
    level = fit_level(
        log_odds, np.zeros(500, dtype=bool), np.ones(500), np.zeros(500, dtype=int)
    )
    moved, errors = level.move(log_odds, np.zeros(500), np.zeros(500, dtype=int))
    assert np.isfinite(moved).all()
    assert np.isfinite(errors).all()
    assert (moved < log_odds).all()


def test_order_of_rows_and_of_records_does_not_matter(rows):
    log_odds, labels, weights, groups = rows
    level = fit_level(*rows)
    order = np.random.default_rng(1).permutation(labels.size)
    again = fit_level(log_odds[order], labels[order], weights[order], groups[order])
    table = level.to_table()
    read = Level.from_table(table.take(np.arange(table.num_rows)[::-1]))
    for other in (again, read):
        assert (other.groups == level.groups).all()
        assert other.coefficients == pytest.approx(level.coefficients, rel=1e-6)
        assert other.covariances == pytest.approx(level.covariances, rel=1e-6)


def test_no_rows_are_refused():
    nothing = np.zeros(0)
    with pytest.raises(ValueError, match="there must be rows"):
        fit_level(nothing, nothing.astype(bool), nothing, nothing.astype(int))
