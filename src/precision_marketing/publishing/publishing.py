"""Publish the marts of a finished build as one DuckDB file that readers may keep open.

Run `python -m precision_marketing.publishing.publishing --database build.duckdb
--published published/shop.duckdb` after a `dbt build`. One that failed, was killed or
was stopped by its inputs is not published. Readers open the published file only, since
DuckDB lets one process write or many read, and a reader of the build file would block
the next build.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import duckdb
from rich.console import Console

from precision_marketing.privacy.fresh_file import forget_erased
from precision_marketing.privacy.profiles import PrivacyError, Profile, read_profile
from precision_marketing.privacy.published_marts import mart_query
from precision_marketing.publishing.marts_schema import SchemaError, marts_schema

# Of the published file: whatever a host calls its own, readers' SQL is the same.
SCHEMA = "marts"
# What current BI drivers read; DuckDB 2 writes a newer format by default.
STORAGE_VERSION = "v1.4.0"
# What tells whether a build is good: a mart, and what the project's hooks write.
HEALTH = "build_health"
UNFINISHED = "unfinished_nodes"


class PublishingError(Exception):
    """Nothing was published; the message says why and what to do."""


@dataclass(frozen=True)
class PublishedFile:
    """What was published.

    Parameters
    ----------
    path : Path
        The file that readers open.
    row_counts : dict of str to int
        Rows by mart, ordered by name.
    size : int
        Bytes of the file.
    """

    path: Path
    row_counts: dict[str, int]
    size: int


def publish(
    database: Path,
    published: Path,
    schema: str | None = None,
    profile: str | None = None,
) -> PublishedFile:
    """Copy every mart of a finished build into the published file, all at once.

    The copy is written beside the target, synchronized to disk and renamed over it, so
    readers see the old marts or the new ones and never a mixture. A reader that has the
    old file open goes on seeing the old marts until it closes its connections.

    Parameters
    ----------
    database : Path
        DuckDB file of a finished build. It is read only, but for one that left out
        rows of erased users: that is written anew (`forget_erased`).
    published : Path
        Target; its folder is made if need be. If it is a symbolic link, the file that
        it points to is replaced.
    schema : str, optional
        Schema of the marts in the build, such as `analytics_marts`; without it, the
        one schema that has marts. In the published file it is always `marts`.
    profile : str, optional
        What is published of people (`read_profile`).

    Returns
    -------
    PublishedFile
        The target's path, rows by mart, and size.

    Raises
    ------
    PublishingError
        If the build does not exist, is in use by another program, did not succeed as a
        whole, or was stopped by its inputs (the mart `build_health`); if it has no
        marts, marts in several schemas, or a view among them; if the target is the
        build, has a name that DuckDB would confuse with the schema `marts`, or was
        opened for writing by another program; if the profile is not one, or has no key.

    Notes
    -----
    Rows are inserted in the order of all their columns, so equal marts give equal
    content whatever order the build wrote them in. Constraints are not copied: they
    were enforced in the build, and their indexes would only slow the copy. Publishing
    to one folder is serialized; a killed publish leaves files whose names start with a
    dot, which the next one removes.
    """
    database, published = Path(database).resolve(), Path(published).resolve()
    _check_paths(database, published)
    published.parent.mkdir(parents=True, exist_ok=True)
    temporary = published.with_name(f".{published.name}.publishing")
    with _locked(published.parent) as folder:
        _remove_leftovers(temporary)
        try:
            forget_erased(database)
            row_counts = _copy(database, temporary, schema, profile)
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
            os.replace(temporary, published)
            os.fsync(folder)
        finally:
            _remove_leftovers(temporary)
    return PublishedFile(published, row_counts, published.stat().st_size)


def _check_paths(database: Path, published: Path) -> None:
    if not database.is_file():
        raise PublishingError(
            f"There is no build at {database}: run `dbt build` first, or name its "
            "DuckDB file."
        )
    if published == database or (published.exists() and published.samefile(database)):
        raise PublishingError(
            f"{published} is the build itself: publish to another file."
        )
    if published.is_dir():
        raise PublishingError(f"{published} is a folder: name a file in it.")
    if published.stem.lower() == SCHEMA:
        raise PublishingError(
            f"A database named {published.name} has the same name as its schema, so "
            f"`{SCHEMA}.recommendations` would be ambiguous: choose another file name."
        )
    log = published.with_name(published.name + ".wal")
    if log.exists():
        # DuckDB would replay the old file's log onto the new one.
        raise PublishingError(
            f"{log} shows that a program wrote to the published file: close that "
            "program, remove the log, and open the file read-only."
        )


@contextmanager
def _locked(folder: Path) -> Iterator[int]:
    """Lock the folder itself: no lock file stays behind, not even after a kill."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _remove_leftovers(temporary: Path) -> None:
    """Remove the temporary file, its write-ahead log and its spill folder."""
    temporary.unlink(missing_ok=True)
    temporary.with_name(temporary.name + ".wal").unlink(missing_ok=True)
    shutil.rmtree(_spill_folder(temporary), ignore_errors=True)


def _spill_folder(temporary: Path) -> Path:
    return temporary.with_name(temporary.name + ".spill")


