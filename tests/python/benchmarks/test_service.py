"""The service's benchmark asks both for the same lists, and judges what it measured."""

import json
import sqlite3
from contextlib import closing

from benchmarks.report import service
from benchmarks.service.shop import write_peers, write_published
from precision_marketing.service.store import write_store

LOAD = {
    "per_second": 800.0,
    "p50_milliseconds": 1.0,
    "p99_milliseconds": 10.0,
    "cpu_microseconds": 100.0,
    "failed": 0,
}
PEER = LOAD | {
    "per_second": 100.0,
    "p99_milliseconds": 30.0,
    "cpu_microseconds": 800.0,
}
SESSIONS = LOAD | {"per_second": 2_000.0, "p99_milliseconds": 50.0}
STORE = {"wall_seconds": 60.0, "peak_megabytes": 1_000.0}


def verdicts(ours: dict = LOAD, sessions: dict = SESSIONS, store: dict = STORE) -> list:
    loads = {"recommendations": ours, "datasette": PEER, "sessions": sessions}
    rows = service.target_rows({"load": {"loads": loads}, "store-1m": store})
    return [row[3] for row in rows]


def test_the_peer_has_the_lists_that_the_store_has(tmp_path):
    published = tmp_path / "shop.duckdb"
    write_published(published, 20)
    write_peers(published, tmp_path / "shop.db")
    with (
        closing(sqlite3.connect(write_store(published))) as ours,
        closing(sqlite3.connect(tmp_path / "shop.db")) as peer,
    ):
        lists = dict(ours.execute("select key, body from recommendations"))
        assert len(lists) == 20
        for user, body in lists.items():
            items = [json.loads(line) for line in body.split(b"\n")]
            rows = peer.execute(
                "select item_id, item_title, category, brand, recommendation_id "
                "from recommendations where user_id = ? order by recommendation_rank",
                [user],
            ).fetchall()
            names = ("item_id", "title", "category", "brand", "recommendation_id")
            assert [tuple(item[name] for name in names) for item in items] == rows
            assert len(rows) == 10


def test_targets_are_met_at_the_bound_and_missed_beyond_it():
    assert verdicts() == ["met"] * 8
    slower = {"per_second": 799.0, "p99_milliseconds": 10.1, "cpu_microseconds": 101.0}
    worse = verdicts(
        LOAD | slower,
        SESSIONS | {"per_second": 1_999.0, "p99_milliseconds": 50.1, "failed": 1},
        {"wall_seconds": 60.1, "peak_megabytes": 1_000.1},
    )
    assert worse == ["**missed**"] * 8


def test_what_was_not_measured_is_called_so():
    rows = service.target_rows({"store-1m": STORE})
    assert [row[1] for row in rows[:6]] == ["not measured"] * 6
    assert [row[3] for row in rows[6:]] == ["met"] * 2
