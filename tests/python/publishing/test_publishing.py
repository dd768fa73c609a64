"""Publishing is atomic: readers see the old marts or the new ones, never a mixture."""

import hashlib
import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from recorded_builds import record_build

from precision_marketing.command_line.main import main
from precision_marketing.publishing import marts_copy
from precision_marketing.publishing.published_files import locked
from precision_marketing.publishing.publishing import PublishingError, publish

CHILD_ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
}


def make_build(path: Path, version: int = 1, rows: int = 1000, order: str = "") -> Path:
    """Write a build whose marts carry `version` in every row."""
    with duckdb.connect(str(path)) as connection:
        for schema in ("marts", "staging"):
            connection.execute(f"drop schema if exists {schema} cascade")
            connection.execute(f"create schema {schema}")
        connection.execute(
            f"create table marts.row_accounting as select {version} as build_version"
        )
        connection.execute("create table staging.secret as select 'raw' as user_id")
        connection.execute(
            "create table marts.recommendations as "
            f"select 'u' || i as user_id, i % 7 as recommendation_rank, "
            f"{version} as build_version from range({rows}) as t (i) {order}"
        )
        connection.execute(
            "create table marts.campaigns "
            "(campaign_id varchar primary key, tags varchar[], build_version int)"
        )
        connection.execute(
            f"insert into marts.campaigns select 'c' || i, ['a', null], {version} "
            f"from range(5) as t (i) {order}"
        )
        connection.execute("comment on table marts.campaigns is 'It''s one a row.'")
        connection.execute("comment on column marts.campaigns.tags is 'Free words.'")
        record_build(connection, f"build-{version}")
    return path


def content(path: Path) -> dict[str, list]:
    """Return the rows of each mart in stored order."""
    with duckdb.connect(str(path), read_only=True) as connection:
        names = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() order by 1"
        ).fetchall()
        return {
            name: connection.execute(f"select * from {name}").fetchall()
            for (name,) in names
            if name.startswith("marts.")
        }


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def build(tmp_path):
    return make_build(tmp_path / "build.duckdb")


@pytest.fixture
def published(tmp_path):
    return tmp_path / "published" / "shop.duckdb"


def test_published_marts_equal_the_builds_marts(build, published):
    result = publish(build, published)
    expected = {mart: sorted(rows) for mart, rows in content(build).items()}
    assert content(published) == expected
    assert result.build.row_counts == {
        "campaigns": 5,
        "recommendations": 1000,
        "row_accounting": 1,
    }
    assert result.path == published
    assert result.size == published.stat().st_size


def test_only_marts_and_the_builds_record_are_published(build, published):
    publish(build, published)
    with duckdb.connect(str(published), read_only=True) as connection:
        schemas = connection.execute(
            "select distinct schema_name from duckdb_tables() order by all"
        ).fetchall()
    assert schemas == [("marts",), ("publication",)]


def test_comments_are_published(build, published):
    publish(build, published)
    with duckdb.connect(str(published), read_only=True) as connection:
        tables = connection.execute(
            "select comment from duckdb_tables() where table_name = 'campaigns'"
        ).fetchall()
        columns = connection.execute(
            "select column_name, comment from duckdb_columns() "
            "where schema_name = 'marts' and comment is not null"
        ).fetchall()
    assert tables == [("It's one a row.",)]
    assert columns == [("tags", "Free words.")]


def test_published_file_has_the_format_of_duckdb_1_4(build, published):
    publish(build, published)
    with duckdb.connect(str(published), read_only=True) as connection:
        tags = connection.execute(
            "select tags['storage_version'] from duckdb_databases() "
            "where database_name = 'shop'"
        ).fetchall()
    assert tags[0][0].startswith("v1.4")


def test_order_of_the_builds_rows_changes_nothing(tmp_path, published):
    shuffled = make_build(tmp_path / "shuffled.duckdb", order="order by hash(i)")
    publish(make_build(tmp_path / "build.duckdb"), published)
    other = tmp_path / "other.duckdb"
    publish(shuffled, other)
    assert content(shuffled) != content(tmp_path / "build.duckdb")
    assert content(other) == content(published)


def test_nothing_but_published_files_is_left_in_the_folder(build, published):
    publish(build, published)
    publish(build, published)
    assert names(published.parent) == ["shop.duckdb"]
    publish(make_build(build, version=2), published)
    assert names(published.parent) == ["earlier", "shop.duckdb"]


