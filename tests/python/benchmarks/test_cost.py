"""The cost section measures what it says it measures."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.__main__ import main
from benchmarks.cost import Run, summarize
from benchmarks.measuring import Cost

STUB = Path(__file__).with_name("stub_dbt.py")


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return a function that runs the section with the stub."""
    monkeypatch.setenv("STUB_DBT", str(tmp_path / "calls.jsonl"))

    def run_with(*arguments):
        options = ["--only", "cost", "--dbt", f"{sys.executable} {STUB}"]
        options += ["--results", str(tmp_path / "results"), *arguments]
        return CliRunner().invoke(main, options)

    return run_with


def calls(tmp_path):
    return [json.loads(line) for line in open(tmp_path / "calls.jsonl")]


def part(tmp_path, name="example"):
    return json.loads((tmp_path / "results/parts" / f"cost-{name}.json").read_text())


def test_full_and_empty_builds_run_in_turn_into_fresh_databases(
    run, tmp_path, monkeypatch
):
    monkeypatch.setenv("PRECISION_MARKETING_INPUT_DIR", "another shop")
    assert run("--repeats", "2").exit_code == 0
    found = calls(tmp_path)
    kinds = [("empty" if "--empty" in call else call[0]) for call, _, _ in found]
    assert kinds == ["parse", "empty", "build", "empty", "build"]
    assert not any(existed for _, _, existed in found)
    assert len({database for _, database, _ in found}) == 1


def test_part_has_medians_ratio_and_seconds_by_layer(run, tmp_path):
    result = run("--repeats", "1")
    assert result.exit_code == 0
    full, empty = (part(tmp_path)["kinds"][kind] for kind in ("full", "empty"))
    ratio = full["wall_seconds"] / empty["wall_seconds"]
    assert part(tmp_path)["wall_ratio"] == ratio > 1
    assert full["peak_megabytes"] > 300
    assert full["layer_seconds"] == {
        "marts": 3.0,
        "seeds": 0.4,
        "tests": 0.5,
        "unit tests": 0.6,
        "candidates": 0.05,
    }
    assert (full["database_megabytes"], empty["database_megabytes"]) == (0.2, 5e-6)
    report = (tmp_path / "results" / "report.md").read_text()
    assert "| marts      |  3.0 |   3.0 |" in report
    assert "## Cost of a build beside an empty one" in result.output


def test_median_of_three_runs_is_reported():
    runs = [
        Run(kind, Cost(seconds, 1.0, seconds), 1.0, {})
        for kind, times in (("full", (9.0, 4.0, 5.0)), ("empty", (2.0, 2.0, 8.0)))
        for seconds in times
    ]
    found = summarize(runs, "shop")
    assert found["kinds"]["full"]["wall_seconds"] == 5.0
    assert found["kinds"]["full"]["peak_megabytes"] == 9.0
    assert found["wall_ratio"] == 2.5


def test_input_folder_and_vars_reach_dbt(run, tmp_path):
    shop = tmp_path / "shop"
    shop.mkdir()
    own = ("--input-dir", str(shop), "--vars", "{windows: {label_share: 0.2}}")
    assert run("--repeats", "1", "--sets", "shop", *own).exit_code == 0
    arguments, _, _ = calls(tmp_path)[-1]
    given = json.loads(arguments[arguments.index("--vars") + 1])
    assert given == {"windows": {"label_share": 0.2}, "input_dir": str(shop)}
    assert part(tmp_path, "shop")["input"] == "shop"


def test_failing_build_leaves_no_part_and_is_said(run, tmp_path, monkeypatch):
    monkeypatch.setenv("STUB_DBT", "fail")
    result = run()
    assert result.exit_code == 1
    assert "no dbt today" in result.stderr
    assert not (tmp_path / "results/parts").exists()


def test_resumed_run_keeps_what_was_measured(run, tmp_path):
    assert run("--repeats", "1").exit_code == 0
    before = part(tmp_path), len(calls(tmp_path))
    assert run("--repeats", "1", "--resume").exit_code == 0
    assert (part(tmp_path), len(calls(tmp_path))) == before


def test_report_is_rendered_again_without_measuring(run, tmp_path):
    assert run("--repeats", "1").exit_code == 0
    report = tmp_path / "results" / "report.md"
    before, count = report.read_text(), len(calls(tmp_path))
    report.unlink()
    assert run("--only", "report").exit_code == 0
    assert (report.read_text(), len(calls(tmp_path))) == (before, count)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--only", "sped"], "'--only': there is no section sped"),
        (["--vars", "[1]"], "'--vars': it must be a mapping"),
        (["--repeats", "0"], "'--repeats': 0 is not in the range x>=1"),
        (["--dbt", "no-such-dbt"], "there is no command no-such-dbt: install dbt"),
        (["--input-dir", "/no/such/folder"], "'/no/such/folder' does not exist"),
    ],
)
def test_a_wrong_option_is_refused_by_name(run, arguments, message):
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr
