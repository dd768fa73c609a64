"""The simulations count what they say, and stop where the marts are others."""

import json
from datetime import timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest

from benchmarks.campaigns import filling, foretold, shrinkage, value
from benchmarks.campaigns.false_verdicts import count_looks, count_tails, read_verdicts
from benchmarks.campaigns.idle_campaigns import (
    DAYS,
    LAST_LOOK,
    LOOKS,
    TAILS,
    Trials,
    campaign_rows,
    drawn_users,
    write_inputs,
)
from benchmarks.campaigns.stacking import Stack, true_campaigns, write_stack

FEW = Trials("tails", draws=3, users=400)
LOOKED_AT = Trials("looks", draws=2, users=300)
TYPES = {"is_control": "boolean", "user_id": "varchar", "variant": "varchar"}


@pytest.fixture
def database(tmp_path):
    """Give a database as dbt leaves it: tables of the filled names, empty."""
    path = tmp_path / "build.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema intermediate")
        for name, columns in (filling.USER_TABLES | filling.CAMPAIGN_TABLES).items():
            described = ", ".join(f"{c} {_type(c)}" for c in columns)
            connection.execute(f"create table intermediate.{name} ({described})")
    return path


def _type(column):
    if column in TYPES:
        return TYPES[column]
    if column.endswith("_amount"):
        return "decimal(18, 4)"
    if column.endswith("_count"):
        return "bigint"
    is_time = column.endswith(("_at", "_from", "_until", "_start"))
    return "timestamp" if is_time else "varchar"


def rows_of(database, sql):
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(sql).df()


def users_of(trials):
    return pd.concat([drawn.to_pandas() for drawn in drawn_users(trials)])


def test_every_cell_has_its_shares_and_its_spread():
    users = users_of(Trials("tails", draws=40, users=500))
    users["cell"] = users["number"] // 40
    for index, cell in enumerate(TAILS):
        rows = users[users["cell"] == index]
        assert rows["is_control"].mean() == pytest.approx(cell.control_share, abs=0.02)
        for bought in ("bought", "had_bought"):
            assert rows[bought].mean() == pytest.approx(cell.buyer_share, rel=0.25)
        logs = np.log(rows.loc[rows["bought"] == 1, "cents"])
        assert logs.std() == pytest.approx(cell.spread, rel=0.25)


def test_nothing_depends_on_the_arm():
    users = users_of(Trials("tails", draws=40, users=500))
    rows = users[users["number"] >= 40 * (len(TAILS) // 3)]
    rates = rows.groupby("is_control")["bought"].mean()
    assert rates[True] == pytest.approx(rates[False], rel=0.1)


def test_a_later_look_at_the_same_users_sees_all_of_an_earlier_one():
    users = users_of(LOOKED_AT)
    first = users[users["number"] < DAYS].pivot_table(
        index="number", columns="user", values="cents"
    )
    assert first.shape == (DAYS, LOOKED_AT.users)
    # Nothing, and from one day on the same order.
    assert (first.diff().iloc[1:] >= 0).all(axis=None)
    assert first.nunique().max() == 2
    sums = (first > 0).sum(axis=1)
    assert sums.iloc[14] == pytest.approx(sums.iloc[-1] / 2, rel=0.4)


def test_the_campaign_of_a_look_began_as_many_days_before_the_data_end():
    campaigns = campaign_rows(LOOKED_AT)
    assert len(campaigns) == len(LOOKS) * 2 * DAYS
    look = campaigns["campaign_id"].str[-2:].astype(int)
    assert (campaigns["started_at"] == LAST_LOOK - look * timedelta(days=1)).all()
    assert (campaigns["ended_at"] - campaigns["started_at"]).eq("30 days").all()
    assert (campaign_rows(FEW)["ended_at"] < LAST_LOOK).all()


def test_the_data_end_just_after_the_last_look(tmp_path):
    write_inputs(LOOKED_AT, tmp_path)
    [last] = duckdb.sql(
        f"select max(occurred_at) from '{tmp_path}/events.parquet'"
    ).fetchone()
    assert last - LAST_LOOK == timedelta(seconds=1)


def test_the_tables_are_filled_in_the_columns_dbt_gave_them(database):
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "alter table intermediate.int_campaign_variants add click_count bigint"
        )
    filling.fill(database, FEW)
    [counts] = rows_of(
        database,
        "select count(*) as users, count(distinct campaign_id) as campaigns, "
        "sum(measured_order_count) as orders, "
        "sum(measured_revenue_amount) as revenue, "
        "typeof(any_value(measured_revenue_amount)) as type "
        "from intermediate.int_campaign_user_outcomes",
    ).to_dict("records")
    users = users_of(FEW)
    assert counts["users"] == len(users) == len(TAILS) * 3 * 400
    assert counts["campaigns"] == len(TAILS) * 3
    assert counts["orders"] == users["bought"].sum()
    assert float(counts["revenue"]) == pytest.approx(users["cents"].sum() / 100)
    assert counts["type"] == "DECIMAL(18,4)"
    variants = rows_of(
        database,
        "select variant, sum(assigned_user_count) as users, sum(click_count) as clicks "
        "from intermediate.int_campaign_variants group by all order by variant",
    )
    assert variants["users"].tolist() == [
        users["is_control"].sum(),
        (~users["is_control"]).sum(),
    ]
    assert variants["clicks"].tolist() == [0, 0]


@pytest.mark.parametrize("change", ["add a_new_measure bigint", "drop history_segment"])
def test_a_column_that_only_one_side_knows_is_named(database, change):
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            f"alter table intermediate.int_campaign_user_outcomes {change}"
        )
    name = change.split()[1]
    with pytest.raises(ValueError, match=f"int_campaign_user_outcomes.*{name}"):
        filling.fill(database, FEW)


