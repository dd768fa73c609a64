"""The tests of lift and its power, from the sums of two arms, on made-up campaigns."""

import duckdb
import numpy as np
import pandas as pd
import pytest
from lift_recomputed import KEYS
from macros_in_duckdb import SqlMacros, evaluate
from scipy import stats
from statsmodels.stats.multitest import multipletests

MODELS = [
    "int_campaign_arm_tests",
    "int_detectable_rates",
    "int_campaign_lift_tests",
    "int_campaign_power_estimates",
    "int_required_users",
]


def arms(seed: int = 0, campaigns: int = 60) -> pd.DataFrame:
    """Return comparisons as `int_campaign_arm_means` has them, some not testable."""
    generator = np.random.default_rng(seed)
    keys = pd.MultiIndex.from_product(
        [
            [f"c{number:02d}" for number in range(campaigns)],
            ["a", "b"],
            ["(all)", "country", "history"],
            ["conversion", "revenue"],
            ["raw", "cuped"],
        ],
        names=["campaign_id", "variant", "segment_kind", "metric", "method"],
    )
    rows = keys.to_frame(index=False)
    rows["segment"] = np.where(rows["segment_kind"] == "(all)", "(all)", "AT")
    rows["is_rate"] = (rows["metric"] == "conversion") & (rows["method"] == "raw")
    for arm in ("treated", "control"):
        users = (10 ** generator.uniform(0, 3, len(rows))).astype(int) - 1
        total = generator.binomial(users, generator.beta(1, 4, len(rows)))
        rows[f"{arm}_user_count"] = users
        rows[f"{arm}_total"] = total.astype(float)
        with np.errstate(divide="ignore", invalid="ignore"):
            rows[f"{arm}_mean"] = total / users
            rows[f"{arm}_variance"] = total * (users - total) / users / (users - 1)
    rows.loc[rows["campaign_id"] == "c03", "control_user_count"] = 0
    unknown = [f"control_{name}" for name in ("total", "mean", "variance")]
    rows.loc[rows["campaign_id"] == "c03", unknown] = np.nan
    return rows.replace([np.inf, -np.inf], np.nan)


def skewness() -> pd.DataFrame:
    """Return rows as `int_campaign_skewness` has them; what varies is skewed."""
    rows = arms()
    users = [rows[f"{arm}_user_count"] for arm in ("treated", "control")]
    variances = [rows[f"{arm}_variance"] for arm in ("treated", "control")]
    with np.errstate(divide="ignore", invalid="ignore"):
        rows["squared_error"] = variances[0] / users[0] + variances[1] / users[1]
    varies = ~rows["is_rate"] & (sum(v.fillna(0) for v in variances) > 0)
    skewed = np.random.default_rng(1).uniform(-0.1, 0.1, len(rows))
    unused = ["theta", "raw_squared_error", "pooled_variance"]
    unused += ["skewness", "pooled_lift_skewness"]
    rows["lift_skewness"] = np.where(varies, skewed, np.nan)
    return rows.assign(**dict.fromkeys(unused, 0.0), is_too_skewed=False)


def permutations() -> pd.DataFrame:
    """Return rows as `int_campaign_permutations` has them, of every third of those."""
    rows = skewness()
    rows = rows[rows["lift_skewness"].notna()][KEYS].iloc[::3]
    tail = np.random.default_rng(2).uniform(0, 1, len(rows))
    return rows.assign(lower_p=tail, upper_p=1 - tail)


