"""Every metric by every dimension is what SQL on the marts says, to the last digit.

The marts are made up, with all that may be null in them null somewhere: campaigns of
unknown spend, orders without a price, lines of no item.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
from parsed import PROJECT, TARGET, manifest

pytest.importorskip(
    "metricflow", reason="MetricFlow is not installed: pip install '.[semantic]'"
)

from metricflow.engine.metricflow_engine import (
    MetricFlowEngine,
    MetricFlowQueryRequest,
)
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
from metricflow_semantics.model.dbt_manifest_parser import (
    parse_manifest_from_dbt_generated_manifest,
)
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

ROWS = {
    "campaigns": 6,
    "customers": 20,
    "items": 12,
    "order_lines": 200,
    "campaign_daily": 200,
    "cohort_retention": 40,
    "recommendation_feedback": 40,
}
KEYS = {
    "campaigns": "campaign_id",
    "customers": "user_id",
    "items": "item_id",
    "order_lines": "event_id",
}
GRAINS = ("day", "week", "month", "quarter", "year")

# By what a metric's name begins with: its tables, and the day that metric_time is.
DAYS = """marts.campaign_daily as campaign_day
    left join marts.campaigns as campaign
        on campaign_day.campaign_id = campaign.campaign_id"""
LINES = """marts.order_lines as order_line
    left join marts.customers as customer on order_line.user_id = customer.user_id
    left join marts.items as item on order_line.item_id = item.item_id"""
COHORTS = "marts.cohort_retention as cohort_month"
FEEDBACK = "marts.recommendation_feedback as recommendation"
NO_DAY = "cast(null as date)"
SOURCES = {
    "campaign_count": ("marts.campaigns as campaign", "campaign.started_at"),
    "campaign": (DAYS, "campaign_day.activity_date"),
    "shop": (LINES, "order_line.order_date"),
    "customer": ("marts.customers as customer", "customer.first_event_at"),
    "cohort": (COHORTS, "cohort_month.cohort_start_date"),
    "retention": (COHORTS, "cohort_month.cohort_start_date"),
    "item": ("marts.items as item", NO_DAY),
    "recommendation": (FEEDBACK, NO_DAY),
}

# Dimensions that are not columns of a mart by the same name.
SPENT = "campaign_day.spend_amount is not null"
DAY_PRICED = "campaign_day.revenue_amount is not null"
DAY_REFUNDED = f"{DAY_PRICED} and campaign_day.refund_amount is not null"
LINE_PRICED = "order_line.revenue_amount is not null"
LINE_REFUNDED = f"{LINE_PRICED} and order_line.refund_amount is not null"
ITEM_REFUNDED = "item.revenue_amount is not null and item.refund_amount is not null"
ITEM_MARGIN = "item.net_margin_amount is not null"
DIMENSIONS = {
    "campaign__main_channel": "campaign.channel",
    "campaign_bill__activity_date": "campaign_day.activity_date",
    "campaign_day__has_known_spend": SPENT,
    "campaign_day__has_known_revenue": DAY_PRICED,
    "campaign_day__has_known_refund": DAY_REFUNDED,
    "order_line__has_known_revenue": LINE_PRICED,
    "order_line__has_known_refund": LINE_REFUNDED,
    # Of a line without an item nothing is known, not even that nothing is.
    "item__has_known_refund": f"case when item.item_id <> '' then {ITEM_REFUNDED} end",
    "item__has_known_margin": f"case when item.item_id <> '' then {ITEM_MARGIN} end",
    "item__no_day": NO_DAY,
    "recommendation__no_day": NO_DAY,
    "order_line": "order_line.event_id",
}
# Entities, from the table that a metric counts in.
ENTITIES = {
    ("campaign_count", "campaign"): "campaign.campaign_id",
    ("campaign", "campaign"): "campaign_day.campaign_id",
    ("shop", "customer"): "order_line.user_id",
    ("shop", "item"): "order_line.item_id",
    ("customer", "customer"): "customer.user_id",
    ("item", "item"): "item.item_id",
}


def summed(column: str, condition: str = "true") -> str:
    return f"sum(case when {condition} then {column} end)"


def share(numerator: str, denominator: str) -> str:
    return f"cast({numerator} as double) / cast(nullif({denominator}, 0) as double)"


SPEND = "sum(campaign_day.spend_amount)"
ORDERS = "count(distinct order_line.conversion_id)"
BUYERS = "count(distinct order_line.user_id)"
BOUGHT = "sum(cast(customer.order_count > 0 as integer))"
METRICS = {
    "campaign_count": "sum(1)",
    "campaign_sends": "sum(send_count)",
    "campaign_deliveries": "sum(delivered_count)",
    "campaign_bounces": "sum(bounce_count)",
    "campaign_unsubscribes": "sum(unsubscribe_count)",
    "campaign_impressions": "sum(impression_count)",
    "campaign_clicks": "sum(click_count)",
    "campaign_ctr_clicks": "sum(ctr_click_count)",
    "campaign_conversions": "sum(conversion_count)",
    "campaign_click_conversions": "sum(click_conversion_count)",
    "campaign_revenue": "sum(revenue_amount)",
    "campaign_refund_amount": "sum(refund_amount)",
    "campaign_net_revenue": "sum(revenue_amount - refund_amount)",
    "campaign_spend": SPEND,
    "campaign_bounce_rate": share("sum(bounce_count)", "sum(send_count)"),
    "campaign_ctr": share("sum(ctr_click_count)", "sum(impression_count)"),
    "campaign_click_cvr": share("sum(click_conversion_count)", "sum(click_count)"),
    "campaign_aov": share(
        "sum(revenue_amount)", summed("conversion_count", DAY_PRICED)
    ),
    "campaign_refund_rate": share(
        summed("refund_amount", DAY_REFUNDED), summed("revenue_amount", DAY_REFUNDED)
    ),
    "campaign_roas": share(summed("revenue_amount", SPENT), SPEND),
    "campaign_net_roas": share(summed("revenue_amount - refund_amount", SPENT), SPEND),
    "campaign_cpm": f"1000e0 * {SPEND} / nullif("
    f"{summed('impression_count', SPENT)}, 0)",
    "campaign_cpc": share(SPEND, summed("click_count", SPENT)),
    "campaign_cpa": share(SPEND, summed("conversion_count", SPENT)),
    "shop_order_lines": "sum(1)",
    "shop_orders": ORDERS,
    "shop_buyers": BUYERS,
    "shop_revenue": "sum(order_line.revenue_amount)",
    "shop_refund_amount": "sum(order_line.refund_amount)",
    "shop_net_revenue": "sum(order_line.revenue_amount - order_line.refund_amount)",
    "shop_aov": share(
        "sum(order_line.revenue_amount)",
        f"count(distinct case when {LINE_PRICED} then conversion_id end)",
    ),
    "shop_refund_rate": share(
        summed("order_line.refund_amount", LINE_REFUNDED),
        summed("order_line.revenue_amount", LINE_REFUNDED),
    ),
    "shop_orders_per_buyer": share(ORDERS, BUYERS),
    "customer_count": "sum(1)",
    "customer_buyers": BOUGHT,
    "customer_buying_rate": share(BOUGHT, "count(*)"),
    "cohort_user_months": "sum(cohort_user_count)",
    "cohort_active_user_months": "sum(active_user_count)",
    "retention_rate": share(
        summed("active_user_count", "is_whole_month"),
        summed("cohort_user_count", "is_whole_month"),
    ),
    "item_count": "sum(1)",
    "item_views": "sum(view_count)",
    "item_impressions": "sum(impression_count)",
    "item_revenue": "sum(revenue_amount)",
    "item_refund_amount": "sum(refund_amount)",
    "item_net_revenue": "sum(revenue_amount - refund_amount)",
    "item_net_margin": "sum(net_margin_amount)",
    "item_refund_rate": share(
        summed("refund_amount", ITEM_REFUNDED), summed("revenue_amount", ITEM_REFUNDED)
    ),
    "item_margin_rate": share(
        "sum(net_margin_amount)",
        summed("revenue_amount - refund_amount", "net_margin_amount is not null"),
    ),
    "recommendation_impressions": "sum(impression_count)",
    "recommendation_clicks": "sum(click_count)",
    "recommendation_ctr_clicks": "sum(ctr_click_count)",
    "recommendation_conversions": "sum(conversion_count)",
    "recommendation_revenue": "sum(revenue_amount)",
    "recommendation_ctr": share("sum(ctr_click_count)", "sum(impression_count)"),
    "recommendation_cvr": share("sum(conversion_count)", "sum(click_count)"),
    "recommendation_revenue_share": share(
        "sum(revenue_amount)", "(select sum(revenue_amount) from marts.items)"
    ),
}


def drawn(column: str, kind: str, draw: random.Random) -> Any:
    """Draw what a column of a mart may hold."""
    kind = kind.split("(")[0]
    moment = datetime(2024, 11, 20, 13) + timedelta(days=draw.randrange(100))
    if column == "cohort_start_date":
        return moment.date().replace(day=1)
    if column.endswith("_id"):
        return f"{column}{draw.randrange(9)}"
    return {
        "varchar": draw.choice(["a", "b", "c"]),
        "boolean": draw.random() < 0.7,
        "decimal": Decimal(draw.randrange(40000)) / 10000,
        "date": moment.date(),
        "timestamp": moment,
    }.get(kind, draw.randrange(4))


def fill(connection: duckdb.DuckDBPyConnection, mart: str) -> None:
    """Make a mart with rows that its contract allows."""
    draw = random.Random(mart)
    node = manifest()["nodes"][f"model.precision_marketing.{mart}"]
    columns = node["columns"].values()
    types = ", ".join(f"{c['name']} {c['data_type']}" for c in columns)
    connection.execute(f"create table marts.{mart} ({types})")
    needed = {c for rule in node["constraints"] for c in rule["columns"]}
    needed |= {c["name"] for c in columns if c["constraints"]}
    for number in range(ROWS[mart]):
        row = {
            name: drawn(name, columns_type, draw)
            if name in needed or draw.random() > 0.2
            else None
            for name, columns_type in ((c["name"], c["data_type"]) for c in columns)
        }
        if mart in KEYS:
            row[KEYS[mart]] = f"{KEYS[mart]}{number}"
        marks = ", ".join(f"${name}" for name in row)
        connection.execute(f"insert into marts.{mart} values ({marks})", row)
    if "net_revenue_amount" in row:
        net = "net_revenue_amount = revenue_amount - refund_amount"
        connection.execute(f"update marts.{mart} set {net}")


@pytest.fixture(scope="module")
def marts() -> duckdb.DuckDBPyConnection:
    # In memory, as the relations of the manifest are.
    connection = duckdb.connect()
    connection.execute("create schema marts")
    for mart in ROWS:
        fill(connection, mart)
    # A campaign's spend is known on all its days or on none.
    connection.execute(
        "update marts.campaign_daily set spend_amount = case when campaign_id"
        " < 'campaign_id4' then coalesce(spend_amount, 0) end"
    )
    return connection


@cache
def engine() -> MetricFlowEngine:
    manifest()
    path = PROJECT / TARGET / "semantic_manifest.json"
    semantics = parse_manifest_from_dbt_generated_manifest(
        manifest_json_string=path.read_text(encoding="utf-8")
    )
    client = SimpleNamespace(
        sql_engine_type=SqlEngine.DUCKDB, sql_plan_renderer=DuckDbSqlPlanRenderer()
    )
    return MetricFlowEngine(SemanticManifestLookup(semantics), client)


def answer(
    connection: duckdb.DuckDBPyConnection, **query: Any
) -> duckdb.DuckDBPyRelation:
    """Ask MetricFlow, and let its SQL run."""
    request = MetricFlowQueryRequest.create(**query)
    return connection.sql(engine().explain(request).sql_statement.sql)


def dimensions(metric: str) -> list[str]:
    """Return all that a metric may be grouped by, metric_time in each grain."""
    grains = GRAINS[2:] if metric.startswith(("cohort", "retention")) else GRAINS
    names = []
    for group in engine().list_group_bys([metric]):
        name = getattr(group, "dunder_name", group.name)
        if name.startswith("metric_time"):
            names += [f"metric_time__{grain}" for grain in grains]
        else:
            names.append(f"{name}__{grains[0]}" if group.type.value == "time" else name)
    return names


def source(metric: str) -> str:
    return metric if metric in SOURCES else metric.split("_")[0]


def column(metric: str, dimension: str) -> str:
    """Return a dimension as SQL on the marts."""
    name, _, grain = dimension.rpartition("__")
    if grain in GRAINS:
        day = SOURCES[source(metric)][1]
        day = day if name == "metric_time" else column(metric, name)
        return f"date_trunc('{grain}', {day})"
    entity = ENTITIES.get((source(metric), dimension))
    return entity or DIMENSIONS.get(dimension, dimension.replace("__", "."))


def expected(
    connection: duckdb.DuckDBPyConnection, metric: str, by: list[str]
) -> list[tuple[Any, ...]]:
    """Return a metric by dimensions, from SQL on the marts."""
    columns = [column(metric, dimension) for dimension in by]
    return connection.sql(
        f"select {', '.join([*columns, METRICS[metric]])}"
        f" from {SOURCES[source(metric)][0]}"
        + (f" group by {', '.join(columns)}" if columns else "")
    ).fetchall()


def test_every_metric_is_known_here():
    assert {metric.name for metric in engine().list_metrics()} == set(METRICS)


@pytest.mark.parametrize("metric", METRICS)
def test_a_metric_by_every_dimension_is_that_of_the_marts(metric, marts):
    for by in [[], *([dimension] for dimension in dimensions(metric))]:
        if metric == "recommendation_revenue_share" and by:
            # Items know no day either: their revenue has none to be divided by.
            assert by[0].startswith("metric_time")
            continue
        rows = answer(marts, metric_names=[metric], group_by_names=by).fetchall()
        # A group of which nothing is known may be left out.
        rows, wanted = (
            Counter(row for row in found if row[-1] is not None)
            for found in (rows, expected(marts, metric, by))
        )
        assert rows == wanted, by


# As (a metric, what it cannot be grouped by): the mart has no such number.
@pytest.mark.parametrize(
    ("metric", "dimension"),
    [
        ("campaign_roas", "campaign_day__variant"),
        ("campaign_spend", "campaign_day__channel"),
        ("campaign_cpa", "campaign_day__variant"),
        ("recommendation_revenue_share", "recommendation__channel"),
    ],
)
def test_a_bill_is_not_divided_by_what_it_does_not_name(metric, dimension):
    assert dimension not in dimensions(metric)


def test_saved_queries_give_the_same(marts):
    for query in engine().list_saved_queries():
        found = answer(marts, saved_query_name=query.name)
        metrics = [name for name in found.columns if name in METRICS]
        by = [name for name in found.columns if name not in METRICS]
        rows = found.fetchall()
        assert rows
        for place, metric in enumerate(metrics, len(by)):
            wanted = {row[:-1]: row[-1] for row in expected(marts, metric, by)}
            for row in rows:
                assert row[place] == wanted.get(row[: len(by)]), (query.name, metric)
