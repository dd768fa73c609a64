"""The Open Bandit samples: as they are mapped, and what the marts make of them.

Every figure is recounted here with pandas from the CSV files of the package.
"""

import importlib.util
import math

import duckdb
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from examples import open_bandit
from examples.open_bandit import SourceMissingError, convert

MARTS = (
    "campaign_performance",
    "policy_value",
    "recommendation_feedback",
    "row_accounting",
)
CAMPAIGNS, POLICIES = open_bandit.CAMPAIGNS, open_bandit.POLICIES
LOGS = [(campaign, policy) for campaign in CAMPAIGNS for policy in POLICIES]
# Of the full data, in per cent: Saito et al. (2021), table 1.
PUBLISHED_CTR = {
    ("all", "random"): 0.35,
    ("all", "bts"): 0.50,
    ("men", "random"): 0.51,
    ("men", "bts"): 0.67,
    ("women", "random"): 0.48,
    ("women", "bts"): 0.64,
}


@pytest.fixture
def small(tmp_path):
    """Return a source of two impressions a log, the second one clicked."""
    source = tmp_path / "it's the source"
    for campaign, policy in LOGS:
        folder = source / policy / campaign
        folder.mkdir(parents=True)
        (folder / f"{campaign}.csv").write_text(
            ",timestamp,item_id,position,click,propensity_score\n"
            "0,2019-11-24 00:00:34.762830+00:00,1,3,0,0.0125\n"
            "1,2019-11-24 10:00:00+00:00,0,1,1,4.5e-05\n"
        )
        (folder / "item_context.csv").write_text(
            ",item_id,item_feature_0,item_feature_1,item_feature_2,item_feature_3\n"
            "0,0,-0.5,a,b,c\n1,1,0.5,d,e,f\n"
        )
    return source


def test_a_clicked_impression_becomes_two_touches_of_a_user_of_its_own(small, tmp_path):
    assert convert(small, tmp_path / "out") == {
        "events": 6,
        "items": 6,
        "campaigns": 3,
        "campaign_touches": 18,
    }
    assert duckdb.sql(
        "select touch_id, item_id, position, propensity, cast(touched_at as varchar) "
        f"from '{tmp_path / 'out'}/campaign_touches.parquet' "
        "where variant = 'bts' and campaign_id = 'men' and touch_type || '-' || "
        "user_id = touch_id and user_id = recommendation_id order by touch_id"
    ).fetchall() == [
        ("click-bts-men-0001", "men-0", 1, None, "2019-11-24 10:00:00"),
        ("impression-bts-men-0000", "men-1", 3, 0.0125, "2019-11-24 00:00:34.76283"),
        ("impression-bts-men-0001", "men-0", 1, 4.5e-05, "2019-11-24 10:00:00"),
    ]


def test_missing_package_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(open_bandit, "SOURCE_PACKAGE", "no_such_package")
    result = CliRunner().invoke(open_bandit.main, ["--out", str(tmp_path)])
    assert result.exit_code == 1
    assert "pip install --no-deps obp==0.4.1" in result.stderr


def test_missing_source_file_is_named(small, tmp_path):
    (small / "bts" / "women" / "women.csv").unlink()
    with pytest.raises(SourceMissingError, match=r"women\.csv is missing"):
        convert(small, tmp_path / "out")


@pytest.fixture(scope="module")
def source():
    """Return the installed data's folder."""
    if importlib.util.find_spec("obp") is None:
        pytest.skip("obp is not installed: " + open_bandit.INSTALL_HINT)
    return open_bandit.find_source()


@pytest.fixture(scope="module")
def logs(source):
    """Return the six logs as the package has them, by campaign and policy."""
    return {
        (campaign, policy): pd.read_csv(
            source / policy / campaign / f"{campaign}.csv",
            usecols=["item_id", "position", "click", "propensity_score"],
        )
        for campaign, policy in LOGS
    }


@pytest.fixture(scope="module")
def marts(source, dbt_project, tmp_path_factory):
    """Build the marts on the mapped data, tests included; return them by name."""
    folder = tmp_path_factory.mktemp("open_bandit")
    convert(source, folder / "inputs")
    database = folder / "build" / "inputs.duckdb"
    errors = dbt_project.run(
        *("build", "--select", *(f"+{mart}" for mart in MARTS)),
        *("--indirect-selection", "cautious", "--exclude-resource-type", "unit_test"),
        database=database,
        input_dir=folder / "inputs",
    )
    assert not errors, errors
    with duckdb.connect(str(database), read_only=True) as connection:
        return {name: connection.sql(f"from marts.{name}").df() for name in MARTS}


def value(marts, campaign, variant, policy):
    table = marts["policy_value"]
    (row,) = table[
        (table.campaign_id == campaign)
        & (table.variant == variant)
        & (table.policy == policy)
    ].to_dict("records")
    return row


def test_all_60000_impressions_are_kept(marts):
    accounts = marts["row_accounting"].set_index("input_name")
    assert accounts.rows_kept["campaign_touches"] == 60_287
    assert (accounts.rows_read == accounts.rows_kept).all()


@pytest.mark.parametrize(("campaign", "policy"), LOGS)
def test_ctr_of_each_policy_is_the_counted_one(marts, logs, campaign, policy):
    table = marts["campaign_performance"]
    (row,) = table[(table.campaign_id == campaign) & (table.variant == policy)].to_dict(
        "records"
    )
    clicks = logs[campaign, policy].click
    assert row["impression_count"] == len(clicks) == 10_000
    assert row["click_count"] == clicks.sum()
    assert row["ctr"] == clicks.mean()
    # One impression a user: the clustered error is the plain one of a mean.
    error = 1.959963984540054 * clicks.std(ddof=1) / math.sqrt(len(clicks))
    assert row["ctr_upper"] == pytest.approx(clicks.mean() + error, rel=1e-9)
    assert row["ctr_lower"] == pytest.approx(clicks.mean() - error, rel=1e-9)


