"""What Python adds to the lift: whatever the order of rows, and typed when empty."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from precision_marketing.campaigns.lift import KEYS, lift_tests, lift_tests_schema
from precision_marketing.campaigns.power import (
    campaign_power,
    campaign_power_schema,
    required_users,
    required_users_schema,
)


def arms(seed: int = 0, campaigns: int = 40) -> pd.DataFrame:
    """Return comparisons as `int_campaign_arm_means` has them, some not testable."""
    generator = np.random.default_rng(seed)
    keys = pd.MultiIndex.from_product(
        [
            [f"c{number:02d}" for number in range(campaigns)],
            ["a", "b"],
            ["(all)", "country"],
            ["conversion", "revenue"],
            ["raw", "cuped"],
        ],
        names=["campaign_id", "variant", "segment_kind", "metric", "method"],
    )
    rows = keys.to_frame(index=False)
    rows["segment"] = np.where(rows["segment_kind"] == "(all)", "(all)", "AT")
    rows["is_rate"] = (rows["metric"] == "conversion") & (rows["method"] == "raw")
    for arm in ("treated", "control"):
        users = generator.integers(0, 300, len(rows))
        total = generator.binomial(users, generator.beta(1, 4, len(rows)))
        rows[f"{arm}_user_count"] = users
        rows[f"{arm}_total"] = total.astype(float)
        with np.errstate(divide="ignore", invalid="ignore"):
            rows[f"{arm}_mean"] = total / users
            rows[f"{arm}_variance"] = total * (users - total) / users / (users - 1)
    rows.loc[rows["campaign_id"] == "c03", "control_user_count"] = 0
    unknown = [f"control_{name}" for name in ("total", "mean", "variance")]
    rows.loc[rows["campaign_id"] == "c03", unknown] = np.nan
    return rows


def table(rows: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(rows, preserve_index=False)


@pytest.fixture
def ratios() -> pa.Table:
    return pa.table(
        {
            "campaign_id": ["c00", "c01"],
            "chi_square": pa.array([2.0, None], pa.float64()),
            "degrees_of_freedom": pa.array([2, 2], pa.int64()),
        }
    )


def test_the_order_of_rows_changes_nothing(ratios):
    rows = arms()
    expected = lift_tests(table(rows), ratios)
    assert expected.schema == lift_tests_schema
    for seed in range(3):
        shuffled = table(rows.sample(frac=1, random_state=seed))
        assert lift_tests(shuffled, ratios.take([1, 0])).equals(expected)
    keys = expected.select(KEYS).to_pandas()
    assert keys.equals(keys.sort_values(KEYS, ignore_index=True))


def test_a_campaign_without_a_control_has_no_test_and_warns_nobody(ratios, recwarn):
    tested = lift_tests(table(arms()), ratios).to_pandas().set_index("campaign_id")
    alone = tested.loc["c03"]
    for column in ("significance_test", "p", "holm_p", "minimum_detectable_lift"):
        assert alone[column].isna().all(), column
    assert not [
        str(w.message) for w in recwarn if issubclass(w.category, RuntimeWarning)
    ]


def test_the_sample_ratio_is_that_of_the_campaign(ratios):
    tested = lift_tests(table(arms()), ratios).to_pandas().set_index("campaign_id")
    assert tested.loc["c00", "sample_ratio_p"].unique() == pytest.approx([np.exp(-1)])
    assert tested.loc[["c01", "c02"], "sample_ratio_p"].isna().all()


def test_nothing_gives_typed_nothing(ratios):
    rows = table(arms()).slice(0, 0)
    assert lift_tests(rows, ratios.slice(0, 0)).schema == lift_tests_schema
    assert lift_tests(rows, ratios.slice(0, 0)).num_rows == 0
    assert campaign_power(baselines(0)).schema == campaign_power_schema
    nothing = required_users(shop(0), scenarios())
    assert nothing.schema == required_users_schema
    assert nothing.num_rows == 0


def baselines(rows: int = 3) -> pa.Table:
    columns = {
        "campaign_id": pa.array(["b", "a", "a"]),
        "variant": pa.array(["t", "t", "t"]),
        "metric": pa.array(["conversion", "revenue", "conversion"]),
        "treated_user_count": pa.array([300, 64, 300], pa.int64()),
        "control_user_count": pa.array([0, 64, 300], pa.int64()),
        "baseline_mean": pa.array([0.2, 5.0, 0.2], pa.float64()),
        "baseline_deviation": pa.array([0.4, 1.0, 0.4], pa.float64()),
    }
    return pa.table(columns).slice(0, rows)


def test_power_is_that_of_its_metric_and_unknown_without_a_control():
    power = campaign_power(baselines()).to_pandas().set_index(["campaign_id", "metric"])
    assert power.index.tolist()[0] == ("a", "conversion")
    numbers = power.drop(columns="variant")
    assert numbers.loc[("b", "conversion")].isna().all()
    # A rise of a rate of 0.2 by 0.0988; of a mean by (1.96 + 0.84) / sqrt(32).
    smallest = power["minimum_detectable_lift"]
    assert smallest["a", "conversion"] == pytest.approx(0.0988, abs=5e-5)
    assert smallest["a", "revenue"] == pytest.approx(2.8016 / np.sqrt(32), abs=5e-5)
    # 10 % of a mean of 5 is half a deviation: 126 users of both arms.
    assert power.loc[("a", "revenue"), "required_user_count"] == 126
    assert power.loc[("a", "revenue"), "power_at_10_percent"] > 0.8


def shop(rows: int = 2) -> pa.Table:
    columns = {
        "measured_days": pa.array([14, 14], pa.int32()),
        "metric": pa.array(["conversion", "revenue"]),
        "known_user_count": pa.array([900, 900], pa.int64()),
        "baseline_mean": pa.array([0.2, 0.0], pa.float64()),
        "baseline_deviation": pa.array([0.4, 0.0], pa.float64()),
    }
    return pa.table(columns).slice(0, rows)


def scenarios() -> pa.Table:
    return pa.table(
        {
            "measured_days": pa.array([14, 14, 28], pa.int32()),
            "relative_lift_rate": [0.5, 5.0, 0.5],
            "control_share": [0.5, 0.5, 0.5],
        }
    )


def test_required_users_are_known_where_there_is_a_baseline_and_a_rate_to_rise_to():
    rows = required_users(shop(), scenarios()).to_pandas()
    assert rows["metric"].tolist() == ["conversion"] * 2 + ["revenue"] * 2
    assert rows["required_user_count"][0] == 587
    assert rows["required_user_count"][1:].isna().all()
