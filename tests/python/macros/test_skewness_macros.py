"""The macros for skewed values against numpy and scipy."""

import numpy as np
import pandas as pd
import pytest
from macros_in_duckdb import SqlMacros, evaluate
from scipy import special, stats


@pytest.fixture(scope="module")
def macros() -> SqlMacros:
    return SqlMacros("compat", "statistics")


def grid(**axes) -> pd.DataFrame:
    """Return every combination of the axes, as doubles."""
    index = pd.MultiIndex.from_product(axes.values(), names=axes.keys())
    return index.to_frame(index=False).astype(float)


def test_cubes_are_those_around_the_mean(macros):
    values = np.random.default_rng(0).gamma(0.5, 2, 1000)
    sums = {f"s{power}": [(values**power).sum()] for power in (1, 2, 3)}
    rows = pd.DataFrame({"n": [1000], **sums})
    found = evaluate(rows, {"c": macros.centered_cubes("n", "s1", "s2", "s3")})["c"]
    assert found[0] == pytest.approx(((values - values.mean()) ** 3).sum(), rel=1e-10)


def test_an_interval_by_halls_t_ends_where_its_test_does(macros):
    rows = grid(t=[-4, -2, 0, 0.3, 2, 5], k=[-0.4, -0.05, -1e-7, 0, 1e-5, 0.1, 0.5])
    rows["inverse"] = evaluate(rows, {"x": macros.hall_t_inverse("t", "k")})["x"]
    back = evaluate(rows, {"x": macros.hall_t("inverse", "k")})["x"]
    np.testing.assert_allclose(back, rows["t"], 1e-8, 1e-8)
    # Hall (1992): T + k T^2 / 3 + k^2 T^3 / 27 + k / 6.
    one = pd.DataFrame({"t": [2.0], "k": [0.3]})
    value = evaluate(one, {"x": macros.hall_t("t", "k")})["x"][0]
    assert value == pytest.approx(2 + 0.4 + 0.09 * 8 / 27 + 0.05, rel=1e-14)


def test_a_gamma_score_is_a_normal_one_of_the_same_chance(macros):
    rows = grid(z=np.linspace(-1.5, 4, 23), g=[-0.9, -0.3, 1e-5, 0.1, 0.5, 1.0])
    found = evaluate(rows, {"x": macros.gamma_score("z", "g")})["x"]
    expected = stats.norm.isf(stats.pearson3.sf(rows["z"], rows["g"]))
    inside = np.isfinite(expected) & (np.abs(expected) < 3)
    # Wilson and Hilferty's is good to some hundredths of a standard deviation.
    np.testing.assert_allclose(found[inside], expected[inside], atol=0.06)
    rows["x"] = found
    back = evaluate(rows, {"z": macros.gamma_score_inverse("x", "g")})["z"]
    within = 1 + rows["g"] * rows["z"] / 2 > 0
    np.testing.assert_allclose(back[within], rows["z"][within], 1e-9, 1e-9)


def test_the_rough_tail_has_seven_decimals(macros):
    rows = pd.DataFrame({"x": np.linspace(-9, 9, 721)})
    found = evaluate(rows, {"p": macros.rough_normal_tail("x")})["p"]
    np.testing.assert_allclose(found, special.ndtr(-rows["x"]), 0, 7.5e-8)


def test_sets_are_counted_on_the_log_scale(macros):
    rows = pd.DataFrame({"n": [10.0, 50.0, 1e6], "k": [3.0, 50.0, 2.0]})
    found = evaluate(rows, {"c": macros.log_choices("n", "k")})["c"]
    expected = np.log(special.comb(rows["n"], rows["k"]))
    np.testing.assert_allclose(found, expected, 1e-9, 1e-9)