def test_a_column_that_the_mart_lacks_is_named(tmp_path):
    path = tmp_path / "old.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.campaign_lift (campaign_id varchar)")
        connection.execute("create table marts.audience_summary (campaign_id varchar)")
        connection.execute(
            "create table marts.propensity_calibration (campaign_id varchar)"
        )
        connection.execute("create schema intermediate")
        connection.execute(
            "create table intermediate.int_campaign_targets (campaign_id varchar)"
        )
    for read in (read_verdicts, value.read_audiences, foretold.read_calibration):
        with pytest.raises(duckdb.BinderException, match="Referenced column"):
            read(path)


def verdict_rows(trials, verdicts):
    """One row of each metric and method per campaign, with these verdicts in turn."""
    campaigns = campaign_rows(trials)["campaign_id"]
    told = [verdicts[number % len(verdicts)] for number in range(len(campaigns))]
    return pd.concat(
        pd.DataFrame(
            {
                "campaign_id": campaigns,
                "metric": metric,
                "method": method,
                "significance_test": "hall",
                "p_value": [0.01 if v in ("works", "harms") else 0.5 for v in told],
                "absolute_lift_lower": [1 if v == "works" else -1 for v in told],
                "absolute_lift_upper": [-1 if v == "harms" else 1 for v in told],
                "verdict": told,
                "interim_verdict": "unclear",
            }
        )
        for metric in ("conversion", "revenue")
        for method in ("raw", "cuped")
    )


def test_each_tail_is_counted_for_itself():
    trials = Trials("tails", draws=4, users=1)
    found = count_tails(verdict_rows(trials, ["works", "unclear", "harms", "works"]), 4)
    # Conversion without history; revenue with it and without.
    assert len(found) == 3 * len(TAILS)
    for row in found:
        assert (row["works"], row["harms"]) == (0.5, 0.25)
        assert (row["above"], row["below"], row["decided"]) == (0.5, 0.25, 1.0)
        assert row["broken"] == 0.0
        assert row["tests"] == {"hall": 1.0}
    assert json.dumps(found)


def test_a_campaign_without_a_row_stops_the_count():
    trials = Trials("tails", draws=4, users=1)
    rows = verdict_rows(trials, ["unclear"])
    with pytest.raises(ValueError, match="4 campaigns expected, 3 found"):
        count_tails(rows[rows["campaign_id"] != rows["campaign_id"].iloc[0]], 4)
    looks = verdict_rows(LOOKED_AT, ["unclear"])
    with pytest.raises(ValueError, match="2 campaigns in 30 looks expected, 59 rows"):
        count_looks(looks[looks["campaign_id"] != looks["campaign_id"].iloc[3]], 2)


def test_one_false_look_of_thirty_is_a_false_verdict():
    rows = verdict_rows(LOOKED_AT, ["running"])
    first = rows["campaign_id"].str.endswith("00000-07")
    rows.loc[first, "interim_verdict"] = "works"
    rows.loc[first, "p_value"] = 0.001
    last = rows["campaign_id"].str.endswith("00001-30")
    rows.loc[last & (rows["metric"] == "revenue"), "verdict"] = "harms"
    for row in count_looks(rows, 2):
        is_revenue = row["metric"] == "revenue"
        assert row["any_look"] == (1.0 if is_revenue else 0.5)
        assert row["last_look"] == (0.5 if is_revenue else 0.0)
        assert (row["interim"], row["plain"]) == (0.5, 0.5)
        assert row["looks"] == DAYS


