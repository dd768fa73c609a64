"""Write a dashboard for Apache Superset on a published file, ready to import.

    python -m examples.superset --database published/precision_marketing.duckdb

writes `superset_dashboard.zip`: the file as a database that is opened read-only, four
of its marts as data sets with metrics whose denominators are theirs, five charts and a
dashboard of them. `superset import-dashboards --path superset_dashboard.zip --username
admin` takes it (docs/connect.md).
"""

from __future__ import annotations

import json
import uuid
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click
import duckdb

TITLE = "Precision marketing"
FOLDER = "precision_marketing"
# By data set (a mart): its time column, and its metrics in SQL.
DATA_SETS = {
    "campaign_daily": (
        "activity_date",
        {
            "impressions": "sum(impression_count)",
            "ctr": "1e0 * sum(ctr_click_count) / nullif(sum(impression_count), 0)",
            "conversions": "sum(conversion_count)",
            "revenue": "sum(revenue_amount)",
            "spend": "sum(spend_amount)",
            # Of campaigns whose spend is known, on both sides.
            "roas": "sum(case when spend_amount is not null then revenue_amount end)"
            " / nullif(sum(spend_amount), 0)",
        },
    ),
    "campaign_lift": (None, {}),
    "customers": (
        "first_event_at",
        {
            "customers": "count(*)",
            "orders": "sum(order_count)",
            "revenue": "sum(revenue_amount)",
        },
    ),
    "cohort_retention": (
        "cohort_start_date",
        {
            "retention": "1e0 * sum(active_user_count) filter (where is_whole_month)"
            " / nullif(sum(cohort_user_count) filter (where is_whole_month), 0)"
        },
    ),
}
LIFT = ["campaign_name", "variant", "verdict", "absolute_lift", "absolute_lift_lower",
        "absolute_lift_upper", "adjusted_p_value"]  # fmt: skip
# Title, Superset's kind of chart, data set, columns, metrics.
CHARTS = [
    ("Campaigns", "table", "campaign_daily", ["campaign_id"],
     ["impressions", "ctr", "conversions", "revenue", "spend", "roas"]),
    ("Revenue by week", "echarts_timeseries_bar", "campaign_daily", [], ["revenue"]),
    ("Did it work?", "table", "campaign_lift", LIFT, []),
    ("Customers by segment", "pie", "customers", ["segment"], ["customers"]),
    ("Retention by months since", "table", "cohort_retention", ["months_since"],
     ["retention"]),
]  # fmt: skip


def identity(kind: str, name: str) -> str:
    """Return the same UUID each time, so that a second import replaces the first."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{FOLDER}/{kind}/{name}"))


def data_set(connection: duckdb.DuckDBPyConnection, mart: str) -> dict[str, Any]:
    """Return a mart as Superset's description of a data set."""
    time_column, metrics = DATA_SETS[mart]
    columns = connection.execute(f"describe marts.{mart}").fetchall()
    return {
        "table_name": mart,
        "schema": "marts",
        "main_dttm_col": time_column,
        "uuid": identity("data set", mart),
        "database_uuid": identity("database", FOLDER),
        "metrics": [
            {"metric_name": name, "expression": sql} for name, sql in metrics.items()
        ],
        "columns": [
            {"column_name": name, "type": kind, "is_dttm": name == time_column}
            for name, kind, *_ in columns
        ],
        "version": "1.0.0",
    }


def chart(
    title: str, kind: str, mart: str, columns: list[str], metrics: list[str]
) -> dict[str, Any]:
    """Return a chart, with the query that it asks beside what draws it."""
    is_over_time = "timeseries" in kind
    asked: dict[str, Any] = {"columns": columns, "metrics": metrics, "row_limit": 1000}
    params: dict[str, Any] = {"viz_type": kind, "row_limit": 1000}
    if kind == "table" and not metrics:
        filters = [{"col": "is_primary", "op": "==", "val": True}]
        asked |= {"filters": filters}
        params |= {"query_mode": "raw", "all_columns": columns, "adhoc_filters": [
            {"clause": "WHERE", "expressionType": "SQL", "sqlExpression": "is_primary"}
        ]}  # fmt: skip
    elif is_over_time:
        asked |= {"columns": [{
            "columnType": "BASE_AXIS", "expressionType": "SQL", "timeGrain": "P1W",
            "label": DATA_SETS[mart][0], "sqlExpression": DATA_SETS[mart][0],
        }]}  # fmt: skip
        params |= {"x_axis": DATA_SETS[mart][0], "time_grain_sqla": "P1W",
                   "metrics": metrics}  # fmt: skip
    elif kind == "pie":
        params |= {"groupby": columns, "metric": metrics[0]}
    else:
        params |= {"query_mode": "aggregate", "groupby": columns, "metrics": metrics}
    context = {"datasource": {"id": 0, "type": "table"}, "queries": [asked],
               "result_format": "json", "result_type": "full"}  # fmt: skip
    return {
        "slice_name": title,
        "viz_type": kind,
        "params": params,
        "query_context": json.dumps(context),
        "uuid": identity("chart", title),
        "dataset_uuid": identity("data set", mart),
        "version": "1.0.0",
    }


def dashboard() -> dict[str, Any]:
    """Return the dashboard: a row for each chart."""
    position: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"id": "ROOT_ID", "type": "ROOT", "children": ["GRID_ID"]},
        "GRID_ID": {"id": "GRID_ID", "type": "GRID", "children": []},
    }
    for number, (title, *_) in enumerate(CHARTS):
        row, cell = f"ROW-{number}", f"CHART-{number}"
        position["GRID_ID"]["children"].append(row)
        position[row] = {"id": row, "type": "ROW", "children": [cell], "meta": {}}
        size = {"width": 12, "height": 50, "uuid": identity("chart", title)}
        meta = {**size, "chartId": number, "sliceName": title}
        position[cell] = {"id": cell, "type": "CHART", "children": [], "meta": meta}
    return {
        "dashboard_title": TITLE,
        "uuid": identity("dashboard", TITLE),
        "position": position,
        "metadata": {},
        "version": "1.0.0",
    }


def bundle(database: Path) -> dict[str, dict[str, Any]]:
    """Return what Superset imports: descriptions by their file's name."""
    path = quote(str(database.resolve()))
    files: dict[str, dict[str, Any]] = {
        "metadata.yaml": {"version": "1.0.0", "type": "Dashboard"},
        f"databases/{FOLDER}.yaml": {
            "database_name": TITLE,
            "sqlalchemy_uri": f"duckdb:///{path}?access_mode=read_only",
            "extra": {},
            "uuid": identity("database", FOLDER),
            "version": "1.0.0",
        },
        f"dashboards/{FOLDER}.yaml": dashboard(),
    }
    with duckdb.connect(str(database), read_only=True) as connection:
        for mart in DATA_SETS:
            found = data_set(connection, mart)
            files[f"datasets/{FOLDER}/{mart}.yaml"] = found
    for number, described in enumerate(CHARTS):
        files[f"charts/{number}.yaml"] = chart(*described)
    return files


@click.command(help=__doc__.split("\n")[0])
@click.option("--database", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--out", default=Path("superset_dashboard.zip"), type=Path)
def main(database: Path, out: Path) -> None:
    """Write the archive, and say how to import it."""
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in bundle(database).items():
            # JSON is YAML.
            archive.writestr(f"{FOLDER}/{name}", json.dumps(content, indent=1))
    click.echo(f"superset import-dashboards --path {out} --username admin")


if __name__ == "__main__":
    main()
