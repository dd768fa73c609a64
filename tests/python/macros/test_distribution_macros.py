"""The tails of distributions in SQL against SciPy's."""

import numpy as np
import pandas as pd
import pytest
from macros_in_duckdb import SqlMacros, evaluate
from scipy import special, stats
from statsmodels.stats.proportion import proportions_ztest

# Of tails and quantiles; the sources give 12 digits and more.
RELATIVE = 1e-11


@pytest.fixture(scope="module")
def macros() -> SqlMacros:
    return SqlMacros("compat", "statistics")


def test_the_normal_tail_is_scipys(macros):
    x = np.concatenate([np.linspace(-37, 37, 1481), np.linspace(6.9, 7.3, 401)])
    rows = pd.DataFrame({"x": x})
    found = evaluate(rows, {"p": macros.normal_probability("x")})["p"]
    np.testing.assert_allclose(found, special.ndtr(x), RELATIVE, 0)


def test_the_student_p_is_scipys_for_few_and_for_many_users(macros):
    grid = np.array(
        [
            (t, df)
            for t in (0, 1e-3, 0.5, 1, 1.96, 3, 5, 8, 20, 60)
            for df in (1, 1.2, 2, 3.7, 10, 37.2, 100, 1e3, 1e5, 1e7)
        ]
    )
    t, df = grid.T
    rows = pd.DataFrame({"t": np.concatenate([t, -t]), "df": np.concatenate([df, df])})
    found = evaluate(rows, {"p": macros.student_p("t", "df")})["p"]
    expected = 2 * stats.t.sf(rows["t"].abs(), rows["df"])
    np.testing.assert_allclose(found, expected, RELATIVE, 1e-300)


def test_three_steps_give_the_student_quantile(macros):
    df = np.concatenate([10 ** np.linspace(0, 7, 400), [1.0, 1.5, 2.0, 30.0]])
    rows = pd.DataFrame({"df": df})
    found = evaluate(rows, {"t": macros.student_quantile("df")})["t"]
    np.testing.assert_allclose(found, special.stdtrit(df, 0.975), RELATIVE, 0)


def test_the_chi_square_tail_is_scipys(macros):
    grid = np.array(
        [(x, df) for x in (0, 0.01, 1, 3.84, 20, 90) for df in range(1, 40)]
    )
    rows = pd.DataFrame({"x": grid[:, 0], "df": grid[:, 1].astype("int64")})
    found = evaluate(rows, {"p": macros.chi_square_upper_tail("x", "df")})["p"]
    np.testing.assert_allclose(
        found, special.chdtrc(rows["df"], rows["x"]), RELATIVE, 0
    )


def tables(rows: int, magnitude: float) -> pd.DataFrame:
    """Return columns x1, n1, x2, n2: zeros, tiny cells, one side empty, large ones."""
    generator = np.random.default_rng(8)
    trials = (10 ** generator.uniform(0, magnitude, (rows, 2))).astype(int)
    successes = generator.binomial(trials, 10 ** generator.uniform(-5, 0, (rows, 2)))
    successes[: rows // 10, 0] = 0
    successes[rows // 10 : rows // 5, 1] = trials[rows // 10 : rows // 5, 1]
    counts = [successes[:, 0], trials[:, 0], successes[:, 1], trials[:, 1]]
    return pd.DataFrame(dict(zip(["x1", "n1", "x2", "n2"], counts, strict=True)))


def test_rates_take_fishers_test_where_a_cell_is_under_thirty(macros):
    rows = pd.DataFrame(
        {"x1": [29, 30, 30, 71, 30], "n1": [100] * 5, "x2": [40, 30, 71, 30, 70]}
    ).assign(n2=100)
    counts = ("x1", "n1", "x2", "n2")
    found = evaluate(
        rows,
        {
            "test": macros.rates_test(*counts),
            "p": macros.rates_p(*counts),
            "fisher": macros.fisher_p(*counts),
            "z": macros.pooled_z(*counts),
        },
    )
    assert found["test"].tolist() == ["fisher", "pooled_z", *["fisher"] * 2, "pooled_z"]
    normal = 2 * stats.norm.sf(found["z"].abs())
    expected = found["fisher"].where(found["test"] == "fisher", normal)
    np.testing.assert_allclose(found["p"], expected, RELATIVE)


def test_pooled_z_is_that_of_statsmodels(macros):
    rows = tables(3000, 5)
    found = evaluate(rows, {"z": macros.pooled_z("x1", "n1", "x2", "n2")})["z"]
    total = rows["x1"] + rows["x2"]
    varies = (total > 0) & (total < rows["n1"] + rows["n2"])
    expected = [
        proportions_ztest([row.x1, row.x2], [row.n1, row.n2])[0]
        for row in rows[varies].itertuples()
    ]
    np.testing.assert_allclose(found[varies], expected, 1e-9, 1e-12)
    assert found[~varies].isna().all()
    assert (~varies).any()


@pytest.mark.parametrize(("count", "magnitude"), [(300, 3), (40, 5)])
def test_fisher_is_twice_the_smaller_tail_with_half_of_the_table_seen(
    macros, count, magnitude
):
    rows = tables(count, magnitude)
    found = evaluate(rows, {"p": macros.fisher_p("x1", "n1", "x2", "n2")})["p"]
    drawn = stats.hypergeom(
        rows["n1"] + rows["n2"], rows["x1"] + rows["x2"], rows["n1"]
    )
    half = drawn.pmf(rows["x1"]) / 2
    tails = drawn.cdf(rows["x1"]) - half, drawn.sf(rows["x1"]) + half
    expected = np.minimum(1, 2 * np.minimum(*tails))
    np.testing.assert_allclose(found, expected, 1e-7)
