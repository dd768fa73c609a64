"""The macros of moments and of intervals from them, against numpy, scipy, statsmodels.

Tolerance: 1e-12 of the value; the values keep their mean and their spread of one size,
so that subtracting sums loses no more.
"""

import duckdb
import numpy as np
import pandas as pd
import pytest
from macros_in_duckdb import SqlMacros, evaluate
from scipy.special import expit, logit
from scipy.stats import norm, sem

RELATIVE = 1e-12


@pytest.fixture(scope="module")
def macros() -> SqlMacros:
    return SqlMacros(".")


@pytest.fixture(scope="module")
def samples() -> list[pd.DataFrame]:
    """Return the values a, b of users: from none of them to many."""
    generator = np.random.default_rng(20261129)
    sizes = [0, 1, 2, 3, *(10 ** generator.uniform(1, 4, 40)).astype(int)]
    return [
        pd.DataFrame(
            generator.gamma(2, 1, (size, 2)) @ [[1, 0.5], [0, 1]], columns=["a", "b"]
        )
        for size in sizes
    ]


def plain_sums(samples: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "n": len(rows),
            "a": rows["a"].sum(),
            "b": rows["b"].sum(),
            "aa": (rows["a"] ** 2).sum(),
            "ab": (rows["a"] * rows["b"]).sum(),
        }
        for rows in samples
    )


def of_samples(
    macros, samples, expression: str
) -> tuple[np.ndarray, list[pd.DataFrame]]:
    """Return the expression where there are two users or more, which it needs."""
    values = evaluate(plain_sums(samples), {"value": expression})["value"]
    enough = np.array([len(rows) > 1 for rows in samples])
    assert values[~enough].isna().all()
    return values[enough].to_numpy(), [rows for rows in samples if len(rows) > 1]


def test_variance_is_that_of_numpy(macros, samples):
    measured, known = of_samples(
        macros, samples, macros.sample_variance("n", "a", "aa")
    )
    expected = [rows["a"].var(ddof=1) for rows in known]
    np.testing.assert_allclose(measured, expected, RELATIVE)


def test_covariance_is_that_of_numpy(macros, samples):
    measured, known = of_samples(
        macros, samples, macros.sample_covariance("n", "a", "b", "ab")
    )
    expected = [np.cov(rows["a"], rows["b"])[0, 1] for rows in known]
    np.testing.assert_allclose(measured, expected, 10 * RELATIVE)


@pytest.mark.parametrize("users", [2, 3, 10, 1000, 50_000])
def test_the_error_of_a_mean_is_that_of_scipy(macros, users):
    # Whole thousandths, so that rounding the squares to 9 decimals changes nothing.
    values = np.random.default_rng(users).integers(0, 1001, users) / 1000
    rows = pd.DataFrame({"a": values})
    assert error_of_mean(macros, rows) == pytest.approx(sem(values), rel=RELATIVE)


def error_of_mean(macros, rows: pd.DataFrame) -> float:
    with duckdb.connect() as connection:
        connection.register("rows_of_users", rows)
        query = f"select {macros.standard_error('a')} as error from rows_of_users"
        return connection.sql(query).df()["error"][0]


def test_the_error_of_a_mean_is_unknown_without_two_users(macros):
    assert np.isnan(error_of_mean(macros, pd.DataFrame({"a": [0.5]})))
    assert np.isnan(error_of_mean(macros, pd.DataFrame({"a": []}, dtype="float64")))


def test_users_of_one_value_leave_no_variance_and_no_error(macros):
    # Rounded to 9 decimals, the mean of the squares is below the squared mean.
    same = pd.DataFrame({"a": [2 / 3] * 7, "b": [0.3] * 7})
    variance = macros.sample_variance("n", "a", "aa")
    assert evaluate(plain_sums([same]), {"variance": variance})["variance"][0] == 0
    assert error_of_mean(macros, same) == 0


@pytest.fixture(scope="module")
def estimates() -> pd.DataFrame:
    """Return estimates and errors, and a row without an error."""
    generator = np.random.default_rng(5)
    rows = pd.DataFrame(generator.uniform(0.01, 0.99, (500, 4)), columns=[*"mekf"])
    return pd.concat([rows, pd.DataFrame({"m": [0.5], "k": [0.5]})], ignore_index=True)


@pytest.mark.parametrize(("sign", "end"), [("-", 0), ("+", 1)])
def test_normal_bounds_are_those_of_scipy(macros, estimates, sign, end):
    measured = evaluate(
        estimates,
        {
            "bound": macros.normal_bound("m", "e", sign),
            "kept": macros.normal_bound("m", "e", sign, at_least="0e0"),
        },
    )
    expected = norm.interval(0.95, estimates["m"], estimates["e"])[end]
    assert np.isnan(expected[-1])
    np.testing.assert_allclose(measured["bound"], expected, RELATIVE, 1e-15)
    np.testing.assert_allclose(
        measured["kept"], np.maximum(expected, 0), RELATIVE, 1e-15
    )


@pytest.mark.parametrize(("sign", "direction"), [("-", -1), ("+", 1)])
def test_bounds_of_probabilities_are_normal_on_the_log_odds(
    macros, estimates, sign, direction
):
    measured = evaluate(estimates, {"p": macros.probability_bound("m", "e", sign)})["p"]
    distance = direction * norm.ppf(0.975) * estimates["e"]
    np.testing.assert_allclose(
        measured, expit(logit(estimates["m"]) + distance), RELATIVE
    )


def test_a_ratio_has_no_upper_end_where_its_denominator_may_be_0(macros):
    rows = pd.DataFrame({"e": [9.0, 10.0, 11.0]})
    ends = {sign: macros.ratio_bound("20e0", "3e0", "10e0", "e", sign) for sign in "-+"}
    found = evaluate(rows, {"low": ends["-"], "high": ends["+"]})
    assert found["high"].notna().tolist() == [True, False, False]
    left = 20 - found["low"] * 10 - np.hypot(3, found["low"] * rows["e"])
    np.testing.assert_allclose(left, 0, atol=1e-12)
    none = macros.ratio_bound("2e0", "3e0", "10e0", "e", "-")
    assert evaluate(rows, {"low": none})["low"].tolist() == [0, 0, 0]


def test_a_combined_distance_is_the_hypotenuse(macros, estimates):
    expression = macros.combined_distance("m - 1", "e")
    measured = evaluate(estimates, {"distance": expression})["distance"]
    expected = np.hypot(estimates["m"] - 1, estimates["e"])
    np.testing.assert_allclose(measured, expected, RELATIVE)
