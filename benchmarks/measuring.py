"""Run a command and measure what it cost: seconds, CPU seconds, peak memory.

Standard library only, on purpose: on Linux a child's peak memory is at least that of
the process that started it, so whoever measures must be small.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# Linux counts kibibytes, macOS bytes (getrusage(2)).
_PEAK_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Cost:
    """What one run of a command cost.

    Parameters
    ----------
    wall_seconds : float
        Elapsed time.
    cpu_seconds : float
        User and system time of the command and of the children it waited for.
    peak_megabytes : float
        Largest resident memory, in 10^6 bytes, of any single process among the command
        and the children it waited for. It is not their sum: exact for dbt, which is one
        process with threads, too low for a command that works in several at once.
    """

    wall_seconds: float
    cpu_seconds: float
    peak_megabytes: float


class CommandFailedError(Exception):
    """The command ended with another exit status than 0; the message has its output."""


def measure(
    command: Sequence[str],
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    progress_seconds: float = math.inf,
) -> Cost:
    """Run a command to its end and return its cost.

    Parameters
    ----------
    command : sequence of str
        Program and arguments; no shell is involved.
    environment : mapping of str to str, optional
        Variables added to those of this process.
    folder : Path, optional
        Working directory.
    progress_seconds : float
        Print the command's latest line about this often; never by default.

    Returns
    -------
    Cost
        Of this command alone: `os.wait4` reports one child, while
        `resource.getrusage(RUSAGE_CHILDREN)` would keep the largest peak of all
        commands measured so far.

    Raises
    ------
    CommandFailedError
        If the exit status is not 0.
    """
    started = time.perf_counter()
    process = subprocess.Popen(
        list(command),
        env={**os.environ, **(environment or {})},
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    last_lines: deque[str] = deque(maxlen=40)
    printed = started
    for line in process.stdout:
        last_lines.append(line.decode(errors="replace").rstrip())
        if time.perf_counter() - printed > progress_seconds:
            print(last_lines[-1], flush=True)
            printed = time.perf_counter()
    _, status, usage = os.wait4(process.pid, 0)
    wall_seconds = time.perf_counter() - started
    process.stdout.close()
    # Popen must learn that its child was already waited for.
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        reason = "\n".join(last_lines)
        raise CommandFailedError(
            f"`{' '.join(command)}` ended with status {process.returncode}:\n{reason}"
        )
    return Cost(
        wall_seconds=wall_seconds,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_megabytes=usage.ru_maxrss * _PEAK_UNIT / 1e6,
    )
