"""Feedback is on disk before it is acknowledged, and a build reads it once."""

import asyncio
import os
import signal
import time
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

pytest.importorskip("uvicorn", reason="the extra [service] is not installed")
pytest.importorskip("starlette", reason="the extra [service] is not installed")

from served_shop import make_build, make_published, serving

from precision_marketing.service.feedback import FeedbackError, input_row
from precision_marketing.service.journal import Journal
from precision_marketing.service.store import write_store

VIEW = {
    "type": "view",
    "user_id": "u1",
    "item_id": "i1",
    "occurred_at": "2026-05-01T12:00:00+02:00",
    "recommendation_id": "r1.ials.because_you_bought.1.2026-04-30.0123456789abcdef",
}
CLICK = VIEW | {"type": "click", "campaign_id": "may", "position": 2}
PURCHASE = VIEW | {
    "type": "purchase",
    "order_id": "o1",
    "quantity": 2,
    "unit_price": 3.5,
    "feedback_id": "order-o1-i1",
}


def rows_in(folder: Path, input_name: str) -> list[dict]:
    files = sorted((folder / input_name).glob("*.parquet"))
    return [row for file in files for row in pq.read_table(file).to_pylist()]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"type": "eat"}, "type is one of"),
        ({"user_id": ""}, "user_id is a text"),
        ({"item_id": 5}, "item_id is a text"),
        ({"item_id": None}, "item_id is missing"),
        ({"item_id": "\ud800"}, "half of a char"),
        ({"occurred_at": "2026-05-01T12:00:00"}, "with its zone"),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "with its zone"),
        ({"quantity": -1}, "between"),
        ({"quantity": float("nan")}, "between"),
        ({"position": 1.5}, "whole number"),
        ({"quantity": True}, "is a number"),
        ({"colour": "red"}, "no field 'colour'"),
    ],
)
def test_records_that_cannot_be_meant_are_refused(change: dict, message: str):
    with pytest.raises(FeedbackError, match=message):
        input_row(VIEW | change)


def test_a_click_of_a_campaign_is_a_touch_and_a_purchase_an_event():
    assert input_row(CLICK)[0] == "campaign_touches"
    assert input_row(VIEW)[0] == "events"
    # An offer is of a campaign and of no item.
    assert input_row(CLICK | {"item_id": None})[1]["item_id"] is None
    name, row = input_row(PURCHASE | {"campaign_id": "may"})
    assert (name, row["event_id"], row["quantity"]) == ("events", "order-o1-i1", 2.0)


def test_equal_records_have_one_key_and_others_another():
    key = input_row(VIEW)[1]["event_id"]
    assert input_row(dict(reversed(VIEW.items())))[1]["event_id"] == key
    same_moment = VIEW | {"occurred_at": "2026-05-01T10:00:00Z"}
    assert input_row(same_moment)[1]["event_id"] == key
    assert input_row(VIEW | {"item_id": "i2"})[1]["event_id"] != key


def test_what_is_sent_twice_is_one_row_of_the_next_build(tmp_path, dbt_project):
    inputs = tmp_path / "inputs"
    published = make_published(tmp_path / "published" / "shop.duckdb")
    write_store(published, make_build(tmp_path / "b.duckdb", "erased", "no", "back"))
    with serving(published, "--feedback", str(inputs)) as client:
        sent = {"feedback": [VIEW, CLICK, PURCHASE, VIEW | {"user_id": "erased"}]}
        for _ in range(2):
            answer = client.ask("/v1/feedback", sent)
            assert (answer.status, answer.json) == (202, {"accepted": 4})
        refused = client.ask("/v1/feedback", {"feedback": [VIEW, VIEW | {"type": ""}]})
        assert refused.status == 400
        assert "record 1: type" in refused.json["message"]
        client.stop()
    assert len(rows_in(inputs, "events")) == 4
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select unnest(['i1', 'i2']) as item_id) to '{inputs}/items.parquet'"
        )
        connection.execute(
            "copy (select 'may' as campaign_id, 'email' as channel) "
            f"to '{inputs}/campaigns.parquet'"
        )
    database = dbt_project.check_inputs(
        inputs, tables=("stg_events", "stg_campaign_touches", "stg_input_counts")
    )
    with duckdb.connect(str(database), read_only=True) as connection:
        events = connection.execute(
            "select user_id, item_id, event_type, cast(occurred_at as varchar), "
            "quantity, unit_price, order_id, recommendation_id "
            "from staging.stg_events order by event_type"
        ).fetchall()
        touches = connection.execute(
            "select campaign_id, user_id, touch_type, cast(touched_at as varchar), "
            "position, recommendation_id from staging.stg_campaign_touches"
        ).fetchall()
        counts = connection.execute(
            "select input_name, rows_kept, rows_duplicate, rows_rejected "
            "from staging.stg_input_counts "
            "where input_name in ('events', 'campaign_touches') order by 1"
        ).fetchall()
    moment, about = "2026-05-01 10:00:00", VIEW["recommendation_id"]
    assert events == [
        ("u1", "i1", "purchase", moment, 2.0, 3.5, "o1", about),
        ("u1", "i1", "view", moment, None, None, None, about),
    ]
    assert touches == [("may", "u1", "click", moment, 2, about)]
    assert counts == [("campaign_touches", 1, 1, 0), ("events", 2, 2, 0)]


