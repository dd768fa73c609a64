"""Earlier publications are kept, put back, and gone once somebody was erased."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from recorded_builds import record_build

from precision_marketing.command_line.main import main
from precision_marketing.publishing import published_files
from precision_marketing.publishing.publication import read_publication
from precision_marketing.publishing.published_files import earlier_files
from precision_marketing.publishing.publishing import PublishingError, publish
from precision_marketing.publishing.rollback import roll_back


def publish_build(folder: Path, number: int, **recorded) -> Path:
    """Publish a build of one mart that says which it is; return the published file."""
    database = folder / "shop.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema if not exists marts")
        connection.execute(
            "create or replace table marts.row_accounting as "
            f"select {number} as build_number"
        )
        record_build(connection, f"build-{number}", **recorded)
    return publish(database).path


def build_of(published: Path) -> tuple[str, int]:
    """Return the build that a file says it is of, and the one its mart is of."""
    with duckdb.connect(str(published), read_only=True) as connection:
        return connection.execute(
            "select build_id, build_number from publication.build, marts.row_accounting"
        ).fetchall()[0]


def test_earlier_publications_are_put_back_one_after_the_other(tmp_path):
    for number in (1, 2, 3):
        published = publish_build(tmp_path, number)
    assert published == tmp_path / "published" / "shop.duckdb"
    for number in (2, 1):
        assert roll_back(published).build_id == f"build-{number}"
        assert build_of(published) == (f"build-{number}", number)
    with pytest.raises(
        PublishingError, match=r"No earlier publication of shop\.duckdb"
    ):
        roll_back(published)
    assert build_of(published) == ("build-1", 1)
    assert build_of(publish_build(tmp_path, 4)) == ("build-4", 4)


@pytest.mark.parametrize("earlier", [0, 2])
def test_as_many_are_kept_as_the_setting_says(tmp_path, earlier):
    for number in range(1, 6):
        published = publish_build(tmp_path, number, earlier=earlier)
    kept = [read_publication(path).build_id for path in earlier_files(published)]
    assert kept == ["build-3", "build-4"][:earlier]


def test_no_file_of_before_an_erasure_is_kept(tmp_path):
    publish_build(tmp_path, 1)
    published = publish_build(tmp_path, 2)
    assert len(earlier_files(published)) == 1
    publish_build(tmp_path, 3, erasures="one more")
    assert earlier_files(published) == []


def test_files_of_a_database_that_was_begun_anew_are_not_kept(tmp_path):
    publish_build(tmp_path, 1)
    (tmp_path / "shop.duckdb").unlink()
    assert earlier_files(publish_build(tmp_path, 2)) == []


def test_who_was_erased_cannot_be_tried_on_the_published_file(tmp_path):
    published = publish_build(tmp_path, 1, erasures="of one id")
    with duckdb.connect(str(published), read_only=True) as connection:
        inputs = connection.execute("select inputs from publication.build").fetchall()
    assert inputs == [('{"erasure_requests": {"rows": 1}}',)]


def test_files_of_another_published_file_are_not_taken_for_its_own(tmp_path):
    for name in ("shop_2.duckdb", "shop.duckdb"):
        publish_build(tmp_path, 1).rename(tmp_path / "published" / name)
        published_files.keep_earlier(tmp_path / "published" / name)
    kept = earlier_files(tmp_path / "published" / "shop.duckdb")
    assert [path.name[:7] for path in kept] == ["shop_20"]


def test_an_earlier_file_that_is_not_whole_is_not_put_back(tmp_path):
    publish_build(tmp_path, 1)
    published = publish_build(tmp_path, 2)
    kept = earlier_files(published)[0]
    kept.write_bytes(kept.read_bytes()[:5000])
    with pytest.raises(PublishingError, match="no whole publication"):
        roll_back(published)
    assert build_of(published) == ("build-2", 2)


def test_what_is_put_back_is_as_open_as_what_it_replaces(tmp_path):
    publish_build(tmp_path, 1).chmod(0o644)
    published = publish_build(tmp_path, 2)
    published.chmod(0o640)
    roll_back(published)
    assert published.stat().st_mode & 0o777 == 0o640


def test_where_files_have_one_name_only_the_earlier_one_is_copied(
    tmp_path, monkeypatch
):
    def refuse(*arguments):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    publish_build(tmp_path, 1)
    published = publish_build(tmp_path, 2)
    assert build_of(earlier_files(published)[0]) == ("build-1", 1)


def test_the_command_says_what_is_published_now(tmp_path):
    publish_build(tmp_path, 1)
    publish_build(tmp_path, 2)
    arguments = ["rollback", "--database", str(tmp_path / "shop.duckdb")]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0
    assert "Build build-1 (0.1.0+abc), ended 2025-07-01 10:02 UTC" in done.output
    assert "Latest event: 2025-06-30 23:05. Data tests passed: 300." in done.output
    refused = CliRunner().invoke(main, arguments)
    assert refused.exit_code == 2
    assert "Error: No earlier publication" in refused.stderr
