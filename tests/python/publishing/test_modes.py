"""Nobody but the owner can read what is published until the owner says so."""

import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pytest
from recorded_builds import record_build

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def make_build(path: Path, number: int) -> None:
    """Write a build that has left out rows of a user who was erased."""
    with duckdb.connect(str(path)) as shop:
        shop.execute("create schema if not exists marts")
        shop.execute("create or replace table marts.row_accounting as select 1 as a")
        shop.execute(
            "create or replace table marts.customers as"
            " select 'u' || n as user_id from range(50000) as t (n)"
        )
        shop.execute("create schema if not exists history")
        shop.execute(
            "create or replace table history.stg_erasure_matches as"
            f" select * from range({number})"
        )
        record_build(shop, f"build-{number}")


def reachable(folder: Path) -> set[tuple[str, int]]:
    """Return files of marts that others could open now, and with what rights."""
    found = set()
    for place, folders, files in os.walk(folder):
        # What is in a folder that others cannot enter they cannot open.
        folders[:] = [
            name
            for name in folders
            if (Path(place) / name).stat().st_mode & (stat.S_IXGRP | stat.S_IXOTH)
        ]
        for name in files:
            mode = (Path(place) / name).stat().st_mode & OTHERS
            if mode and not name.endswith(".sh"):
                found.add((name, mode))
    return found


def publish_watched(build: Path) -> set[tuple[str, int]]:
    """Publish by the command, and return all that was reachable on the way."""
    seen: set[tuple[str, int]] = set()
    ended = threading.Event()

    def watch() -> None:
        while not ended.is_set():
            time.sleep(0.0005)
            try:
                seen.update(reachable(build.parent))
            except FileNotFoundError:
                # Moved while it was looked at.
                continue

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        subprocess.run(
            [
                *(sys.executable, "-m", "precision_marketing", "publish"),
                *("--database", str(build)),
            ],
            check=True,
            capture_output=True,
            # The widest there is: what is made without a mode is everybody's.
            umask=0,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
    finally:
        ended.set()
        watcher.join()
    return seen


@pytest.fixture
def build(tmp_path):
    """Give the path of a build that is its owner's alone, in an open folder."""
    tmp_path.chmod(0o755)
    path = tmp_path / "shop.duckdb"
    make_build(path, 1)
    path.chmod(0o600)
    return path


def test_a_new_publication_is_its_owners_alone_whatever_the_umask(build):
    assert publish_watched(build) == set()
    published = build.parent / "published" / "shop.duckdb"
    assert published.stat().st_mode & 0o777 == 0o600
    # Written anew without the erased, and still the owner's.
    assert build.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_what_the_owner_has_opened_stays_so_and_nothing_else_opens(build, mode):
    publish_watched(build)
    published = build.parent / "published" / "shop.duckdb"
    published.chmod(mode)
    make_build(build, 2)
    seen = publish_watched(build)
    # The service's store says no more than the file that it is made of.
    assert {rights for _, rights in seen} == {mode & OTHERS}
    assert {name for name, _ in seen} <= {
        *("shop.duckdb", "shop.sqlite", ".shop.sqlite.writing")
    }
    assert ("shop.duckdb", mode & OTHERS) in seen
    assert published.stat().st_mode & 0o777 == mode
    assert build.stat().st_mode & 0o777 == 0o600
    # What is kept of earlier publications is in a folder of the owner's.
    assert (build.parent / "published" / "earlier").stat().st_mode & 0o777 == 0o700
