"""The tutorial's commands and queries, run word for word in a copy of the project."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from commands_of_a_page import commands
from pages_of_sql import answered, queries
from whole_builds import PROJECT

PAGE = (PROJECT / "docs" / "tutorial.md").read_text(encoding="utf-8")
# Of the copy's environment, with which the tests run: nothing is installed anew.
STAMPS = (".runtime", ".kernels")


def copied_project(folder: Path) -> Path:
    """Copy what git has of the project, with this environment as its `.venv`."""
    asked = ("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    listed = subprocess.run(asked, cwd=PROJECT, capture_output=True, check=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (PROJECT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, folder / name)
    # Kernels that were compiled here need not be there: half a minute.
    for compiled in (PROJECT / "src").rglob("*.nb[ic]"):
        copy = folder / compiled.relative_to(PROJECT)
        copy.parent.mkdir(exist_ok=True)
        shutil.copy2(compiled, copy)
    environment = folder / ".venv"
    environment.mkdir()
    for path in Path(sys.prefix).iterdir():
        if path.name not in STAMPS:
            (environment / path.name).symlink_to(path)
    for stamp in STAMPS:
        (environment / stamp).touch()
    return folder


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """Give the folder in which every command was run, and what is not as shown."""
    if not (PROJECT / ".git").exists() or not (Path(sys.prefix) / "bin").is_dir():
        pytest.skip("needs a git checkout and a virtual environment")
    folder = copied_project(tmp_path_factory.mktemp("newcomer") / "project")
    ours = ("DBT_", "PRECISION_MARKETING_", "MAKE", "MFLAGS", "VARS", "INPUT_DIR")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    environment |= {"PYTHONPATH": os.pathsep.join((f"{folder}/src", str(folder)))}
    # A desktop's browser stays closed.
    environment |= {"BROWSER": "true"}
    differences = []
    for block in commands(PAGE):
        finished = subprocess.run(
            ["sh", "-e"],
            input=block.text,
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=1500,
        )
        assert finished.returncode == 0, f"{block.text}\n{finished.stdout[-3000:]}"
        differences += block.differences(finished.stdout)
    return folder, differences


def test_every_command_runs_and_gives_what_is_shown(walked):
    assert len(commands(PAGE)) == 6
    assert walked[1] == []


def test_every_query_gives_the_answer_below_it(walked):
    assert len(queries(PAGE)) == 7
    published = walked[0] / "published" / "teashop.duckdb"
    with closing(duckdb.connect(str(published), read_only=True)) as connection:
        assert answered(PAGE, connection) == PAGE


def test_the_dashboard_of_the_last_step_is_there(walked):
    page = walked[0] / "published" / "teashop.html"
    assert "Tea Week" in page.read_text(encoding="utf-8")
