"""Build and publish, one such run of a database at a time.

Run `python -m precision_marketing.publishing.run target/build_cost.json dbt build` with
the database in the environment (`PRECISION_MARKETING_DATABASE`). A second run waits for
the first, as long as `PRECISION_MARKETING_WAIT` says. Standard library only, like
`command_cost`, which it calls.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
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


def run(database: Path, report: Path, command: list[str]) -> int:
    """Wait until the database is free, build it, and publish it if that succeeds.

    Where nothing has changed since the last run that came to its end, nothing is done
    (`unchanged`), and there is no report.

    Parameters
    ----------
    database : Path
        DuckDB file, there or not.
    report : Path
        Where `command_cost.run_command` writes what the build has cost, in dbt's target
        folder.
    command : list of str
        The build: program and arguments.

    Returns
    -------
    int
        Exit status of what failed, or 0.

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
            if _stands(database, command):
                # Who goes on by it sees that there is nothing to follow.
                report.unlink(missing_ok=True)
                return 0
            started = time.time()
            status = run_command(report, command)
            if status != 0:
                _explain(database, report.parent / "run_results.json", started)
                return status
            return _call("publishing", "--database", str(database))
    except LockedError as error:
        raise RunError(str(error)) from error


def _stands(database: Path, command: list[str]) -> bool:
    """Ask whether all that the command would make is there already."""
    asked = ("begin", "--database", str(database), "--", *command)
    return _call("unchanged", *asked) == 0


def _call(module: str, *arguments: str) -> int:
    """Run a module in a process of its own: this one stays small."""
    name = f"precision_marketing.publishing.{module}"
    return subprocess.run([sys.executable, "-m", name, *arguments]).returncode


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
            )


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


if __name__ == "__main__":
    target = os.environ.get(
        "PRECISION_MARKETING_DATABASE", "precision_marketing.duckdb"
    )
    try:
        sys.exit(run(Path(target), Path(sys.argv[1]), sys.argv[2:]))
    except RunError as error:
        sys.exit(f"Error: {error}")
    except KeyboardInterrupt:
        sys.exit("Interrupted.")