def test_what_was_acknowledged_survives_a_kill(tmp_path):
    published = make_published(tmp_path / "shop.duckdb")
    write_store(published)
    inputs = tmp_path / "inputs"
    with serving(published, "--feedback", str(inputs)) as client:
        assert client.ask("/v1/feedback", {"feedback": [VIEW]}).status == 202
        os.kill(client.process.pid, signal.SIGKILL)
        client.process.wait()
    assert rows_in(inputs, "events") == []
    (journal,) = (inputs / ".journals").glob("*.jsonl")
    with journal.open("a") as file:
        file.write('["events", {"event_id": "cut o')
    with serving(published, "--feedback", str(inputs)) as client:
        (row,) = rows_in(inputs, "events")
        assert row["event_id"] == input_row(VIEW)[1]["event_id"]
        client.stop()
    assert not list((inputs / ".journals").iterdir())


def test_a_full_disk_is_no_acknowledgement_and_leaves_no_half_a_line(
    tmp_path, monkeypatch: pytest.MonkeyPatch
):
    journal = Journal(tmp_path)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    async def add(user: str) -> None:
        await journal.add([input_row(VIEW | {"user_id": user})])

    asyncio.run(add("u1"))
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            asyncio.run(add("u2"))
    asyncio.run(add("u3"))
    journal.close()
    assert [row["user_id"] for row in rows_in(tmp_path, "events")] == ["u1", "u3"]


def test_rows_of_one_moment_share_a_write_and_long_journals_are_turned(tmp_path):
    journal = Journal(tmp_path, rows=50)
    writes = []
    append = journal._append
    journal._append = lambda rows: (writes.append(len(rows)), append(rows))

    async def add_many() -> None:
        rows = [[input_row(VIEW | {"user_id": f"u{n}"})] for n in range(100)]
        await asyncio.gather(*(journal.add(row) for row in rows))
        await journal.turn_if_due()

    asyncio.run(add_many())
    assert sum(writes) == 100
    assert len(writes) < 10
    assert len(rows_in(tmp_path, "events")) == 100


def test_a_request_that_is_given_up_does_not_break_off_those_of_others(tmp_path):
    journal = Journal(tmp_path)
    append = journal._append
    journal._append = lambda rows: (time.sleep(0.3), append(rows))

    async def add(user: str, seconds: float) -> None:
        async with asyncio.timeout(seconds):
            await journal.add([input_row(VIEW | {"user_id": user})])

    async def add_all() -> list:
        users = {"u1": 0.1, "u2": 5, "u3": 0.1, "u4": 5}
        tasks = (add(user, seconds) for user, seconds in users.items())
        found = await asyncio.gather(*tasks, return_exceptions=True)
        await journal.turn()
        return found

    found = asyncio.run(add_all())
    assert [type(one).__name__ for one in found] == ["TimeoutError", "NoneType"] * 2
    kept = {row["user_id"] for row in rows_in(tmp_path, "events")}
    assert kept >= {"u2", "u4"}


def test_a_service_that_starts_leaves_the_journal_of_another_alone(tmp_path):
    first = Journal(tmp_path)
    asyncio.run(first.add([input_row(VIEW)]))
    Journal(tmp_path).close()
    assert rows_in(tmp_path, "events") == []
    asyncio.run(first.add([input_row(VIEW | {"item_id": "i2"})]))
    first.close()
    assert len(rows_in(tmp_path, "events")) == 2
