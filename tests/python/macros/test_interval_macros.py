"""The interval macros against statsmodels and scipy, over generated tables.

Tolerance: 1e-9 of the value, or of the sizes that were subtracted for it; 1e-15 where
the exact value is 0.
"""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from macros_in_duckdb import SqlMacros, evaluate
from scipy.stats import chi2, norm
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    proportion_confint,
)

RELATIVE = 1e-12


@pytest.fixture(scope="module")
def macros() -> SqlMacros:
    return SqlMacros("statistics")


@pytest.fixture(scope="module")
def tables() -> pd.DataFrame:
    """Return pairs of (successes, trials): small ones, and generated large ones."""
    small = [
        (x1, n1, x2, n2)
        for n1 in (0, 1, 2, 5)
        for x1 in range(n1 + 1)
        for n2 in (0, 1, 2, 3, 30)
        for x2 in {0, 1, n2 // 2, n2 - 1, n2}
        if 0 <= x2 <= n2
    ]
    generator = np.random.default_rng(20261128)
    trials = (10 ** generator.uniform(0, 7, (3000, 2))).astype(int)
    rates = 10 ** generator.uniform(-6, 0, (3000, 2))
    successes = generator.binomial(trials, rates)
    # One side without any success, or without any failure.
    successes[:200, 0] = 0
    successes[200:400] = trials[200:400]
    large = np.column_stack([successes, trials])[:, [0, 2, 1, 3]]
    return pd.DataFrame(
        np.vstack([small, large]).astype("int64"), columns=["x1", "n1", "x2", "n2"]
    )


def test_the_tables_hold_the_hard_cases(tables):
    assert (tables["n1"] == 0).any()
    assert ((tables["x1"] == 0) & (tables["x2"] > 0)).sum() > 100
    assert ((tables["x2"] == tables["n2"]) & (tables["n2"] > 0)).sum() > 100
    assert tables["n1"].max() > 1_000_000


def test_the_level_is_the_normal_quantile(macros):
    assert float(macros.normal_quantile()) == pytest.approx(norm.ppf(0.975), rel=1e-15)


def test_wilson_is_that_of_statsmodels(macros, tables):
    measured = evaluate(
        tables,
        {
            "low": macros.wilson_lower("x1", "n1"),
            "high": macros.wilson_upper("x1", "n1"),
        },
    )
    some = tables["n1"] > 0
    assert measured[~some].isna().all(axis=None)
    low, high = proportion_confint(
        tables["x1"][some], tables["n1"][some], method="wilson"
    )
    np.testing.assert_allclose(measured["low"][some], low, RELATIVE, 1e-15)
    np.testing.assert_allclose(measured["high"][some], high, RELATIVE, 1e-15)


def test_wilson_ends_exactly_at_0_and_1(macros, tables):
    measured = evaluate(
        tables,
        {
            "low": macros.wilson_lower("x1", "n1"),
            "high": macros.wilson_upper("x1", "n1"),
        },
    )
    some = tables["n1"] > 0
    none, every = some & (tables["x1"] == 0), some & (tables["x1"] == tables["n1"])
    assert (measured["low"][none] == 0).all()
    assert (measured["high"][every] == 1).all()
    assert (measured["low"][some & ~none] > 0).all()
    assert (measured["high"][some & ~every] < 1).all()


def test_newcombe_is_that_of_statsmodels(macros, tables):
    columns = ("x1", "n1", "x2", "n2")
    measured = evaluate(
        tables,
        {
            "low": macros.newcombe_bound(*columns, "-"),
            "high": macros.newcombe_bound(*columns, "+"),
        },
    )
    some = (tables["n1"] > 0) & (tables["n2"] > 0)
    assert measured[~some].isna().all(axis=None)
    low, high = confint_proportions_2indep(
        *(tables[name][some] for name in columns), method="newcomb", compare="diff"
    )
    rates = tables["x1"] / tables["n1"] + tables["x2"] / tables["n2"]
    for name, expected in {"low": low, "high": high}.items():
        distance = np.abs(measured[name][some] - expected)
        assert (distance <= RELATIVE * (np.abs(expected)) + 1e-15 * rates[some]).all()


def test_a_ratio_of_rates_ends_where_no_difference_is_left(macros, tables):
    rates = [macros.rate("x1", "n1"), macros.rate("x2", "n2")]
    distances = {
        end + arm: macros.wilson_distance("x" + arm, "n" + arm, sign)
        for end, signs in (("low", "-+"), ("high", "+-"))
        for arm, sign in zip("12", signs, strict=True)
    }
    columns = ("x1", "n1", "x2", "n2")
    found = evaluate(
        tables,
        {
            **{"p1": rates[0], "p2": rates[1]},
            **distances,
            "below": macros.newcombe_bound(*columns, "-"),
            "above": macros.newcombe_bound(*columns, "+"),
            "low": macros.ratio_bound(
                *(rates[0], f"({distances['low1']})"),
                *(rates[1], f"({distances['low2']})"),
                "-",
            ),
            "high": macros.ratio_bound(
                *(rates[0], f"({distances['high1']})"),
                *(rates[1], f"({distances['high2']})"),
                "+",
            ),
        },
    )[(tables["x2"] > 0) & (tables["n1"] > 0)]
    assert found["high"].notna().all()
    for end, other, sign in (("low", "below", 1), ("high", "above", -1)):
        ratio = found[end]
        distance = np.hypot(found[f"{end}1"], ratio * found[f"{end}2"])
        left = found["p1"] - ratio * found["p2"] - sign * distance
        size = found["p1"] + ratio * found["p2"]
        assert (np.abs(left) <= 1e-9 * size)[found["p1"] > 0].all()
        clear = found[other].abs() > 1e-9 * (found["p1"] + found["p2"])
        assert ((found[other] > 0) == (ratio > 1))[clear].all()


def clicks_of_users(seed: int, users: int) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    x = generator.negative_binomial(1, 0.1, users)
    return pd.DataFrame(
        {"x": x, "y": generator.binomial(x, generator.beta(1, 9, users))}
    )


@pytest.mark.parametrize("seed", range(8))
def test_the_error_of_a_ratio_is_that_of_a_regression_clustered_by_user(macros, seed):
    rows = clicks_of_users(seed, users=int(10 ** (1.5 + seed / 3)))
    x, y = (rows[name].to_numpy() for name in ("x", "y"))
    # One row per impression, 1 where it was clicked.
    user = np.repeat(np.arange(len(rows)), x)
    place = np.arange(len(user)) - np.repeat(x.cumsum() - x, x)
    clicked = (place < y[user]).astype(float)
    regression = sm.OLS(clicked, np.ones(len(user))).fit(
        cov_type="cluster", cov_kwds={"groups": user, "use_correction": False}
    )
    # Our users without an impression are in n, as 0 and 0.
    expected = regression.bse[0] * np.sqrt(len(rows) / (len(rows) - 1))
    measured = ratio_error(macros, rows)
    assert measured == pytest.approx(expected, rel=RELATIVE)


def ratio_error(macros, rows: pd.DataFrame) -> float:
    x, y = rows["x"].astype("int64"), rows["y"].astype("int64")
    sums = pd.DataFrame(
        {
            **{"n": [len(rows)], "x": [x.sum()], "y": [y.sum()]},
            **{"xx": [(x * x).sum()], "xy": [(x * y).sum()], "yy": [(y * y).sum()]},
        }
    )
    expression = macros.ratio_standard_error("n", "x", "y", "xx", "xy", "yy")
    return evaluate(sums, {"error": expression})["error"][0]


def test_the_error_of_a_ratio_is_unknown_without_two_users_or_any_x(macros):
    assert np.isnan(ratio_error(macros, pd.DataFrame({"x": [5], "y": [2]})))
    assert np.isnan(ratio_error(macros, pd.DataFrame({"x": [0, 0], "y": [0, 0]})))
    assert np.isnan(ratio_error(macros, pd.DataFrame({"x": [], "y": []})))


def test_users_of_one_ratio_leave_no_error(macros):
    rows = pd.DataFrame({"x": [3, 6, 9, 30], "y": [1, 2, 3, 10]})
    assert ratio_error(macros, rows) == pytest.approx(0, abs=1e-8)


def test_poisson_bounds_are_byars_and_near_the_exact_ones(macros):
    counts = pd.DataFrame({"n": [0, 0.5, 1, 2, 3.7, 5, 10, 25, 100, 1e4, 1e7]})
    measured = evaluate(
        counts, {"low": macros.poisson_lower("n"), "high": macros.poisson_upper("n")}
    )
    n, z = counts["n"].to_numpy(), norm.ppf(0.975)
    some = np.maximum(n, 1e-9)
    root = np.maximum(1 - 1 / (9 * some) - z / (3 * np.sqrt(some)), 0)
    low = np.where(n > 0, n * root**3, 0)
    high = (n + 1) * (1 - 1 / (9 * (n + 1)) + z / (3 * np.sqrt(n + 1))) ** 3
    np.testing.assert_allclose(measured["low"], low, RELATIVE, 1e-15)
    np.testing.assert_allclose(measured["high"], high, RELATIVE)
    # Exact: Garwood (1936). Of few counts Byar's lower end is somewhat lower.
    np.testing.assert_allclose(measured["high"], chi2.ppf(0.975, 2 * n + 2) / 2, 0.01)
    many = n >= 5
    np.testing.assert_allclose(
        measured["low"][many], chi2.ppf(0.025, 2 * n[many]) / 2, 0.01
    )
    few = (n > 0) & ~many
    assert (measured["low"][few] <= chi2.ppf(0.025, 2 * n[few]) / 2).all()


def test_equal_ratios_have_wilsons_interval_of_the_users(macros):
    ratios = pd.DataFrame(
        {"r": [0.25, 1.0, 0.5, 2.0, None], "e": [0.1, 0.0, 0.0, 0.0, None], "n": 4.0}
    )
    measured = evaluate(
        ratios,
        {
            "low": macros.clustered_ratio_bound("r", "e", "n", "-"),
            "high": macros.clustered_ratio_bound("r", "e", "n", "+"),
        },
    )
    z = norm.ppf(0.975)
    expected = [
        (0.25 - z * 0.1, 0.25 + z * 0.1),
        proportion_confint(4, 4, method="wilson"),
        proportion_confint(2, 4, method="wilson"),
    ]
    np.testing.assert_allclose(measured[:3], expected, 1e-9)
    assert measured[3:].isna().all(axis=None)
