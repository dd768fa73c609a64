"""What the dashboard shows: the queries of `queries/`, run on a published file."""

from __future__ import annotations

import datetime
import math
import re
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from typing import Any

import duckdb

# `marts.campaigns`, `publication.build`: a query runs where all that it reads is there.
_READ = re.compile(r"\b(?:from|join)\s+(marts|publication)\.(\w+)")
# Days as long as they are so few, then weeks, then months: what a page can hold.
STEPS = (("day", 20_000), ("week", 100_000))
LONGEST_STEP = "month"
# What JSON has too.
_PLAIN = {int, str, bool, type(None)}


@dataclass(frozen=True)
class DataSet:
    """The rows of one query.

    Parameters
    ----------
    sql : str
        As it was run, so that a reader can run it on the published file.
    columns : tuple of str
        Their names.
    rows : list of tuple
        Values of DuckDB's Python types.
    step : str or None
        `day`, `week` or `month`, of a query that sums up time.
    """

    sql: str
    columns: tuple[str, ...]
    rows: list[tuple]
    step: str | None = None

    def packed(self) -> dict[str, Any]:
        """Return what JSON takes: columns of values, repeated texts written once."""
        values = zip(*self.rows, strict=True) if self.rows else [()] * len(self.columns)
        return {
            "sql": self.sql,
            "step": self.step,
            "count": len(self.rows),
            "columns": {
                name: _packed(column)
                for name, column in zip(self.columns, values, strict=True)
            },
        }


def query(name: str) -> str:
    """Return the text of a query.

    Parameters
    ----------
    name : str
        Of a file in `queries/`, without its ending.

    Returns
    -------
    str
        SQL; `{step}` in it is to be filled with `day`, `week` or `month`, and
        `{each_mart}` with a count of the rows of each mart.
    """
    return files(__package__).joinpath("queries", f"{name}.sql").read_text("utf-8")


def read_data_sets(
    connection: duckdb.DuckDBPyConnection,
    *,
    only: tuple[str, ...] | None = None,
    left_out: tuple[str, ...] = (),
) -> dict[str, DataSet]:
    """Run the queries on a published file, but those whose marts it has not.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        To the published file.
    only : tuple of str, optional
        Names of the queries to run; without it all of them.
    left_out : tuple of str
        Names of those that are not run.

    Returns
    -------
    dict of str to DataSet
        By name, in the order of the names.
    """
    there = set(
        connection.execute(
            "select schema_name, table_name from duckdb_tables() "
            "where database_name = current_database()"
        ).fetchall()
    )
    each_mart = "\nunion all\n".join(
        f"select '{mart}' as mart, count(*) as row_count from marts.{mart}"
        for schema, mart in sorted(there)
        if schema == "marts"
    )
    folder = files(__package__).joinpath("queries")
    names = only or [path.name.removesuffix(".sql") for path in folder.iterdir()]
    sets = {}
    for name in sorted(set(names) - set(left_out)):
        sql = query(name)
        if "{each_mart}" in sql and not each_mart:
            continue
        if set(_READ.findall(sql)) <= there:
            sets[name] = _run(connection, sql.replace("{each_mart}", each_mart))
    return sets


def _run(connection: duckdb.DuckDBPyConnection, sql: str) -> DataSet:
    step = None
    if "{step}" in sql:
        step = _step(connection, sql)
        sql = sql.replace("{step}", step)
    result = connection.execute(sql)
    columns = tuple(column[0] for column in result.description)
    return DataSet(sql, columns, result.fetchall(), step)


def _step(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    for step, most in STEPS:
        counted = sql.replace("{step}", step)
        (count,) = connection.execute(f"select count(*) from ({counted})").fetchall()[0]
        if count <= most:
            return step
    return LONGEST_STEP


def _packed(column: tuple) -> list | dict[str, list]:
    as_they_are = {type(value) for value in column} <= _PLAIN
    values = list(column) if as_they_are else [_value(value) for value in column]
    texts = dict.fromkeys(value for value in values if isinstance(value, str))
    if not texts or 2 * len(texts) > len(values):
        return values
    places = {text: place for place, text in enumerate(texts)}
    return {"texts": list(texts), "places": [places.get(value) for value in values]}


def _value(value: Any) -> Any:
    """Return what JSON can hold; nine digits are more than any page shows."""
    if isinstance(value, float | Decimal):
        if not math.isfinite(value):
            return None
        number = float(f"{value:.9g}")
        return int(number) if number.is_integer() and abs(number) < 1e15 else number
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()
    return value
