"""Build and publish, one such run of a database at a time.

A second run waits for the first, as long as `PRECISION_MARKETING_WAIT` says. Standard
library only, like `command_cost`, which it calls.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from precision_marketing.publishing.command_cost import run_command
from precision_marketing.publishing.machine_faults import fault_in_words
from precision_marketing.publishing.published_files import (
    LockedError,
    locked,
    wait_for,
    waiting_seconds,
)

# Bytes; what a build that has stopped may have freed again.
FULL = 10_000_000


# Of the database that is built, and DuckDB's own.
SCHEMAS = {
    *("staging", "intermediate", "scorers", "candidates", "marts", "history"),
    *("reference", "example", "main", "memory", "system", "temp"),
}


class RunError(Exception):
    """The build cannot begin; the message says why and what to do."""


def run(
    database: Path,
    report: Path,
    command: list[str],
    publish: Callable[[], object],
    stands: Callable[[], bool] = lambda: False,
) -> int:
    """Wait until the database is free, build it, and publish it if that succeeds.

    Parameters
    ----------
    database : Path
        DuckDB file, there or not.
    report : Path
        Where `command_cost.run_command` writes what the build has cost, in dbt's target
        folder.
    command : list of str
        The build: program and arguments.
    publish : callable
        Without arguments; what to do with a build that succeeded, before another run
        of the database begins.
    stands : callable, optional
        Without arguments; whether all that the build would make is there already
        (`unchanged.begin`), so that nothing is done.

    Returns
    -------
    int
        Exit status of the build.

    Raises
    ------
    RunError
        If the database may not be written there or so named, or is not free in time.
    """
    database = database.resolve()
    _check_place(database)
    waited = f"Another build of {database}"
    try:
        with locked(lock_file(database), waited, waiting_seconds()):
            wait_for(lambda: _is_free(database), waited, waiting_seconds())
            if stands():
                return 0
            started = time.time()
            status = run_command(report, command)
            if status != 0:
                _explain(database, report.parent / "run_results.json", started)
                return status
            publish()
            return 0
    except LockedError as error:
        raise RunError(str(error)) from error


def _check_place(database: Path) -> None:
    folder = database.parent
    # dbt takes the path for an address, and writes the name into SQL as it is.
    if database.stem.lower() in SCHEMAS:
        raise RunError(
            f"A database named {database.stem} has the name of a schema in it, which "
            "DuckDB takes for the other: name another DATABASE."
        )
    wrong = set("#?") & set(str(database)) | set("'\"") & set(database.name)
    if wrong:
        raise RunError(
            f"dbt cannot name a database {database.name}: choose a name without "
            "quotation marks, and a path without # and ?."
        )
    if not folder.is_dir():
        raise RunError(
            f"There is no folder {folder} for the database: make it, or name another "
            "DATABASE."
        )
    for path in (folder, database):
        if path.exists() and not os.access(path, os.W_OK):
            raise RunError(
                f"You may not write {path}: get the permission, or name another "
                "DATABASE."
            ) from PermissionError(os.strerror(errno.EACCES))


def lock_file(database: Path) -> Path:
    """Return a file that stands for a database, which need not be there yet."""
    name = hashlib.sha256(os.fsencode(database)).hexdigest()[:16]
    path = (
        Path(tempfile.gettempdir()) / f"precision_marketing-{os.getuid()}-{name}.lock"
    )
    path.touch(mode=0o600)
    return path


def _is_free(database: Path) -> bool:
    """Ask the system whether a program has the file open, as DuckDB itself does."""
    if not database.exists():
        return True
    with database.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    return True


def _explain(database: Path, results: Path, started: float) -> None:
    """Say what of the machine stopped the build: dbt shows DuckDB's words only."""
    messages = []
    # A full disk may have cut them off.
    with suppress(OSError, ValueError):
        if results.stat().st_mtime >= started:
            nodes = json.loads(results.read_text(encoding="utf-8"))["results"]
            messages = [node.get("message") or "" for node in nodes]
    for folder in {database.parent, results.parent}:
        if folder.is_dir() and shutil.disk_usage(folder).free < FULL:
            messages.append(os.strerror(errno.ENOSPC))
    for words in sorted({fault_in_words(message) for message in messages} - {None}):
        print(f"The build stopped: {words}.", file=sys.stderr)
