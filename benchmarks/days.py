"""Builds of one day after another, beside one build of all days: cost and equality."""

from __future__ import annotations

import shutil
import sys
from datetime import date
from pathlib import Path

import duckdb

from benchmarks import growth
from benchmarks.equal_marts import differences
from benchmarks.machine import PROJECT, describe
from benchmarks.measuring import Cost, measure
from examples.days import last_days, write_evening
from precision_marketing.publishing.unchanged import kept_histories

# Shop: evenings built one after another. The largest is built on three.
DAYS = {"0.1m": 30, "1m": 30, "10m": 3}
# Until when rows come late they are left out of what is learned.
VARIABLES = "{windows: {learn: weekly, learn_lag_days: 3}}"
LATE_SHARE = 0.02


def measure_days(name: str, shop: Path, scratch: Path, threads: int) -> dict:
    """Build the evenings of a shop one after another, then the last one from nothing.

    Parameters
    ----------
    name : str
        One of `DAYS`.
    shop : Path
        Folder of the generated shop; made where it is not there.
    scratch : Path
        For databases and inputs.
    threads : int
        Of dbt, DuckDB and the Python models.

    Returns
    -------
    dict
        JSON-ready: each night's events, seconds, memory, file size and kept tables; the
        same of a run that finds nothing new, and of the build of all at once; and
        what differs between the marts of both, by mart.

    Raises
    ------
    CommandFailedError
        If the generator or a build fails.
    ValueError
        If an evening has no more events than the one before, and measures nothing.
    """
    growth.generate(name, shop)
    nights = []
    for number, evening in enumerate(last_days(shop, DAYS[name])):
        print(f"{name}: {evening}", flush=True)
        _write(shop, evening, scratch / "inputs", number)
        nights.append(
            {"evening": f"{evening:%a %Y-%m-%d}"} | _run(scratch / "days", threads)
        )
        if number and nights[-1]["events"] <= nights[-2]["events"]:
            raise ValueError(f"{evening} has no more events than the evening before")
    unchanged = _run(scratch / "days", threads)
    _write(shop, evening, scratch / "inputs", 99)
    # A fall of quality that a night published was learned from: histories say when.
    (scratch / "at_once").mkdir(exist_ok=True)
    kept = kept_histories(_database(scratch / "days"))
    shutil.copy(kept, kept_histories(_database(scratch / "at_once")))
    at_once = _run(scratch / "at_once", threads)
    found = differences(*(_database(scratch / kind) for kind in ("days", "at_once")))
    return {
        "size": name,
        "machine": describe(),
        "late_share": LATE_SHARE,
        "nights": nights,
        "unchanged": unchanged,
        "at_once": at_once,
        "differing_marts": found,
    }


def _write(shop: Path, evening: date, inputs: Path, seed: int) -> None:
    write_evening(shop, evening, inputs, late_share=LATE_SHARE, seed=seed)
    # One request is one relearning: what a night costs between them is asked here.
    (inputs / "erasure_requests.parquet").unlink(missing_ok=True)


def _database(folder: Path) -> Path:
    return folder / "shop.duckdb"


def _run(folder: Path, threads: int) -> dict:
    """Run the command that builds and publishes, as by night."""
    folder.mkdir(exist_ok=True)
    database = _database(folder)
    command = [
        *(sys.executable, "-m", "precision_marketing", "build"),
        *("--input-dir", str(folder.parent / "inputs"), "--database", str(database)),
        *("--vars", VARIABLES, "--threads", str(threads)),
    ]
    cost: Cost = measure(command, {"DBT_TARGET_PATH": str(folder / "target")}, PROJECT)
    with duckdb.connect(str(database), read_only=True) as connection:
        events, learned_before, kept = connection.sql(
            "select (select count(*) from intermediate.int_events),"
            " (select cast(learned_before as text)"
            " from intermediate.int_time_boundaries),"
            " (select count(*) from intermediate.int_kept_tables where is_kept)"
        ).fetchone()
    return {
        "wall_seconds": cost.wall_seconds,
        "cpu_seconds": cost.cpu_seconds,
        "peak_megabytes": cost.peak_megabytes,
        "database_megabytes": database.stat().st_size / 1e6,
        "events": events,
        "learned_before": learned_before,
        "kept_tables": kept,
    }