@pytest.mark.parametrize(("campaign", "policy"), LOGS)
def test_published_ctr_of_the_full_data_is_in_the_interval(marts, campaign, policy):
    table = marts["campaign_performance"]
    (row,) = table[(table.campaign_id == campaign) & (table.variant == policy)].to_dict(
        "records"
    )
    published = PUBLISHED_CTR[campaign, policy] / 100
    # 0.64 % of `women` under Bernoulli TS is just above its sample's interval (0.59 %):
    # one of six at a level of 95 %.
    is_covered = row["ctr_lower"] <= published <= row["ctr_upper"]
    assert is_covered == ((campaign, policy) != ("women", "bts"))


def recount(log, chances):
    """Return the estimates of METRICS for chances by row, without any of our SQL."""
    weight = chances / log.propensity_score
    weighted = weight * log.click
    count = len(log)
    snips = weighted.sum() / weight.sum()
    residual = weighted - snips * weight
    own = log.click - log.click.mean()
    moved = residual / weight.sum() - own / count
    return {
        "ips_value": weighted.mean(),
        "ips_standard_error": weighted.std(ddof=1) / math.sqrt(count),
        "snips_value": snips,
        "snips_standard_error": math.sqrt((residual**2).sum() * count / (count - 1))
        / weight.sum(),
        "gain_value": snips - log.click.mean(),
        "gain_standard_error": math.sqrt((moved**2).sum() * count / (count - 1)),
        "mean_weight_standard_error": weight.std(ddof=1) / math.sqrt(count),
        "mean_weight": weight.mean(),
        "largest_weight": weight.max(),
        "effective_sample_size": weight.sum() ** 2 / (weight**2).sum(),
    }


@pytest.mark.parametrize(("campaign", "policy"), LOGS)
def test_value_of_uniform_choice_is_the_recounted_one(marts, logs, campaign, policy):
    log = logs[campaign, policy]
    items = {"all": 80, "men": 34, "women": 46}[campaign]
    row = value(marts, campaign, policy, "uniform")
    for name, expected in recount(log, pd.Series(1 / items, log.index)).items():
        assert row[name] == pytest.approx(expected, rel=1e-9, abs=1e-12), name


@pytest.mark.parametrize(("campaign", "policy"), LOGS)
def test_value_of_the_other_policy_is_the_recounted_one(marts, logs, campaign, policy):
    log = logs[campaign, policy]
    other = {"random": "bts", "bts": "random"}[policy]
    shares = (
        logs[campaign, other]
        .groupby("position")
        .item_id.value_counts(normalize=True)
        .rename("share")
        .reset_index()
    )
    chances = log.merge(shares, how="left", on=["position", "item_id"]).share.fillna(0)
    row = value(marts, campaign, policy, f"variant:{other}")
    for name, expected in recount(log, chances).items():
        assert row[name] == pytest.approx(expected, rel=1e-9, abs=1e-12), name


def test_bernoulli_ts_from_random_logs_covers_what_it_had_itself(marts):
    for campaign in CAMPAIGNS:
        row = value(marts, campaign, "random", "variant:bts")
        own = value(marts, campaign, "bts", "logged")["ips_value"]
        assert row["effective_sample_size"] > 2_000
        assert row["ips_lower"] < own < row["ips_upper"]
        assert (
            row["ips_lower"] < PUBLISHED_CTR[campaign, "bts"] / 100 < row["ips_upper"]
        )


def test_published_estimate_for_the_same_sample_is_within_one_standard_error(marts):
    # README of `obp`: 0.004553, with chances simulated from the policy's own settings;
    # ours are counted from 10,000 impressions of it.
    row = value(marts, "all", "random", "variant:bts")
    assert abs(row["ips_value"] - 0.004553) < row["ips_standard_error"]


def test_no_verdict_where_two_impressions_decide(marts):
    # Bernoulli TS showed an item of `women` with a chance of 1 in a million: weighing
    # its log up to uniform choice, a single impression weighs 21,739.
    row = value(marts, "women", "bts", "uniform")
    assert row["largest_weight"] == pytest.approx(1e6 / 46)
    assert row["effective_sample_size"] < 3
    assert pd.isna(row["verdict"])
    few = marts["policy_value"].effective_sample_size < 200
    assert few.any()
    assert marts["policy_value"].verdict[few].isna().all()


def test_random_logs_say_nothing_new_about_uniform_choice(marts):
    for campaign in CAMPAIGNS:
        row = value(marts, campaign, "random", "uniform")
        assert row["ips_value"] == pytest.approx(row["logged_value"], abs=1e-12)
        assert row["effective_sample_size"] == pytest.approx(10_000)
        assert row["verdict"] == "unclear"


def test_feedback_counts_a_click_once_though_touch_and_event_log_it(marts, logs):
    everything = pd.concat(logs.values())
    counted = everything.groupby("position").click.agg(["count", "sum"])
    feedback = marts["recommendation_feedback"].set_index("recommendation_rank")
    feedback = feedback.sort_index()
    assert (feedback.scorer == "(unknown)").all()
    assert feedback.impression_count.to_dict() == counted["count"].to_dict()
    assert feedback.click_count.to_dict() == counted["sum"].to_dict()
    assert np.isclose(feedback.ctr, counted["sum"] / counted["count"]).all()
