"""Lift of twenty generated shops against the effects that the generator knows.

A small version of `make benchmark ONLY=campaigns` (200 shops). The bounds are those of
chance: with 220 intervals of 95 % from 20 shops, coverage has a standard error of
1.5 points, of 1.8 with what campaigns of one shop share; four of them are 7 points. The
shops are the same every time, so that a sound build never fails.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.campaigns.coverage import (
    IDLE,
    METRICS,
    SIGNIFICANT,
    read_lift,
    with_truth,
)
from benchmarks.campaigns.stacking import Stack, true_variants, write_stack

SHOPS = 20
COVERAGE = (0.88, 0.995)
# 20 tests at 5 %: more than four alarms have a chance of 0.3 %.
MOST_ALARMS = 4
# The mean error of 220 lifts, in standard errors, has one of 0.067 (0.08 with what
# they share); four of them.
MEAN_ERROR = 0.32
COUNTS = {"conversion": ("converting_users", 1), "revenue": ("revenue_cents", 100)}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder of twenty shops."""
    folder = tmp_path_factory.mktemp("shops")
    write_stack(Stack(shops=SHOPS, users=900, campaign_sets=SHOPS), folder, 2)
    return folder


@pytest.fixture(scope="module")
def truth(stack: Path) -> pd.DataFrame:
    """Give the truth about every treated variant."""
    return true_variants(stack)


@pytest.fixture(scope="module")
def lift(dbt_project, stack: Path, truth: pd.DataFrame) -> pd.DataFrame:
    """Give the mart's rows beside their truth, of one build of all shops."""
    database = stack / "build" / "inputs.duckdb"
    errors = dbt_project.run(
        *("build", "--select", "+campaign_lift"),
        *("--exclude-resource-type", "test", "unit_test"),
        database=database,
        input_dir=stack,
    )
    assert not errors, errors
    return with_truth(read_lift(database), truth)


def test_lift_is_of_the_users_who_were_drawn_and_of_what_they_did(lift, truth):
    raw = lift[lift["method"] == "raw"]
    counts = raw.merge(truth, on=["campaign_id", "variant"], suffixes=("", "_true"))
    assert len(raw) == 2 * len(truth) == 2 * 11 * SHOPS
    for metric, (name, unit) in COUNTS.items():
        rows = counts[counts["metric"] == metric]
        for arm, column in (("treated", name), ("control", f"control_{name}")):
            counted = (rows[f"{arm}_total"] * unit).round().astype("int64")
            assert counted.tolist() == rows[column].tolist(), (metric, arm)


@pytest.mark.parametrize("method", ["raw", "cuped"])
@pytest.mark.parametrize("metric", METRICS)
def test_intervals_cover_the_truth_as_often_as_they_say(lift, metric, method):
    rows = lift[(lift["metric"] == metric) & (lift["method"] == method)]
    least, most = COVERAGE
    assert least <= rows["is_covered"].mean() <= most
    width = rows["absolute_lift_upper"] - rows["absolute_lift_lower"]
    errors = (rows["absolute_lift"] - rows["truth"]) / (width / (2 * 1.959964))
    assert abs(errors.mean()) < MEAN_ERROR
    assert 0.85 < errors.std() < 1.15


@pytest.mark.parametrize("method", ["raw", "cuped"])
@pytest.mark.parametrize("metric", METRICS)
def test_the_campaign_that_does_nothing_is_seldom_called_an_effect(
    lift, metric, method
):
    idle = lift[(lift["campaign"] == IDLE) & (lift["metric"] == metric)]
    p = idle.loc[idle["method"] == method, "p_value"]
    assert len(p) == SHOPS
    assert (p < SIGNIFICANT).sum() <= MOST_ALARMS
    # Nor never: the mean of uniform p values is 0.5, with a standard error of 0.065.
    assert abs(p.mean() - 0.5) < 4 * np.sqrt(1 / 12 / SHOPS)


def test_history_narrows_the_interval_where_it_predicts(lift):
    """CUPED's width is that of its variance ratio, below 1 for users with a past."""
    widths = lift.assign(
        width=lift["absolute_lift_upper"] - lift["absolute_lift_lower"]
    ).pivot(
        index=["campaign_id", "campaign", "variant", "metric"],
        columns="method",
        values=["width", "variance_ratio"],
    )
    # Those with 90 days before the draw; the first campaign has 12.
    with_history = widths[
        widths.index.get_level_values("campaign").isin(["c08", "c09", "c10"])
    ]
    ratio = with_history["variance_ratio"]["cuped"].groupby("metric").mean()
    assert ratio["conversion"] < 0.90
    assert ratio["revenue"] < 0.97
    shrinks = with_history["width"]["cuped"] / with_history["width"]["raw"]
    assert (shrinks < 1).groupby("metric").mean().min() > 0.9
    # Intervals of skewed values have uneven sides, so that single widths stray.
    off = shrinks**2 / with_history["variance_ratio"]["cuped"]
    assert np.isclose(off.groupby("metric").median(), 1, atol=0.05).all()
    assert off.between(0.8, 1.25).all()
