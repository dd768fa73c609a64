"""A service goes over to the next publication whole: no failed and no mixed answer."""

import http.client
import json
import os
import signal
import sqlite3
import statistics
import threading
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

pytest.importorskip("uvicorn", reason="the extra [service] is not installed")
pytest.importorskip("starlette", reason="the extra [service] is not installed")

from served_shop import Answer, Client, make_published, serving

from precision_marketing.service.reader import open_store
from precision_marketing.service.store import StoreError, store_of, write_store

PATHS = [
    "/v1/users/u1/recommendations",
    "/v1/users/no/recommendations",
    "/v1/items/i3/similar",
    "/v1/popular",
]


class Readers:
    """Threads that ask until they are stopped, what they got, and what broke off.

    Each rests for `pause` seconds between two answers. With `asks_again` a request
    whose connection broke off before a byte of an answer is sent once more, as RFC
    9110, 9.2.2 allows of GET; a second break is a fault.
    """

    def __init__(
        self,
        client: Client,
        paths: list[str],
        asks_again: bool = False,
        pause: float = 0,
    ) -> None:
        self.asks_again, self.breaks, self.pause = asks_again, [], pause
        self.answers: list[tuple[float, int, bytes]] = []
        self.faults: list[str] = []
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._read, args=(Client(client.port), path))
            for path in paths
        ]
        for thread in self._threads:
            thread.start()

    def _read(self, client: Client, path: str) -> None:
        while not self._stop.wait(self.pause):
            try:
                answer = self._asked(client, path)
                self.answers.append((time.time(), answer.status, answer.body))
            except (OSError, http.client.HTTPException) as error:
                self.faults.append(repr(error))

    def _asked(self, client: Client, path: str) -> Answer:
        try:
            return client.ask(path)
        except (ConnectionError, http.client.BadStatusLine) as error:
            if not self.asks_again:
                raise
            self.breaks.append(repr(error))
            return client.ask(path)

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(20)


def test_ten_swaps_under_readers_fail_and_mix_nothing(tmp_path):
    published = make_published(tmp_path / "shop.duckdb", "build-0")
    write_store(published)
    with serving(published) as client:
        readers = Readers(client, PATHS)
        swapped_at = {}
        for number in range(1, 11):
            make_published(published, f"build-{number}")
            write_store(published)
            swapped_at[f"build-{number}"] = time.time()
            until = time.monotonic() + 30
            while client.ask("/v1/popular").json["build_id"] != f"build-{number}":
                assert time.monotonic() < until
                time.sleep(0.05)
            time.sleep(0.35)
        readers.stop()
        counts = client.ask("/metrics").body.decode()
    assert readers.faults == []
    assert {status for _, status, _ in readers.answers} == {200}
    first_seen: dict[str, float] = {}
    for moment, _, body in readers.answers:
        answer = json.loads(body)
        build = answer["build_id"]
        first_seen.setdefault(build, moment)
        assert all(item["title"].startswith(f"{build} ") for item in answer["items"])
    lags = [first_seen[build] - moment for build, moment in swapped_at.items()]
    # A machine that is busy elsewhere makes single ones later, never half of them.
    assert statistics.median(lags) < 1
    assert "service_store_swaps_total" in counts
    assert counts.split("service_store_swaps_total{")[1].split()[1] == "10"


