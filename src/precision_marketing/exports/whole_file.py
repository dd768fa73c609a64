"""The published file that an export reads, and who it says it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb

from precision_marketing.build.sql_text import literal
from precision_marketing.exports.faults import ExportError
from precision_marketing.publishing.publication import (
    Publication,
    PublicationError,
    publication_of,
)


@contextmanager
def whole_file(
    published: Path,
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Publication]]:
    """Open a published file that is whole, and yield it with its record.

    Whoever publishes meanwhile replaces the file: what is read here stays the same.

    Parameters
    ----------
    published : Path
        The file; it is read only.

    Yields
    ------
    connection : duckdb.DuckDBPyConnection
        With the marts in schema `marts`.
    publication : Publication
        What the file says of itself.

    Raises
    ------
    ExportError
        If there is no such file.
    PublicationError
        If it is not whole.
    """
    if not published.is_file():
        raise ExportError(
            f"There is no published file at {published}: build and publish first."
        )
    with closing(duckdb.connect()) as connection:
        try:
            connection.execute(f"attach {literal(published)} as published (read_only)")
        except duckdb.Error as error:
            raise PublicationError(
                f"{published} is no whole publication: {error}"
            ) from error
        connection.execute("use published")
        yield connection, publication_of(connection, published)
