"""From a published recommendation to its measured effect, and what goes back.

Recommendations of the example shop are shown, clicked and bought in a second build,
whose own recommendations are others: what the ids stood for must survive that. All
figures are recounted with pandas. The same build has refunds and a campaign that did
nothing but spend.
"""

import math
from decimal import Decimal

import duckdb
import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

SHOWN_RANKS = 5
SHOWING_CHANCES = (0.4, 0.25, 0.15, 0.12, 0.08)
# What the simulated users do: the truth that the policies are judged by.
CLICK_CHANCES = np.array([0.2, 0.1, 0.05, 0.05, 0.02])
IMPRESSIONS_PER_USER = 8
PRICE = 2.5
QUANTILE = 1.959963984540054
MARTS = (
    *("campaigns", "campaign_daily", "campaign_performance", "refund_accounting"),
    *("recommendation_feedback", "policy_value"),
)


@pytest.fixture(scope="module")
def published(example_database) -> pd.DataFrame:
    """Return the first recommendations of every user of the example."""
    with duckdb.connect(str(example_database), read_only=True) as connection:
        return connection.sql(
            "select user_id, item_id, recommendation_rank as rank, recommendation_id, "
            "coalesce(winning_scorer, placement_rule) as scorer, reason_code "
            f"from marts.recommendations where recommendation_rank <= {SHOWN_RANKS} "
            "order by user_id, rank"
        ).df()


@pytest.fixture(scope="module")
def shown(published) -> pd.DataFrame:
    """Return simulated impressions: a rank drawn by its chance, clicked by its own."""
    generator = np.random.default_rng(20261128)
    users = published.user_id.unique()
    count = len(users) * IMPRESSIONS_PER_USER
    log = pd.DataFrame(
        {
            "user_id": np.repeat(users, IMPRESSIONS_PER_USER),
            "rank": 1 + generator.choice(SHOWN_RANKS, count, p=SHOWING_CHANCES),
            "number": np.arange(count),
        }
    ).merge(published, on=["user_id", "rank"], validate="many_to_one")
    log = log.sort_values("number", ignore_index=True)
    log["propensity"] = np.array(SHOWING_CHANCES)[log["rank"] - 1]
    log["at"] = pd.Timestamp("2025-07-01") + pd.to_timedelta(log.number * 60, unit="s")
    log["is_clicked"] = generator.random(count) < CLICK_CHANCES[log["rank"] - 1]
    log["is_bought"] = log.is_clicked & (generator.random(count) < 0.3)
    return log


def loop_touches(shown: pd.DataFrame) -> pd.DataFrame:
    impressions = pd.DataFrame(
        {
            "touch_id": "i" + shown.number.astype(str),
            "campaign_id": "loop",
            "user_id": shown.user_id,
            "channel": "app",
            "touch_type": "impression",
            "touched_at": shown["at"],
            "item_id": shown.item_id,
            # The place on the screen, not in the list.
            "position": 1,
            "propensity": shown.propensity,
            "recommendation_id": shown.recommendation_id,
        }
    )
    clicks = impressions[shown.is_clicked].assign(
        touch_id=lambda table: "c" + table.touch_id.str[1:],
        touch_type="click",
        touched_at=lambda table: table.touched_at + pd.Timedelta("5s"),
        propensity=None,
    )
    return pd.concat([impressions, clicks])


def loop_events(shown: pd.DataFrame) -> pd.DataFrame:
    bought = shown[shown.is_bought]
    purchases = pd.DataFrame(
        {
            "event_id": "p" + bought.number.astype(str),
            "user_id": bought.user_id,
            "item_id": bought.item_id,
            "event_type": "purchase",
            "occurred_at": bought["at"] + pd.Timedelta("20s"),
            "unit_price": PRICE,
            "order_id": "o" + bought.number.astype(str),
            "recommendation_id": bought.recommendation_id,
        }
    )
    # The page that the click opened: logged by the shop too, and not a second click.
    clicked = shown[shown.is_clicked]
    views = pd.DataFrame(
        {
            "event_id": "v" + clicked.number.astype(str),
            "user_id": clicked.user_id,
            "item_id": clicked.item_id,
            "event_type": "view",
            "occurred_at": clicked["at"] + pd.Timedelta("6s"),
            "recommendation_id": clicked.recommendation_id,
        }
    )
    return pd.concat([purchases, views])


