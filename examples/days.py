"""A shop's files as they were on an evening, for builds of one day after another.

A row is there from its own time on, or some days later where rows come late; what has
no time, such as an item without a day of publication, is there from the beginning.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb

# Input: the column that says when a row came to be.
_TIMES = {
    "events": "occurred_at",
    "items": "published_at",
    "users": "signed_up_at",
    "campaigns": "started_at",
    "campaign_spend": "spend_date",
    "campaign_assignments": "assigned_at",
    "campaign_touches": "touched_at",
    "erasure_requests": "requested_at",
}


def last_days(shop: Path, count: int) -> list[date]:
    """Return the last days on which something happened in a shop, the oldest first.

    Parameters
    ----------
    shop : Path
        Folder of Parquet files (`python -m examples.example_data`).
    count : int
    """
    # On a day that is a typing error there is hardly anything, however large the shop.
    (last,) = duckdb.sql(
        "select max(day) from ("
        "select try_cast(try_cast(occurred_at as timestamp) as date) as day "
        f"from '{shop / 'events.parquet'}' group by day "
        "qualify 10 * count(*) > median(count(*)) over ())"
    ).fetchone()
    return [last - timedelta(days=age) for age in reversed(range(count))]


def write_evening(
    shop: Path, evening: date, out: Path, *, late_share: float = 0.0, seed: int = 0
) -> None:
    """Write the files of a shop as they were in the evening of a day.

    Parameters
    ----------
    shop : Path
        Folder of Parquet files.
    evening : date
        The last day of which there are rows.
    out : Path
        Folder to write to; files of the same name are replaced.
    late_share : float, optional
        Share of the events and touches that come one to three days late, by hash.
    seed : int, optional
        Orders the rows of each file; other seeds give other orders.
    """
    out.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        for path in sorted(shop.glob("*.parquet")):
            known = _known_at(connection, path, late_share)
            new = out / f".{path.name}"
            # Under its name only when it is whole, as a careful export does.
            connection.execute(
                f"copy (select * exclude (known_at, row_number) from ({known}) "
                f"where known_at is null or known_at <= date '{evening}' "
                f"order by hash(row_number, {seed})) to '{new}' (format parquet)"
            )
            new.replace(out / path.name)


def _known_at(
    connection: duckdb.DuckDBPyConnection, path: Path, late_share: float
) -> str:
    """Return the query of a file's rows with the day since when each is known."""
    rows = f"select *, row_number() over () as row_number from '{path}'"
    columns = connection.sql(f"select * from '{path}' limit 0").columns
    time = _TIMES.get(path.stem)
    if time not in columns:
        return f"select *, cast(null as date) as known_at from ({rows})"
    day = f"try_cast(try_cast({time} as timestamp) as date)"
    is_late = "false"
    if late_share and path.stem in {"events", "campaign_touches"}:
        is_late = f"hash(row_number, 'late') % 1000 < {round(1000 * late_share)}"
    return (
        f"select *, {day} + case when {is_late} "
        f"then cast(1 + hash(row_number) % 3 as integer) else 0 end as known_at "
        f"from ({rows})"
    )
