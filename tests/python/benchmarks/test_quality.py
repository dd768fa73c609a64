"""The judge recounts the example's figures, from tables that it reads by itself."""

import subprocess
import sys

import duckdb
import pytest
from click.testing import CliRunner
from whole_builds import PROJECT

from benchmarks.__main__ import main
from benchmarks.quality import peer
from benchmarks.quality.judge import TOLERANCE, judge, ranking_seconds
from benchmarks.quality.tables import (
    connect,
    read_labels,
    read_rankings,
    read_test_window,
)


@pytest.fixture(scope="module")
def judgment(example_database):
    results = example_database.parent / "target" / "run_results.json"
    return judge(example_database, results, 1)


def test_independent_recount_gives_the_package_s_figures(judgment):
    assert judgment["agrees"]
    assert {"popularity", "item_cosine", "ials", "blend"} <= set(judgment["rankings"])
    for ranking in judgment["rankings"].values():
        assert ranking["difference"] <= TOLERANCE
        assert len(ranking["metrics"]) == 18


def test_the_candidates_hold_what_the_learned_rankings_find(judgment):
    ceiling = judgment["recall_ceiling"]
    found = judgment["rankings"]["neural"]["metrics"]["recall@20"]["value"]
    assert found <= ceiling["value"] <= 1
    assert ceiling["candidates"] >= 80
    assert judgment["network"]["reason"].startswith("not published: ")


def test_recount_sees_a_wrong_figure(example_database, tmp_path):
    database = tmp_path / "wrong.duckdb"
    database.write_bytes(example_database.read_bytes())
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            """
            update marts.recommender_quality set metric_value = metric_value + 1e-6
            where scorer = 'blend' and metric = 'map' and k = 10
                and time_window = 'test' and segment = 'all'
            """
        )
    results = example_database.parent / "target" / "run_results.json"
    wrong = judge(database, results, 1)
    assert not wrong["agrees"]
    assert wrong["rankings"]["blend"]["difference"] > TOLERANCE
    assert wrong["rankings"]["ials"]["difference"] <= TOLERANCE


def test_every_scorer_has_seconds_of_its_own(judgment):
    seconds = {name: found["seconds"] for name, found in judgment["rankings"].items()}
    assert all(spent > 0 for spent in seconds.values()), seconds


def test_longest_name_owns_a_model(tmp_path):
    results = tmp_path / "run_results.json"
    node = (
        '{"unique_id": "model.p.%s", "execution_time": %s,'
        ' "relation_name": "\\"d\\".\\"%s\\".\\"%s\\""}'
    )
    models = (
        ("item_cosine_neighbors", 1.0, "scorers"),
        ("item_cosine_recent_scores", 2.0, "scorers"),
        ("learned_scores", 4.0, "candidates"),
        ("rankings", 8.0, "candidates"),
    )
    nodes = [node % (name, s, layer, name) for name, s, layer in models]
    results.write_text('{"results": [' + ",".join(nodes) + "]}")
    rankings = ["item_cosine", "item_cosine_recent", "neural"]
    assert ranking_seconds(results, rankings) == {
        "item_cosine": 1.0,
        "item_cosine_recent": 2.0,
        "neural": 4.0,
    }


def test_peer_offers_nothing_that_is_excluded_or_not_eligible(example_database):
    pytest.importorskip("implicit")
    with connect(example_database) as connection:
        labels = read_labels(connection)
        window = read_test_window(connection, labels)
        users = set(read_rankings(connection)["popularity"])
    lists, seconds = peer.rank(window, 1)
    assert seconds > 0
    assert lists
    assert set(lists) <= set(labels) == users
    for user, items in lists.items():
        hidden = set(window.excluded[[user]].indices.tolist())
        assert not hidden & set(items)
        assert window.eligible[items].all()
        assert len(set(items)) == len(items) <= 20


def test_judge_needs_no_package(tmp_path):
    # The recount is independent: it must not import what it checks.
    code = (
        "import sys, benchmarks.quality.judge\n"
        "assert not [m for m in sys.modules if m.startswith('precision_marketing')]"
    )
    subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=True)


def test_absent_sets_are_skipped_with_the_reason(tmp_path):
    options = ["--only", "quality", "--data", str(tmp_path / "nowhere")]
    result = CliRunner().invoke(main, [*options, "--results", str(tmp_path)])
    assert result.exit_code == 0
    skipped = f"quality-yelp2018: skipped, no events in {tmp_path}/nowhere"
    assert skipped in result.output
    assert "not measured" in (tmp_path / "report.md").read_text()
