"""The lift of the example shop, recomputed from its staged rows without the SQL.

pandas makes each user's values with loops over rows; statsmodels and numpy make the
statistics from those values, not from sums. Tolerance 1e-9 relative, 1e-7 for p
(2e-7 of 1 by permutation).
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from lift_recomputed import KEYS, every_comparison, user_values
from statsmodels.stats.multitest import multipletests

TRUTH = Path(__file__).parents[4] / "seeds" / "example" / "truth.json"


@pytest.fixture(scope="module")
def tables(example_database: Path) -> dict[str, pd.DataFrame]:
    names = {
        **{name: f"staging.stg_{name}" for name in ("events", "campaigns", "users")},
        "assignments": "staging.stg_campaign_assignments",
        "lift": "marts.campaign_lift",
        "segments": "marts.campaign_lift_by_segment",
        "performance": "marts.campaign_performance",
    }
    with duckdb.connect(str(example_database), read_only=True) as connection:
        return {
            name: connection.sql(f"from {relation}").df()
            for name, relation in names.items()
        }


@pytest.fixture(scope="module")
def expected(tables) -> pd.DataFrame:
    with warnings.catch_warnings():
        # Arms of one user have no variance and arms of nobody's order no ratio.
        warnings.simplefilter("ignore", RuntimeWarning)
        return every_comparison(user_values(tables))


@pytest.fixture(scope="module")
def measured(tables) -> pd.DataFrame:
    """Return both marts as one table."""
    whole = tables["lift"].assign(segment_kind="(all)", segment="(all)")
    both = pd.concat([whole, tables["segments"]], ignore_index=True)
    return both.set_index(KEYS).sort_index()


def test_every_number_of_the_marts_is_that_of_the_recomputation(measured, expected):
    tested = measured[measured["p_value"].notna()]
    assert len(tested) > 400
    tested, known = tested.align(expected, join="outer", axis=0)
    assert tested["verdict"].notna().all(), "the marts lack a comparison"
    for column in expected.columns:
        ours, theirs = tested[column], known[column]
        if column == "significance_test":
            assert (ours == theirs).all()
            continue
        tolerance = 1e-7 if column == "p_value" else 1e-9
        size = np.maximum(np.abs(theirs), np.abs(known["treated_mean"]))
        if column in ("p_value", "degrees_of_freedom", "variance_ratio"):
            size = np.abs(theirs)
        if column == "p_value":
            # A permutation adds up normal tails of seven decimals.
            size = np.where(known["significance_test"] == "permutation", 2, size)
        if column == "incremental_total":
            size = size * known["treated_user_count"]
        assert (ours.isna() == theirs.isna()).all(), column
        distance = (ours - theirs).abs() / size
        assert distance.max() <= tolerance, (column, distance.idxmax())


@pytest.mark.parametrize(
    ("mart", "method"),
    [("lift", "holm"), ("segments", "fdr_bh")],
)
def test_p_is_adjusted_over_its_family(tables, mart, method):
    rows = tables[mart][tables[mart]["p_value"].notna()]
    families = rows.groupby(["campaign_id", "metric", "method"])
    sizes = set()
    for _, family in families:
        adjusted = multipletests(family["p_value"], method=method)[1]
        np.testing.assert_allclose(family["adjusted_p_value"], adjusted, rtol=1e-9)
        sizes.add(len(family))
    assert max(sizes) > 1


def test_the_split_of_the_example_is_not_designed_and_its_histories_are_alike(tables):
    lift = tables["lift"]
    assert (lift["split_status"] == "split_unknown").all()
    assert lift["sample_ratio_p_value"].isna().all()
    assert (lift["history_p_value"] > 0.01).all()
    assert not (lift["has_sample_ratio_mismatch"] | lift["has_history_mismatch"]).any()


def test_a_campaign_that_is_over_is_judged_and_its_last_look_too(tables):
    lift = tables["lift"]
    assert (lift["elapsed_share"] == 1).all()
    np.testing.assert_allclose(lift["interim_boundary_z"], 1.959964, 1e-6)
    assert (lift["interim_verdict"] != "unclear").any()
    assert (lift["verdict"] == lift["interim_verdict"]).all()


def test_what_an_effect_cost_is_the_spend_of_its_variant(tables):
    performance = tables["performance"]
    last = performance[performance["attribution_model"] == "last_touch"]
    spend = last.set_index(["campaign_id", "variant"])["spend_amount"]
    rows = tables["lift"].set_index(["campaign_id", "variant"])
    known = spend.reindex(rows.index).astype(float)
    assert known.isna().any()
    assert (known == 0).any()
    pd.testing.assert_series_equal(
        rows["spend_amount"].astype(float), known, check_names=False
    )
    money = (rows["metric"] == "revenue").to_numpy()
    iroas = (rows["incremental_total"] / known.replace(0, np.nan))[money]
    np.testing.assert_allclose(rows["iroas"][money], iroas, rtol=1e-12)
    assert rows["iroas"][~money].isna().all()
    won = (
        (rows["metric"] == "conversion") & (rows["incremental_total"] > 0)
    ).to_numpy()
    icpa = (known / rows["incremental_total"])[won]
    np.testing.assert_allclose(rows["icpa"][won], icpa, rtol=1e-12)
    assert rows["icpa"][~won].isna().all()


def test_the_known_truth_of_the_example_is_found(tables):
    lift = tables["lift"]
    primary = lift[lift["is_primary"]].set_index("campaign_id")
    assert primary.loc["c04", "verdict"] == "unclear"
    assert primary.loc["c07", "verdict"] == "harms"
    truth = json.loads(TRUTH.read_text(encoding="utf-8"))["campaigns"]
    covered = [
        row.absolute_lift_lower
        <= truth[row.campaign_id]["variants"][row.variant]["conversion_effect"]
        <= row.absolute_lift_upper
        for row in lift[lift["metric"] == "conversion"].itertuples()
    ]
    # 22 intervals, raw and adjusted; three or more misses have a chance of 1 in 50
    # if the eleven were independent of each other.
    assert len(covered) == 22
    assert sum(covered) >= 20


def test_history_narrows_what_it_predicts(tables):
    adjusted = tables["lift"][tables["lift"]["method"] == "cuped"]
    ratio = adjusted.groupby("metric")["variance_ratio"].mean()
    assert ratio["visits"] < ratio["conversion"] < 0.95
    assert (tables["lift"].query("method == 'raw'")["variance_ratio"] == 1).all()