@pytest.mark.parametrize(
    ("statements", "reason"),
    [
        (
            "create table marts.build_health as from (values "
            "('a', 'x', 'stopped', 'No events: see why.'), ('b', 'x', 'ok', null)) "
            "as health (check_name, input_name, outcome, message)",
            "The inputs stopped the build. No events: see why.",
        ),
        (
            "update history.build_nodes set state = 'unfinished' "
            "where table_name = 'campaigns'",
            "1 of its tables and tests failed or did not run, such as campaigns.",
        ),
        (
            "update history.build_history set state = 'interrupted'",
            "has not succeeded, it is interrupted: run `dbt build` again.",
        ),
        (
            "update history.build_nodes set build_id = 'build-0' "
            "where table_name = 'campaigns'",
            "come of 2 builds: 1 of 3 are of another one than the others, such as camp",
        ),
        (
            "insert into history.build_nodes values ('model.p.audience_members', "
            "'mart', 'marts', 'audience_members', null, 'unfinished')",
            "1 of 4 marts are not built, such as audience_members: run `dbt build`",
        ),
        ("drop table marts.campaigns", "1 of 3 marts are not built, such as campaigns"),
        (
            "delete from marts.campaigns where campaign_id = 'c1'",
            "`campaigns` has 4 rows and had 5 when the build ended",
        ),
        (
            "update history.build_history set tests_passed = 0",
            "No data test of the build has run",
        ),
        ("drop schema history cascade", "No build of the schema `marts` is recorded"),
        (
            "update history.build_history set settings = "
            """'{"publication": {"marts": ["no_such_mart"], "earlier": 3}}'""",
            "There is no mart `no_such_mart`",
        ),
    ],
    ids=[
        *("stopped by its inputs", "failed or killed", "interrupted", "two builds"),
        *("a mart never built", "a mart dropped", "changed since", "untested"),
        *("no record", "an unknown mart"),
    ],
)
def test_a_build_that_is_not_good_is_not_published(
    build, published, statements, reason
):
    publish(build, published)
    before = checksum(published)
    with duckdb.connect(str(build)) as connection:
        connection.execute(statements)
    with pytest.raises(PublishingError, match=re.escape(reason)):
        publish(build, published)
    assert checksum(published) == before
    build.unlink()
    publish(make_build(build), published)


def test_open_reader_keeps_the_old_marts_and_a_new_one_sees_the_new(build, published):
    publish(build, published)
    query = "select distinct build_version from marts.recommendations"
    # Another process, as DuckDB shares one open file within a process.
    reader = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import duckdb, sys\n"
            f"c = duckdb.connect({str(published)!r}, read_only=True)\n"
            f"print(c.execute({query!r}).fetchall(), flush=True)\n"
            "sys.stdin.readline()\n"
            f"print(c.execute({query!r}).fetchall(), flush=True)\n",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout.readline() == "[(1,)]\n"
    publish(make_build(build, version=2), published)
    with duckdb.connect(str(published), read_only=True) as connection:
        assert connection.execute(query).fetchall() == [(2,)]
    output, _ = reader.communicate("go\n", timeout=20)
    assert output == "[(1,)]\n"


def test_readers_never_fail_nor_see_two_versions_at_once(build, published, tmp_path):
    publish(build, published)
    stop = tmp_path / "stop"
    reader = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import duckdb, pathlib\n"
            "seen, reads = set(), 0\n"
            f"while not pathlib.Path({str(stop)!r}).exists() or reads < 5:\n"
            f"    c = duckdb.connect({str(published)!r}, read_only=True)\n"
            "    q = 'select distinct build_version from marts.recommendations '\n"
            "    q += 'union select distinct build_version from marts.campaigns'\n"
            "    found = c.execute(q).fetchall()\n"
            "    c.close()\n"
            "    assert len(found) == 1, found\n"
            "    seen.add(found[0][0]); reads += 1\n"
            "print(len(seen))\n",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for version in range(2, 12):
        publish(make_build(build, version=version), published)
        time.sleep(0.05)
    stop.touch()
    output, errors = reader.communicate(timeout=30)
    assert reader.returncode == 0, errors
    assert int(output) > 1, "the reader saw no swap, so the test shows nothing"


