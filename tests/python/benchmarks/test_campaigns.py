"""The campaign section: stacked shops keep apart, and coverage is counted right."""

import json

import duckdb
import pandas as pd
import pytest

from benchmarks.campaigns.coverage import summarize, with_truth
from benchmarks.campaigns.stacking import Stack, true_variants, write_stack

INPUTS = (
    *("events", "items", "users", "campaigns", "campaign_spend"),
    *("campaign_assignments", "campaign_touches", "erasure_requests"),
)


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    """Give two small shops whose campaigns are one set."""
    folder = tmp_path_factory.mktemp("stack")
    write_stack(Stack(shops=2, users=60, campaign_sets=1, items=50), folder)
    return folder


def ids(stack, name, column):
    """The ids of each shop, without missing ones."""
    return [
        {
            value
            for (value,) in duckdb.sql(
                f"select distinct {column} from '{path}' where {column} is not null"
            ).fetchall()
        }
        for path in sorted((stack / name).glob("*.parquet"))
    ]


@pytest.mark.parametrize("name", INPUTS)
def test_no_two_shops_share_an_id_but_those_of_campaigns(stack, name):
    columns = [
        column
        for (column, *_) in duckdb.sql(
            f"describe select * from '{stack / name}/*.parquet'"
        ).fetchall()
        if column.endswith("_id")
    ]
    assert columns
    for column in columns:
        first, second = ids(stack, name, column)
        assert first
        assert second
        if column == "campaign_id":
            assert {f"s001-c{n:02d}" for n in range(1, 10)} <= first & second
        else:
            assert not first & second, column
            assert all(value.startswith("s001-") for value in first)


def test_blanks_around_an_id_do_not_make_it_another_one(stack):
    (rows, distinct) = duckdb.sql(
        "select count(event_id), count(distinct event_id) "
        f"from '{stack}/events/s001-.parquet'"
    ).fetchone()
    # Duplicates on purpose, some with blanks around their id.
    assert rows - distinct >= 14


def test_copies_of_a_shop_differ_in_their_ids_alone(tmp_path):
    write_stack(Stack(1, users=60, campaign_sets=1, copies=2, items=50), tmp_path)
    first, second = ids(tmp_path, "events", "user_id")
    assert not first & second
    assert {value[5:] for value in first} == {value[5:] for value in second}
    assert set(true_variants(tmp_path)["campaign_id"].str[:5]) == {"s001-", "s002-"}


def lift_rows(truth, covers):
    """Rows as `campaign_lift` has them, of which every `covers`-th misses the truth."""
    rows = truth.melt(
        ["campaign_id", "variant", "assigned_users", "control_assigned_users"],
        ["conversion", "revenue"],
        "metric",
        "truth",
    ).rename(
        columns={
            "assigned_users": "treated_user_count",
            "control_assigned_users": "control_user_count",
        }
    )
    misses = pd.Series(range(len(rows))) % covers == 0
    centre = rows.pop("truth") + 3.0 * misses
    return pd.concat(
        rows.assign(
            method=method,
            absolute_lift=centre,
            absolute_lift_lower=centre - 1,
            absolute_lift_upper=centre + 1,
            p_value=0.04,
            variance_ratio=0.8,
            verdict="works",
        )
        for method in ("raw", "cuped")
    )


def test_coverage_counts_the_intervals_that_hold_the_truth(stack):
    truth = true_variants(stack)
    found = summarize(with_truth(lift_rows(truth, covers=11), truth))
    by_key = {(r["campaign"], r["metric"], r["method"]): r for r in found["coverage"]}
    told = by_key["all", "conversion", "raw"]
    assert (told["intervals"], told["covered"]) == (22, 20)
    assert (told["below"], told["above"]) == (pytest.approx(2 / 22), 0)
    # Two of 22 are 3 too large, in standard errors of 1 / 1.96.
    assert told["mean_error"] == pytest.approx(2 * 3 * 1.959964 / 22)
    assert by_key["c01 treatment", "conversion", "raw"]["covered"] == 0
    assert by_key["c02 treatment", "conversion", "raw"]["covered"] == 2
    idle = found["idle"][0]
    assert (idle["tests"], idle["alarms"], idle["called_an_effect"]) == (2, 2, 2)
    assert json.dumps(found)


def test_lift_over_the_reached_instead_of_the_assigned_is_refused(stack):
    truth = true_variants(stack)
    rows = lift_rows(truth, covers=11)
    rows["treated_user_count"] -= 1
    with pytest.raises(ValueError, match="88 of 88 lifts are not over the assigned"):
        with_truth(rows, truth)


def test_a_variant_without_a_lift_is_refused(stack):
    truth = true_variants(stack)
    rows = lift_rows(truth, covers=11)
    with pytest.raises(ValueError, match="88 lifts expected"):
        with_truth(rows[rows["campaign_id"] != "s001-c03"], truth)
