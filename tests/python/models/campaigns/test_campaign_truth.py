"""The campaign marts of the example shop against what its generator wrote down.

The generator counts in its own way (pandas, cents) and nothing of the project's SQL is
used there, so that equality is evidence. All comparisons are exact.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

TRUTH = Path(__file__).parents[4] / "seeds" / "example" / "truth.json"
# Column of campaign_performance by name in the truth.
COUNTS = {
    "assigned_users": "assigned_user_count",
    "reached_users": "reached_user_count",
    "opening_users": "opening_user_count",
    "clicking_users": "clicking_user_count",
    "converting_users": "ordering_assigned_user_count",
    "sends": "send_count",
    "delivered": "delivered_count",
    "bounces": "bounce_count",
    "impressions": "impression_count",
    "opens": "open_count",
    "clicks": "click_count",
    "unsubscribes": "unsubscribe_count",
    "complaints": "complaint_count",
    "click_conversions": "click_conversion_count",
    "view_conversions": "view_conversion_count",
}
USER_COUNTS = [name for name in COUNTS.values() if "user_count" in name]


@pytest.fixture(scope="module")
def truth() -> dict:
    return json.loads(TRUTH.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def variants(truth: dict) -> dict[tuple[str, str], dict]:
    """Return the truth by campaign and variant."""
    return {
        (campaign_id, variant): numbers
        for campaign_id, campaign in truth["campaigns"].items()
        for variant, numbers in campaign["variants"].items()
    }


@pytest.fixture(scope="module")
def query(example_database: Path):
    """Return a function that gives the rows of a query as dictionaries."""

    def run(sql: str) -> list[dict]:
        with duckdb.connect(str(example_database), read_only=True) as connection:
            cursor = connection.execute(sql)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    return run


def by_variant(rows: list[dict]) -> dict[tuple[str, str], dict]:
    return {(row.pop("campaign_id"), row.pop("variant")): row for row in rows}


def cents(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else 100 * amount


def test_every_count_of_campaign_performance_is_the_generated_one(query, variants):
    measured = by_variant(
        query(
            f"select campaign_id, variant, {', '.join(COUNTS.values())} "
            "from marts.campaign_performance where attribution_model = 'last_touch'"
        )
    )
    expected = {
        key: {column: numbers[name] for name, column in COUNTS.items()}
        for key, numbers in variants.items()
    }
    assert measured == expected


def test_every_count_of_campaign_daily_adds_up_to_the_generated_one(query, variants):
    columns = [name for name in COUNTS.values() if name not in USER_COUNTS]
    measured = by_variant(
        query(
            "select campaign_id, variant, "
            + ", ".join(f"cast(sum({name}) as bigint) as {name}" for name in columns)
            + " from marts.campaign_daily where variant <> '(all)' group by all"
        )
    )
    for key, numbers in variants.items():
        expected = {
            column: numbers[name]
            for name, column in COUNTS.items()
            if column in columns
        }
        # A variant in which nothing ever happened, a control, has no day.
        assert measured.pop(key, dict.fromkeys(columns, 0)) == expected, key
    assert not measured


@pytest.mark.parametrize(
    "mart", ["campaigns", "campaign_daily", "campaign_performance"]
)
def test_spend_adds_up_to_the_generated_cents_and_unknown_stays_unknown(
    query, truth, mart
):
    condition = "attribution_model = 'last_touch'" if "performance" in mart else "true"
    measured = {
        row["campaign_id"]: cents(row["spend_amount"])
        for row in query(
            "select campaign_id, sum(spend_amount) as spend_amount "
            f"from marts.{mart} where {condition} group by campaign_id"
        )
    }
    expected = {
        name: campaign["spend_cents"] for name, campaign in truth["campaigns"].items()
    }
    assert None in expected.values(), "the example should have an unknown spend"
    assert 0 in expected.values(), "the example should have a known spend of zero"
    assert measured == expected


def test_revenue_by_click_and_view_is_the_generated_cents(query, variants):
    measured = by_variant(
        query(
            "select campaign_id, variant, "
            "coalesce(sum(revenue_amount) filter (where touch_type = 'click'), 0) "
            "as click, "
            "coalesce(sum(revenue_amount) filter (where touch_type = 'impression'), 0) "
            "as view from intermediate.int_campaign_conversions "
            "where attribution_model = 'last_touch' group by all"
        )
    )
    totals = by_variant(
        query(
            "select campaign_id, variant, revenue_amount as total "
            "from marts.campaign_performance where attribution_model = 'last_touch'"
        )
    )
    for key, numbers in variants.items():
        by_touch = measured.get(key, {"click": Decimal(0), "view": Decimal(0)})
        click, view = numbers["click_revenue_cents"], numbers["view_revenue_cents"]
        assert cents(by_touch["click"]) == click, key
        assert cents(by_touch["view"]) == view, key
        assert cents(totals[key]["total"]) == click + view, key


def test_refunds_and_net_revenue_are_the_generated_cents(query, truth, variants):
    measured = by_variant(
        query(
            "select campaign_id, variant, refund_count, refund_amount, "
            "net_revenue_amount from marts.campaign_performance "
            "where attribution_model = 'last_touch'"
        )
    )
    assert sum(row["refunds"] > 0 for row in variants.values()) >= 5
    for key, row in variants.items():
        refunded = row["refund_cents"]
        net = row["click_revenue_cents"] + row["view_revenue_cents"] - refunded
        assert measured[key]["refund_count"] == row["refunds"], key
        assert cents(measured[key]["refund_amount"]) == refunded, key
        assert cents(measured[key]["net_revenue_amount"]) == net, key
    (all_refunds,) = query(
        "select count(*) as refunds, sum(refund_amount) as refund_amount "
        "from intermediate.int_refunds where conversion_id is not null"
    )
    assert all_refunds["refunds"] == truth["totals"]["refunds"]
    assert cents(all_refunds["refund_amount"]) == truth["totals"]["refund_cents"]


def test_orders_are_the_generated_ones_attributed_or_not(query, truth):
    (measured,) = query(
        "select count(*) as conversions, "
        "count(*) filter (where touches.touch_type = 'click') as clicks, "
        "count(*) filter (where touches.touch_type = 'impression') as views, "
        "count(*) filter (where touches.conversion_id is null) as unattributed, "
        "sum(conversions.revenue_amount) as revenue, "
        "sum(conversions.revenue_amount) filter (where touches.conversion_id is null) "
        "as unattributed_revenue "
        "from intermediate.int_conversions as conversions "
        "left join intermediate.int_last_touch_conversions as touches "
        "on conversions.conversion_id = touches.conversion_id"
    )
    totals = truth["totals"]
    assert measured["conversions"] == totals["conversions"]
    assert measured["clicks"] == totals["click_conversions"]
    assert measured["views"] == totals["view_conversions"]
    assert measured["unattributed"] == totals["unattributed_conversions"]
    assert cents(measured["revenue"]) == totals["revenue_cents"]
    assert (
        cents(measured["unattributed_revenue"]) == totals["unattributed_revenue_cents"]
    )


def test_the_channels_reports_are_kept_beside_the_attribution(query, variants):
    measured = by_variant(
        query(
            "select campaign_id, variant, conversion_count, revenue_amount "
            "from marts.campaign_performance "
            "where attribution_model = 'channel_reported'"
        )
    )
    reporting = {key[0] for key, row in variants.items() if row["reported_conversions"]}
    assert reporting, "the example should have a channel that reports"
    assert measured == {
        key: {
            "conversion_count": numbers["reported_conversions"],
            "revenue_amount": None,
        }
        for key, numbers in variants.items()
        if key[0] in reporting
    }


def orders_of(query, condition: str) -> dict:
    (found,) = query(
        "select count(*) as orders, sum(revenue_amount) as revenue, "
        "count(distinct user_id) as buyers "
        f"from intermediate.int_conversions where {condition}"
    )
    return found


def test_customer_segments_hold_every_order_of_who_may_be_profiled(query, truth):
    every = orders_of(query, "true")
    assert every["orders"] == truth["totals"]["conversions"]
    assert cents(every["revenue"]) == truth["totals"]["revenue_cents"]
    assert every["buyers"] == truth["totals"]["buying_users"]
    refusing = "select user_id from staging.stg_users where not has_profiling_consent"
    allowed = orders_of(query, f"user_id not in ({refusing})")
    assert 0 < allowed["orders"] < every["orders"]
    (measured,) = query(
        "select cast(sum(frequency_count) as bigint) as orders, "
        "sum(revenue_amount) as revenue, "
        "count(*) filter (where segment <> 'No purchase yet') as buyers "
        "from marts.customer_segments"
    )
    assert measured == allowed
