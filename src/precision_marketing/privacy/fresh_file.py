"""A warehouse without freed blocks: rows of erased users may still stand in them."""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from pathlib import Path

import duckdb

from precision_marketing.build.files import private_files, synchronize
from precision_marketing.build.sql_text import identifier, literal
from precision_marketing.privacy.profiles import PrivacyError

# Tables of staging and of the history that tell what a build has read and left out.
MATCHES, REQUESTS, ROWS = (
    "stg_erasure_matches",
    "stg_erasure_requests_checked",
    "stg_erased_rows",
)
RECORDS = "csv_records"
# In the schema of the history: how many requests had matched at the last rewriting.
REWRITTEN = "rewritten_for_requests"


def forget_erased(database: Path) -> bool:
    """Write a warehouse anew if its last build may have left traces of erased users.

    What DuckDB deletes or replaces stays in the file until the blocks are used again.
    A file that is more than half free is written anew too: the next build needs room
    beside the tables that it replaces, and not more than they take themselves.
    All tables and views are copied into a new file, which then takes the old one's
    place, with its mode: a kill leaves the old one or the new one.

    Parameters
    ----------
    database : Path
        DuckDB file of a finished build.

    Returns
    -------
    bool
        Whether it was written anew.

    Raises
    ------
    PrivacyError
        If that is needed and another program has the file open.
    """
    database = Path(database).resolve()
    try:
        with closing(duckdb.connect(str(database), read_only=True)) as connection:
            matches = _matches(connection)
            if matches is None:
                return False
    except duckdb.IOException:
        # Publishing says what is the matter with the file.
        return False
    fresh = database.with_name(f".{database.name}.fresh")
    _remove(fresh)
    try:
        _copy(database, fresh, *matches)
        os.replace(fresh, database)
        synchronize(database.parent)
    except duckdb.IOException as error:
        raise PrivacyError(
            f"{database} holds traces of erased users and cannot be written anew: wait "
            "until no other program has it open, and see that the disk has room for a "
            f"second file of its size. DuckDB says: {error}"
        ) from error
    finally:
        _remove(fresh)
    return True


def _matches(connection: duckdb.DuckDBPyConnection) -> tuple[str, int] | None:
    """Return the history's schema and its matched requests, or None if all is clean."""
    tables = dict(
        connection.execute(
            "select table_name, schema_name from duckdb_tables() "
            "where database_name = current_database()"
        ).fetchall()
    )
    if MATCHES not in tables:
        return None

    def count(name: str) -> int:
        if name not in tables:
            return 0
        return connection.execute(
            f'select count(*) from "{tables[name]}".{name}'
        ).fetchall()[0][0]

    matched = count(MATCHES)
    before = 0
    if REWRITTEN in tables:
        before = connection.execute(
            f'select request_count from "{tables[REWRITTEN]}".{REWRITTEN}'
        ).fetchall()[0][0]
    # Records of CSV files were in the file, those of erased users and requests too.
    reads_again = RECORDS in tables and (count(REQUESTS) or count(ROWS))
    if reads_again or matched != before or _is_mostly_free(connection):
        return tables[MATCHES], matched
    return None


def _is_mostly_free(connection: duckdb.DuckDBPyConnection) -> bool:
    return connection.execute(
        "select free_blocks > used_blocks and total_blocks > 64 "
        "from pragma_database_size() where database_name = current_database()"
    ).fetchall()[0][0]


def _copy(database: Path, fresh: Path, schema: str, matched: int) -> None:
    """Copy under the database's own name, which stands in the text of its views."""
    # Whoever may read the old file may read the new one, and nobody else before.
    with private_files(), closing(duckdb.connect()) as connection:
        name = identifier(database.stem)
        spill = fresh.with_name(fresh.name + ".spill")
        connection.execute(f"set temp_directory = {literal(spill)}")
        connection.execute(f"attach {literal(database)} as {name}")
        # Nothing is left in a log that would be replayed onto the new file.
        connection.execute(f"force checkpoint {name}")
        version = connection.execute(
            "select tags['storage_version'] from duckdb_databases() "
            "where database_name = ?",
            [database.stem],
        ).fetchall()[0][0]
        connection.execute(
            f"attach {literal(fresh)} as fresh_file "
            f"(storage_version {literal(version.rstrip('+'))})"
        )
        connection.execute(f"copy from database {name} to fresh_file")
        connection.execute(
            f'create or replace table fresh_file."{schema}".{REWRITTEN} as '
            f"select {matched} as request_count"
        )
        connection.execute("detach fresh_file")
    shutil.copymode(database, fresh)
    with fresh.open("rb") as file:
        os.fsync(file.fileno())


def _remove(fresh: Path) -> None:
    fresh.unlink(missing_ok=True)
    fresh.with_name(fresh.name + ".wal").unlink(missing_ok=True)
    shutil.rmtree(fresh.with_name(fresh.name + ".spill"), ignore_errors=True)
