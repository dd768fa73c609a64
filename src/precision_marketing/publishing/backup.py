"""Backup and restore of the histories: what a build of the same inputs cannot make.

Everything else in a database is made from the inputs. A backup is one DuckDB file with
the schema `history` and a record of what is in it.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from precision_marketing.build.files import private_files, synchronize
from precision_marketing.build.sql_text import identifier, literal
from precision_marketing.publishing.build_record import HISTORY
from precision_marketing.publishing.history_tables import (
    SUPPRESSED,
    BackupError,
    contents,
    copy_tables,
    history_tables,
    note_erased,
)
from precision_marketing.publishing.published_files import locked, waiting_seconds
from precision_marketing.publishing.publishing import plain_errors
from precision_marketing.publishing.run import lock_file


@dataclass(frozen=True)
class Backup:
    """A backup that is whole.

    Parameters
    ----------
    path : Path
        Its file.
    build_id : str
        The last build that it knows of.
    made_at : datetime
        UTC.
    row_counts : dict of str to int
        Rows by table.
    """

    path: Path
    build_id: str
    made_at: datetime
    row_counts: dict[str, int]

    def in_words(self) -> str:
        """Return what it has, in one sentence."""
        return (
            f"{len(self.row_counts)} tables, {sum(self.row_counts.values()):,} rows, "
            f"up to build {self.build_id}, of {self.made_at:%Y-%m-%d %H:%M} UTC"
        )


def back_up(database: Path, to: Path | None = None) -> Backup:
    """Copy the histories of a database into one file.

    The file is written under another name, read again, put on disk and then renamed.

    Parameters
    ----------
    database : Path
        DuckDB file that was built at least once; it is read only.
    to : Path, optional
        The file; without it, `backups/NAME_TIME_BUILD.duckdb` beside the database, by
        the time and name of the last build.

    Returns
    -------
    Backup
        What was written, for its owner alone.

    Raises
    ------
    PublishingError
        If no build is recorded there, another program has the file open, or the disk is
        full.
    """
    database = Path(database).resolve()
    with plain_errors(database), closing(duckdb.connect()) as connection:
        if not database.is_file():
            raise BackupError(f"There is no database {database}.")
        connection.execute(f"attach {literal(database)} as build (read_only)")
        schema, tables = history_tables(connection, "build")
        build_id, ended = _last_build(connection, f"build.{identifier(schema)}")
        to = Path(to) if to else _default(database, build_id, ended)
        to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = to.with_name(f".{to.name}.new")
        new.unlink(missing_ok=True)
        try:
            with private_files():
                connection.execute(f"attach {literal(new)} as copy")
                copy_tables(connection, "build", "copy", schema, tables)
                connection.execute("create schema copy.backup")
                connection.execute(
                    "create table copy.backup.facts as select "
                    "?::varchar as build_id, ?::timestamp as made_at, ? as tables",
                    [
                        build_id,
                        datetime.now(UTC).replace(tzinfo=None),
                        contents(connection, "copy", schema, tables),
                    ],
                )
                connection.execute("detach copy")
                read_backup(new)
                with new.open("rb") as file:
                    os.fsync(file.fileno())
                os.replace(new, to)
                synchronize(to.parent)
        finally:
            new.unlink(missing_ok=True)
            new.with_name(f"{new.name}.wal").unlink(missing_ok=True)
    return read_backup(to)


def read_backup(path: Path) -> Backup:
    """Read a backup, all of it, and hold it against its record.

    Parameters
    ----------
    path : Path
        The file; it is read only.

    Returns
    -------
    Backup
        What it has.

    Raises
    ------
    BackupError
        If it cannot be read, or has other rows than its record says.
    """
    path = Path(path)
    if not path.is_file():
        raise BackupError(f"There is no backup {path}.")
    try:
        with closing(duckdb.connect()) as connection:
            connection.execute(f"attach {literal(path)} as backup_file (read_only)")
            ((build_id, made_at, tables_then),) = connection.execute(
                "select build_id, made_at, tables from backup_file.backup.facts"
            ).fetchall()
            schema, tables = history_tables(connection, "backup_file")
            found = contents(connection, "backup_file", schema, tables)
    except (BackupError, ValueError, duckdb.Error) as error:
        raise BackupError(f"{path} is no whole backup: take another one.") from error
    if found != tables_then:
        raise BackupError(
            f"{path} has not the rows that its record says: take another one."
        )
    counts = {name: rows for name, (rows, _) in json.loads(found).items()}
    return Backup(path, build_id, made_at, counts)


def restore(database: Path, source: Path) -> Backup:
    """Put the histories of a backup into a database, all of them or none.

    Who was erased since the backup was made stays erased: the list is united.

    Parameters
    ----------
    database : Path
        DuckDB file; made if it is not there. What else is in it stays.
    source : Path
        The backup.

    Returns
    -------
    Backup
        What was restored.

    Raises
    ------
    PublishingError
        If the backup is not whole, the database is in use, or its list of the erased
        was begun anew, so that it cannot be united with that of the backup.
    """
    database = Path(database).resolve()
    waited = f"A build of {database}"
    with (
        plain_errors(database),
        locked(lock_file(database), waited, waiting_seconds()),
    ):
        return put_back(database, Path(source))


def put_back(database: Path, source: Path) -> Backup:
    """Restore into a database that is locked already, as by a run.

    Parameters and errors are those of `restore`.
    """
    found = read_backup(source)
    with private_files(), closing(duckdb.connect()) as connection:
        connection.execute(f"attach {literal(database)} as shop")
        connection.execute(f"attach {literal(source)} as source (read_only)")
        schema, tables = history_tables(connection, "source")
        connection.execute("begin transaction")
        if SUPPRESSED in tables:
            note_erased(connection, schema)
        for name in tables:
            target = f"shop.{identifier(schema)}.{identifier(name)}"
            connection.execute(f"drop table if exists {target}")
        copy_tables(connection, "source", "shop", schema, tables)
        if SUPPRESSED in tables:
            target = f"shop.{identifier(schema)}.{SUPPRESSED}"
            connection.execute(f"insert into {target} by name from erased")
        connection.execute("commit")
    return found


def _last_build(
    connection: duckdb.DuckDBPyConnection, history: str
) -> tuple[str, datetime]:
    rows = connection.execute(
        f"select build_id, coalesce(ended_at, started_at) from {history}.{HISTORY} "
        "order by started_at desc, build_id limit 1"
    ).fetchall()
    if not rows:
        raise BackupError("No build is recorded there: run `dbt build` once.")
    return rows[0]


def _default(database: Path, build_id: str, ended: datetime) -> Path:
    # A build may have been given any name.
    build = re.sub(r"[^A-Za-z0-9-]", "_", build_id)
    name = f"{database.stem}_{ended:%Y%m%dT%H%M%S}_{build}.duckdb"
    return database.parent / "backups" / name
