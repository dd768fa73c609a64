"""One command line: help at once, a sentence for a fault, codes with a meaning."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import datetime

import click
import duckdb
import pytest
from click.testing import CliRunner
from whole_builds import PROJECT

from precision_marketing.command_line import build as build_command
from precision_marketing.command_line import export as export_command
from precision_marketing.command_line import outcomes
from precision_marketing.command_line.main import main
from precision_marketing.exports.audiences import FORMATS
from precision_marketing.exports.faults import ContactsError, ExportError
from precision_marketing.exports.platforms import PLATFORMS
from precision_marketing.publishing.build_record import BuildError, InputsError
from precision_marketing.publishing.publication import Publication
from precision_marketing.publishing.published_files import LockedError
from precision_marketing.publishing.publishing import PublishingError
from precision_marketing.publishing.run import RunError

HELP_ALONE = """
import sys
from click.testing import CliRunner
from precision_marketing.command_line.main import main
for names in {names}:
    done = CliRunner().invoke(main, [*names, "--help"])
    assert done.exit_code == 0 and "Usage:" in done.output, names
slow = {{"duckdb", "dbt", "numpy", "pandas", "pyarrow", "rich", "uvicorn", "numba"}}
print(sorted(slow & set(sys.modules)))
"""


def commands(group: click.Group, *names: str) -> list[tuple[str, ...]]:
    """Return the names of a group's commands, and of theirs."""
    found = [names]
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            found += commands(command, *names, name)
        else:
            found.append((*names, name))
    return found


def test_help_of_every_level_waits_for_no_library():
    names = commands(main)
    assert {("build",), ("export",), ("export", "audiences")} <= set(names)
    finished = subprocess.run(
        [sys.executable, "-c", HELP_ALONE.format(names=names)],
        check=True,
        capture_output=True,
        text=True,
    )
    assert finished.stdout.strip() == "[]"


def test_every_command_and_option_is_described():
    for names in commands(main):
        command: click.Command = main
        for name in names:
            command = command.commands[name]
        assert command.help, names
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, (names, parameter.name)


def test_the_names_that_help_has_are_those_of_the_library():
    assert set(export_command.PLATFORMS) == set(PLATFORMS)
    assert export_command.FORMATS == FORMATS


def test_the_module_is_the_command():
    finished = subprocess.run(
        [sys.executable, "-m", "precision_marketing", "nothing"],
        capture_output=True,
        text=True,
    )
    assert finished.returncode == outcomes.WRONG
    assert "No such command 'nothing'" in finished.stderr


def raised(error: Exception, cause: Exception | None = None) -> Exception:
    """Return an error as it is after it was raised from another."""
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (RunError("No folder."), outcomes.WRONG, "No folder."),
        (ExportError("No mart."), outcomes.WRONG, "No mart."),
        (ContactsError("No ids."), outcomes.INPUTS, "No ids."),
        (
            raised(PublishingError("Stopped."), InputsError("Stopped.")),
            *(outcomes.INPUTS, "Stopped."),
        ),
        (
            raised(PublishingError("Failed."), BuildError("Failed.")),
            *(outcomes.STOPPED, "Failed."),
        ),
        (
            raised(RunError("Under way."), LockedError("Under way.")),
            *(outcomes.LOCKED, "Under way."),
        ),
        (
            raised(ExportError("Cannot."), duckdb.IOException("Conflicting lock is")),
            *(outcomes.LOCKED, "Cannot."),
        ),
        (
            raised(PublishingError("Full."), OSError("No space left on device")),
            *(outcomes.MACHINE, "Full."),
        ),
        (
            PermissionError(13, "Permission denied", "x"),
            outcomes.MACHINE,
            "You have not the permission: get it, or name another file.",
        ),
        (KeyError("jane@example.com"), outcomes.FAULT, None),
    ],
)
def test_an_error_has_its_code_and_its_sentence(error, code, sentence):
    assert outcomes.explain(error) == (code, sentence)


@pytest.mark.parametrize(
    ("nodes", "status", "code"),
    [
        (None, 2, outcomes.WRONG),
        (None, 1, outcomes.STOPPED),
        (None, -9, outcomes.MACHINE),
        (None, -2, outcomes.INTERRUPTED),
        ([("test.p.rules_of_x.1", "fail", None)], 1, outcomes.STOPPED),
        (
            [("model.p.m", "error", "IO Error: No space left on device")],
            *(1, outcomes.MACHINE),
        ),
        (
            [("model.p.m", "error", "IO Error: Conflicting lock is held")],
            *(1, outcomes.LOCKED),
        ),
        ([("operation.p.p-on-run-start-0", "error", "x")], 1, outcomes.WRONG),
        (
            [("test.p.stopped_checks_stop_the_build", "fail", None)],
            *(1, outcomes.INPUTS),
        ),
        ([("model.precision_marketing.stg_x", "error", "x")], 1, outcomes.INPUTS),
        ([("model.tea_shop.stg_x", "error", "x")], 1, outcomes.STOPPED),
        ([("test.p.rules.1", "warn", "No space left on device")], 1, outcomes.STOPPED),
    ],
)
def test_a_build_that_failed_has_the_code_of_what_failed(tmp_path, nodes, status, code):
    results = tmp_path / "run_results.json"
    if nodes is not None:
        names = ("unique_id", "status", "message")
        rows = [dict(zip(names, node, strict=True)) for node in nodes]
        results.write_text(json.dumps({"results": rows}))
    assert outcomes.build_outcome(status, results, time.time() - 60) == code
    # An earlier build's results say nothing of this one.
    later = outcomes.build_outcome(status, results, time.time() + 60)
    assert later == {2: outcomes.WRONG, 1: outcomes.STOPPED}.get(status, code)


