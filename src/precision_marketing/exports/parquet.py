"""Marts as Parquet files, one each, in a folder that is replaced at once."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from precision_marketing.build.sql_text import identifier, literal
from precision_marketing.exports.faults import ExportError
from precision_marketing.exports.replaced_folder import replaced_folder, write_mark
from precision_marketing.exports.whole_file import whole_file


def export_parquet(
    published: Path, out: Path, marts: tuple[str, ...] = ()
) -> dict[str, int]:
    """Write marts as `<mart>.parquet`, with their types and descriptions.

    Parameters
    ----------
    published : Path
        The published file.
    out : Path
        Folder. One that an export has written is replaced as a whole.
    marts : tuple of str
        Which; none means all.

    Returns
    -------
    dict of str to int
        Rows by mart.

    Raises
    ------
    ExportError
        If there is no such mart, or the folder is not ours.
    PublicationError
        If the published file is not whole.

    Notes
    -----
    A file's metadata are `build_id`, `description`, and `columns`, a JSON object of
    each column's description. Equal marts give equal rows in equal order.
    """
    with whole_file(published) as (connection, publication):
        chosen = chosen_marts(connection, marts)
        with replaced_folder(out) as folder:
            rows = {}
            for mart in chosen:
                description, columns = descriptions(connection, mart)
                facts = {
                    "build_id": publication.build_id,
                    "description": description,
                    "columns": json.dumps(columns, ensure_ascii=False),
                }
                metadata = ", ".join(f"{k}: {literal(v)}" for k, v in facts.items())
                path = folder / f"{mart}.parquet"
                rows[mart] = connection.execute(
                    f"copy marts.{identifier(mart)} to {literal(path)} (format "
                    f"parquet, compression zstd, kv_metadata {{{metadata}}})"
                ).fetchall()[0][0]
            write_mark(
                folder,
                {
                    "build_id": publication.build_id,
                    "profile": publication.profile,
                    "published_at": publication.published_at,
                    "data_until": publication.data_until,
                    "rows": rows,
                },
            )
    return rows


def chosen_marts(
    connection: duckdb.DuckDBPyConnection, named: tuple[str, ...]
) -> list[str]:
    """Return the marts that are named, or all that are published."""
    rows = connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'marts' order by 1"
    ).fetchall()
    marts = [mart for (mart,) in rows]
    unknown = sorted(set(named) - set(marts))
    if unknown:
        raise ExportError(
            f"There is no mart {unknown[0]}: there are {', '.join(marts)}."
        )
    return sorted(set(named)) or marts


def descriptions(
    connection: duckdb.DuckDBPyConnection, mart: str
) -> tuple[str, dict[str, str]]:
    """Return what a mart is, and what its columns are."""
    tables = connection.execute(
        "select coalesce(comment, '') from duckdb_tables() "
        "where schema_name = 'marts' and table_name = ?",
        [mart],
    ).fetchall()
    columns = connection.execute(
        "select column_name, coalesce(comment, '') from duckdb_columns() "
        "where schema_name = 'marts' and table_name = ? order by column_index",
        [mart],
    ).fetchall()
    return tables[0][0], dict(columns)
