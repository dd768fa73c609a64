"""A PostgreSQL server of the tests' own: an empty folder, a socket, no network."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

# Whom the server runs as where the tests are root, which PostgreSQL refuses to be.
UNPRIVILEGED = "nobody"


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@contextmanager
def running_server() -> Iterator[str]:
    """Yield libpq's address of a server that is gone afterwards; skip without one."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    # Short: a socket's path has 107 bytes at most.
    with tempfile.TemporaryDirectory(prefix="pg", dir="/tmp") as folder:
        as_user = {"user": UNPRIVILEGED} if os.getuid() == 0 else {}
        if as_user:
            shutil.chown(folder, UNPRIVILEGED)
        data = f"{folder}/data"

        def run(*command: str) -> None:
            subprocess.run(
                command,
                check=True,
                cwd=folder,
                stdout=subprocess.DEVNULL,
                **as_user,
            )

        initial = ["--auth=scram-sha-256", "--username=owner", "--no-sync"]
        secret = Path(folder) / "secret"
        secret.write_text("a password")
        secret.chmod(0o644)
        run(f"{programs}/initdb", "-D", data, *initial, f"--pwfile={secret}")
        options = f"-c listen_addresses= -c unix_socket_directories={folder}"
        control = (f"{programs}/pg_ctl", "-D", data, "-s", "-w")
        run(*control, "-l", f"{folder}/log", "-o", options, "start")
        try:
            yield f"host={folder} dbname=postgres user=owner"
        finally:
            run(*control, "-m", "immediate", "stop")
