"""Notes of a build as the project's hooks write them, for databases made by tests."""

from __future__ import annotations

import json

import duckdb

TABLES = """
create schema if not exists history;
create table if not exists history.build_history (
    build_id varchar primary key, state varchar, started_at timestamp,
    ended_at timestamp, code_version varchar, settings varchar, input_source varchar,
    data_until timestamp, inputs varchar, row_counts varchar, tests_passed bigint,
    tests_warned bigint, tests_not_run bigint, as_of_at timestamp,
    published_at timestamp
);
create table if not exists history.build_nodes (
    unique_id varchar primary key, kind varchar, schema_name varchar,
    table_name varchar, build_id varchar, state varchar
);
"""


def record_build(
    connection: duckdb.DuckDBPyConnection,
    build_id: str = "build-1",
    schema: str = "marts",
    *,
    earlier: int = 3,
    erasures: str = "none",
) -> None:
    """Note that all tables of a schema are of one build, which succeeded."""
    connection.execute(TABLES)
    counts = {
        mart: connection.execute(f"select count(*) from {schema}.{mart}").fetchall()[0][
            0
        ]
        for (mart,) in connection.execute(
            "select table_name from information_schema.tables where table_schema = ?",
            [schema],
        ).fetchall()
    }
    for mart in counts:
        connection.execute(
            "insert or replace into history.build_nodes values "
            "(?, 'mart', ?, ?, ?, 'finished')",
            [f"model.precision_marketing.{mart}", schema, mart, build_id],
        )
    connection.execute(
        "insert or replace into history.build_history values (?, 'succeeded', "
        "'2025-07-01 10:00', '2025-07-01 10:02', '0.1.0+abc', ?, 'folder', "
        "'2025-06-30 23:05', ?, ?, 300, 2, 0, null, null)",
        [
            build_id,
            json.dumps({"publication": {"marts": [], "earlier": earlier}}),
            json.dumps({"erasure_requests": {"rows": 1, "fingerprint": erasures}}),
            json.dumps(counts),
        ],
    )
