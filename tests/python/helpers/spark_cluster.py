"""A standalone Spark cluster of this machine: a master and workers on the loopback."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyspark

HOME = Path(pyspark.__file__).parent
SECONDS_TO_START = 60


@dataclass
class Cluster:
    """A running cluster: its address, its processes and where Spark writes of it."""

    address: str
    folder: Path
    workers: list[subprocess.Popen]

    @property
    def settings(self) -> dict[str, str]:
        """Return the environment of a build on this cluster."""
        return {
            "SPARK_MASTER": self.address,
            "SPARK_CONF_DIR": str(self.folder / "conf"),
            "SPARK_LOCAL_IP": "127.0.0.1",
        }

    def kill_worker(self) -> None:
        """Kill a worker with all that it has started, as a machine fails."""
        os.killpg(self.workers.pop().pid, signal.SIGKILL)

    def events(self, kind: str) -> list[dict]:
        """Return what Spark's log of the build has of a kind of event."""
        return [
            event
            for log in sorted((self.folder / "events").rglob("events_*"))
            for line in log.read_text().splitlines()
            if (event := json.loads(line))["Event"] == f"SparkListener{kind}"
        ]


@contextmanager
def spark_cluster(folder: Path, workers: int, memory: str) -> Iterator[Cluster]:
    """Give a cluster of workers with one core and so much memory each."""
    for name in ("conf", "events", "work"):
        (folder / name).mkdir(parents=True)
    (folder / "conf" / "spark-defaults.conf").write_text(
        "spark.eventLog.enabled true\n"
        f"spark.eventLog.dir {folder / 'events'}\n"
        "spark.eventLog.compress false\n"
        f"spark.executor.memory {memory}\n"
    )
    master = _started(folder / "master.log", "master.Master", "--port", "0")
    running = [master]
    try:
        address = _said(folder / "master.log", r"Starting Spark master at (\S+)")
        for number in range(workers):
            log = folder / f"worker{number}.log"
            options = ("--cores", "1", "--memory", memory, "--work-dir")
            work = (str(folder / "work"), address)
            running.append(_started(log, "worker.Worker", *options, *work))
            _said(log, r"(Successfully registered) with master")
        yield Cluster(address, folder, running[1:])
    finally:
        for process in running:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _started(log: Path, kind: str, *options: str) -> subprocess.Popen:
    with log.open("w") as written:
        return subprocess.Popen(
            [
                *(str(HOME / "bin" / "spark-class"), f"org.apache.spark.deploy.{kind}"),
                *("--host", "127.0.0.1", "--webui-port", "0", *options),
            ],
            env=os.environ | {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_HOME": str(HOME)},
            stdout=written,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )


def _said(log: Path, pattern: str) -> str:
    until = time.monotonic() + SECONDS_TO_START
    while not (found := re.search(pattern, log.read_text())):
        assert time.monotonic() < until, log.read_text()[-2000:]
        time.sleep(0.2)
    return found[1]