def _copy(
    database: Path, temporary: Path, schema: str | None, profile: str | None
) -> dict[str, int]:
    with closing(duckdb.connect()) as connection:
        connection.execute(f"set temp_directory = {_literal(_spill_folder(temporary))}")
        try:
            connection.execute(f"attach {_literal(database)} as build (read_only)")
        except duckdb.Error as error:
            raise PublishingError(
                f"{database} cannot be read. If a build or another program has it "
                f"open, wait for it to end. DuckDB says: {error}"
            ) from error
        try:
            schema = marts_schema(connection, "build", schema)
        except SchemaError as error:
            raise PublishingError(f"{database}: {error}") from error
        marts = _marts(connection, schema)
        _check_success(connection, schema, marts)
        people = read_profile(connection, "build", profile)
        connection.execute(
            f"attach {_literal(temporary)} as copy "
            f"(storage_version '{STORAGE_VERSION}')"
        )
        connection.execute(f"create schema copy.{SCHEMA}")
        row_counts = {
            mart: _copy_mart(connection, schema, mart, people) for mart in marts
        }
        _copy_comments(connection, schema)
        connection.execute("detach copy")
    return row_counts


def _marts(connection: duckdb.DuckDBPyConnection, schema: str) -> list[str]:
    """Return the names of the build's marts, or refuse a view among them."""
    relations = connection.execute(
        "select table_name, table_type from information_schema.tables "
        "where table_catalog = 'build' and table_schema = ? order by table_name",
        [schema],
    ).fetchall()
    views = [name for name, kind in relations if kind == "VIEW"]
    if views:
        raise PublishingError(
            f"`{schema}.{views[0]}` is a view, and what it reads is not published: "
            "materialize it as a table."
        )
    return [name for name, _ in relations]


def _check_success(
    connection: duckdb.DuckDBPyConnection, schema: str, marts: list[str]
) -> None:
    """Refuse a build that its inputs stopped, or that has not succeeded as a whole.

    What dbt was to build or test and has not succeeded since is noted by the project's
    hooks, in the table `unfinished_nodes` of the schema that stands beside the marts.
    """
    if HEALTH in marts:
        stops = connection.execute(
            f"select message from build.{_identifier(schema)}.{HEALTH} "
            "where outcome = 'stopped' order by check_name, input_name"
        ).fetchall()
        if stops:
            sentences = " ".join(message for (message,) in stops)
            raise PublishingError(f"The inputs stopped the build. {sentences}")
    notes = connection.execute(
        "select table_schema from information_schema.tables "
        "where table_catalog = 'build' and table_name = ? order by table_schema",
        [UNFINISHED],
    ).fetchall()
    for (notes_schema,) in notes:
        nodes = connection.execute(
            f"select unique_id from build.{_identifier(notes_schema)}.{UNFINISHED} "
            "order by unique_id"
        ).fetchall()
        if nodes:
            # `model.precision_marketing.campaigns`; a test ends with a hash besides.
            raise PublishingError(
                f"The last build did not succeed as a whole: {len(nodes)} of its "
                "tables and tests failed or did not run, such as "
                f"{nodes[0][0].split('.')[2]}. Mend what failed and run `dbt build` "
                "again."
            )


def _copy_mart(
    connection: duckdb.DuckDBPyConnection, schema: str, mart: str, people: Profile
) -> int:
    """Copy what is published of one mart, by all its columns; return its rows."""
    table = f"build.{_identifier(schema)}.{_identifier(mart)}"
    return connection.execute(
        f"create table copy.{SCHEMA}.{_identifier(mart)} as "
        f"{mart_query(connection, table, mart, people)} order by all"
    ).fetchall()[0][0]


def _copy_comments(connection: duckdb.DuckDBPyConnection, schema: str) -> None:
    """Carry over the descriptions that dbt's `persist_docs` wrote."""
    comments = connection.execute(
        "select 'table', table_name, null, comment from duckdb_tables() "
        "where database_name = 'build' and schema_name = $schema "
        "and comment is not null "
        "union all "
        "select 'column', table_name, column_name, comment from duckdb_columns() "
        "where database_name = 'build' and schema_name = $schema "
        "and comment is not null",
        {"schema": schema},
    ).fetchall()
    for kind, mart, column, comment in comments:
        target = f"copy.{SCHEMA}.{_identifier(mart)}"
        if column is not None:
            target += f".{_identifier(column)}"
        connection.execute(f"comment on {kind} {target} is {_literal(comment.strip())}")


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str | Path) -> str:
    return "'" + str(text).replace("'", "''") + "'"


@click.command()
@click.option(
    "--database",
    type=click.Path(path_type=Path),
    required=True,
    help="DuckDB file of the build.",
)
@click.option(
    "--published",
    type=click.Path(path_type=Path),
    required=True,
    help="DuckDB file for readers.",
)
@click.option(
    "--schema",
    help="Schema of the marts in the build, such as analytics_marts (default: the one"
    f" that has marts); in the published file it is always {SCHEMA}.",
)
@click.option(
    "--profile",
    type=click.Choice(["in-house", "shared"]),
    help="What is published of people (default: the setting `privacy`).",
)
def main(
    database: Path, published: Path, schema: str | None, profile: str | None
) -> None:
    """Copy the marts of a build that succeeded into one file for readers."""
    try:
        with Console(stderr=True).status("Copying the marts"):
            result = publish(database, published, schema, profile)
    except (PublishingError, PrivacyError) as error:
        raise click.ClickException(f"Nothing was published. {error}") from error
    print(
        f"Published {len(result.row_counts)} marts, "
        f"{sum(result.row_counts.values()):,} rows, {result.size / 1e6:.1f} MB: "
        f"{result.path}"
    )


if __name__ == "__main__":
    main(prog_name="python -m precision_marketing.publishing.publishing")
