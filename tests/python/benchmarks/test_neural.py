"""The section of the learned scorers measures the package's own train and score."""

import duckdb
import pytest

from benchmarks import neural
from benchmarks.neural_worker import CANDIDATES, candidates
from benchmarks.report.neural import section


@pytest.fixture(scope="module")
def part(tmp_path_factory):
    scratch = tmp_path_factory.mktemp("neural")
    return neural.measure_size("tiny", scratch, threads=1, users=600, features=12)


def test_generated_candidates_are_the_same_each_time_and_rarely_positive():
    query = candidates(500, 12, "train")
    first, second = (duckdb.sql(query).order("1, 2, 3").fetchall() for _ in range(2))
    assert first == second
    assert len(set(first)) == 500 * CANDIDATES
    labels = duckdb.sql(f"select avg(is_label::integer) from ({query})").fetchone()[0]
    assert 0.01 < labels < 0.04


def test_every_candidate_is_read_and_scored(part):
    assert {step: found["rows"] for step, found in part["steps"].items()} == {
        step: 600 * CANDIDATES for step in neural.STEPS
    }
    for found in part["steps"].values():
        assert found["rows_per_second"] == found["rows"] / found["seconds"]
        assert found["peak_megabytes"] > 50
    assert list(part["epochs"]) == ["0", "1", "2"]


def test_the_report_has_rows_per_second_and_memory(part):
    lines = section({"tiny": part}, details=True)
    assert any("| score with all of them " in line for line in lines)
    assert any("12 features" in line for line in lines)
    assert len(section({"tiny": part}, details=False)) < len(lines)
