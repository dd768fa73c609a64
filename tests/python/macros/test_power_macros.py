"""Power and users needed in SQL against statsmodels."""

import numpy as np
import pandas as pd
import pytest
from macros_in_duckdb import SqlMacros, evaluate
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import power_proportions_2indep

GENERATOR = np.random.default_rng(4)
CASES = pd.DataFrame(
    [
        {
            "rate": GENERATOR.uniform(0.01, 0.5),
            "lift": GENERATOR.uniform(0.005, 0.3),
            "treated": GENERATOR.integers(20, 5000),
            "control": GENERATOR.integers(20, 5000),
        }
        for _ in range(40)
    ]
)
CASES["users"] = CASES["treated"] + CASES["control"]
CASES["share"] = CASES["control"] / CASES["users"]


@pytest.fixture(scope="module")
def macros() -> SqlMacros:
    return SqlMacros("compat", "statistics")


@pytest.mark.parametrize("lift", ["lift", "(-rate / 2)"])
def test_the_power_of_rates_is_that_of_statsmodels(macros, lift):
    sql = {"power": macros.power_of_rate("rate", lift, "share", "users")}
    expected = [
        power_proportions_2indep(
            row.lift if lift == "lift" else -row.rate / 2,
            *(row.rate, row.treated, row.control / row.treated),
        ).power
        for row in CASES.itertuples()
    ]
    np.testing.assert_allclose(evaluate(CASES, sql)["power"], expected, 1e-9)


def test_the_power_of_means_is_that_of_statsmodels(macros):
    error = "rate * sqrt(1e0 / treated + 1e0 / control)"
    sql = {"power": macros.power_of_mean("lift", f"({error})")}
    expected = [
        NormalIndPower().power(
            row.lift / row.rate, row.treated, 0.05, row.control / row.treated
        )
        for row in CASES.itertuples()
    ]
    np.testing.assert_allclose(evaluate(CASES, sql)["power"], expected, 1e-9)


def test_so_many_users_are_needed_and_not_one_less(macros):
    needed = evaluate(
        CASES,
        {
            "of_rate": macros.required_users_of_rate("rate", "lift", "share"),
            "of_mean": macros.required_users_of_mean("lift", "rate", "share"),
        },
    )
    error = "(rate * sqrt(1e0 / (users * share) + 1e0 / (users * (1e0 - share))))"
    powers = {
        "of_rate": macros.power_of_rate("rate", "lift", "share", "users"),
        "of_mean": macros.power_of_mean("lift", error),
    }
    for name, sql in powers.items():
        enough, too_few = (
            evaluate(CASES.assign(users=needed[name] - less), {"power": sql})["power"]
            for less in (0, 1)
        )
        # The chance to find it in the wrong direction, one in a million, is left out.
        assert (enough >= 0.8 - 2e-6).all()
        assert (too_few[needed[name] > 30] < 0.8).all()


def test_the_worked_examples_of_both_kinds(macros):
    row = pd.DataFrame({"rate": [0.2], "lift": [0.1], "mean_lift": [0.5]})
    found = evaluate(
        row,
        {
            "rate": macros.required_users_of_rate("rate", "lift", "0.5e0"),
            "mean": macros.required_users_of_mean("mean_lift", "1e0", "0.5e0"),
            "power": macros.power_of_rate("rate", "lift", "0.5e0", "600"),
        },
    )
    assert found.iloc[0].round(3).tolist() == [587, 126, 0.809]


def test_what_cannot_be_answered_is_null(macros):
    row = pd.DataFrame({"rate": [0.5], "lift": [0.6], "zero": [0.0], "nothing": [None]})
    found = evaluate(
        row.astype(float),
        {
            "beyond": macros.power_of_rate("rate", "lift", "0.5e0", "200"),
            "users": macros.required_users_of_rate("rate", "lift", "0.5e0"),
            "one_arm": macros.power_of_rate("rate", "0.1e0", "zero", "5"),
            "other_arm": macros.power_of_rate("rate", "0.1e0", "(1e0 - zero)", "5"),
            "no_lift": macros.required_users_of_mean("zero", "rate", "0.5e0"),
            "unknown": macros.power_of_mean("lift", "nothing"),
        },
    )
    assert found.isna().all(axis=None)
