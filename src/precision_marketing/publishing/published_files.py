"""How a file takes the place of the published one, and what is kept of earlier ones."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from precision_marketing.build.files import synchronize

# In the published file's folder.
EARLIER = "earlier"


class LockedError(Exception):
    """Another program goes on longer than one wanted to wait for it."""


def waiting_seconds() -> float:
    """Return how long to wait for another build or publication, in seconds.

    It is the environment's `PRECISION_MARKETING_WAIT`, or else 600; 0 stops at once.
    """
    return float(os.environ.get("PRECISION_MARKETING_WAIT") or 600)


@contextmanager
def locked(path: Path, what: str, seconds: float) -> Iterator[int]:
    """Lock a file or folder against other processes that lock it, and yield it.

    Nothing stays behind, not even after a kill.

    Parameters
    ----------
    path : Path
        What is locked; it exists.
    what : str
        What is waited for, such as `Another publication to /srv/published`.
    seconds : float
        How long to wait; 0: not at all.

    Yields
    ------
    int
        The open descriptor.

    Raises
    ------
    LockedError
        If it is still locked after so many seconds.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        wait_for(lambda: _flock(descriptor), what, seconds)
        yield descriptor
    finally:
        os.close(descriptor)


def _flock(descriptor: int) -> bool:
    with suppress(BlockingIOError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def wait_for(is_free: Callable[[], bool], what: str, seconds: float) -> None:
    """Ask again and again until it is free; say once that one waits.

    Parameters
    ----------
    is_free : callable
        Without arguments; its answer is true once one may go on.
    what : str
        What is waited for.
    seconds : float
        How long.

    Raises
    ------
    LockedError
        If it is not free by then; the message says what to do.
    """
    until = time.monotonic() + seconds
    is_said = False
    while not is_free():
        if time.monotonic() >= until:
            raise LockedError(
                f"{what} is under way: wait for its end, or set "
                "PRECISION_MARKETING_WAIT to the seconds to wait for it "
                f"(now {seconds:g})."
            )
        if not is_said:
            print(
                f"{what} is under way: waiting for it, at most {seconds:g} s.",
                file=sys.stderr,
                flush=True,
            )
            is_said = True
        time.sleep(0.1)


@contextmanager
def private_folder(published: Path) -> Iterator[Path]:
    """Yield an empty folder beside the published file that only its owner enters.

    What a killed publication has left in it is removed, and the folder at the end.
    """
    folder = published.with_name(f".{published.name}.publishing")
    _remove(folder)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        _remove(folder)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def replace_published(file: Path, published: Path) -> None:
    """Put a file into the place of the published one, with its mode, owner and group.

    Where there is none yet, the file is its owner's alone. The mode is set before the
    file is where readers look, and the content is on disk before its name.

    Parameters
    ----------
    file : Path
        In the same file system; it is gone afterwards.
    published : Path
        What readers open.
    """
    if published.exists():
        _take_on(file, published)
    else:
        file.chmod(0o600)
    with file.open("rb") as opened:
        os.fsync(opened.fileno())
    os.replace(file, published)
    synchronize(published.parent)


def _take_on(file: Path, model: Path) -> None:
    """Give a file the mode, access lists, owner and group of another one."""
    wanted = model.stat()
    shutil.copystat(model, file)
    os.utime(file)
    for owner in (wanted.st_uid, -1):
        with suppress(PermissionError):
            os.chown(file, owner, wanted.st_gid)
            return
    # Another group must not read what this one might.
    file.chmod(wanted.st_mode & 0o707)


def earlier_files(published: Path) -> list[Path]:
    """Return what is kept of earlier publications, the oldest first."""
    name = re.compile(
        re.escape(published.stem) + r"_\d{8}T\d{6}_\d{6}" + re.escape(published.suffix)
    )
    folder = published.parent / EARLIER
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(path for path in found if name.fullmatch(path.name))


def keep_earlier(published: Path) -> None:
    """Keep the published file under a name of its own; it stays where it is too."""
    if not published.exists():
        return
    folder = published.parent / EARLIER
    folder.mkdir(mode=0o700, exist_ok=True)
    written = datetime.fromtimestamp(published.stat().st_mtime, UTC)
    kept = folder / f"{published.stem}_{written:%Y%m%dT%H%M%S_%f}{published.suffix}"
    if kept.exists():
        return
    try:
        os.link(published, kept)
    except OSError:
        # Not every file system has two names for one file.
        copy = folder / f".{kept.name}"
        shutil.copy2(published, copy)
        os.replace(copy, kept)
    synchronize(folder)
