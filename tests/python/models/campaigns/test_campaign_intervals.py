"""Intervals of the example's campaigns, recomputed by pandas, numpy and statsmodels.

Users are grouped here from the checked inputs, not by the project's SQL. Tolerance:
1e-9 of the value, 1e-15 where the exact value is 0.
"""

import math
import re

import duckdb
import numpy as np
import pandas as pd
import pytest
import yaml
from scipy.stats import norm
from statsmodels.stats.proportion import proportion_confint
from whole_builds import PROJECT

CLOSE = {"rel": 1e-9, "abs": 1e-15}
KEY = ["campaign_id", "variant"]
# Rate: users in it, and what it is a share of.
USER_RATES = {
    "unique_ctr": ("viewing_clicking", "reached"),
    "email_click_rate": ("message_clicking", "delivered"),
    "open_rate": ("message_opening", "delivered"),
    "ctor": ("open_clicking", "opening"),
    "user_cvr": ("clicking_converting", "clicking"),
    "experiment_cvr": ("ordering", "assigned"),
}


@pytest.fixture(scope="module")
def read(example_database):
    """Return a function that gives a relation of the example as a frame."""

    def run(sql: str) -> pd.DataFrame:
        with duckdb.connect(str(example_database), read_only=True) as connection:
            return connection.sql(sql).df()

    return run


@pytest.fixture(scope="module")
def users(read) -> pd.DataFrame:
    """Return a row per campaign and user with counts of touches, by pandas."""
    touches = read("from staging.stg_campaign_touches")
    drawn = read("from staging.stg_campaign_assignments")
    counts = touches.pivot_table(
        index=["campaign_id", "user_id"],
        columns="touch_type",
        values="touch_id",
        aggfunc="count",
        fill_value=0,
    )
    named = touches.groupby(["campaign_id", "user_id"]).variant.min().rename("touched")
    table = (
        drawn.set_index(["campaign_id", "user_id"])[["variant"]]
        .assign(is_assigned=True)
        .join(counts, how="outer")
        .join(named, how="left")
    )
    table["variant"] = table.variant.fillna(table.touched).fillna("(unassigned)")
    kinds = ["send", "delivered", "bounce", "impression", "open", "click"]
    table[kinds] = table[kinds].fillna(0)
    has_send = table.send > 0
    received = (table.send - table.bounce).clip(lower=0)
    table["delivered"] = np.where(has_send, received, table.delivered)
    by_click = read(
        "select distinct campaign_id, user_id, true as is_converted"
        " from intermediate.int_last_touch_conversions where touch_type = 'click'"
    ).set_index(["campaign_id", "user_id"])
    table = table.join(by_click)
    table["is_converted"] = table.is_converted.notna()
    return table.fillna({"is_assigned": False}).reset_index()


@pytest.fixture(scope="module")
def totals(users, read) -> pd.DataFrame:
    """Return the counts that the rates divide, by campaign and variant."""
    grouped = users.assign(
        reached=(users.impression > 0) | (users.delivered > 0),
        viewing_clicking=(users.impression > 0) & (users.click > 0),
        clicking=users.click > 0,
        clicking_converting=(users.click > 0) & users.is_converted,
        message_clicking=(users.click > 0) & (users.delivered > 0),
        message_opening=(users.open > 0) & (users.delivered > 0),
        opening=users.open > 0,
        open_clicking=(users.click > 0) & (users.open > 0),
        assigned=users.is_assigned.astype(bool),
    ).groupby(KEY)
    names = ["reached", "viewing_clicking", "clicking", "opening", "assigned"]
    names += ["clicking_converting", "message_clicking", "message_opening"]
    names += ["open_clicking"]
    table = grouped[[*names, "delivered", "impression"]].sum()
    # Checked against the generator's own count in test_campaign_truth.py.
    ordering = read(
        "select campaign_id, variant, ordering_assigned_user_count as ordering "
        "from marts.campaign_performance where attribution_model = 'last_touch'"
    )
    return table.join(ordering.set_index(KEY))


@pytest.fixture(scope="module")
def performance(read) -> pd.DataFrame:
    return read(
        "from marts.campaign_performance where attribution_model = 'last_touch'"
    ).set_index(KEY)


def assert_interval(row, rate, expected_lower, expected_upper):
    assert row[f"{rate}_lower"] == pytest.approx(expected_lower, **CLOSE), row.name
    assert row[f"{rate}_upper"] == pytest.approx(expected_upper, **CLOSE), row.name


