"""Fits that a later step of the same process asks for once more, kept in files.

A scorer's fit makes its lists in one model of dbt, and in another, when all lists are
known, it scores what they hold. A fit is a pure function of its arguments: it is found
by a digest of them, and where it is no more there, as in a build of single models, it
is computed anew, with the same result.
"""

import pickle
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix

Fit = TypeVar("Fit")

# Three scorers in three windows, and some more: the oldest go first.
MOST_FILES = 12
_folders: list[TemporaryDirectory] = []
_changing = Lock()


def kept(function: Callable[..., Fit], *arguments: Any, **settings: Any) -> Fit:
    """Return `function(*arguments, **settings)`, from a file where it was asked before.

    Parameters
    ----------
    function : callable
        Its result depends on its arguments alone, and can be pickled.
    *arguments, **settings
        Arrays, sparse matrices, tables of numbers, tuples of them, numbers, words and
        None. Rows of a table in an order of their own: DuckDB reads them in any, and
        in another order they are other arguments.

    Returns
    -------
    object

    Examples
    --------
    >>> kept(np.multiply, np.array([2.0]), 3).tolist()
    [6.0]
    """
    digest = blake2b(f"{function.__module__}.{function.__name__}".encode())
    for part in (
        *arguments,
        *(item for pair in sorted(settings.items()) for item in pair),
    ):
        _add(digest, part)
    path = _folder() / digest.hexdigest()
    try:
        return pickle.loads(path.read_bytes())
    except FileNotFoundError:
        found = function(*arguments, **settings)
    # One thread at a time: another's file would go between its name and its age.
    with _changing:
        _keep(found, path)
    return found


def _folder() -> Path:
    """Return the folder of the process, which goes with it."""
    with _changing:
        if not _folders:
            _folders.append(TemporaryDirectory(prefix="precision_marketing_"))
    return Path(_folders[0].name)


def _keep(found: Any, path: Path) -> None:
    """Write a fit, under its name only when it is whole, and drop the oldest."""
    written = path.with_suffix(".part")
    with written.open("wb") as file:
        pickle.dump(found, file, protocol=pickle.HIGHEST_PROTOCOL)
    written.replace(path)
    files = sorted(path.parent.iterdir(), key=lambda file: file.stat().st_mtime_ns)
    for file in files[:-MOST_FILES]:
        file.unlink()


def _add(digest: Any, part: Any) -> None:
    """Add an argument to a digest, with its type and shape."""
    if isinstance(part, csr_matrix):
        _add(digest, (part.shape, part.indptr, part.indices, part.data))
    elif isinstance(part, pa.Table):
        for name in part.column_names:
            _add(digest, (name, part[name].to_numpy()))
    elif isinstance(part, tuple):
        digest.update(f"({len(part)}".encode())
        for one in part:
            _add(digest, one)
    elif isinstance(part, np.ndarray):
        digest.update(f"{part.dtype}{part.shape}".encode())
        digest.update(np.ascontiguousarray(part).view(np.uint8).data)
    else:
        digest.update(f"{part!r};".encode())
