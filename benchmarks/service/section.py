"""Measure the service beside datasette in turn, and the store of a million users."""

import json
import os
import random
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

from benchmarks.machine import PROJECT, describe
from benchmarks.measuring import measure
from benchmarks.service.shop import ITEMS, LENGTH, write_peers

USERS, STORE_USERS = 100_000, 1_000_000
CONNECTIONS, SECONDS = 16, 5.0
OURS, PEER, SESSIONS = "recommendations", "datasette", "sessions"
_KEY = "0123456789abcdef"
_SERVICE = [sys.executable, "-m", "precision_marketing"]
_LOAD = [sys.executable, "-m", "benchmarks.service.load"]


class WrongAnswerError(Exception):
    """Both do not answer the same: their speeds do not compare."""


@dataclass(frozen=True)
class _Server:
    port: int
    process: subprocess.Popen

    def cpu_seconds(self) -> float:
        """Return what the process has used so far (proc(5): fields 14 and 15)."""
        text = Path(f"/proc/{self.process.pid}/stat").read_text()
        user, system = text.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def get(self, path: str) -> bytes:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}")
        request.add_header("Authorization", f"Bearer {_KEY}")
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read()


def _user(number: int) -> str:
    return f"u{number:07d}"


def _peers_path(user: str) -> str:
    """Return where the peer has a user's list; its page of a table costs thrice."""
    query = (
        "select * from recommendations where user_id = :user "
        f"order by recommendation_rank limit {LENGTH}"
    )
    return f"/shop.json?{urlencode({'sql': query, 'user': user, '_shape': 'array'})}"


def _requests() -> dict[str, list[dict]]:
    """Return what is asked: users drawn with a fixed seed, sessions of five items."""
    draw = random.Random(20261130)
    users = [_user(draw.randrange(USERS)) for _ in range(20_000)]
    session = [
        {"items": [f"i{draw.randrange(ITEMS):06d}" for _ in range(5)]} for _ in users
    ]
    return {
        OURS: [{"path": f"/v1/users/{user}/recommendations"} for user in users],
        PEER: [{"path": _peers_path(user)} for user in users],
        SESSIONS: [{"path": "/v1/sessions", "body": body} for body in session],
    }


@contextmanager
def _serving(command: Callable[[int], list[str]], ready: str) -> Iterator[_Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        command(port),
        cwd=PROJECT,
        env=os.environ | {"PRECISION_MARKETING_SERVICE_KEYS": f"shop={_KEY}"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        server = _Server(port, process)
        for _ in range(300):
            with suppress(OSError):
                server.get(ready)
                break
            if process.poll() is not None:
                raise subprocess.CalledProcessError(process.returncode, command(port))
            time.sleep(0.2)
        yield server
    finally:
        process.terminate()
        process.wait(30)


def _asked(server: _Server, requests: list[dict], seconds: float) -> dict:
    """Return what the load found, and the server's CPU a request in microseconds."""
    lines = "".join(json.dumps(found | {"key": _KEY}) + "\n" for found in requests)
    options = ["--port", str(server.port), "--connections", str(CONNECTIONS)]
    before = server.cpu_seconds()
    done = subprocess.run(
        [*_LOAD, *options, "--seconds", str(seconds)],
        input=lines,
        cwd=PROJECT,
        check=True,
        text=True,
        stdout=subprocess.PIPE,
    )
    found = json.loads(done.stdout)
    used = server.cpu_seconds() - before
    return found | {"cpu_microseconds": 1e6 * used / max(found["answers"], 1)}


def measure_load(scratch: Path, repeats: int) -> dict:
    """Return both under load, in turn.

    Parameters
    ----------
    scratch : Path
        For the shop.
    repeats : int
        Rounds of all three loads.

    Returns
    -------
    dict
        JSON-ready: of each load the medians of `per_second`, `p50_milliseconds`,
        `p99_milliseconds`, `cpu_microseconds`, and the sum of `failed`.

    Raises
    ------
    CalledProcessError
        If a server does not start, as where datasette is not installed.
    WrongAnswerError
        If both do not answer the same items.
    """
    machine = describe()
    published = _shop(scratch, USERS)
    write_peers(published, scratch / "shop.db")
    measure([*_SERVICE, "store", "--published", str(published)], folder=PROJECT)
    asked = _requests()
    rounds: dict[str, list[dict]] = {name: [] for name in asked}

    def ours(port: int) -> list[str]:
        options = ["--published", str(published), "--port", str(port)]
        return [*_SERVICE, "serve", *options, "--rate", "1000000"]

    def peer(port: int) -> list[str]:
        options = ["--port", str(port), "-i", str(scratch / "shop.db"), "--nolock"]
        return [sys.executable, "-m", "datasette", "serve", *options]

    with ExitStack() as stack:
        service = stack.enter_context(_serving(ours, "/health/ready"))
        datasette = stack.enter_context(_serving(peer, "/-/versions.json"))
        _compare(service, datasette)
        servers = {OURS: service, PEER: datasette, SESSIONS: service}
        for number in range(repeats + 1):
            for name, requests in asked.items():
                found = _asked(servers[name], requests, SECONDS if number else 1.0)
                # The first round warms up.
                if number:
                    print(f"{name}: {found['per_second']:,.0f} a second", flush=True)
                    rounds[name].append(found)
    return {
        "machine": machine,
        "users": USERS,
        "connections": CONNECTIONS,
        "repeats": repeats,
        "loads": {name: _medians(found) for name, found in rounds.items()},
    }


def measure_store(scratch: Path) -> dict:
    """Return what the store of a million users costs, in a process of its own.

    Raises
    ------
    CommandFailedError
        If it cannot be written.
    """
    machine = describe()
    published = _shop(scratch, STORE_USERS)
    cost = measure([*_SERVICE, "store", "--published", str(published)], folder=PROJECT)
    return {
        "machine": machine,
        "users": STORE_USERS,
        "wall_seconds": cost.wall_seconds,
        "cpu_seconds": cost.cpu_seconds,
        "peak_megabytes": cost.peak_megabytes,
        "store_megabytes": published.with_suffix(".sqlite").stat().st_size / 1e6,
    }


def _shop(scratch: Path, users: int) -> Path:
    published = scratch / "shop.duckdb"
    print(f"writing a shop of {users:,} users", flush=True)
    options = ["--users", str(users), "--published", str(published)]
    measure([sys.executable, "-m", "benchmarks.service.shop", *options], folder=PROJECT)
    return published


def _compare(service: _Server, datasette: _Server) -> None:
    for number in (0, 1, USERS - 1):
        user = _user(number)
        found = json.loads(service.get(f"/v1/users/{user}/recommendations"))["items"]
        theirs = json.loads(datasette.get(_peers_path(user)))
        pairs = [
            [(row["item_id"], row["recommendation_id"]) for row in rows]
            for rows in (found, theirs)
        ]
        if pairs[0] != pairs[1] or len(pairs[0]) != LENGTH:
            raise WrongAnswerError(f"service: {pairs[0]}, datasette: {pairs[1]}")


def _medians(rounds: list[dict]) -> dict:
    names = rounds[0].keys() - {"failed", "answers"}
    return {
        **{name: median(found[name] for found in rounds) for name in sorted(names)},
        "failed": sum(found["failed"] for found in rounds),
    }
