"""A build's file does not grow by tables that it replaces, and shrinks with them."""

from __future__ import annotations

from pathlib import Path

import duckdb

from precision_marketing.privacy.fresh_file import forget_erased

TABLES = [f"t{number}" for number in range(6)]


def build(path: Path, night: int, tables: list[str] = TABLES) -> int:
    """Replace all tables, each night by other rows in another order; return bytes."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema if not exists history")
        connection.execute(
            "create table if not exists history.stg_erasure_matches (n int)"
        )
        for table in tables:
            connection.execute(
                f"create or replace table {table} as select hash(n, {night}) as a, "
                f"hash(n, -{night}) as b from range({100_000 + 100 * night}) as t (n)"
            )
    forget_erased(path)
    return path.stat().st_size


def test_after_thirty_nights_the_file_is_as_large_as_after_the_first(tmp_path):
    path = tmp_path / "shop.duckdb"
    build(path, 1)
    # The first that replaces tables; before it nothing in the file was free.
    sizes = [build(path, night) for night in range(2, 32)]
    assert sizes[-1] < 1.1 * sizes[0], sizes
    assert max(sizes) < 1.2 * sizes[0], sizes


def test_a_file_that_is_mostly_free_is_written_anew_once(tmp_path):
    path = tmp_path / "it's a shop.duckdb"
    full = build(path, 1, [f"t{number}" for number in range(20)])
    with duckdb.connect(str(path)) as connection:
        # Those at the end stay: DuckDB cuts off what is free behind them by itself.
        for number in range(17):
            connection.execute(f"drop table t{number}")
    assert path.stat().st_size > 0.9 * full
    assert forget_erased(path)
    assert path.stat().st_size < 0.3 * full
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("select count(*) from t19").fetchall() == [(100_100,)]
    assert not forget_erased(path)