def test_an_unknown_fault_is_said_without_what_a_row_holds(tmp_path, monkeypatch):
    def fail(*arguments):
        raise KeyError("jane@example.com")

    monkeypatch.setattr("precision_marketing.publishing.rollback.roll_back", fail)
    arguments = ["rollback", "--published", str(tmp_path / "shop.duckdb")]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == outcomes.FAULT
    assert "jane" not in done.output
    assert "Error: KeyError, a fault of the program" in done.stderr
    shown = CliRunner().invoke(main, ["--traceback", *arguments])
    assert shown.exit_code == outcomes.FAULT
    assert "Traceback" in shown.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--vars", "{windows: {label_share: 5}}"], outcomes.WRONG, "at most 0.4"),
        (["--vars", "[1]"], outcomes.WRONG, ""),
        (["--project-dir", "tests"], outcomes.WRONG, "has no dbt_project.yml"),
        (["--database", "main.duckdb"], outcomes.WRONG, "has the name of a schema"),
    ],
)
def test_a_build_that_cannot_begin_says_so(tmp_path, arguments, code, says):
    environment = os.environ | {
        "DBT_TARGET_PATH": str(tmp_path / "target"),
        "DBT_LOG_PATH": str(tmp_path / "logs"),
        "PRECISION_MARKETING_DATABASE": str(tmp_path / "shop.duckdb"),
    }
    command = (sys.executable, "-m", "precision_marketing", "build", *arguments)
    finished = subprocess.run(
        [*command, "--", "--select", "stg_event_types"],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert finished.returncode == code, finished.stdout[-2000:] + finished.stderr
    assert says in " ".join((finished.stdout + finished.stderr).split())
    assert "Traceback" not in finished.stderr


@pytest.mark.parametrize("full", [True, False])
def test_what_has_not_changed_is_neither_built_nor_published(
    tmp_path, monkeypatch, full
):
    asked = []

    def begin(database, published, command, project):
        asked.append("--full-refresh" in command)
        day = datetime(2025, 7, 1, 3)
        return Publication("b1", "0.1.0+abc", "in-house", day, day, None, 300)

    monkeypatch.setattr("precision_marketing.publishing.unchanged.begin", begin)
    monkeypatch.setattr("precision_marketing.publishing.run.run_command", None)
    printed = []
    monkeypatch.setattr(
        build_command, "print_summary", lambda path, target: printed.append(path) or 1
    )
    monkeypatch.setattr(os, "environ", dict(os.environ))
    arguments = ["--database", str(tmp_path / "shop.duckdb")]
    arguments += ["--project-dir", str(PROJECT), *(["--full"] if full else [])]
    done = CliRunner().invoke(main, ["build", *arguments])
    assert done.exit_code == outcomes.DONE, done.output
    assert done.output.startswith("Nothing has changed: all is left as it is")
    assert "Build b1 (0.1.0+abc), ended 2025-07-01 03:00 UTC" in done.output
    assert asked == [full]
    # What a run ends with stands there all the same.
    assert printed == [tmp_path / "published" / "shop.duckdb"]


def test_a_build_gives_dbt_its_options_and_publishes_before_another_begins(
    tmp_path, monkeypatch
):
    called = {}

    def run(database, report, command, publish, stands):
        assert not stands()
        called.update(database=database, report=report, command=command)
        publish()
        return 0

    def publish_build(database, published, schema, profile):
        called.update(schema=schema, profile=profile)
        return tmp_path / "published.duckdb"

    monkeypatch.setattr("precision_marketing.publishing.run.run", run)
    monkeypatch.setattr(build_command, "publish_build", publish_build)
    monkeypatch.setattr(build_command, "print_summary", lambda path, target: True)
    for name in list(os.environ):
        if name.startswith(("DBT_", "PRECISION_MARKETING_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("DBT_PROFILES_DIR", "kept")
    arguments = [
        *("build", "--database", str(tmp_path / "shop.duckdb"), "--threads", "1"),
        *("--input-dir", str(tmp_path), "--vars", "{parts: [campaigns]}"),
        *("--project-dir", str(PROJECT), "--schema", "my_marts", "--wait", "0"),
        *("--profile", "shared", "--", "--target", "prod"),
    ]
    monkeypatch.setattr(os, "environ", dict(os.environ))
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == outcomes.DONE, done.output
    assert called["database"] == tmp_path / "shop.duckdb"
    assert called["report"] == PROJECT / "target" / "build_cost.json"
    assert called["command"][1:] == [
        *("-c", build_command._DBT, "build", "--project-dir", str(PROJECT)),
        *("--vars", "{parts: [campaigns]}", *build_command._QUICK),
        *("--target", "prod"),
    ]
    assert (called["schema"], called["profile"]) == ("my_marts", "shared")
    assert {
        name: os.environ[name]
        for name in os.environ
        if name.startswith(("DBT_PRO", "PRECISION_MARKETING_"))
    } == {
        "DBT_PROFILES_DIR": "kept",
        "PRECISION_MARKETING_DATABASE": str(tmp_path / "shop.duckdb"),
        "PRECISION_MARKETING_INPUT_DIR": str(tmp_path),
        "PRECISION_MARKETING_PROFILE": "shared",
        "PRECISION_MARKETING_THREADS": "1",
        "PRECISION_MARKETING_WAIT": "0.0",
    }