def baselines() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "campaign_id": ["b", "a", "a", "d", "e"],
            "variant": "t",
            "metric": ["conversion", "revenue", *["conversion"] * 3],
            "treated_user_count": [300, 64, 300, 50, 300],
            "control_user_count": [0, 64, 300, 50, 300],
            "baseline_mean": [0.2, 5.0, 0.2, 0.999, 0.0],
            "baseline_deviation": [0.4, 1.0, 0.4, 0.03, 0.0],
        }
    )


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    given = {
        "int_campaign_arm_means": arms(),
        "int_campaign_skewness": skewness(),
        "int_campaign_permutations": permutations(),
        "int_campaign_baselines": baselines(),
        "int_shop_baselines": pd.DataFrame(
            {
                "measured_days": 14,
                "metric": ["conversion", "revenue"],
                "known_user_count": 900,
                "baseline_mean": [0.2, 0.0],
                "baseline_deviation": [0.4, 0.0],
            }
        ),
        "power_scenarios": pd.DataFrame(
            {
                "measured_days": [14, 14, 28],
                "relative_lift_rate": [0.5, 5.0, 0.5],
                "control_share": 0.5,
            }
        ),
    }
    with duckdb.connect() as connection:
        for name, rows in given.items():
            connection.register(f"given_{name}", rows)
            connection.execute(f"create table {name} as from given_{name}")
        # What pandas knows as nan is null to SQL.
        for name in ("int_campaign_arm_means", "int_campaign_skewness"):
            for column in given[name].select_dtypes(float).columns:
                connection.execute(
                    f"update {name} set {column} = null where isnan({column})"
                )
        macros = SqlMacros("compat", "statistics")
        for model in MODELS:
            macros.model(model, connection)
        return {model: connection.table(model).df() for model in MODELS}


@pytest.fixture(scope="module")
def tested(tables) -> pd.DataFrame:
    statistic = tables["int_campaign_arm_tests"][[*KEYS, "t_statistic"]]
    return tables["int_campaign_lift_tests"].merge(statistic, on=KEYS, validate="1:1")


def test_halls_t_is_used_where_two_users_vary_and_nothing_is_permuted(tested):
    rows = tested[~tested["is_rate"]]
    enough = (rows[["treated_user_count", "control_user_count"]] >= 2).all(axis=1)
    varies = rows["treated_variance"].add(rows["control_variance"]) > 0
    tests = rows["significance_test"]
    assert (tests.isin(["hall", "permutation"]) == (enough & varies)).all()
    permuted = rows[tests == "permutation"].merge(permutations(), on=KEYS)
    assert len(permuted) == (tests == "permutation").sum() > 50
    twice = 2 * permuted[["lower_p", "upper_p"]].min(axis=1)
    np.testing.assert_allclose(permuted["p"], twice, 1e-12)
    users = permuted["treated_user_count"] + permuted["control_user_count"]
    assert (permuted["degrees_of_freedom"] == users - 2).all()
    hall = rows[tests == "hall"]
    sums = [
        (
            hall[f"{arm}_mean"].to_numpy(),
            np.sqrt(hall[f"{arm}_variance"].to_numpy()),
            hall[f"{arm}_user_count"].to_numpy(),
        )
        for arm in ("treated", "control")
    ]
    t = stats.ttest_ind_from_stats(*sums[0], *sums[1], equal_var=False).statistic
    np.testing.assert_allclose(hall["t_statistic"], t, 1e-9, 1e-12)
    k, df = hall["lift_skewness"], hall["degrees_of_freedom"]
    corrected = t + k * t**2 / 3 + k**2 * t**3 / 27 + k / 6
    np.testing.assert_allclose(hall["p"], 2 * stats.t.sf(np.abs(corrected), df), 1e-9)
    np.testing.assert_allclose(hall["t_quantile"], stats.t.ppf(0.975, df), 1e-9)
    untested = rows[~(enough & varies)]
    assert untested[["p", "t_statistic", "t_quantile"]].isna().all(axis=None)