@pytest.mark.parametrize(
    "last_step",
    [
        *("marts_copy._copy_mart", "marts_copy._copy_comments"),
        *("marts_copy.write_publication", "publishing.read_publication"),
        *("publishing.keep_earlier", "published_files.os.link"),
        *("published_files.shutil.copystat", "published_files.os.fsync"),
        "published_files.os.replace",
    ],
)
def test_killed_publish_leaves_the_old_file_and_the_next_one_cleans_up(
    build, published, last_step
):
    publish(build, published)
    before = checksum(published)
    make_build(build, version=2)
    module = last_step.split(".")[0]
    code = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from precision_marketing.publishing import publishing\n"
        f"from precision_marketing.publishing import {module}\n"
        "def killed(*arguments, **named):\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        f"{last_step} = killed\n"
        f"publishing.publish(Path({str(build)!r}), Path({str(published)!r}))\n"
    )
    child = subprocess.run([sys.executable, "-c", code], env=CHILD_ENVIRONMENT)
    assert child.returncode == -signal.SIGKILL
    assert checksum(published) == before
    assert ".shop.duckdb.publishing" in names(published.parent)

    publish(build, published)
    assert names(published.parent) == ["earlier", "shop.duckdb"]
    assert len(names(published.parent / "earlier")) == 1
    assert content(published)["marts.campaigns"][0][-1] == 2


@pytest.mark.parametrize("failing_step", ["_copy_mart", "_copy_comments"])
def test_failed_publish_changes_nothing_and_leaves_nothing(
    build, published, monkeypatch, failing_step
):
    publish(build, published)
    before = checksum(published)

    def fail(*arguments):
        raise duckdb.IOException("No space left on device")

    monkeypatch.setattr(marts_copy, failing_step, fail)
    with pytest.raises(PublishingError, match="the disk is full: free space there"):
        publish(build, published)
    assert checksum(published) == before
    assert names(published.parent) == ["shop.duckdb"]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_the_published_file_keeps_its_mode_and_a_new_one_is_its_owners_alone(
    build, published, monkeypatch, mode
):
    modes = []
    rename = os.replace

    def noted(source, target):
        modes.append(Path(source).stat().st_mode & 0o777)
        rename(source, target)

    publish(build, published)
    assert published.stat().st_mode & 0o777 == 0o600
    published.chmod(mode)
    monkeypatch.setattr(os, "replace", noted)
    publish(make_build(build, version=2), published)
    assert published.stat().st_mode & 0o777 == mode
    assert modes == [mode], "the mode was set after the file was in its place"


def test_owner_and_group_are_kept_or_the_group_is_shut_out(
    build, published, monkeypatch
):
    publish(build, published)
    published.chmod(0o640)
    before = published.stat()
    asked = []

    def refuse(path, owner, group):
        asked.append((owner, group))
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "chown", refuse)
    publish(make_build(build, version=2), published)
    assert asked == [(before.st_uid, before.st_gid), (-1, before.st_gid)]
    assert published.stat().st_mode & 0o777 == 0o600


def test_what_is_written_stands_where_no_one_else_enters(build, published, monkeypatch):
    folders = []

    def noted(connection, *arguments):
        (file,) = published.parent.glob(".shop.duckdb.publishing")
        folders.append(file.stat().st_mode & 0o777)

    monkeypatch.setattr(marts_copy, "_copy_comments", noted)
    publish(build, published)
    assert folders == [0o700]


def test_a_publication_stops_where_another_does_not_end_in_time(
    build, published, monkeypatch, capfd
):
    monkeypatch.setenv("PRECISION_MARKETING_WAIT", "0.3")
    published.parent.mkdir()
    with (
        locked(published.parent, "This one", 0),
        pytest.raises(PublishingError, match=r"Another publication .* is under way"),
    ):
        publish(build, published)
    assert "waiting for it, at most 0.3 s" in capfd.readouterr().err
    assert names(published.parent) == []


def test_publishes_to_one_folder_wait_for_each_other(build, published):
    published.parent.mkdir()
    with ThreadPoolExecutor() as pool:
        with locked(published.parent, "This one", 0):
            waiting = pool.submit(publish, build, published)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.5)
            assert list(published.parent.iterdir()) == []
        assert waiting.result(timeout=20).path.exists()


def test_build_without_marts_is_refused(tmp_path, published):
    empty = tmp_path / "empty.duckdb"
    duckdb.connect(str(empty)).close()
    with pytest.raises(PublishingError, match=r"No schema has the mart.*`dbt build`"):
        publish(empty, published)
    assert list(published.parent.iterdir()) == []


