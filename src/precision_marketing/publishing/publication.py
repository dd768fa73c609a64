"""The record in a published file: schema `publication`, table `build`, one row."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from precision_marketing.build.sql_text import identifier
from precision_marketing.privacy.profiles import PUBLIC
from precision_marketing.publishing.build_record import (
    ERASURES,
    BuildRecord,
)

_COLUMNS = {
    "published_at": ("timestamp", "When the file was written, UTC."),
    "build_id": ("varchar", "Name of the build that all marts of the file come from."),
    "started_at": ("timestamp", "When the build began, UTC."),
    "ended_at": ("timestamp", "When the build ended, UTC."),
    "data_until": ("timestamp", "The latest event that the build has kept, UTC."),
    "code_version": (
        "varchar",
        "Version of the package, and a checksum of its models.",
    ),
    "profile": ("varchar", "What is published of people: in-house, shared or public."),
    "settings": ("varchar", "Vars that were given, as JSON."),
    "inputs": ("varchar", "Rows and fingerprint of each input, as JSON."),
    "row_counts": ("varchar", "Rows of each mart, as JSON."),
    "tests_passed": ("bigint", "Data tests that passed, those that warned among them."),
    "tests_warned": ("bigint", "Data tests that passed with a warning."),
    "tests_not_run": ("bigint", "Data tests that the build left out."),
}
_DESCRIPTION = "The build that all marts of this file come from, in one row."


class PublicationError(Exception):
    """The file is not a whole publication; the message says what is wrong."""


@dataclass(frozen=True)
class Publication:
    """What a published file says of itself.

    Parameters
    ----------
    build_id, code_version : str
        As in `BuildRecord`.
    profile : str
        What is published of people.
    published_at, ended_at : datetime
        UTC.
    data_until : datetime or None
        UTC.
    tests_passed : int
        Data tests.
    """

    build_id: str
    code_version: str
    profile: str
    published_at: datetime
    ended_at: datetime
    data_until: datetime | None
    tests_passed: int

    def in_words(self) -> str:
        """Return when and of what the file was made, on two lines."""
        until = f"{self.data_until:%Y-%m-%d %H:%M}" if self.data_until else "none"
        return (
            f"Build {self.build_id} ({self.code_version}), ended "
            f"{self.ended_at:%Y-%m-%d %H:%M} UTC, published "
            f"{self.published_at:%Y-%m-%d %H:%M} UTC.\n"
            f"Latest event: {until}. Data tests passed: {self.tests_passed:,}."
        )


def write_publication(
    connection: duckdb.DuckDBPyConnection, build: BuildRecord, profile: str
) -> None:
    """Write the record into a database that is attached as `copy`, after all else.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Has it attached; the schema `publication` is made.
    build : BuildRecord
        The build that the marts come from.
    profile : str
        What is published of people.
    """
    values = asdict(build) | {
        "published_at": datetime.now(UTC).replace(tzinfo=None),
        "profile": profile,
    }
    if profile == PUBLIC:
        # What depends on the users' rows, and has no noise on it.
        values |= {"inputs": {}, "data_until": None, "settings": {}}
        values |= {"tests_warned": None, "tests_not_run": None}
    # Whoever knows an id could try whether a fingerprint of few requests is of it.
    values["inputs"].get(ERASURES, {}).pop("fingerprint", None)
    for name in ("settings", "inputs", "row_counts"):
        values[name] = json.dumps(values[name], sort_keys=True, ensure_ascii=False)
    columns = ", ".join(f"{name} {kind}" for name, (kind, _) in _COLUMNS.items())
    connection.execute("create schema copy.publication")
    connection.execute(f"create table copy.publication.build ({columns})")
    connection.execute(f"comment on table copy.publication.build is '{_DESCRIPTION}'")
    for name, (_, meaning) in _COLUMNS.items():
        connection.execute(
            f"comment on column copy.publication.build.{name} is '{meaning}'"
        )
    marks = ", ".join("?" * len(_COLUMNS))
    connection.execute(
        f"insert into copy.publication.build values ({marks})",
        [values[name] for name in _COLUMNS],
    )


def write_keys(connection: duckdb.DuckDBPyConnection, schema: str) -> None:
    """Write the primary keys of the marts, which the published tables do without.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Has the build attached as `build`, and as `copy` what is to be published.
    schema : str
        Schema of the marts in the build.
    """
    connection.execute(
        "create table copy.publication.keys as "
        "select table_name as mart, constraint_column_names as key_columns "
        "from duckdb_constraints() "
        "where database_name = 'build' and schema_name = ? "
        "and constraint_type = 'PRIMARY KEY' and table_name in ("
        "select table_name from duckdb_tables() where database_name = 'copy') "
        "order by all",
        [schema],
    )
    connection.execute(
        "comment on table copy.publication.keys is 'The primary key of each mart.'"
    )


def read_publication(path: Path) -> Publication:
    """Read a published file's record and hold its marts against it.

    Parameters
    ----------
    path : Path
        The file; it is read only.

    Returns
    -------
    Publication
        The record.

    Raises
    ------
    PublicationError
        If the file cannot be read, has no record, or other marts than that says.
    """
    try:
        connection = duckdb.connect(str(path), read_only=True)
    except (OSError, duckdb.Error) as error:
        raise PublicationError(f"{path} is no whole publication: {error}") from error
    with closing(connection):
        return publication_of(connection, path)


def publication_of(connection: duckdb.DuckDBPyConnection, path: Path) -> Publication:
    """Return what a file that is open says of itself, as `read_publication` does."""
    try:
        record, counts = _read(connection)
    except (ValueError, duckdb.Error) as error:
        raise PublicationError(f"{path} is no whole publication: {error}") from error
    if counts != json.loads(record["row_counts"]):
        raise PublicationError(f"{path} has not the marts that its record says.")
    return Publication(*(record[field.name] for field in fields(Publication)))


def _read(connection: duckdb.DuckDBPyConnection) -> tuple[dict, dict[str, int]]:
    found = connection.execute(f"select {', '.join(_COLUMNS)} from publication.build")
    rows = found.fetchall()
    if len(rows) != 1:
        raise ValueError(f"{len(rows)} records")
    marts = connection.execute(
        "select table_name from information_schema.tables where table_schema = 'marts'"
    ).fetchall()
    counts = {
        mart: connection.execute(
            f"select count(*) from marts.{identifier(mart)}"
        ).fetchall()[0][0]
        for (mart,) in marts
    }
    return dict(zip(_COLUMNS, rows[0], strict=True)), counts
