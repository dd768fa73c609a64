"""Engines run in turn, in processes of their own, and a bad one is left out."""

import sys

import pytest
from scipy.sparse import save_npz

from benchmarks.speed import section
from benchmarks.speed.interactions import generated
from benchmarks.speed.processes import EngineFailedError, Worker
from benchmarks.speed.section import Plan, measure_matrix, medians, turns


@pytest.fixture(scope="module")
def interactions(tmp_path_factory):
    path = tmp_path_factory.mktemp("matrix") / "interactions.npz"
    save_npz(path, generated(200, 150, 3_000))
    return path


def test_every_round_has_every_engine_and_begins_with_another():
    order = turns(["a", "b", "c"], 4)
    rounds = [order[start : start + 3] for start in range(0, 12, 3)]
    assert all(sorted(found) == ["a", "b", "c"] for found in rounds)
    assert [found[0] for found in rounds] == ["a", "b", "c", "a"]


def test_medians_are_of_each_phase_and_of_totals():
    runs = [
        {"neighbors_seconds": n, "ranking_seconds": r, "cpu_seconds": 2 * r}
        for n, r in ((1.0, 9.0), (2.0, 2.0), (3.0, 4.0))
    ]
    assert medians(runs) == {
        "neighbors_seconds": 2.0,
        "ranking_seconds": 4.0,
        "cpu_seconds": 8.0,
        "total_seconds": 7.0,
        "total_seconds_lowest": 4.0,
        "total_seconds_highest": 10.0,
    }


def test_part_has_checked_engines_and_the_reason_of_those_left_out(
    interactions, tmp_path, monkeypatch
):
    engines = ("ours", "duckdb_sql", "implicit")
    monkeypatch.setitem(section.ENGINES, "tiny", engines)
    (tmp_path / "implicit.py").write_text("raise ImportError('no implicit here')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    part = measure_matrix("tiny", interactions, tmp_path / "work", Plan(repeats=2))
    assert "no implicit here" in part["engines"]["implicit"]["left_out"]
    assert (part["users"], part["items"], part["pairs"]) == (200, 150, 3_000)
    for engine in ("ours", "duckdb_sql"):
        found = part["engines"][engine]
        assert found["agreement"]["agrees"]
        assert len(found["runs"]) == 2
        assert found["total_seconds"] > 0
        assert found["peak_megabytes"] >= found["loaded_megabytes"] > 20
    assert part["engines"]["duckdb_sql"]["agreement"]["neighbors_overlap"] > 0.9


def test_engine_that_does_not_agree_is_not_timed(interactions, tmp_path, monkeypatch):
    monkeypatch.setitem(section.ENGINES, "tiny", ("ours",))
    wrong = '{"agrees": false, "neighbors_error": 1.0, "ranking_error": 0.0}'
    output = section.subprocess.check_output
    monkeypatch.setattr(
        section.subprocess,
        "check_output",
        lambda command, **kw: (
            wrong.encode()
            if "benchmarks.speed.agreement" in command
            else output(command, **kw)
        ),
    )
    found = measure_matrix("tiny", interactions, tmp_path, Plan())["engines"]["ours"]
    assert "do not agree" in found["left_out"]
    assert "runs" not in found


def test_engine_that_takes_too_long_is_ended(interactions, tmp_path):
    worker = Worker(sys.executable, "ours", interactions, tmp_path / "ours", 1)
    with pytest.raises(EngineFailedError, match="not done after 0 s"):
        worker.ask(None, 0.01)
    assert worker._process.returncode is not None


def test_missing_library_is_the_reason(interactions, tmp_path, monkeypatch):
    (tmp_path / "implicit.py").write_text("raise ImportError('no implicit here')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    worker = Worker(sys.executable, "implicit", interactions, tmp_path / "implicit", 1)
    worker.ask(None, 60)
    with pytest.raises(EngineFailedError, match="no implicit here"):
        worker.ask("run", 60)
