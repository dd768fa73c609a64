"""A folder that is written beside its place and then put there, all at once."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from precision_marketing.build.files import synchronize
from precision_marketing.exports.faults import ExportError
from precision_marketing.publishing.published_files import (
    locked,
    private_folder,
    waiting_seconds,
)

# What an export says of itself; a folder without it is not ours to replace.
MARK = "export.json"
# Linux's renameat2(2).
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


@contextmanager
def replaced_folder(out: Path) -> Iterator[Path]:
    """Yield an empty folder, which takes the place of `out` when the block ends.

    A reader finds the old folder or the new one. Its files are their owner's alone; the
    mode of a folder that was there is kept.

    Parameters
    ----------
    out : Path
        Where the export is to be; its parents are made if need be.

    Yields
    ------
    Path
        Folder to write to. It needs a file `export.json` (`write_mark`).

    Raises
    ------
    ExportError
        If `out` is a file, or holds what no export has written.
    LockedError
        If another export to the same folder does not end in time.
    """
    out = out.absolute()
    if out.exists() and not out.is_dir():
        raise ExportError(f"{out} is a file: name a folder with --out.")
    if out.is_dir() and not (out / MARK).is_file() and any(out.iterdir()):
        raise ExportError(
            f"{out} holds files that no export has written: name another folder."
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    what = f"Another export to {out.parent}"
    with locked(out.parent, what, waiting_seconds()), private_folder(out) as folder:
        yield folder
        for path in folder.iterdir():
            path.chmod(0o600)
            with path.open("rb") as file:
                os.fsync(file.fileno())
        synchronize(folder)
        if out.exists():
            shutil.copymode(out, folder)
            _exchange(folder, out)
        else:
            folder.rename(out)
        synchronize(out.parent)


def write_mark(folder: Path, facts: dict[str, Any]) -> None:
    """Write what an export says of itself."""
    text = json.dumps(facts, indent=2, sort_keys=True, ensure_ascii=False, default=str)
    (folder / MARK).write_text(text + "\n", encoding="utf-8")


def _exchange(new: Path, old: Path) -> None:
    """Let two folders change places, at once where the system can."""
    rename = getattr(ctypes.CDLL(None), "renameat2", None)
    paths = os.fsencode(new), os.fsencode(old)
    if rename and not rename(
        _AT_FDCWD, paths[0], _AT_FDCWD, paths[1], _RENAME_EXCHANGE
    ):
        return
    aside = new.with_name(new.name + ".old")
    old.rename(aside)
    new.rename(old)
    aside.rename(new)
