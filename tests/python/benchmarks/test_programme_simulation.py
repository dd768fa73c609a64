"""What the simulations of the programme and of stamps count."""

import duckdb
import numpy as np
import pandas as pd
import pytest

from benchmarks.campaigns import programme, stamped
from benchmarks.campaigns.stacking import Stack, truths, write_stack


def test_an_interval_holds_the_truth_at_its_ends_and_not_beyond():
    rows = pd.DataFrame(
        {
            "metric": "conversion",
            "month": ["2025-01-01", "2025-01-01", "2025-02-01", "2025-02-01"],
            "truth": [0.1, 0.2, 0.3, 0.0],
            "lower": 0.1,
            "upper": 0.2,
            "is_covered": [True, True, False, False],
        }
    )
    found = programme.summarize(rows, rows)
    assert [row["share"] for row in found["programme"]] == [0.5, 1.0, 0.0]
    assert found["factors"]["below"] == found["factors"]["above"] == 0.25
    assert programme._judged(rows)["is_covered"].tolist() == [True, True, False, False]


def test_only_the_treated_are_stamped_later_than_the_start():
    users = np.array([f"u{number}" for number in range(200)])
    started_at = pd.Timestamp("2025-02-01", tz="UTC")
    for kind in stamped.KINDS:
        rows = stamped._assigned(np.random.default_rng(1), kind, "c", users, started_at)
        is_treated = rows["variant"] == "treatment"
        times = pd.to_datetime(rows["assigned_at"])
        assert (times[is_treated] > started_at).all()
        control = times[~is_treated]
        assert (
            control == started_at if kind == "drawn controls" else control.isna()
        ).all()
        assert times[is_treated].nunique() == 1 or kind != "one send"


def test_each_kind_has_as_many_campaigns_which_end_before_the_data(tmp_path):
    stamped.write_inputs(stamped.Stamped(3, users=20, shop_users=60), tmp_path)
    campaigns = pd.read_parquet(tmp_path / "campaigns.parquet")
    kinds = campaigns["campaign_id"].str.rsplit("-", n=1).str[0]
    assert kinds.value_counts().to_dict() == dict.fromkeys(stamped.KINDS, 3)
    assignments = pd.read_parquet(tmp_path / "campaign_assignments.parquet")
    users = assignments.groupby("campaign_id")["user_id"].nunique()
    assert users.to_dict() == dict.fromkeys(campaigns["campaign_id"], 20)
    [last] = duckdb.sql(
        f"select max(try_cast(occurred_at as timestamptz)) "
        f"from '{tmp_path}/events.parquet'"
    ).fetchone()
    assert pd.to_datetime(campaigns["ended_at"]).max() < last


def database_of(path, **tables):
    """Write frames as tables, named by schema and name with two underscores between."""
    with duckdb.connect(str(path)) as connection:
        for name, rows in tables.items():
            schema, table = name.split("__")
            connection.register("rows", rows)
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(f"create table {schema}.{table} as from rows")
    return path


def test_verdicts_are_counted_by_kind_and_of_the_raw_method_alone(tmp_path):
    lift = pd.DataFrame(
        {
            "campaign_id": ["one send-0000", "one send-0001", "one send-0001"],
            "method": ["raw", "raw", "cuped"],
            "metric": "revenue",
            "verdict": ["harms", "unclear", "works"],
            "measured_since": ["draw", "campaign_start", "campaign_start"],
        }
    )
    database = database_of(tmp_path / "build.duckdb", marts__campaign_lift=lift)
    [found] = stamped.count(database)
    assert (found["kind"], found["campaigns"]) == ("one send", 2)
    assert (found["harms"], found["works"], found["broken"]) == (0.5, 0.0, 0.0)
    assert found["since_start"] == 0.5


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    """Give two small shops of which a quarter is held out of everything."""
    folder = tmp_path_factory.mktemp("stack")
    write_stack(Stack(2, 60, campaign_sets=2, items=50, holdout_share=0.25), folder)
    return folder


def test_each_shop_is_a_programme_with_the_holdout_of_its_generator(stack, tmp_path):
    users = duckdb.sql(
        f"select distinct trim(user_id) as user_id from '{stack}/users/*.parquet' "
        "where user_id is not null"
    ).df()
    before = pd.DataFrame(
        {
            "holdout_kind": ["campaign"],
            **{"campaign_id": ["c"], "user_id": ["u"], "is_held_out": [True]},
            "measured_from": [pd.Timestamp("2025-01-01")],
            "measured_until": [pd.Timestamp("2025-02-01")],
        }
    )
    database = database_of(
        tmp_path / "build.duckdb",
        intermediate__int_users=users,
        intermediate__int_holdout_users=before,
    )
    programme.fill(database, 0.25)
    with duckdb.connect(str(database)) as connection:
        found = connection.execute(
            "select campaign_id, holdout_kind, sum(is_held_out::int)::int as held_out "
            "from intermediate.int_holdout_users group by all order by campaign_id"
        ).fetchall()
    told = [truth["design"]["held_out_users"] for _, truth in truths(stack)]
    assert found == [
        ("s001-c01", "programme", told[0]),
        ("s002-c01", "programme", told[1]),
    ]


def programme_rows(stack):
    """Rows as `programme_lift` has them, each around its truth."""
    return pd.DataFrame(
        {
            "campaign_id": f"{shop}c01",
            "holdout_kind": "programme",
            "metric": metric,
            "month_start_date": pd.Timestamp(programme._month_before(row["until"])),
            "absolute_lift_lower": row[name] / unit - 1,
            "absolute_lift_upper": row[name] / unit + 1,
        }
        for shop, truth in truths(stack)
        for row in truth["design"]["programme"]
        for metric, (name, unit) in programme.METRICS.items()
    ).astype({"month_start_date": "datetime64[s]"})


def test_a_month_of_a_shop_without_a_lift_stops_the_count(stack, tmp_path):
    rows = programme_rows(stack)
    rows["month_start_date"] = rows["month_start_date"].dt.date
    whole = database_of(tmp_path / "whole.duckdb", marts__programme_lift=rows)
    found = programme.lifts_with_truth(whole, stack)
    assert len(found) == len(rows)
    assert found["is_covered"].all()
    less = database_of(tmp_path / "less.duckdb", marts__programme_lift=rows.iloc[1:])
    with pytest.raises(ValueError, match=r"1 of 24 lifts are missing.*s001-c01"):
        programme.lifts_with_truth(less, stack)
