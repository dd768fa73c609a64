"""What was exported: a DuckDB file beside the published one, only ever added to.

No build writes it and none can forget it: a full refresh, a fresh database, a rollback
leave it as it is. Users are in it as salted hashes.
"""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb

from precision_marketing.build.sql_text import literal
from precision_marketing.publishing.marts_copy import STORAGE_VERSION

_TABLES = """
create table if not exists record.salt (salt varchar not null);
create table if not exists record.exports (
    export_id varchar primary key, exported_at timestamp not null,
    build_id varchar not null, campaign_id varchar not null, format varchar not null,
    sent_user_count bigint not null, holdout_user_count bigint not null,
    file_sha256 varchar not null
);
create table if not exists record.export_users (
    export_id varchar not null, user_hash varchar not null, is_holdout boolean not null
);
"""
_COMPARED = """
with ordered as (
    select
        *,
        lag(export_id) over (
            partition by campaign_id, format order by exported_at, export_id
        ) as earlier_id
    from record.exports
), compared as (
    select
        ordered.export_id,
        count(earlier.user_hash) as kept
    from ordered
    inner join record.export_users as now
        on ordered.export_id = now.export_id and not now.is_holdout
    left join record.export_users as earlier
        on
            ordered.earlier_id = earlier.export_id
            and now.user_hash = earlier.user_hash
            and not earlier.is_holdout
    group by ordered.export_id
)
select
    ordered.export_id, ordered.exported_at, ordered.build_id, ordered.campaign_id,
    ordered.format, ordered.sent_user_count, ordered.holdout_user_count,
    ordered.sent_user_count - coalesce(compared.kept, 0) as added,
    coalesce(earlier.sent_user_count, 0) - coalesce(compared.kept, 0) as gone
from ordered
left join compared using (export_id)
left join record.exports as earlier on ordered.earlier_id = earlier.export_id
order by ordered.exported_at, ordered.export_id
"""


@dataclass(frozen=True)
class Sent:
    """One export, and what it changed against the one before.

    Parameters
    ----------
    export_id, exported_at, build_id, campaign_id, format : str
        `exported_at` is UTC.
    sent_user_count, holdout_user_count : int
        Users in the file to upload, and in the one beside it.
    added_user_count, gone_user_count : int
        Users who are new in the file, and who were in that of the export before, of
        the same audience and format.
    """

    export_id: str
    exported_at: str
    build_id: str
    campaign_id: str
    format: str
    sent_user_count: int
    holdout_user_count: int
    added_user_count: int
    gone_user_count: int


def record_of(published: Path) -> Path:
    """Return where the record of a published file's exports is: beside it."""
    return published.with_name(f"{published.stem}_exports.duckdb")


def add_export(
    connection: duckdb.DuckDBPyConnection,
    published: Path,
    facts: tuple[str, str, str, str, str],
    table: str,
) -> None:
    """Add an export to the record.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Has a table of who is in the files.
    published : Path
        The published file.
    facts : tuple of str
        `export_id`, `build_id`, `campaign_id`, `format`, and the SHA-256 of the file to
        upload.
    table : str
        With `user_id` and `is_holdout`, a row for each user.

    Raises
    ------
    duckdb.Error
        If the file cannot be written.
    """
    path = record_of(published)
    # Who may read what was published may not read what was sent.
    mask = os.umask(0o077)
    try:
        connection.execute(
            f"attach {literal(path)} as record (storage_version '{STORAGE_VERSION}')"
        )
        connection.execute(_TABLES)
        connection.execute("begin")
        connection.execute(
            "insert into record.salt select ? where not exists (from record.salt)",
            [os.urandom(32).hex()],
        )
        export_id, build_id, campaign_id, name, digest = facts
        connection.execute(
            "insert into record.exports select ?, (now() at time zone 'UTC'), ?, ?, ?, "
            "count(*) filter (not is_holdout), count(*) filter (is_holdout), ? "
            f"from {table}",
            [export_id, build_id, campaign_id, name, digest],
        )
        connection.execute(
            "insert into record.export_users "
            "select ?, sha256((from record.salt) || chr(31) || user_id), is_holdout "
            f"from {table} order by all",
            [export_id],
        )
        connection.execute("commit")
    finally:
        os.umask(mask)
    connection.execute("detach record")


def exports_of(published: Path) -> list[Sent]:
    """Return the exports of a published file, the earliest first."""
    path = record_of(published)
    if not path.is_file():
        return []
    with closing(duckdb.connect()) as connection:
        connection.execute(f"attach {literal(path)} as record (read_only)")
        rows = connection.execute(_COMPARED).fetchall()
    return [Sent(row[0], f"{row[1]:%Y-%m-%d %H:%M}", *row[2:]) for row in rows]