# Campaign `sold`: ann and dan clicked and ordered, bob ordered without a touch.
SOLD_TOUCHES = [
    {"touch_id": "s1", "user_id": "ann", "variant": "A", "touch_type": "click"},
    {"touch_id": "s2", "user_id": "dan", "variant": "B", "touch_type": "click"},
]
SOLD_EVENTS = [
    ("e1", "ann", "ball", "purchase", "2025-03-02", 2, 10, "1"),
    ("e2", "ann", "cap", "purchase", "2025-03-02", 1, 5, "1"),
    ("e3", "dan", "ball", "purchase", "2025-03-02", 1, 10, "2"),
    ("e4", "bob", "ball", "purchase", "2025-03-02", 3, 10, "3"),
    ("r1", "ann", "ball", "refund", "2025-03-20", 1, 10, "1"),
    # Names no order: ann's latest of the cap.
    ("r2", "ann", "cap", "return", "2025-03-21", 1, 5, None),
    ("r3", "bob", "ball", "refund", "2025-03-21", 1, 10, "3"),
    ("r4", "eve", "ball", "refund", "2025-03-21", 1, 7, None),
    ("r5", "dan", "ball", "return", "2025-03-22", 1, None, "2"),
]


@pytest.fixture(scope="module")
def database(shown, dbt_project, tmp_path_factory):
    """Build the marts of campaigns and feedback, their data tests included."""
    folder = tmp_path_factory.mktemp("loop")
    inputs = folder / "inputs"
    inputs.mkdir()
    names = ["event_id", "user_id", "item_id", "event_type", "occurred_at"]
    sold = pd.DataFrame(
        SOLD_EVENTS, columns=[*names, "quantity", "unit_price", "order_id"]
    )
    events = pd.concat([loop_events(shown), sold])
    items = sorted({*shown.item_id, "ball", "cap"})
    touches = pd.concat(
        [
            loop_touches(shown),
            pd.DataFrame(SOLD_TOUCHES).assign(
                campaign_id="sold", channel="email", touched_at="2025-03-01"
            ),
        ]
    )
    campaigns = ["loop", "sold", "spent", "idle"]
    for name, table in {
        "events": events,
        "items": pd.DataFrame({"item_id": items}),
        "campaigns": pd.DataFrame({"campaign_id": campaigns, "currency": "EUR"}),
        "campaign_touches": touches,
        "campaign_spend": pd.DataFrame(
            [
                {"campaign_id": "spent", "spend_date": "2025-03-01", "spend": 40},
                {"campaign_id": "sold", "spend_date": "2025-03-01", "spend": 5},
            ]
        ),
    }.items():
        table.to_csv(inputs / f"{name}.csv", index=False)
    path = folder / "build" / "inputs.duckdb"
    errors = dbt_project.run(
        *("build", "--select", *(f"+{mart}" for mart in MARTS)),
        *("--indirect-selection", "cautious", "--exclude-resource-type", "unit_test"),
        database=path,
        input_dir=inputs,
    )
    assert not errors, errors
    return path


@pytest.fixture(scope="module")
def read(database):
    """Return a function that gives a query's result as a frame."""

    def run(sql: str) -> pd.DataFrame:
        with duckdb.connect(str(database), read_only=True) as connection:
            return connection.sql(sql).df()

    return run


def ratio_interval(table: pd.DataFrame, x: str, y: str) -> tuple[float, float]:
    """Return the 95 % ends of sum(y) / sum(x) clustered by user, as METRICS has it."""
    sums = table.groupby("user_id")[[x, y]].sum().astype(float)
    sums = sums[(sums > 0).any(axis=1)]
    ratio = sums[y].sum() / sums[x].sum()
    cov = np.cov(sums[x], sums[y])
    variance = (cov[1, 1] - 2 * ratio * cov[0, 1] + ratio**2 * cov[0, 0]) / (
        len(sums) * sums[x].mean() ** 2
    )
    # Users of one ratio are no certainty.
    if variance <= 1e-15:
        return proportion_confint(ratio * len(sums), len(sums), method="wilson")
    error = QUANTILE * math.sqrt(variance)
    return max(ratio - error, 0), ratio + error


