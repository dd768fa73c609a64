"""Talk to a worker: one line there, one JSON line back, within a time limit."""

import json
import os
import select
import subprocess
import time
from pathlib import Path
from typing import Any

from benchmarks.machine import PROJECT


class EngineFailedError(Exception):
    """An engine ended, or was ended, without an answer; the message says why."""


class Worker:
    """A worker process of `benchmarks.speed.worker`.

    Parameters
    ----------
    python : str
        Interpreter that has the engine's library.
    engine : str
        One of `benchmarks.speed.worker.ENGINES`.
    interactions, results : Path
        The matrix, and the folder for results.
    threads : int
    """

    def __init__(
        self, python: str, engine: str, interactions: Path, results: Path, threads: int
    ) -> None:
        self.engine = engine
        numbers = ("OMP", "OPENBLAS", "MKL", "NUMBA")
        environment = {f"{name}_NUM_THREADS": str(threads) for name in numbers}
        # implicit spawns threads of its own and warns of BLAS's on top.
        environment["OPENBLAS_NUM_THREADS"] = "1"
        environment["PRECISION_MARKETING_THREADS"] = str(threads)
        # Where DuckDB spills: gone with the scratch folder, however the worker ends.
        environment["TMPDIR"] = str(results.parent)
        path = [str(PROJECT / "src"), os.environ.get("PYTHONPATH", "")]
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, path))
        command = [python, "-m", "benchmarks.speed.worker", "--engine", engine]
        command += ["--interactions", str(interactions), "--results", str(results)]
        self._log = results.with_suffix(".log")
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [*command, "--threads", str(threads)],
                cwd=PROJECT,
                env={**os.environ, **environment},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )

    def ask(self, line: str | None, limit: float) -> dict[str, Any]:
        """Send a line (None: only listen) and return the answer.

        Raises
        ------
        EngineFailedError
            If there is no answer within `limit` seconds, or it is an error. The worker
            is ended.
        """
        try:
            if line is not None:
                self._process.stdin.write(f"{line}\n".encode())
                self._process.stdin.flush()
            answer = json.loads(self._line(limit) or "{}")
        except BrokenPipeError:
            answer = {}
        if not answer or "error" in answer:
            self.end()
            lines = self._log.read_text(errors="replace").strip().splitlines()
            reason = answer.get("error") or (lines[-1] if lines else "it ended")
            raise EngineFailedError(reason)
        return answer

    def end(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()

    def _line(self, limit: float) -> bytes:
        """Read one line; the worker writes nothing but whole answers."""
        started, found = time.monotonic(), b""
        output = self._process.stdout.fileno()
        while not found.endswith(b"\n"):
            left = limit - (time.monotonic() - started)
            if left <= 0 or not select.select([output], [], [], left)[0]:
                self.end()
                raise EngineFailedError(f"not done after {limit:.0f} s")
            chunk = os.read(output, 65536)
            if not chunk:
                return b""
            found += chunk
        return found
