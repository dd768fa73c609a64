"""The benchmark of builds measures what it says it measures."""

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"

# Stands in for dbt: records its calls, and works longer and larger in a full build.
STUB = """
import json, os, pathlib, sys, time
arguments = sys.argv[1:]
folder = pathlib.Path(__file__).parent
database = pathlib.Path(os.environ["PRECISION_MARKETING_DATABASE"])
with open(folder / "calls.jsonl", "a") as calls:
    calls.write(json.dumps([arguments, str(database), database.exists()]) + "\\n")
assert os.environ["PRECISION_MARKETING_INPUT_DIR"] == ""
if arguments[0] == "build":
    is_empty = "--empty" in arguments
    database.write_text("empty" if is_empty else "full" * 50_000)
    if not is_empty:
        ballast = b"x" * 300_000_000
        time.sleep(0.3)
    target = pathlib.Path(arguments[arguments.index("--target-path") + 1])
    target.mkdir(exist_ok=True)
    scale = 1 if is_empty else 10
    (target / "run_results.json").write_text(json.dumps({"results": [
        {"unique_id": "model.p.a", "execution_time": 0.2 * scale,
         "relation_name": '"shop"."marts"."a"'},
        {"unique_id": "model.p.b", "execution_time": 0.1 * scale,
         "relation_name": '"shop"."marts"."b"'},
        {"unique_id": "seed.p.s", "execution_time": 0.4,
         "relation_name": None},
        {"unique_id": "test.p.t", "execution_time": 0.5, "relation_name": None},
        {"unique_id": "unit_test.p.m.u", "execution_time": 0.6},
        {"unique_id": "model.p.c", "execution_time": 0.05,
         "relation_name": "`candidates`.`c`"},
    ]}))
"""


@pytest.fixture
def measuring(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("measuring")


@pytest.fixture
def build_cost(measuring):
    return importlib.import_module("build_cost")


@pytest.fixture
def run(build_cost, tmp_path):
    """Return a function that runs the benchmark with the stub."""
    (tmp_path / "stub.py").write_text(STUB)

    def run_with(*arguments):
        return build_cost.main(
            [
                "--dbt",
                f"{sys.executable} {tmp_path / 'stub.py'}",
                "--results",
                str(tmp_path / "results"),
                *arguments,
            ]
        )

    return run_with


def calls(tmp_path):
    return [json.loads(line) for line in open(tmp_path / "calls.jsonl")]


def test_peak_memory_and_times_are_those_of_each_command():
    # Measured from a fresh small process: a test session's own memory would be a floor.
    code = (
        "import sys, time\n"
        f"sys.path.insert(0, {str(BENCHMARKS)!r})\n"
        "from measuring import measure\n"
        "for child in (\"import time; x = b'x' * 400_000_000; time.sleep(0.3)\",\n"
        "              'pass'):\n"
        "    cost = measure([sys.executable, '-c', child])\n"
        "    print(cost.wall_seconds, cost.cpu_seconds, cost.peak_megabytes)\n"
    )
    output = subprocess.check_output([sys.executable, "-c", code], text=True)
    large, small = ([*map(float, line.split())] for line in output.splitlines())
    assert large[0] > 0.3
    assert 0 < large[1] < large[0]
    assert 400 < large[2] < 500
    # getrusage(RUSAGE_CHILDREN) would repeat the larger one here.
    assert small[2] < 100


def test_cpu_seconds_include_children(measuring):
    spin = "import time\nwhile time.process_time() < 0.4: pass"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {spin!r}])"
    assert measuring.measure([sys.executable, "-c", code]).cpu_seconds > 0.4


def test_failed_command_is_an_error_with_its_output(measuring):
    code = "import sys; print('the reason'); sys.exit(3)"
    with pytest.raises(measuring.CommandFailedError, match=r"status 3:\nthe reason"):
        measuring.measure([sys.executable, "-c", code])


def test_full_and_empty_builds_run_in_turn_into_fresh_databases(
    run, tmp_path, monkeypatch
):
    monkeypatch.setenv("PRECISION_MARKETING_INPUT_DIR", "another shop")
    assert run("--repeats", "2") == 0
    found = calls(tmp_path)
    kinds = [
        ("empty" if "--empty" in arguments else arguments[0])
        for arguments, _, _ in found
    ]
    assert kinds == ["parse", "empty", "build", "empty", "build"]
    assert not any(existed for _, _, existed in found)
    assert len({database for _, database, _ in found}) == 1


def test_report_has_medians_ratio_and_seconds_by_layer(run, tmp_path, capsys):
    assert run("--repeats", "1") == 0
    report = json.loads((tmp_path / "results" / "build_cost_example.json").read_text())
    full, empty = report["kinds"]["full"], report["kinds"]["empty"]
    assert report["wall_ratio"] == full["wall_seconds"] / empty["wall_seconds"] > 1
    assert full["peak_megabytes"] > 300
    assert full["layer_seconds"] == pytest.approx(
        {
            "marts": 3.0,
            "seeds": 0.4,
            "tests": 0.5,
            "unit tests": 0.6,
            "candidates": 0.05,
        }
    )
    assert (full["database_megabytes"], empty["database_megabytes"]) == (0.2, 5e-6)
    page = (tmp_path / "results" / "build_cost_example.md").read_text()
    assert "| marts | 3.0 | 0.3 |" in page
    assert page in capsys.readouterr().out


def test_median_of_three_runs_is_reported(build_cost, measuring):
    runs = [
        build_cost.Run(kind, measuring.Cost(seconds, 1.0, seconds), 1.0, {})
        for kind, times in (("full", (9.0, 4.0, 5.0)), ("empty", (2.0, 2.0, 8.0)))
        for seconds in times
    ]
    report = build_cost.summarize(runs, "shop")
    assert report["kinds"]["full"]["wall_seconds"] == 5.0
    assert report["kinds"]["full"]["peak_megabytes"] == 9.0
    assert report["wall_ratio"] == 2.5


def test_input_folder_and_vars_reach_dbt_and_the_full_build_stays(run, tmp_path):
    (tmp_path / "shop").mkdir()
    database = tmp_path / "kept.duckdb"
    assert (
        run(
            "--repeats",
            "1",
            "--input-dir",
            str(tmp_path / "shop"),
            "--vars",
            '{"label_share": 0.2}',
            "--database",
            str(database),
        )
        == 0
    )
    arguments, used, _ = calls(tmp_path)[-1]
    assert json.loads(arguments[arguments.index("--vars") + 1]) == {
        "label_share": 0.2,
        "input_dir": str(tmp_path / "shop"),
    }
    assert used == str(database)
    assert database.read_text().startswith("full")
    assert (tmp_path / "results" / "build_cost_shop.md").exists()


def test_existing_database_is_never_overwritten(run, tmp_path, capsys):
    database = tmp_path / "mine.duckdb"
    database.write_text("precious")
    with pytest.raises(SystemExit):
        run("--database", str(database))
    assert "exists: name a new file" in capsys.readouterr().err
    assert database.read_text() == "precious"


def test_failing_build_writes_no_report(run, tmp_path, capsys):
    (tmp_path / "stub.py").write_text("import sys; print('no dbt'); sys.exit(2)")
    assert run() == 1
    assert "no dbt" in capsys.readouterr().err
    assert not (tmp_path / "results").exists()