DAMAGES = {
    "half": lambda content: content[: len(content) // 2],
    "a byte less": lambda content: content[:-1],
    "empty": lambda content: b"",
    "damaged": lambda content: content[:4096] + bytes(8192) + content[12288:],
    "another file": lambda content: b"no database at all" * 1000,
}


def test_a_file_that_is_not_whole_is_refused_and_the_last_one_answers(tmp_path):
    published = make_published(tmp_path / "shop.duckdb", "build-0")
    store = write_store(published)
    whole = store.read_bytes()
    with serving(published) as client:

        def wait_for(page: str, name: str, value: object) -> None:
            until = time.monotonic() + 30
            while client.ask(page).json[name] != value:
                assert time.monotonic() < until
                time.sleep(0.05)

        for number, (kind, damage) in enumerate(DAMAGES.items(), start=1):
            replaced = store.with_suffix(".tmp")
            replaced.write_bytes(damage(whole))
            with pytest.raises(StoreError):
                print(kind, open_store(replaced))
            os.replace(replaced, store)
            wait_for("/health/ready", "refused_stores", number)
            assert client.ask("/v1/popular").json["build_id"] == "build-0"
        make_published(published, "build-1")
        write_store(published)
        wait_for("/v1/popular", "build_id", "build-1")


def test_a_store_without_its_record_is_not_whole(tmp_path):
    store = write_store(make_published(tmp_path / "shop.duckdb"))
    content = store.read_bytes()
    with sqlite3.connect(store) as connection:
        connection.execute("delete from meta where key = 'format'")
    with pytest.raises(StoreError, match="another version"):
        open_store(store)
    store.write_bytes(content)
    assert open_store(store).build_id == "build-1"


def test_a_store_that_cannot_be_written_leaves_the_one_before(tmp_path):
    published = make_published(tmp_path / "shop.duckdb")
    published.chmod(0o640)
    content = write_store(published).read_bytes()
    published.write_bytes(b"cut off")
    with pytest.raises(StoreError, match="cannot be read"):
        write_store(published)
    assert store_of(published).read_bytes() == content
    assert not list(tmp_path.glob(".*"))
    assert store_of(published).stat().st_mode & 0o777 == 0o640


def test_equal_publications_give_equal_answers(tmp_path):
    contents = [
        write_store(make_published(tmp_path / f"{n}" / "shop.duckdb")).read_bytes()
        for n in range(2)
    ]
    assert contents[0] == contents[1]


def workers_of(client: Client) -> set[int]:
    """Return the processes that answer; beside them one keeps account of semaphores."""
    children = f"/proc/{client.process.pid}/task/{client.process.pid}/children"
    found = {int(pid) for pid in Path(children).read_text().split()}
    return {
        pid
        for pid in found
        if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    }


def end_workers(client: Client, sent: signal.Signals) -> None:
    """End both workers, the second when the first has a successor."""
    for worker in workers_of(client):
        before = workers_of(client)
        os.kill(worker, sent)
        until = time.monotonic() + 30
        while not workers_of(client) - before:
            assert time.monotonic() < until
            time.sleep(0.05)


def test_workers_that_end_in_order_break_off_no_connection(tmp_path):
    published = make_published(tmp_path / "shop.duckdb")
    write_store(published)
    with serving(published, "--workers", "2") as client:
        # Connections that are quiet at that moment would be closed as their next
        # request comes.
        groups = [Readers(client, PATHS, pause=pause) for pause in (0, 0.1, 0.3)]
        end_workers(client, signal.SIGTERM)
        for readers in groups:
            readers.stop()
    for readers in groups:
        assert readers.faults == []
        assert {status for _, status, _ in readers.answers} == {200}


def test_a_killed_worker_breaks_each_of_its_connections_once(tmp_path):
    published = make_published(tmp_path / "shop.duckdb")
    write_store(published)
    with serving(published, "--workers", "2") as client:
        readers = Readers(client, PATHS * 4, asks_again=True)
        end_workers(client, signal.SIGKILL)
        readers.stop()
    assert readers.faults == []
    assert {status for _, status, _ in readers.answers} == {200}
    assert len(readers.breaks) <= 2 * len(PATHS * 4)


def test_a_killed_worker_is_replaced_and_nothing_is_lost(tmp_path):
    published = make_published(tmp_path / "shop.duckdb", "build-0")
    write_store(published)
    with serving(published, "--workers", "2", "--feedback", str(tmp_path)) as client:
        # Whoever was on the line of the killed one asks again.
        sent = {"feedback": [{"type": "view", "user_id": "u1", "item_id": "i1"}]}
        sent["feedback"][0]["occurred_at"] = "2026-05-01T10:00:00Z"
        asked = 0
        for number in range(60):
            if number == 20:
                os.kill(max(workers_of(client)), signal.SIGKILL)
            record = sent["feedback"][0] | {"feedback_id": f"f{number}"}
            for _ in range(20):
                try:
                    answer = client.ask("/v1/feedback", {"feedback": [record]})
                    assert answer.status == 202
                    asked += 1
                    break
                except OSError:
                    time.sleep(0.1)
        assert asked == 60
        client.stop()
    # What the killed worker has acknowledged is in its journal until one starts.
    with serving(published, "--feedback", str(tmp_path)) as client:
        client.stop()
    files = list((tmp_path / "events").glob("*.parquet"))
    kept = {
        name for file in files for name in pq.read_table(file)["event_id"].to_pylist()
    }
    assert kept == {f"f{number}" for number in range(60)}
