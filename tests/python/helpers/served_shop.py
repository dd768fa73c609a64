"""A small published shop, its store, and a service that answers from it."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

KEY = "0123456789abcdef"
KEYS = f"shop={KEY},{'other'}={'f' * 16}"
USERS, ITEMS = 30, 12
_CHILD = {
    **{k: v for k, v in os.environ.items() if not k.startswith("PRECISION_MARKETING_")},
    "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
}


def make_published(path: Path, build: str = "build-1", users: int = USERS) -> Path:
    """Write a published file; each title bears the name of the build.

    Item i has category c0-c2 and brand b0-b1; user u gets items u+1, u+2, ... (mod 12).
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    copy = path.with_suffix(".new")
    copy.unlink(missing_ok=True)
    with duckdb.connect(str(copy)) as connection:
        connection.execute("create schema marts; create schema publication")
        connection.execute(
            "create table publication.build as select ? as build_id, "
            "timestamp '2026-05-01 10:00:00' as ended_at",
            [build],
        )
        connection.execute(
            "create table marts.popular_items as select 'all' as segment_kind, "
            "'all' as segment, cast(i + 1 as integer) as popularity_rank, "
            "'i' || i as item_id, ? || ' item ' || i as item_title, "
            "'c' || i % 3 as category, 'b' || i % 2 as brand, 100 - i as user_count "
            f"from range({ITEMS}) as t (i)",
            [build],
        )
        connection.execute(
            "insert into marts.popular_items select 'country', 'FR', 1, item_id, "
            "item_title, category, brand, user_count from marts.popular_items "
            "where item_id = 'i7'"
        )
        connection.execute(
            "create table marts.recommendations as select 'u' || u as user_id, "
            "cast(r as integer) as recommendation_rank, "
            f"'i' || (u + r) % {ITEMS} as item_id, "
            f"? || ' item ' || (u + r) % {ITEMS} as item_title, 1e0 / r as score, "
            "'because_you_bought' as reason_code, 'i0' as because_item_id, "
            "'Because you bought “tea”.' as reason_text, "
            "'r1.ials.because_you_bought.' || r || '.2026-04-30.' || "
            f"substr(md5('u' || u || chr(31) || 'i' || (u + r) % {ITEMS}), 1, 16) "
            f"as recommendation_id from range({users}) as a (u), range(1, 7) as b (r)",
            [build],
        )
        connection.execute(
            "create table marts.similar_items as select 'i' || i as item_id, "
            "cast(r as integer) as similarity_rank, ? || ' item ' || i as item_title, "
            f"'i' || (i + r) % {ITEMS} as similar_item_id, "
            f"? || ' item ' || (i + r) % {ITEMS} as similar_item_title, "
            "1e0 / r as similarity, case when r < 3 then 'chosen_together' "
            "else 'similar_content' end as similarity_kind "
            f"from range({ITEMS}) as a (i), range(1, 5) as b (r)",
            [build, build],
        )
        connection.execute(
            "create table marts.audience_summary as select unnest(['spring', 'may']) "
            "as campaign_id, 'Sale' as campaign_name, 'email' as channel, "
            "'EUR' as currency"
        )
        connection.execute(
            "create table marts.audience_members as select campaign_id, "
            "'u' || u as user_id, u % 2 = 0 as is_eligible, "
            "case when u % 2 = 1 then 'cap_reached' end as suppression_reason, "
            "cast(u as bigint) as audience_rank, .1 as propensity, "
            ".05 as propensity_lower, .2 as propensity_upper, "
            "case campaign_id when 'may' then 2e0 else 1e0 end "
            "as expected_value_amount, 0e0 as expected_value_lower_amount, "
            "3e0 as expected_value_upper_amount "
            f"from marts.audience_summary, range({users}) as t (u)"
        )
        connection.execute(
            "create table marts.campaigns as "
            "select campaign_id, cast(9.5 as decimal(18, 4)) as spend_amount "
            "from marts.audience_summary"
        )
        connection.execute(
            "create table marts.campaign_performance as select campaign_id, "
            "'treatment' as variant, 'last_touch' as attribution_model, "
            "cast(null as double) as roas from marts.audience_summary"
        )
        connection.execute(
            "create table marts.campaign_lift as select 'may' as campaign_id, "
            "'treatment' as variant, 'orders' as metric, 'difference' as method, "
            ".02 as absolute_lift"
        )
        connection.execute(
            "create table marts.ranking_choice as select 'blend' as scorer, "
            "true as is_published, 'published' as reason"
        )
        connection.execute(
            "create table marts.recommender_quality as select 'test' as time_window, "
            "'blend' as scorer, 'all' as segment, 'ndcg' as metric, 10 as k, "
            ".3 as metric_value, true as is_published"
        )
    os.replace(copy, path)
    return path