def test_ids_are_different_for_different_recommendations(published):
    assert published.recommendation_id.is_unique


def test_ids_stand_for_what_was_published_though_the_lists_are_gone(read, shown):
    feedback = read("from marts.recommendation_feedback")
    keys = ["scorer", "reason_code", "recommendation_rank"]
    counted = (
        shown.assign(n=1)
        .groupby(["scorer", "reason_code", "rank"])
        .agg(
            impressions=("n", "sum"),
            clicks=("is_clicked", "sum"),
            conversions=("is_bought", "sum"),
            users=("user_id", "nunique"),
            recommendations=("recommendation_id", "nunique"),
        )
        .rename_axis(keys)
    )
    names = ["impression_count", "click_count", "conversion_count"]
    names += ["user_count", "recommendation_count"]
    measured = feedback.set_index(keys)[names].set_axis(counted.columns, axis=1)
    assert (feedback.channel == "app").all()
    assert len(counted) > SHOWN_RANKS
    pd.testing.assert_frame_equal(
        measured.sort_index(), counted, check_dtype=False, check_index_type=False
    )
    # The build that counted them has lists of its own, of other items.
    assert counted.conversions.sum() > 50
    revenue = feedback.revenue_amount.astype(float).sum()
    assert revenue == counted.conversions.sum() * PRICE


def test_intervals_of_feedback_are_clustered_by_user(read, shown):
    measured = 0
    for row in read("from marts.recommendation_feedback").itertuples():
        group = shown[
            (shown.scorer == row.scorer)
            & (shown.reason_code == row.reason_code)
            & (shown["rank"] == row.recommendation_rank)
        ].assign(n=1)
        if group.user_id.nunique() < 2 or not group.is_clicked.any():
            assert math.isnan(row.ctr_lower)
            continue
        measured += 1
        expected = ratio_interval(group, "n", "is_clicked")
        assert (row.ctr_lower, row.ctr_upper) == pytest.approx(expected, rel=1e-9)
        clickers = group[group.is_clicked].user_id.nunique()
        if group.is_bought.any() and clickers > 1:
            expected = ratio_interval(group, "is_clicked", "is_bought")
            assert (row.cvr_lower, row.cvr_upper) == pytest.approx(
                expected, rel=1e-9, abs=1e-12
            )
    assert measured >= SHOWN_RANKS


def estimates(log: pd.DataFrame, chances: np.ndarray) -> dict[str, float]:
    """Return the estimates by METRICS, clustered by user, without any of our SQL."""
    weight = chances / log.propensity
    table = pd.DataFrame(
        {
            "user_id": log.user_id,
            "n": 1.0,
            "w": weight,
            "wr": weight * log.is_clicked,
            "r": 1.0 * log.is_clicked,
        }
    )
    sums = table.groupby("user_id").sum()
    count = len(sums)

    def moved(x, y):
        """Return what each user moves the ratio of y to x."""
        return (sums[y] - sums[y].sum() / sums[x].sum() * sums[x]) / sums[x].sum()

    def error(parts):
        return math.sqrt((parts**2).sum() * count / (count - 1))

    return {
        "ips_value": table.wr.sum() / len(table),
        "ips_standard_error": error(moved("n", "wr")),
        "snips_value": table.wr.sum() / table.w.sum(),
        "snips_standard_error": error(moved("w", "wr")),
        "gain_value": table.wr.sum() / table.w.sum() - table.r.mean(),
        "gain_standard_error": error(moved("w", "wr") - moved("n", "r")),
        "mean_weight": table.w.mean(),
        "mean_weight_standard_error": error(moved("n", "w")),
        "largest_weight": table.w.max(),
        "effective_sample_size": table.w.sum() ** 2 / (table.w**2).sum(),
    }


