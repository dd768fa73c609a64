"""Run a command and write down what it cost.

Standard library only: on Linux the peak memory of a child is at least that of
the process that started it.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

# Linux counts kibibytes, macOS bytes (getrusage(2)).
_PEAK_UNIT = 1 if sys.platform == "darwin" else 1024


def run_command(report: Path, command: list[str]) -> int:
    """Run a command to its end, on this console, and write its cost as JSON.

    Parameters
    ----------
    report : Path
        File to write: `wall_seconds`, `cpu_seconds`, `peak_bytes` of the largest
        process. It is removed before the command runs and not written if that fails.
    command : list of str
        Program and arguments; no shell is involved.

    Returns
    -------
    int
        The command's exit status.

    Raises
    ------
    OSError
        If there is no such program.
    KeyboardInterrupt
        If the user interrupts it, once it has ended.
    """
    report.unlink(missing_ok=True)
    started = time.perf_counter()
    # New files are their owner's alone; earlier ones keep their mode.
    process = subprocess.Popen(command, umask=0o077)
    try:
        status = process.wait()
    except KeyboardInterrupt:
        # The terminal told the command too; it ends its work in order.
        process.wait()
        raise
    wall_seconds = time.perf_counter() - started
    if status == 0:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        cost = {
            "wall_seconds": wall_seconds,
            "cpu_seconds": usage.ru_utime + usage.ru_stime,
            "peak_bytes": usage.ru_maxrss * _PEAK_UNIT,
        }
        report.parent.mkdir(parents=True, exist_ok=True)
        report.write_text(json.dumps(cost), encoding="utf-8")
    return status
