"""The copy of a build's marts that becomes the published file."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import duckdb

from precision_marketing.build.sql_text import identifier, literal
from precision_marketing.privacy.profiles import (
    PUBLIC,
    Profile,
    named_profile,
    read_profile,
)
from precision_marketing.privacy.public_marts import write_public_marts
from precision_marketing.privacy.published_marts import mart_query
from precision_marketing.publishing.build_record import (
    BuildRecord,
    verified_build,
)
from precision_marketing.publishing.machine_faults import fault_in_words
from precision_marketing.publishing.marts_schema import SchemaError, marts_schema
from precision_marketing.publishing.publication import write_keys, write_publication

# Of the published file: whatever a host calls its own, readers' SQL is the same.
SCHEMA = "marts"
SCHEMAS = (SCHEMA, "publication")
# What current BI drivers read; DuckDB 2 writes a newer format by default.
STORAGE_VERSION = "v1.4.0"


class CopyError(Exception):
    """The marts cannot be copied; the message says why and what to do."""


def copy_marts(
    database: Path,
    copy: Path,
    schema: str | None = None,
    profile: str | None = None,
) -> tuple[BuildRecord, list[str]]:
    """Write the marts of a finished build and the build's record into a new file.

    Parameters
    ----------
    database : Path
        DuckDB file of the build. It is read only, but for the profile `public`, which
        keeps account in it of what it tells.
    copy : Path
        File to write; what does not fit into memory goes into a folder beside it.
    schema : str, optional
        Schema of the marts in the build; without it, the one schema that has marts.
    profile : str, optional
        What is published of people (`read_profile`).

    Returns
    -------
    build : BuildRecord
        The build, with the rows of the marts that were copied.
    left_out : list of str
        Other tables in the marts' schema.

    Raises
    ------
    CopyError
        If the build is in use by another program, has no marts, marts in several
        schemas, or a view among them.
    BuildError
        If the build is not good (`verified_build`).
    PrivacyError
        If the profile is not one, has no key, or no budget left (`write_public_marts`).
    """
    with closing(duckdb.connect()) as connection:
        connection.execute(
            f"set temp_directory = {literal(copy.with_suffix('.spill'))}"
        )
        try:
            mode = "read_write" if named_profile(profile) == PUBLIC else "read_only"
            connection.execute(f"attach {literal(database)} as build ({mode})")
        except duckdb.Error as error:
            words = fault_in_words(str(error)) or f"DuckDB says {error}"
            raise CopyError(f"{database} cannot be read: {words}.") from error
        try:
            schema = marts_schema(connection, "build", schema)
        except SchemaError as error:
            raise CopyError(f"{database}: {error}") from error
        kinds = _relations(connection, schema)
        build = verified_build(connection, schema, sorted(kinds))
        _refuse_views(schema, [m for m in build.row_counts if kinds[m] == "VIEW"])
        people = read_profile(connection, "build", profile)
        connection.execute(
            f"attach {literal(copy)} as copy (storage_version '{STORAGE_VERSION}')"
        )
        connection.execute(f"create schema copy.{SCHEMA}")
        if people.name == PUBLIC:
            ended = str(build.ended_at)
            counts = write_public_marts(connection, SCHEMA, build.build_id, ended)
        else:
            counts = {
                mart: _copy_mart(connection, schema, mart, people)
                for mart in build.row_counts
            }
            _copy_comments(connection, schema, list(counts))
        left_out = sorted(set(kinds) - set(build.row_counts))
        build = replace(build, row_counts=counts)
        write_publication(connection, build, people.name)
        write_keys(connection, schema)
        connection.execute("detach copy")
    return build, left_out


def _relations(connection: duckdb.DuckDBPyConnection, schema: str) -> dict[str, str]:
    """Return the build's tables and views in a schema with their kind."""
    return dict(
        connection.execute(
            "select table_name, table_type from information_schema.tables "
            "where table_catalog = 'build' and table_schema = ? order by table_name",
            [schema],
        ).fetchall()
    )


def _refuse_views(schema: str, views: list[str]) -> None:
    if views:
        raise CopyError(
            f"`{schema}.{views[0]}` is a view, and what it reads is not published: "
            "materialize it as a table."
        )


def _copy_mart(
    connection: duckdb.DuckDBPyConnection, schema: str, mart: str, people: Profile
) -> int:
    """Copy what is published of one mart, by all its columns; return its rows."""
    table = f"build.{identifier(schema)}.{identifier(mart)}"
    return connection.execute(
        f"create table copy.{SCHEMA}.{identifier(mart)} as "
        f"{mart_query(connection, table, mart, people)} order by all"
    ).fetchall()[0][0]


def _copy_comments(
    connection: duckdb.DuckDBPyConnection, schema: str, marts: list[str]
) -> None:
    """Carry over the descriptions that dbt's `persist_docs` wrote."""
    comments = connection.execute(
        "select 'table', table_name, null, comment from duckdb_tables() "
        "where database_name = 'build' and schema_name = $schema "
        "and comment is not null and list_contains($marts, table_name) "
        "union all "
        "select 'column', table_name, column_name, comment from duckdb_columns() "
        "where database_name = 'build' and schema_name = $schema "
        "and comment is not null and list_contains($marts, table_name)",
        {"schema": schema, "marts": marts},
    ).fetchall()
    for kind, mart, column, comment in comments:
        target = f"copy.{SCHEMA}.{identifier(mart)}"
        if column is not None:
            target += f".{identifier(column)}"
        connection.execute(f"comment on {kind} {target} is {literal(comment.strip())}")