@pytest.mark.parametrize("cutoff", [1, 3, 5])
def test_published_list_is_judged_by_its_ids(read, shown, cutoff):
    (row,) = read(
        "from marts.policy_value where campaign_id = 'loop' "
        f"and policy = 'recommendations' and cutoff = {cutoff}"
    ).to_dict("records")
    chances = np.where(shown["rank"] <= cutoff, 1 / cutoff, 0)
    for name, expected in estimates(shown, chances).items():
        assert row[name] == pytest.approx(expected, rel=1e-9, abs=1e-12), name
    truth = CLICK_CHANCES[:cutoff].mean()
    assert row["ips_lower"] < truth < row["ips_upper"]
    assert row["snips_lower"] < truth < row["snips_upper"]
    # What ran had 0.12; the first rank has 0.2, three have 0.117, five 0.084.
    assert row["verdict"] == {1: "better", 3: "unclear", 5: "worse"}[cutoff]


def test_longer_lists_than_were_shown_are_given_away_by_their_weights(read):
    # Only five ranks were ever shown: half of a list of ten is out of reach.
    (row,) = read(
        "from marts.policy_value where campaign_id = 'loop' "
        "and policy = 'recommendations' and cutoff = 10"
    ).to_dict("records")
    assert row["mean_weight"] == pytest.approx(0.5, abs=0.05)
    assert row["effective_sample_size"] > 200
    assert not row["is_within_support"]
    assert pd.isna(row["verdict"])


def test_refunds_lower_the_day_on_which_they_happen(read):
    days = read(
        "select variant, cast(activity_date as varchar) as day, revenue_amount, "
        "refund_count, refund_amount, net_revenue_amount from marts.campaign_daily "
        "where campaign_id = 'sold' and variant <> '(all)' order by all"
    )
    days = [tuple(row) for row in days.astype(object).where(days.notna(), None).values]
    assert days == [
        ("A", "2025-03-01", 0, 0, 0, 0),
        ("A", "2025-03-02", 25, 0, 0, 25),
        ("A", "2025-03-20", 0, 1, 10, -10),
        ("A", "2025-03-21", 0, 1, 5, -5),
        ("B", "2025-03-01", 0, 0, 0, 0),
        ("B", "2025-03-02", 10, 0, 0, 10),
        # No price: how much went back is unknown, not zero.
        ("B", "2025-03-22", 0, 1, None, None),
    ]


def test_return_on_spend_is_given_before_and_after_refunds(read):
    rows = read(
        "select variant, revenue_amount, refund_count, refund_amount, "
        "net_revenue_amount, roas, net_roas from marts.campaign_performance "
        "where campaign_id = 'sold' order by variant"
    ).set_index("variant")
    half = Decimal("2.5")
    a, b = rows.loc["A"], rows.loc["B"]
    assert (a.revenue_amount, a.refund_amount, a.net_revenue_amount) == (25, 15, 10)
    assert (a.roas, a.net_roas) == (25 / half, 10 / half)
    assert (b.revenue_amount, b.refund_count) == (10, 1)
    assert pd.isna(b.refund_amount)
    assert pd.isna(b.net_roas)


def test_every_refund_is_accounted_for(read):
    rows = read(
        "select order_match, has_campaign, refund_count, unpriced_refund_count, "
        "refund_amount from marts.refund_accounting order by all"
    )
    assert [
        tuple(row) for row in rows.astype(object).where(rows.notna(), None).values
    ] == [
        ("latest_order_of_item", True, 1, 0, 5),
        ("none", False, 1, 0, 7),
        ("order_id", False, 1, 0, 10),
        ("order_id", True, 2, 1, 10),
    ]


def test_campaigns_without_a_touch_keep_their_row_and_spend(read):
    rows = read(
        "select campaign_id, variant, spend_amount, conversion_count, cpa, roas "
        "from marts.campaign_performance where campaign_id in ('spent', 'idle') "
        "order by all"
    )
    assert [
        tuple(row) for row in rows.astype(object).where(rows.notna(), None).values
    ] == [
        ("idle", "(all)", None, 0, None, None),
        ("spent", "(all)", 40, 0, None, 0),
    ]
