"""Files that are there after a power cut, and whose they are. Standard library only."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def synchronize(folder: Path) -> None:
    """Write a folder's names to disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def private_files() -> Iterator[None]:
    """Make files that come to be meanwhile their owner's alone.

    DuckDB's log and SQLite's files are made by libraries, which know no mode. It holds
    for all threads of the process.
    """
    mask = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(mask)