@pytest.fixture(scope="module")
def truth(tmp_path_factory):
    """Give what the campaigns of two small shops were worth."""
    folder = tmp_path_factory.mktemp("stack")
    write_stack(Stack(shops=2, users=60, campaign_sets=2, items=50), folder)
    return true_campaigns(folder)


def audience_rows(truth, covers):
    """Rows as `audience_summary` has them; every `covers`-th misses the true value."""
    cost = truth["spend_per_user"].fillna(0.5)
    true = truth["unit_margin_rate"] * truth["revenue_per_user"] - cost
    centre = true + 3.0 * (pd.Series(range(len(truth))) % covers == 0)
    users = 50
    return pd.DataFrame(
        {
            "campaign_id": truth["campaign_id"],
            "value_basis": "revenue_lift",
            "user_cost_basis": "campaign",
            "user_cost_amount": cost,
            "eligible_user_count": users,
            "expected_value_amount": users * centre,
            "expected_value_lower_amount": users * (centre - 1),
            "expected_value_upper_amount": users * (centre + 1),
        }
    )


def test_a_value_is_covered_where_its_interval_per_user_holds_the_true_one(truth):
    assert len(truth) == 20
    # c10's spend is unknown, that of the free c07 is not.
    by_campaign = truth.set_index("campaign")["spend_per_user"]
    assert by_campaign["c10"].isna().all()
    assert (by_campaign["c07"] == 0).all()
    rows = value.with_truth(audience_rows(truth, covers=10), truth)
    everything, *each = value.summarize(rows)
    assert (everything["campaign"], everything["intervals"]) == ("all", 20)
    assert everything["share"] == 0.9
    assert everything["below"] == 0.1
    assert everything["mean_width"] == pytest.approx(2)
    assert [row["share"] for row in each] == [0.0, *[1.0] * 9]


def test_an_audience_without_a_value_is_refused(truth):
    rows = audience_rows(truth, covers=10)
    rows.loc[4, "expected_value_lower_amount"] = None
    with pytest.raises(ValueError, match=r"1 of 20 campaigns have no value.*c05"):
        value.with_truth(rows, truth)


def lifts():
    """Two shops of two arms, of which each shop's first looks best."""
    return pd.DataFrame(
        {
            "shop": ["s1", "s1", "s2", "s2"],
            "metric": "revenue",
            "method": "raw",
            "absolute_lift": [5.0, 1.0, 4.0, 0.0],
            "shrunk_lift": [3.0, 2.0, 2.0, 1.0],
            "truth": [2.0, 2.0, 2.0, 2.0],
            "verdict": ["works", "unclear", "works", "harms"],
        }
    )


def test_the_best_is_chosen_by_each_measure_and_held_against_its_truth():
    raw, shrunk = shrinkage.compare(lifts())
    assert (raw["measure"], raw["best"], raw["best_bias"]) == ("raw", 4.5, 2.5)
    assert (shrunk["best"], shrunk["best_truth"]) == (2.5, 2.0)
    assert raw["root_mean_squared_error"] == pytest.approx(np.sqrt((9 + 1 + 4 + 4) / 4))
    assert shrunk["root_mean_squared_error"] == pytest.approx(np.sqrt(0.5))
    assert (raw["arms"], raw["broken"], raw["shops"]) == (4, 0, 2)


def test_an_arm_without_a_shrunk_lift_is_left_out_where_it_is_broken_alone():
    rows = lifts()
    rows.loc[0, "shrunk_lift"] = None
    rows.loc[0, "verdict"] = "broken"
    raw, shrunk = shrinkage.compare(rows)
    assert (raw["arms"], raw["broken"]) == (shrunk["arms"], shrunk["broken"]) == (3, 1)
    # Of the first shop the other arm is the best.
    assert raw["best"] == (1.0 + 4.0) / 2
    rows.loc[0, "verdict"] = "unclear"
    with pytest.raises(ValueError, match="1 of 4 lifts are not shrunk"):
        shrinkage.compare(rows)


def test_a_level_wrong_in_nine_tenths_is_not_hidden_by_the_tenth():
    rows = pd.DataFrame(
        {
            "target_index": 3,
            "propensity_decile": range(1, 11),
            "expected_buyer_count": [2.0] * 9 + [12.0],
            "represented_buyer_count": [1.0] * 9 + [21.0],
            "is_as_foretold": [False] * 9 + [True],
        }
    )
    found = foretold.summarize(rows)
    assert (found["targets"], found["cells"], found["as_foretold"]) == (1, 10, 0.1)
    ratios = found["expected_by_observed"]
    assert ratios["all"] == 1.0
    assert ratios["1-9"] == 2.0
    assert ratios["10"] == pytest.approx(12 / 21)
    with pytest.raises(ValueError, match="no target"):
        foretold.summarize(rows.iloc[:0])
