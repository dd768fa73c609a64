"""One run of a database at a time; what the machine lacks is said in one sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import yaml
from whole_builds import PROJECT

from precision_marketing.publishing import run
from precision_marketing.publishing.publishing import publish
from precision_marketing.publishing.run import RunError

# A build that makes one mart and its record.
BUILD = (
    "import duckdb, sys; from recorded_builds import record_build\n"
    "with duckdb.connect(sys.argv[1]) as shop:\n"
    "    shop.execute('create schema marts')\n"
    "    shop.execute('create table marts.row_accounting as select 1 as one')\n"
    "    record_build(shop)\n"
)
WAIT = (
    "import sys; from pathlib import Path\n"
    "from precision_marketing.publishing.publishing import publish\n"
    "from precision_marketing.publishing.run import run\n"
    "database, cost, *command = sys.argv[1:]\n"
    "run(Path(database), Path(cost), command, lambda: publish(Path(database)))"
)
OPEN = "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True)\n"
HOLD = OPEN + "print('open', flush=True); sys.stdin.readline()"


def command(code: str, *arguments: object) -> list[str]:
    return [sys.executable, "-c", code, *map(str, arguments)]


def publish_run(database: Path, report: Path, build: list[str]) -> int:
    return run.run(database, report, build, lambda: publish(database))


@pytest.fixture
def held(tmp_path):
    """Give a database that another program has open, and that program."""
    database = tmp_path / "shop.duckdb"
    duckdb.connect(str(database)).close()
    holder = subprocess.Popen(
        command(HOLD, database),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    holder.stdout.readline()
    yield database, holder
    if holder.poll() is None:
        holder.communicate("done\n", timeout=20)


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))


@pytest.mark.parametrize("folder", ["a", "b", 'it\'s a "folder"'])
def test_a_build_is_published_beside_its_database_whatever_the_folder(tmp_path, folder):
    database = tmp_path / folder / "my shop.duckdb"
    database.parent.mkdir()
    assert publish_run(database, tmp_path / "cost.json", command(BUILD, database)) == 0
    assert (tmp_path / folder / "published" / "my shop.duckdb").is_file()


def test_a_build_that_fails_is_not_published(tmp_path):
    database = tmp_path / "shop.duckdb"
    failing = command(BUILD + "raise SystemExit(3)", database)
    assert publish_run(database, tmp_path / "cost.json", failing) == 3
    assert not (tmp_path / "published").exists()


def test_a_copy_of_a_database_is_published_under_its_own_name(tmp_path):
    database, copy = tmp_path / "shop.duckdb", tmp_path / "copy of shop.db"
    assert publish_run(database, tmp_path / "cost.json", command(BUILD, database)) == 0
    copy.write_bytes(database.read_bytes())
    assert publish_run(copy, tmp_path / "cost.json", command("")) == 0
    assert sorted(path.name for path in (tmp_path / "published").iterdir()) == [
        *("copy of shop.db.duckdb", "shop.duckdb")
    ]


def test_a_second_build_stops_at_once_where_one_does_not_wait(held, monkeypatch):
    monkeypatch.setenv("PRECISION_MARKETING_WAIT", "0")
    database, _ = held
    with pytest.raises(RunError, match=r"Another build of .*shop\.duckdb is under way"):
        publish_run(database, database.with_name("cost.json"), command(""))


def test_a_second_build_waits_and_says_so(held, capfd):
    database, holder = held
    waiting = subprocess.Popen(
        [
            *(sys.executable, "-c", WAIT),
            *(str(database), str(database.with_name("cost.json"))),
            *command(BUILD, database),
        ],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert "is under way: waiting for it, at most 600 s." in waiting.stderr.readline()
    assert waiting.poll() is None
    holder.communicate("done\n", timeout=20)
    waiting.communicate(timeout=60)
    assert waiting.returncode == 0
    assert (database.parent / "published" / "shop.duckdb").is_file()


def test_two_runs_of_one_database_do_not_run_at_once(tmp_path, monkeypatch):
    """Before the file is there too, and while the first one publishes."""
    monkeypatch.setenv("PRECISION_MARKETING_WAIT", "0")
    database = tmp_path / "shop.duckdb"
    within = (
        "from pathlib import Path; from precision_marketing.publishing import run\n"
        "import sys; run.run(Path(sys.argv[1]), Path('cost'), ['ls'], list)"
    )
    assert publish_run(database, tmp_path / "cost.json", command(within, database)) == 1


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (
            "nowhere/shop.duckdb",
            "There is no folder .*nowhere for the database: make it",
        ),
        ("Main.duckdb", "A database named Main has the name of a schema in it"),
        ("o'brien.duckdb", "choose a name without quotation marks"),
        ("a#b/shop.duckdb", "a path without # and"),
    ],
)
def test_a_database_that_cannot_be_is_refused(tmp_path, name, reason):
    with pytest.raises(RunError, match=reason):
        publish_run(tmp_path / name, tmp_path / "cost.json", command(""))


def test_the_schemas_that_no_database_may_be_named_after_are_the_projects():
    project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())
    layers = {
        layer["+schema"]
        for kind in ("models", "seeds")
        for layer in project[kind]["precision_marketing"].values()
        if isinstance(layer, dict) and "+schema" in layer
    }
    assert len(layers) > 5
    assert layers <= run.SCHEMAS


def test_a_place_that_may_not_be_written_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(run.os, "access", lambda path, mode: False)
    with pytest.raises(
        RunError, match=f"You may not write {tmp_path}: get the permiss"
    ):
        publish_run(tmp_path / "shop.duckdb", tmp_path / "cost.json", command(""))


def test_what_stopped_the_nodes_of_a_build_is_said_in_words(tmp_path, capfd):
    results = {
        "results": [
            {"message": "IO Error: Could not write: No space left on device"},
            {"message": None},
            {"message": "Binder Error: no such column"},
        ]
    }
    code = "import pathlib, sys; pathlib.Path(sys.argv[1]).write_text(sys.argv[2])\n"
    failing = command(
        code + "raise SystemExit(1)", tmp_path / "run_results.json", json.dumps(results)
    )
    assert publish_run(tmp_path / "shop.duckdb", tmp_path / "cost.json", failing) == 1
    said = capfd.readouterr().err.splitlines()
    assert said == [
        "The build stopped: the disk is full: free space there, and run the same "
        "command again."
    ]


def test_the_lock_is_its_owners_alone(tmp_path):
    assert run.lock_file(Path(tmp_path / "shop")).stat().st_mode & 0o777 == 0o600
