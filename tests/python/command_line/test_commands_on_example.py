"""Each command on the example shop, as a user runs it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result
from postgres_server import running_server
from whole_builds import PROJECT

from precision_marketing.command_line import outcomes
from precision_marketing.command_line.main import main
from precision_marketing.exports.platforms import PLATFORMS


@pytest.fixture(scope="module")
def database(example_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the example's build that is published."""
    copy = tmp_path_factory.mktemp("commands") / "shop.duckdb"
    shutil.copy(example_database, copy)
    done = CliRunner().invoke(main, ["publish", "--database", str(copy)])
    assert done.exit_code == outcomes.DONE, done.output
    assert "Published " in done.output
    return copy


@pytest.fixture
def command(database: Path, monkeypatch: pytest.MonkeyPatch):
    """Return how to run a command on it."""
    monkeypatch.setenv("PRECISION_MARKETING_DATABASE", str(database))
    return lambda *arguments: CliRunner().invoke(main, list(map(str, arguments)))


def succeeded(done: Result) -> str:
    assert done.exit_code == outcomes.DONE, done.output
    return done.output


def test_publish_writes_the_page_and_the_store_too(database: Path):
    found = {path.name for path in (database.parent / "published").iterdir()}
    assert {"shop.duckdb", "shop.html", "shop.sqlite"} <= found


def test_report_prints_what_was_found_and_writes_the_page(command, tmp_path: Path):
    said = succeeded(command("report", "--out", tmp_path / "page.html"))
    for title in ("Recommendations", "Campaigns", "Health of the inputs", "Dashboard"):
        assert title in said
    assert (tmp_path / "page.html").stat().st_size > 100_000


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_first_rows_of_the_readme_are_printed(command, page: str):
    """Widths apart: of a column as wide as its widest row."""
    text = (PROJECT / page).read_text(encoding="utf-8")
    rows = [
        " ".join(line.split())
        for line in text.split("\n")
        if line.startswith(("    u0", "    Winter", "    Books"))
    ]
    assert len(rows) == 5
    said = {" ".join(line.split()) for line in succeeded(command("report")).split("\n")}
    assert set(rows) <= said


def test_rollback_without_an_earlier_publication_changes_nothing(command):
    done = command("rollback")
    assert done.exit_code == outcomes.WRONG
    assert "No earlier publication of shop.duckdb is kept" in done.stderr


@pytest.mark.parametrize("name", PLATFORMS)
def test_export_audiences_writes_a_platforms_file(command, tmp_path: Path, name: str):
    pytest.importorskip("phonenumbers")
    contacts = tmp_path / "contacts.parquet"
    duckdb.sql(
        "copy (select printf('u%05d', i) as user_id, printf('u%d@example.com', i) as "
        "email, printf('650253%04d', i) as phone from range(2000) as numbers (i)) "
        f"to '{contacts}'"
    )
    said = succeeded(
        command(
            *("export", "audiences", "--audience", "c06", "--format", name),
            *("--contacts", contacts, "--country", "US", "--out", tmp_path / "out"),
        )
    )
    assert "0 without a contact of their own" in said
    upload = tmp_path / "out" / f"c06_{name}" / "upload.csv"
    assert "@" not in upload.read_text()
    succeeded(command("export", "validate", upload, "--format", name))
    other = next(platform for platform in PLATFORMS if platform != name)
    refused = command("export", "validate", upload, "--format", other)
    assert refused.exit_code == outcomes.STOPPED
    assert name in succeeded(command("export", "history"))


def test_export_parquet_writes_every_mart(command, database: Path, tmp_path: Path):
    succeeded(command("export", "parquet", "--out", tmp_path / "marts"))
    published = database.parent / "published" / "shop.duckdb"
    with duckdb.connect(str(published), read_only=True) as connection:
        marts = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'marts'"
        ).fetchall()
        assert {path.stem for path in (tmp_path / "marts").glob("*.parquet")} == {
            mart for (mart,) in marts
        }
        for (mart,) in marts:
            # Integers, texts, times and decimals as the contracts have them.
            types = [
                connection.execute(
                    f"select column_name, column_type from (describe {source})"
                ).fetchall()
                for source in (
                    f"from marts.{mart}",
                    f"from '{tmp_path}/marts/{mart}.parquet'",
                )
            ]
            assert types[0] == types[1], mart


def test_export_postgres_copies_every_mart(
    command, database: Path, monkeypatch: pytest.MonkeyPatch
):
    psycopg = pytest.importorskip("psycopg")
    monkeypatch.setenv("PGPASSWORD", "a password")
    published = database.parent / "published" / "shop.duckdb"
    with running_server() as dsn:
        said = succeeded(command("export", "postgres", "--dsn", dsn))
        with (
            psycopg.connect(dsn) as server,
            duckdb.connect(str(published), read_only=True) as connection,
        ):
            marts = connection.execute(
                "select table_name, estimated_size from duckdb_tables() "
                "where schema_name = 'marts' order by 1"
            ).fetchall()
            for mart, rows in marts:
                found = server.execute(f"select count(*) from marts.{mart}")
                assert found.fetchall() == [(rows,)]
            mine = connection.execute(
                "select * from marts.campaign_performance order by all"
            ).fetchall()
            theirs = server.execute("select * from marts.campaign_performance")
            assert sorted(map(str, theirs.fetchall())) == sorted(map(str, mine))
            keys = server.execute(
                "select count(*) from pg_constraint where contype = 'p' "
                "and connamespace = 'marts'::regnamespace"
            ).fetchall()[0][0]
            assert keys > 30
    assert f"{len(marts)} marts" in said


def test_a_build_of_some_tables_is_not_published(command, database: Path, tmp_path):
    """A copy once more: the build leaves marks in its database."""
    copy = tmp_path / "part.duckdb"
    shutil.copy(database, copy)
    finished = subprocess.run(
        [
            *(sys.executable, "-m", "precision_marketing", "build"),
            *("--database", str(copy), "--", "--select", "row_accounting"),
        ],
        cwd=PROJECT,
        env=os.environ
        | {
            "DBT_TARGET_PATH": str(tmp_path / "target"),
            "DBT_LOG_PATH": str(tmp_path / "logs"),
        },
        capture_output=True,
        text=True,
    )
    assert finished.returncode == outcomes.STOPPED, finished.stdout[-3000:]
    assert "Error: The marts come of 2 builds" in finished.stderr
    assert list((tmp_path / "published").iterdir()) == []
