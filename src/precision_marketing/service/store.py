"""Write the store of a publication: one SQLite file of ready answers, all at once."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb

from precision_marketing.build.files import private_files
from precision_marketing.build.sql_text import literal
from precision_marketing.service.store_tables import (
    KEYS_AT_ONCE,
    STORE_TABLES,
    StoreTable,
)

# Of another format a service refuses the file.
FORMAT = "1"
_ROWS_AT_ONCE = 2_000
# Of the build: who has asked for erasure, and who refuses profiling.
_ERASED = "stg_suppressed_users"
_USERS = "int_users"


class StoreError(Exception):
    """There is no store to be had; the message says why and what to do."""


class NothingServedError(StoreError):
    """What is published has none of the marts that the service answers from."""


def store_of(published: Path) -> Path:
    """Return where the store of a published file is: beside it."""
    return Path(published).resolve().with_suffix(".sqlite")


def withheld_hash(salt: str, user_id: str) -> str:
    """Return a user's salted hash; of all spellings of an id it is the same.

    Examples
    --------
    >>> withheld_hash("s", "U1") == withheld_hash("s", "u1")
    True
    """
    spelled = unicodedata.normalize("NFC", user_id).lower()
    return hashlib.sha256(f"{salt}\x1f{spelled}".encode()).hexdigest()


def write_store(published: Path, database: Path | None = None) -> Path:
    """Write the store of a published file beside it, whole or not at all.

    Parameters
    ----------
    published : Path
        The published DuckDB file. It is read only.
    database : Path, optional
        The build, which alone knows who was erased or refuses profiling; the store
        keeps salted hashes of them. Without it, they are unknown users.

    Returns
    -------
    Path
        The store.

    Raises
    ------
    StoreError
        If a file cannot be read, or has no marts that are served.

    Notes
    -----
    A reader that has the earlier store open goes on reading it. Memory: DuckDB's for
    10,000 users or items at a time.
    """
    published = Path(published).resolve()
    store = store_of(published)
    copy = store.with_name(f".{store.name}.writing")
    copy.unlink(missing_ok=True)
    with closing(duckdb.connect()) as source:
        source.execute("set preserve_insertion_order = false")
        _attach(source, published, "published")
        if database is not None:
            _attach(source, database, "build")
        try:
            with private_files(), closing(sqlite3.connect(copy)) as target:
                _fill(source, target, published)
            # Who may read what was published may read what is made of it.
            copy.chmod(published.stat().st_mode & 0o777)
            with copy.open("rb") as file:
                os.fsync(file.fileno())
            os.replace(copy, store)
        except duckdb.BinderException as error:
            raise NothingServedError(
                f"{published} is of another version of the package: publish anew."
            ) from error
        finally:
            copy.unlink(missing_ok=True)
    return store


def _attach(source: duckdb.DuckDBPyConnection, path: Path, name: str) -> None:
    try:
        source.execute(f"attach {literal(path)} as {name} (read_only)")
    except duckdb.Error as error:
        raise StoreError(f"{path} cannot be read. DuckDB says: {error}") from error


def _fill(
    source: duckdb.DuckDBPyConnection, target: sqlite3.Connection, published: Path
) -> None:
    target.execute("pragma journal_mode = off")
    target.execute("pragma synchronous = off")
    marts = _tables(source, "published", "marts")
    written = 0
    for name, table in STORE_TABLES.items():
        target.execute(
            f"create table {name} (key text primary key, body blob not null)"
        )
        if marts.issuperset(table.marts):
            written += 1
            for rows in _rows(source, table):
                target.executemany(f"insert into {name} values (?, ?)", rows)
    if not written:
        raise NothingServedError(f"{published} has none of the marts that are served.")
    target.execute("create table withheld (salt text, user_hash text)")
    target.executemany("insert into withheld values (?, ?)", _withheld(source))
    target.execute("create table meta (key text primary key, value text)")
    # Last: a file without them is not whole.
    facts = {"format": FORMAT, **_facts(source, published, marts)}
    target.executemany("insert into meta values (?, ?)", facts.items())
    target.commit()


def _rows(
    source: duckdb.DuckDBPyConnection, table: StoreTable
) -> Iterator[list[tuple[str, bytes]]]:
    """Yield the table's rows, a few at a time."""
    # Users and items are read a range at a time, however many there are; of what is
    # most popular all items are one answer.
    source.execute(f"set memory_limit = '{'700MB' if table.ranged_by else '3GB'}'")
    ranges: list[tuple[str, ...]] = [()]
    if table.ranged_by:
        key = table.ranged_by
        ranges = source.execute(
            f"select min({key}), max({key}) from ("
            f"select {key}, (row_number() over (order by {key}) - 1) // ? as part "
            f"from (select distinct {key} from published.marts.{table.marts[0]})"
            ") group by part order by part",
            [KEYS_AT_ONCE],
        ).fetchall()
    for bounds in ranges:
        found = source.execute(table.query, list(bounds))
        while rows := found.fetchmany(_ROWS_AT_ONCE):
            yield [(key, body.encode()) for key, body in rows]


def _withheld(source: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str]]:
    """Yield salt and hash of whom nothing may be answered about."""
    yield from _of_build(source, _ERASED, "salt, user_hash", "readmitted_at is null")
    salt = os.urandom(32).hex()
    for (user,) in _of_build(source, _USERS, "user_id", "not has_profiling_consent"):
        yield salt, withheld_hash(salt, user)


def _of_build(
    source: duckdb.DuckDBPyConnection, table: str, columns: str, condition: str
) -> Iterator[tuple]:
    """Yield rows of a build's table, whatever its schema is called."""
    schemas = source.execute(
        "select schema_name from duckdb_tables() "
        "where database_name = 'build' and table_name = ?",
        [table],
    ).fetchall()
    for (schema,) in schemas:
        name = f'build."{schema}"."{table}"'
        yield from source.execute(
            f"select {columns} from {name} where {condition}"
        ).fetchall()


def _facts(
    source: duckdb.DuckDBPyConnection, published: Path, marts: set[str]
) -> dict[str, str]:
    """Return what the store says of itself: the build, and the day of its data."""
    facts = {"build_id": "", "built_at": "", "as_of_date": "undated"}
    if "build" in _tables(source, "published", "publication"):
        rows = source.execute(
            "select build_id, strftime(ended_at, '%Y-%m-%dT%H:%M:%SZ') "
            "from published.publication.build"
        ).fetchall()
        facts["build_id"], facts["built_at"] = rows[0]
    else:
        with published.open("rb") as file:
            facts["build_id"] = hashlib.file_digest(file, "sha256").hexdigest()[:16]
    if "recommendations" in marts:
        days = source.execute(
            "select max(split_part(recommendation_id, '.', 5)) "
            "from published.marts.recommendations"
        ).fetchall()
        facts["as_of_date"] = days[0][0] or facts["as_of_date"]
    return facts


def _tables(source: duckdb.DuckDBPyConnection, database: str, schema: str) -> set[str]:
    found = source.execute(
        "select table_name from duckdb_tables() "
        "where database_name = ? and schema_name = ?",
        [database, schema],
    ).fetchall()
    return {name for (name,) in found}
