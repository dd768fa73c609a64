"""What a database says of the last build that was made in it."""

from __future__ import annotations

import hashlib
from contextlib import closing
from pathlib import Path

import duckdb

from precision_marketing.build.sql_text import identifier
from precision_marketing.publishing.build_record import HISTORY, NODES
from precision_marketing.publishing.history_tables import SUPPRESSED

# Where times later than now were left out: tomorrow they may be believed.
LEFT_OUT = (
    ("rejected_rows", "rejection_reason"),
    ("value_gaps", "gap_reason"),
)


def last_build(database: Path) -> dict | None:
    """Return what a database says of its last build.

    Parameters
    ----------
    database : Path
        DuckDB file, there or not; it is read only.

    Returns
    -------
    dict or None
        `build_id`; `reason`, why it cannot be gone on from, or ''; `is_remembered`,
        whether its publication is noted; `suppressed`, a fingerprint of the list of the
        erased; `is_of_its_day`, whether it left out what was in the future. None if
        the file says nothing of a build.
    """
    if not database.is_file():
        return None
    try:
        with closing(duckdb.connect(str(database), read_only=True)) as connection:
            return _read(connection)
    except duckdb.Error:
        return None


def _read(connection: duckdb.DuckDBPyConnection) -> dict | None:
    tables = dict(
        connection.execute(
            "select table_name, min(schema_name) from duckdb_tables() "
            "where database_name = current_database() group by table_name"
        ).fetchall()
    )

    def ask(name: str, query: str) -> list[tuple]:
        target = f"{identifier(tables[name])}.{identifier(name)}"
        return connection.execute(query.format(target)).fetchall()

    if not {HISTORY, NODES} <= tables.keys():
        return None
    builds = ask(
        HISTORY,
        "select build_id, state, published_at is not null from {} "
        "order by started_at desc, build_id limit 1",
    )
    if not builds:
        return None
    build_id, state, is_remembered = builds[0]
    unfinished = ask(
        NODES,
        "select count(*) from {} where state = 'unfinished' and build_id is not null",
    )
    list_of_erased = (
        ask(SUPPRESSED, "select * from {} order by all") if SUPPRESSED in tables else []
    )
    is_of_its_day = any(
        name not in tables
        or ask(name, f"select 1 from {{}} where {column} like '%in_future' limit 1")
        for name, column in LEFT_OUT
    )
    reason = ""
    if state != "succeeded" or unfinished[0][0]:
        reason = "the last build did not succeed as a whole"
    return {
        "build_id": build_id,
        "reason": reason,
        "is_remembered": is_remembered,
        "suppressed": hashlib.sha256(repr(list_of_erased).encode()).hexdigest(),
        "is_of_its_day": is_of_its_day,
    }