def test_fishers_test_is_used_exactly_where_a_cell_is_under_thirty(tested):
    rows = tested[tested["is_rate"] & (tested["control_user_count"] > 0)]
    rows = rows[rows["treated_user_count"] > 0]
    cells = pd.DataFrame(
        {
            "x1": rows["treated_total"],
            "y1": rows["treated_user_count"] - rows["treated_total"],
            "x2": rows["control_total"],
            "y2": rows["control_user_count"] - rows["control_total"],
        }
    )
    is_small = cells.min(axis=1) < 30
    assert (~is_small).sum() > 10
    assert rows["significance_test"].eq("fisher").equals(is_small)
    assert rows["significance_test"].eq("pooled_z").equals(~is_small)
    small = cells[is_small].astype(int)
    drawn = stats.hypergeom(
        small.sum(axis=1), small["x1"] + small["x2"], small["x1"] + small["y1"]
    )
    half = drawn.pmf(small["x1"]) / 2
    tails = drawn.cdf(small["x1"]) - half, drawn.sf(small["x1"]) + half
    expected = np.minimum(1, 2 * np.minimum(*tails))
    np.testing.assert_allclose(rows["p"][is_small], expected, 1e-7, 1e-12)


def test_each_family_is_adjusted_by_itself_and_unknown_p_counts_for_none(tested):
    for column, method, is_whole in (
        ("holm_p", "holm", True),
        ("benjamini_hochberg_p", "fdr_bh", False),
    ):
        rows = tested[(tested["segment_kind"] == "(all)") == is_whole]
        # statsmodels is slow: of four campaigns.
        rows = rows[rows["campaign_id"] < "c04"]
        known = rows[rows["p"].notna()]
        assert len(known) < len(rows)
        for _, family in known.groupby(["campaign_id", "metric", "method"]):
            expected = multipletests(family["p"], method=method)[1]
            np.testing.assert_allclose(family[column], expected, 1e-9)
        assert rows[rows["p"].isna()][column].isna().all()
        others = tested[(tested["segment_kind"] == "(all)") != is_whole]
        assert others[column].isna().all()


def test_the_smallest_rise_of_a_rate_is_found_in_four_cases_of_five(tables):
    rows = tables["int_detectable_rates"]
    known = rows[rows["minimum_detectable_lift"].notna()]
    assert len(known) > 100
    macros = SqlMacros("compat", "statistics")
    users = "(treated_user_count + control_user_count)"
    power = macros.power_of_rate(
        *("control_rate", "minimum_detectable_lift"),
        *(f"(1e0 * control_user_count / {users})", users),
    )
    found = evaluate(known.reset_index(drop=True), {"power": power})["power"]
    np.testing.assert_allclose(found, 0.8, 1e-9)
    impossible = rows[rows["control_rate"] == 0.999]
    assert impossible["minimum_detectable_lift"].isna().all()
    assert len(impossible) == 1


def test_a_campaign_without_a_control_has_no_test(tested):
    alone = tested[tested["campaign_id"] == "c03"]
    assert len(alone) == 24
    for column in ("significance_test", "p", "holm_p", "minimum_detectable_lift"):
        assert alone[column].isna().all(), column


def test_power_is_that_of_its_metric_and_unknown_without_a_control(tables):
    power = tables["int_campaign_power_estimates"].set_index(["campaign_id", "metric"])
    numbers = power.drop(columns="variant")
    # Without a control, or without anybody who ever bought.
    assert numbers.loc[[("b", "conversion"), ("e", "conversion")]].isna().all(axis=None)
    # A rise of a rate of 0.2 by 0.0988; of a mean by (1.96 + 0.84) / sqrt(32).
    smallest = power["minimum_detectable_lift"]
    assert smallest["a", "conversion"] == pytest.approx(0.0988, abs=5e-5)
    assert smallest["a", "revenue"] == pytest.approx(2.8016 / np.sqrt(32), abs=5e-5)
    # 10 % of a mean of 5 is half a deviation: 126 users of both arms.
    assert power.loc[("a", "revenue"), "required_user_count"] == 126
    assert power.loc[("a", "revenue"), "power_at_10_percent"] > 0.8


def test_required_users_are_known_where_there_is_a_baseline_and_a_rate_to_rise_to(
    tables,
):
    rows = tables["int_required_users"].sort_values(["metric", "relative_lift_rate"])
    assert rows["metric"].tolist() == ["conversion"] * 2 + ["revenue"] * 2
    assert rows["required_user_count"].tolist()[0] == 587
    assert rows["required_user_count"][1:].isna().all()
