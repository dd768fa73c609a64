"""Histories come back from a backup whole or not at all, and nobody erased does."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from recorded_builds import record_build

from precision_marketing.publishing.backup import back_up, read_backup, restore
from precision_marketing.publishing.publishing import PublishingError

LISTED = (
    "create table if not exists history.stg_suppressed_users (request_number bigint, "
    "user_hash varchar, salt varchar, requested_at timestamp, listed_at timestamp, "
    "build_id varchar, readmitted_at timestamp)"
)


def shop(path: Path, erased: dict[str, str], builds: tuple[str, ...] = ("b1",)) -> Path:
    """Make a database that has these builds, and erased these hashes, by their salt."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema if not exists marts")
        connection.execute(
            "create or replace table marts.row_accounting as select 1 as n"
        )
        for build in builds:
            record_build(connection, build)
        connection.execute(
            "create or replace table history.audience_history as select 'c1' as "
            f"campaign_id, 'u' || n as user_id from range({len(builds)}) as t (n)"
        )
        connection.execute(LISTED)
        for number, (user, salt) in enumerate(erased.items(), 1):
            connection.execute(
                "insert into history.stg_suppressed_users values "
                "(?, ?, ?, null, now()::timestamp, 'b1', null)",
                [number, user, salt],
            )
    return path


def rows(path: Path, query: str) -> list[tuple]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_what_was_backed_up_comes_back_into_a_new_file(tmp_path):
    database = shop(tmp_path / "it's a shop.duckdb", {"h1": "s"}, ("b1", "b2"))
    made = back_up(database)
    assert made.path.parent == tmp_path / "backups"
    assert made.path.name.startswith("it's a shop_20250701T100200_b")
    assert made.path.stat().st_mode & 0o777 == 0o600
    database.unlink()
    restore(database, made.path)
    histories = "from history.{} order by all"
    for table, count in made.row_counts.items():
        assert rows(database, histories.format(table)) == rows(
            made.path, histories.format(table)
        )
        assert len(rows(database, histories.format(table))) == count
    # Keys too, which notes of builds rest on.
    with duckdb.connect(str(database)) as connection, pytest.raises(duckdb.Error):
        connection.execute(
            "insert into history.build_history by name from history.build_history"
        )


def test_a_restored_database_keeps_its_tables_and_what_it_notes_of_them(tmp_path):
    database = shop(tmp_path / "shop.duckdb", {})
    made = back_up(database)
    shop(database, {}, ("b1", "b2"))
    restore(database, made.path)
    assert rows(database, "select build_id from history.build_history") == [("b1",)]
    assert rows(database, "select build_id from history.build_nodes") == [("b2",)]
    assert rows(database, "select count(*) from marts.row_accounting") == [(1,)]


def test_who_was_erased_since_the_backup_stays_erased(tmp_path):
    database = shop(tmp_path / "shop.duckdb", {"h1": "s"})
    made = back_up(database)
    shop(database, {"h1": "s", "h2": "s"})
    restore(database, made.path)
    assert rows(
        database,
        "select request_number, user_hash, salt from history.stg_suppressed_users "
        "order by all",
    ) == [(1, "h1", "s"), (2, "h2", "s")]


def test_a_list_that_was_begun_anew_is_not_lost_to_a_backup(tmp_path):
    made = back_up(shop(tmp_path / "shop.duckdb", {"h1": "s"}))
    other = shop(tmp_path / "other.duckdb", {"h9": "another salt"})
    with pytest.raises(PublishingError, match="The list of the erased"):
        restore(other, made.path)
    assert rows(other, "select user_hash from history.stg_suppressed_users") == [
        ("h9",)
    ]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-300_000])


def change(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("update history.audience_history set user_id = 'u7'")


def forget(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("drop table history.stg_suppressed_users")


def replace(path: Path) -> None:
    path.write_text("no database")


@pytest.mark.parametrize("damage", [cut, change, forget, replace, Path.unlink])
def test_a_backup_that_is_not_whole_changes_nothing(tmp_path, damage):
    database = shop(tmp_path / "shop.duckdb", {"h1": "s"}, ("b1", "b2"))
    made = back_up(database, tmp_path / "kept" / "backup.duckdb")
    before = rows(database, "from history.audience_history order by all")
    damage(made.path)
    with pytest.raises(PublishingError, match=r"backup\.duckdb"):
        restore(database, made.path)
    assert rows(database, "from history.audience_history order by all") == before


def test_a_backup_replaces_another_whole_and_leaves_nothing_beside_it(tmp_path):
    database, to = shop(tmp_path / "shop.duckdb", {}), tmp_path / "backup.duckdb"
    back_up(database, to)
    shop(database, {}, ("b1", "b2"))
    back_up(database, to)
    assert read_backup(to).row_counts["build_history"] == 2
    assert {path.name for path in tmp_path.iterdir()} == {
        "shop.duckdb",
        "backup.duckdb",
    }


@pytest.mark.parametrize("is_there", [True, False])
def test_without_a_recorded_build_there_is_no_backup(tmp_path, is_there):
    database = tmp_path / "shop.duckdb"
    if is_there:
        duckdb.connect(str(database)).close()
    with pytest.raises(PublishingError, match=r"No build is recorded|no database"):
        back_up(database)
    assert not (tmp_path / "backups").exists()
