"""Power, smallest effects and users needed against statsmodels."""

import numpy as np
import pytest
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import power_proportions_2indep

from precision_marketing.algorithms.measurement.power import (
    mean_power,
    mean_required_users,
    minimum_detectable_mean,
    minimum_detectable_rate,
    rate_power,
    rate_required_users,
)

GENERATOR = np.random.default_rng(4)
CASES = [
    (
        float(GENERATOR.uniform(0.01, 0.5)),
        float(GENERATOR.uniform(0.005, 0.3)),
        int(GENERATOR.integers(20, 5000)),
        int(GENERATOR.integers(20, 5000)),
    )
    for _ in range(40)
]


@pytest.mark.parametrize(("rate", "lift", "treated", "control"), CASES)
def test_the_power_of_rates_is_that_of_statsmodels(rate, lift, treated, control):
    expected = power_proportions_2indep(lift, rate, treated, control / treated).power
    assert rate_power(rate, lift, treated, control) == pytest.approx(expected, rel=1e-9)
    fall = power_proportions_2indep(-rate / 2, rate, treated, control / treated).power
    measured = rate_power(rate, -rate / 2, treated, control)
    assert measured == pytest.approx(fall, rel=1e-9)


@pytest.mark.parametrize(("deviation", "lift", "treated", "control"), CASES)
def test_the_power_of_means_is_that_of_statsmodels(deviation, lift, treated, control):
    expected = NormalIndPower().power(
        lift / deviation, treated, 0.05, control / treated
    )
    measured = mean_power(lift, deviation, treated, control)
    assert measured == pytest.approx(expected, rel=1e-9)


def test_the_smallest_effect_is_found_in_four_cases_of_five():
    rate, _, treated, control = np.array(CASES).T
    effect = minimum_detectable_rate(rate, treated, control)
    is_known = ~np.isnan(effect)
    assert is_known.sum() > 30
    power = rate_power(rate, effect, treated, control)[is_known]
    np.testing.assert_allclose(power, 0.8, rtol=1e-9)
    means = minimum_detectable_mean(rate, treated, control)
    # The chance to find it in the wrong direction, one in a million, is left out.
    np.testing.assert_allclose(mean_power(means, rate, treated, control), 0.8, 2e-6)


def test_arms_with_other_deviations_have_their_own_error():
    equal = minimum_detectable_mean([3.0], 100, 50)
    assert minimum_detectable_mean([3.0], 100, 50, [3.0]) == pytest.approx(equal)
    assert minimum_detectable_mean([0.0], 100, 50, [3.0]) == pytest.approx(
        equal * np.sqrt(2 / 3)
    )


def test_so_many_users_are_needed_and_not_one_less():
    rate, lift, treated, control = np.array(CASES).T
    share = control / (treated + control)
    for users, power in (
        (rate_required_users(rate, lift, share), rate_power),
        (mean_required_users(lift, rate, share), mean_power),
    ):
        arms = [(users * (1 - share), users * share)]
        arms += [((users - 1) * (1 - share), (users - 1) * share)]
        enough, too_few = (power(*pair(power, rate, lift), *arm) for arm in arms)
        assert (enough >= 0.8 - 2e-6).all()
        assert (too_few[users > 30] < 0.8).all()


def pair(power, rate, lift):
    return (rate, lift) if power is rate_power else (lift, rate)


@pytest.mark.filterwarnings("error")
def test_what_cannot_be_answered_is_unknown():
    assert np.isnan(
        minimum_detectable_rate([0.2, 0.999, 0.2], [0, 50, 9], [9, 50, 0])
    ).all()
    assert np.isnan(minimum_detectable_mean([1.0, np.nan], [0, 9], [9, 9])).all()
    assert np.isnan(rate_required_users([0.5], 0.6, 0.5)).all()
    assert np.isnan(rate_power([0.5], [0.6], 100, 100)).all()
    assert np.isnan(rate_power([0.5, 0.5], 0.1, [0, 5], [5, 0])).all()