def make_build(path: Path, erased: str, refusing: str, readmitted: str) -> Path:
    """Write a build that knows of an erasure, a refusal and somebody who came back."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema history; create schema intermediate")
        connection.execute(
            "create table history.stg_suppressed_users "
            "(salt varchar, user_hash varchar, readmitted_at timestamp)"
        )
        for salt, user, readmitted_at in (
            ("s1", erased, None),
            ("s2", readmitted, "2026-01-01"),
        ):
            digest = hashlib.sha256(f"{salt}\x1f{user.lower()}".encode()).hexdigest()
            connection.execute(
                "insert into history.stg_suppressed_users values (?, ?, ?)",
                [salt, digest, readmitted_at],
            )
        connection.execute(
            "create table intermediate.int_users as "
            "select ? as user_id, false as has_profiling_consent",
            [refusing],
        )
    return path


@dataclass(frozen=True)
class Answer:
    """What a service has answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict:
        """The body, parsed."""
        return json.loads(self.body)


@dataclass
class Client:
    """Asks one service over one connection after another."""

    port: int
    key: str = KEY
    process: subprocess.Popen | None = None
    log: Path | None = None
    _connection: http.client.HTTPConnection | None = field(default=None, repr=False)

    def ask(
        self,
        path: str,
        body: object = None,
        method: str | None = None,
        **headers: str,
    ) -> Answer:
        """GET a path, or POST an object as JSON or bytes as they are."""
        if self._connection is None:
            self._connection = http.client.HTTPConnection(
                "127.0.0.1", self.port, timeout=20
            )
        sent = body if body is None or isinstance(body, bytes) else json.dumps(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.key:
            named = {"Authorization": f"Bearer {self.key}"} | named
        verb = method or ("GET" if body is None else "POST")
        try:
            self._connection.request(verb, path, sent, named)
            found = self._connection.getresponse()
            content = found.read()
        except BaseException:
            self.close()
            raise
        heads = {name.lower(): value for name, value in found.getheaders()}
        return Answer(found.status, heads, content)

    def close(self) -> None:
        """Give up the connection: a service that ends waits for those that are open."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def stop(self) -> str:
        """Ask the service to end, wait for it, and return its log."""
        self.close()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(30) == 0 or self.process.returncode == -signal.SIGTERM
        return self.log.read_text()


@contextmanager
def serving(
    published: Path, *options: str, keys: str = KEYS, named: str = "--published"
) -> Iterator[Client]:
    """Run a service of its own process; `named` says which file the path is of."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = published.with_suffix(f".{port}.log")
    with log.open("w") as output:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "precision_marketing", "serve"),
                *(named, str(published), "--port", str(port), *options),
            ],
            env=_CHILD | {"PRECISION_MARKETING_SERVICE_KEYS": keys},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        client = Client(port, process=process, log=log)
        try:
            until = time.monotonic() + 30
            while not is_ready(client):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < until, log.read_text()
                time.sleep(0.05)
            yield client
        finally:
            client.close()
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(20)
            if process.poll() is None:
                process.kill()
                process.wait()


def is_ready(client: Client) -> bool:
    """Return whether a service takes requests."""
    try:
        return client.ask("/health/ready").status == 200
    except OSError:
        return False
