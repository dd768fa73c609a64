"""The tests of two arms against statsmodels, and against scipy from raw rows.

Tolerances: 1e-9 relative for statistics, degrees of freedom and quantiles, 1e-7 for p.
"""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportions_ztest
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from precision_marketing.algorithms.measurement.two_arms import (
    chi_square_p,
    difference_of_rates_p,
    fisher_p,
    pooled_z_p,
    student_quantile,
    welch,
)

RELATIVE, RELATIVE_P = 1e-9, 1e-7


def two_arms(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return revenue per user of two arms, most of it 0, from 2 to 3,000 users."""
    generator = np.random.default_rng(seed)
    sizes = (10 ** generator.uniform(0.31, 3.5, 2)).astype(int)
    return tuple(
        generator.lognormal(3, 1 + 2 * arm, size) * (generator.random(size) < 0.3)
        + generator.random(size) * 1e-3
        for arm, size in enumerate(sizes)
    )


def of_arms(first: np.ndarray, second: np.ndarray):
    return welch(
        *(first.mean(), first.var(ddof=1), first.size),
        *(second.mean(), second.var(ddof=1), second.size),
    )


@pytest.mark.parametrize("seed", range(40))
def test_welch_is_that_of_statsmodels_on_raw_rows(seed):
    arms = two_arms(seed)
    statistic, p, df = CompareMeans(*(DescrStatsW(arm) for arm in arms)).ttest_ind(
        usevar="unequal"
    )
    measured = of_arms(*arms)
    assert measured.statistic == pytest.approx(statistic, rel=RELATIVE)
    assert measured.degrees_of_freedom == pytest.approx(df, rel=RELATIVE)
    assert measured.p == pytest.approx(p, rel=RELATIVE_P)


@pytest.mark.parametrize("seed", range(40))
def test_the_interval_of_welch_is_that_of_statsmodels(seed):
    first, second = two_arms(seed)
    measured = of_arms(first, second)
    reach = student_quantile(measured.degrees_of_freedom) * np.sqrt(
        first.var(ddof=1) / first.size + second.var(ddof=1) / second.size
    )
    compared = CompareMeans(DescrStatsW(first), DescrStatsW(second))
    low, high = compared.tconfint_diff(usevar="unequal")
    difference = first.mean() - second.mean()
    assert difference - reach == pytest.approx(low, rel=RELATIVE)
    assert difference + reach == pytest.approx(high, rel=RELATIVE)


def test_a_tiny_p_is_that_of_student_and_not_of_the_normal_distribution():
    measured = welch(10.0, 4.0, 200, 8.0, 9.0, 180)
    # Squared errors 0.02 and 0.05: t = 2 / sqrt(0.07).
    assert measured.statistic == pytest.approx(2 / np.sqrt(0.07), rel=RELATIVE)
    degrees_of_freedom = 0.07**2 / (0.02**2 / 199 + 0.05**2 / 179)
    assert measured.degrees_of_freedom == pytest.approx(degrees_of_freedom, rel=1e-12)
    student = 2 * stats.t.sf(2 / np.sqrt(0.07), degrees_of_freedom)
    assert measured.p == pytest.approx(student, rel=RELATIVE_P)
    assert measured.p > 1.5 * 2 * stats.norm.sf(2 / np.sqrt(0.07))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "arms",
    [
        (1.0, 0.0, 1, 0.0, 0.0, 1),
        (1.0, 0.0, 0, 0.0, 1.0, 9),
        (1.0, 2.0, 9, 0.0, 3.0, 1),
        (1.0, 0.0, 9, 0.0, 0.0, 9),
        (np.nan, np.nan, 0, 0.0, 3.0, 9),
    ],
    ids=["one user each", "no user", "one in control", "no variance", "nothing known"],
)
def test_what_cannot_be_tested_is_unknown_and_warns_nobody(arms):
    assert all(np.isnan(value) for value in welch(*arms))


def tables(rows: int = 3000, magnitude: float = 5) -> np.ndarray:
    """Return columns x1, n1, x2, n2: zeros, tiny cells, one side empty, large ones."""
    generator = np.random.default_rng(8)
    trials = (10 ** generator.uniform(0, magnitude, (rows, 2))).astype(int)
    successes = generator.binomial(trials, 10 ** generator.uniform(-5, 0, (rows, 2)))
    successes[: rows // 10, 0] = 0
    successes[rows // 10 : rows // 5, 1] = trials[rows // 10 : rows // 5, 1]
    return np.column_stack(
        [successes[:, 0], trials[:, 0], successes[:, 1], trials[:, 1]]
    )


def test_pooled_z_is_that_of_statsmodels():
    rows = tables()
    x1, n1, x2, n2 = rows.T
    varies = (x1 + x2 > 0) & (x1 + x2 < n1 + n2)
    measured = pooled_z_p(x1, n1, x2, n2)
    expected = [
        proportions_ztest([a, c], [b, d])[1] for a, b, c, d in rows[varies].tolist()
    ]
    np.testing.assert_allclose(measured[varies], expected, RELATIVE_P)
    assert np.isnan(measured[~varies]).all()
    assert (~varies).any()


def fisher_by_enumeration(x1: int, n1: int, x2: int, n2: int) -> float:
    """Add up every table that is not likelier than the given one."""
    total, possible = x1 + x2, np.arange(max(0, x1 + x2 - n2), min(n1, x1 + x2) + 1)
    chance = stats.hypergeom.pmf(possible, n1 + n2, n1, total)
    given = stats.hypergeom.pmf(x1, n1 + n2, n1, total)
    return min(1.0, float(chance[chance <= given * (1 + 1e-7)].sum()))


def test_fisher_is_the_sum_over_all_tables_not_likelier():
    rows = tables(300, magnitude=3)
    x1, n1, x2, n2 = rows.T
    expected = [fisher_by_enumeration(*row) for row in rows.tolist()]
    np.testing.assert_allclose(fisher_p(x1, n1, x2, n2), expected, RELATIVE_P)


def test_fisher_is_used_exactly_where_a_cell_is_under_five():
    x1, n1, x2, n2 = tables(500).T
    p, is_exact = difference_of_rates_p(x1, n1, x2, n2)
    smallest = np.min([x1, n1 - x1, x2, n2 - x2], axis=0)
    assert {4, 5} <= set(smallest.tolist())
    np.testing.assert_array_equal(is_exact, smallest < 5)
    np.testing.assert_array_equal(p[is_exact], fisher_p(x1, n1, x2, n2)[is_exact])
    np.testing.assert_array_equal(p[~is_exact], pooled_z_p(x1, n1, x2, n2)[~is_exact])


@pytest.mark.filterwarnings("error")
def test_rates_without_trials_have_no_p():
    p, is_exact = difference_of_rates_p([0, 0, 3], [0, 0, 9], [0, 2, 0], [0, 9, 0])
    assert np.isnan(p).all()
    assert not is_exact.any()
    empty, none = difference_of_rates_p([], [], [], [])
    assert empty.shape == none.shape == (0,)


def test_the_sample_ratio_is_that_of_scipy():
    generator = np.random.default_rng(5)
    for arms in (2, 3, 5):
        shares = generator.dirichlet(np.full(arms, 5))
        users = generator.multinomial(generator.integers(50, 10_000), shares)
        expected = stats.chisquare(users)
        measured = chi_square_p([expected.statistic], [arms - 1])
        assert measured[0] == pytest.approx(expected.pvalue, rel=RELATIVE_P)
    assert np.isnan(chi_square_p([0.0, np.nan], [0, 1])).all()