@pytest.mark.parametrize("rate", USER_RATES)
def test_rates_of_users_have_wilsons_interval(performance, totals, rate):
    successes, trials = USER_RATES[rate]
    measured = 0
    for key, row in performance.iterrows():
        x, n = totals.loc[key, successes], totals.loc[key, trials]
        has_rate = n > 0 and (rate != "unique_ctr" or totals.loc[key, "impression"] > 0)
        if not has_rate:
            assert pd.isna(row[f"{rate}_lower"]), key
            assert pd.isna(row[f"{rate}_upper"]), key
            continue
        measured += 1
        assert row[rate] == pytest.approx(x / n, **CLOSE)
        assert_interval(row, rate, *proportion_confint(x, n, method="wilson"))
    assert measured >= 5


def test_who_bought_after_a_view_alone_is_in_no_user_cvr(performance, totals):
    # The generator's banners convert views: were they counted, this would fail.
    both = performance.join(totals[["clicking_converting"]])
    assert (both.converting_user_count > both.clicking_converting).sum() >= 3
    assert (both.clicking_converting_user_count == both.clicking_converting).all()


# A rate by its name, and what is no share of users: ratios of events, and differences.
RATE = re.compile(r"(^|_)(ctr|cvr|ctor|rate)$")
RATIOS_OF_EVENTS = {"campaign_performance.ctr", "recommendation_feedback.ctr"}
RATIOS_OF_EVENTS |= {"recommendation_feedback.cvr"}


def test_every_rate_with_an_interval_says_whom_it_counts_among_whom():
    found = set()
    for path in sorted((PROJECT / "models" / "marts").rglob("*__models.yml")):
        for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]:
            columns = {column["name"] for column in model["columns"]}
            shares = {}
            for test in model.get("data_tests", []):
                rules = test.get("table_rules", {}).get("arguments", {})
                shares |= rules.get("shares", {})
            for column in columns:
                name = f"{model['name']}.{column}"
                has_interval = {f"{column}_lower", f"{column}_upper"} <= columns
                if RATE.search(column) and has_interval:
                    assert (column in shares) != (name in RATIOS_OF_EVENTS), name
                    found.add(name)
    assert len(found) >= 11
    assert found >= RATIOS_OF_EVENTS


def test_click_through_rates_are_clustered_by_user(performance, users):
    measured = 0
    for key, row in performance.iterrows():
        arm = users[(users.campaign_id == key[0]) & (users.variant == key[1])]
        arm = arm[(arm.impression > 0) | (arm.click > 0)]
        x, y = arm.impression.to_numpy(float), arm.click.to_numpy(float)
        if x.sum() == 0 or y.sum() == 0:
            assert pd.isna(row.ctr_lower), key
            assert pd.isna(row.ctr_upper), key
            continue
        measured += 1
        ratio = y.sum() / x.sum()
        # The formula as METRICS gives it, from sample variances.
        (s_xx, s_xy), (_, s_yy) = np.cov(x, y)
        variance = (s_yy - 2 * ratio * s_xy + ratio**2 * s_xx) / (
            len(x) * x.mean() ** 2
        )
        error = norm.ppf(0.975) * math.sqrt(variance)
        assert row.ctr == pytest.approx(ratio, **CLOSE)
        assert_interval(row, "ctr", max(ratio - error, 0), ratio + error)
    assert measured >= 5


def test_clustering_matters_where_users_see_an_impression_twice(performance, users):
    # Wilson over impressions would be another number: were it used, this would fail.
    row = performance[performance.impression_count > 0].iloc[0]
    lower, upper = proportion_confint(
        row.click_count, row.impression_count, method="wilson"
    )
    assert abs(row.ctr_lower - lower) > 1e-4 or abs(row.ctr_upper - upper) > 1e-4


def test_every_count_of_users_in_these_marts_is_flagged_as_not_additive():
    names = {path.stem: path for path in (PROJECT / "models" / "marts").rglob("*.yml")}
    counted = 0
    for file in ("_campaigns__models", "_feedback__models"):
        models = yaml.safe_load(names[file].read_text(encoding="utf-8"))["models"]
        for model in models:
            for column in model["columns"]:
                if not column["name"].endswith("user_count"):
                    continue
                counted += 1
                name = f"{model['name']}.{column['name']}"
                meta = column.get("config", {}).get("meta", {})
                assert meta.get("additive") is False, name
                text = described(column["description"]).lower()
                assert "not additive" in text, name
    assert counted == 22


def described(description: str) -> str:
    """Return the text of a description, that of its docs block if it names one."""
    if "doc(" not in description:
        return " ".join(description.split())
    name = description.split("'")[1]
    for path in sorted((PROJECT / "docs").glob("columns_*.md")):
        text = path.read_text(encoding="utf-8")
        if f"{{% docs {name} %}}" in text:
            block = text.split(f"{{% docs {name} %}}")[1].split("{% enddocs")[0]
            return " ".join(block.split())
    raise AssertionError(f"no docs block {name}")
