"""The peer pipeline ranks the example's users, from what the build exports to it."""

import json
import sys

import pytest

from benchmarks.builds import Dbt
from benchmarks.measuring import Cost
from benchmarks.pipeline import section
from benchmarks.pipeline.judge import export_windows, judge
from benchmarks.quality.tables import connect


@pytest.fixture(scope="module")
def windows(example_database, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pipeline")
    export_windows(example_database, folder)
    return folder


def test_no_label_of_test_is_given_to_the_peer(windows):
    import duckdb

    found = duckdb.sql(
        f"select distinct time_window from read_parquet('{windows}/labels.parquet')"
    ).fetchall()
    assert found == [("train",)]


def test_the_peer_ranks_ten_items_that_may_be_offered(example_database, windows):
    pytest.importorskip("implicit")
    pytest.importorskip("lightgbm")
    from benchmarks.pipeline.peer import TOP, rank

    ranking = rank(windows, 1)
    assert not ranking.duplicated(["user_index", "item_index"]).any()
    assert ranking["rank"].between(1, TOP).all()
    pairs = set(zip(ranking["user_index"], ranking["item_index"], strict=True))
    with connect(example_database) as connection:
        excluded = connection.execute(
            "select user_index, item_index from intermediate.int_user_item_matrix"
            " where time_window = 'test' and is_excluded"
        ).fetchall()
        eligible = connection.execute(
            "select item_index from intermediate.int_item_features"
            " where time_window = 'test' and is_eligible"
        ).fetchall()
        users = connection.execute(
            "select count(distinct user_index) from intermediate.int_user_item_matrix"
            " where time_window = 'test'"
        ).fetchone()
    assert not pairs & set(excluded)
    assert {item for _, item in pairs} <= {item for (item,) in eligible}
    assert ranking["user_index"].nunique() == users[0]
    ranking.to_parquet(windows / "ranking.parquet", index=False)
    found = judge(example_database, windows)
    assert found["ours"]["users"] == found["peer"]["users"] > 0
    # Better than chance by far: some ten of 180 items are labels.
    assert found["peer"]["value"] > 0.15


@pytest.mark.parametrize(("seconds", "runs"), [(10.0, 3), (301.0, 1)])
def test_long_runs_are_not_repeated(monkeypatch, tmp_path, seconds, runs):
    cost = Cost(wall_seconds=seconds, cpu_seconds=1.0, peak_megabytes=1.0)
    figure = {"value": 0.1, "standard_error": 0.01, "users": 9}
    answer = {"published": "blend", "ours": figure, "peer": figure}
    monkeypatch.setattr(section, "measure", lambda *_: cost)
    monkeypatch.setattr(section.subprocess, "run", lambda *_, **__: None)
    monkeypatch.setattr(
        section.subprocess, "check_output", lambda *_, **__: json.dumps(answer)
    )
    dbt = Dbt([sys.executable], tmp_path / "build.duckdb", tmp_path, {})
    monkeypatch.setattr(Dbt, "parse", lambda self: None)
    monkeypatch.setattr(
        Dbt, "build", lambda self, *_: type("Build", (), {"cost": cost})
    )
    part = section.measure_pipeline("shop", dbt, tmp_path, 3)
    assert part["repeats"] == runs
    assert part["ours"]["wall_seconds"] == seconds
