"""Read a store; take the next one in its place while requests are answered."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from precision_marketing.service.store import FORMAT, StoreError, withheld_hash
from precision_marketing.service.store_tables import STORE_TABLES

# Larger files are looked at by size and record alone: a swap takes a second at most.
_CHECKED_BYTES = 64_000_000
_KEPT_LISTS = 50_000


@dataclass(frozen=True)
class Store:
    """One publication's answers. Whoever has it sees one build, whatever comes next.

    Parameters
    ----------
    build_id, built_at, as_of_date : str
        The build, when it ended (empty: not known), and the last day of its data.
    connection : sqlite3.Connection
        Read-only.
    withheld : dict of str to set of str
        Hashes by salt of users of whom nothing may be said.
    """

    build_id: str
    built_at: str
    as_of_date: str
    connection: sqlite3.Connection
    withheld: dict[str, set[str]]
    _lists: dict[tuple[str, str], list[dict]] = field(default_factory=dict)

    def body(self, table: str, key: str) -> bytes | None:
        """Return what a table has under a key; None if it has nothing."""
        row = self.connection.execute(
            f"select body from {table} where key = ?", (key,)
        ).fetchone()
        return row[0] if row else None

    def entries(self, table: str, key: str) -> list[dict]:
        """Return a list of items, parsed and kept; empty if there is none."""
        found = self._lists.get((table, key))
        if found is None:
            body = self.body(table, key)
            found = parsed(body.split(b"\n")) if body else []
            if body and len(self._lists) < _KEPT_LISTS:
                self._lists[table, key] = found
        return found

    def keys(self, table: str) -> list[str]:
        """Return the keys of a table, in their order."""
        found = self.connection.execute(f"select key from {table} order by key")
        return [key for (key,) in found]

    def is_withheld(self, user_id: str) -> bool:
        """Return whether nothing may be said of a user, be it erased or refusing."""
        # All of them, always: the time that it takes tells no more than the answer.
        found = [
            withheld_hash(salt, user_id) in hashes
            for salt, hashes in self.withheld.items()
        ]
        return any(found)


def parsed(lines: list[bytes]) -> list[dict]:
    """Return JSON objects, of which each line has one."""
    return json.loads(b"[" + b",".join(lines) + b"]")


def open_store(path: Path) -> Store:
    """Open a store and see that it is whole.

    Parameters
    ----------
    path : Path
        The SQLite file; its content never changes, since writers replace it.

    Returns
    -------
    Store
        For one thread at a time.

    Raises
    ------
    StoreError
        If the file is not there, cut off, damaged, or of another format.
    """
    connection = None
    try:
        uri = path.resolve().as_uri() + "?mode=ro&immutable=1"
        connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        pages, size = (
            connection.execute(f"pragma {name}").fetchone()[0]
            for name in ("page_count", "page_size")
        )
        length = path.stat().st_size
        if length != pages * size:
            raise StoreError(f"{path} is cut off: write it anew.")
        if length <= _CHECKED_BYTES:
            verdict = connection.execute("pragma quick_check(1)").fetchone()[0]
            if verdict != "ok":
                raise StoreError(f"{path} is damaged ({verdict}): write it anew.")
        facts = dict(connection.execute("select key, value from meta"))
        if facts.pop("format", None) != FORMAT:
            raise StoreError(f"{path} is of another version: write it anew.")
        for table in STORE_TABLES:
            connection.execute(f"select 1 from {table} limit 1")
        withheld: dict[str, set[str]] = {}
        for salt, user_hash in connection.execute("select * from withheld"):
            withheld.setdefault(salt, set()).add(user_hash)
        return Store(connection=connection, withheld=withheld, **facts)
    except (OSError, sqlite3.Error, TypeError, StoreError) as error:
        if connection is not None:
            connection.close()
        if isinstance(error, StoreError):
            raise
        raise StoreError(
            f"{path} is no store ({error}): write it with `precision-marketing store`."
        ) from error


class Current:
    """The store that answers, and the watch for the next.

    Parameters
    ----------
    path : Path
        Where stores are written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen = self._mark()
        self.store = open_store(path)
        self.swap_count = 0
        self.refused_count = 0

    def _mark(self) -> tuple[int, int, int] | None:
        with suppress(OSError):
            found = os.stat(self.path)
            return found.st_ino, found.st_mtime_ns, found.st_size
        return None

    async def look(self) -> str | None:
        """Take a new store if there is one and it is whole.

        Returns
        -------
        str or None
            What was done, or why a file was refused; None: nothing is new. While a
            refused file lies there, the store before it answers.
        """
        mark = self._mark()
        if mark is None or mark == self._seen:
            return None
        self._seen = mark
        try:
            self.store = await asyncio.to_thread(open_store, self.path)
        except StoreError as error:
            self.refused_count += 1
            return f"refused: {error}"
        self.swap_count += 1
        return "swapped"