def rename_marts(build: Path, schema: str) -> None:
    """Move the marts into another schema, as a host's build has them."""
    with duckdb.connect(str(build)) as connection:
        connection.execute(f"create schema {schema}; drop schema history cascade")
        for mart in ("campaigns", "recommendations", "row_accounting"):
            table = f"{schema}.{mart}"
            connection.execute(f"create table {table} as from marts.{mart}")
        connection.execute(f"comment on table {schema}.campaigns is 'It''s one a row.'")
        connection.execute(
            f"comment on column {schema}.campaigns.tags is 'Free words.'"
        )
        connection.execute("drop schema marts cascade")
        record_build(connection, schema=schema)


@pytest.mark.parametrize("schema", [None, "analytics_marts"])
def test_marts_of_a_hosts_schema_are_published_as_marts(build, published, schema):
    rename_marts(build, "analytics_marts")
    result = publish(build, published, schema)
    assert list(result.build.row_counts) == [
        "campaigns",
        "recommendations",
        "row_accounting",
    ]
    assert len(content(published)["marts.recommendations"]) == 1000
    test_comments_are_published(build, published)


def test_marts_in_two_schemas_are_refused_unless_one_is_named(build, published):
    with duckdb.connect(str(build)) as connection:
        connection.execute("create schema anna_marts")
        connection.execute("create table anna_marts.row_accounting as select 2 as one")
    with pytest.raises(
        PublishingError, match=r"`anna_marts`, `marts` all have marts.*--schema"
    ):
        publish(build, published)
    with duckdb.connect(str(build)) as connection:
        record_build(connection, "anna-1", "anna_marts")
    found = publish(build, published, "anna_marts").build
    assert (found.build_id, found.row_counts) == ("anna-1", {"row_accounting": 1})


def test_schema_without_tables_is_refused_with_those_that_have_some(build, published):
    with pytest.raises(
        PublishingError, match=r"No tables in schema `shop`.*`marts`, `staging`"
    ):
        publish(build, published, "shop")


def test_what_is_not_the_builds_is_left_out_and_said(build, published):
    with duckdb.connect(str(build)) as connection:
        connection.execute("create table marts.leftover as select 1 as one")
        connection.execute("create view marts.loose as select 1 as one")
    assert publish(build, published).left_out == ["leftover", "loose"]
    assert "marts.leftover" not in content(published)


def test_mart_that_is_a_view_is_refused_by_name(build, published):
    with duckdb.connect(str(build)) as connection:
        connection.execute("create view marts.loose as select 1 as one")
        record_build(connection)
    with pytest.raises(PublishingError, match=r"`marts\.loose` is a view"):
        publish(build, published)


def test_target_that_is_the_build_is_refused(build, tmp_path):
    (tmp_path / "link.duckdb").symlink_to(build)
    (tmp_path / "hard.duckdb").hardlink_to(build)
    before = checksum(build)
    for target in ("build.duckdb", "link.duckdb", "hard.duckdb"):
        with pytest.raises(PublishingError, match="is the build itself"):
            publish(build, tmp_path / target)
    assert checksum(build) == before


@pytest.mark.parametrize("name", ["marts.duckdb", "MARTS.db", "publication"])
def test_target_named_like_its_schema_is_refused(build, tmp_path, name):
    with pytest.raises(PublishingError, match="ambiguous"):
        publish(build, tmp_path / name)


def test_build_that_is_being_written_is_refused(build, published):
    code = (
        "import duckdb, sys\n"
        f"c = duckdb.connect({str(build)!r})\n"
        "print('open', flush=True)\n"
        "sys.stdin.readline()\n"
    )
    writer = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    writer.stdout.readline()
    try:
        with pytest.raises(PublishingError, match="has it open"):
            publish(build, published)
    finally:
        writer.communicate("done\n", timeout=20)


def test_published_file_with_a_write_ahead_log_is_refused(build, published):
    publish(build, published)
    published.with_name("shop.duckdb.wal").write_bytes(b"log")
    with pytest.raises(PublishingError, match="wrote to the published file"):
        publish(build, published)


def test_command_says_what_it_did_and_what_went_wrong(build, published):
    arguments = ["publish", "--database", str(build), "--published", str(published)]
    result = CliRunner().invoke(main, [*arguments, "--schema", "marts"])
    assert result.exit_code == 0
    assert "Published 3 marts, 1,006 rows, " in result.output
    build.unlink()
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert "Error: There is no build at" in result.stderr
