"""A scorer is added by one file and one record, and is then known everywhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[3]
COPIED = (
    *("dbt_project.yml", "profiles.yml", "macros", "models", "python_models", "seeds"),
    *(".ci", "docs", "tests/generic"),
)
# What one would write: a profile of the history whose days fade slowly.
FILE = """# Grain: one row per time window, user and item among the scorer's best.
def model(dbt, session):
    dbt.config(materialized="replaced_table")
    from precision_marketing.build.relations import to_arrow, window_tables
    from precision_marketing.build.windows import (
        read_settings,
        read_windows,
        stream_scores,
    )
    from precision_marketing.scorers.registry import make_lists

    settings = read_settings(
        dbt.ref("precision_marketing", "int_scorer_settings"), "slow_profile"
    )
    near = to_arrow(dbt.ref("precision_marketing", "item_cosine_neighbors"))
    neighbors = dict(window_tables(near))
    windows = read_windows(
        interactions=dbt.ref("precision_marketing", "int_user_item_matrix"),
        users=dbt.ref("precision_marketing", "int_window_users"),
        items=dbt.ref("precision_marketing", "int_item_features"),
    )

    def scores(window):
        inputs = {"neighbors": lambda: neighbors[window.time_window]}
        return make_lists("item_cosine_recent", window, settings, inputs)

    return stream_scores("slow_profile", windows, scores)
"""
RECORD = """
        dict(choices, name="slow_profile", blend_weight=50.0,
             page="algorithms/item_cosine.md", library_function="item_cosine_recent",
             settings={
            "decay": dict(kind.share, default=0.95, tried=[0.99, 0.8]),
        }),
    ]) }}
"""
NEEDED = (
    *("+recommendations", "+recommendation_explanations"),
    "+recommender_quality",
    *("int_scorer_levers", "candidate_features"),
)
USERS, ITEMS, EVENTS = 40, 12, 6


def run(folder: Path, *command: str, **variables: str) -> str:
    """Run a Python module or file in the copy; fail with its output if it fails."""
    ours = ("DBT_", "PRECISION_MARKETING_")
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    finished = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env={**inherited, **variables},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert finished.returncode == 0, finished.stdout[-4000:] + finished.stderr[-2000:]
    return finished.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory, write_csv) -> Path:
    """Copy the project, add the scorer, and build what shows it on a tiny shop."""
    folder = tmp_path_factory.mktemp("added") / "project"
    for name in COPIED:
        source = PROJECT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        copy(source, folder / name)
    (folder / "python_models/scorers/slow_profile_scores.py").write_text(FILE)
    records = folder / "macros/scorers/collaborative.sql"
    before, after = records.read_text().split("{% macro basket_records() %}")
    before, end = before.rsplit("\n    ]) }}\n", 1)
    records.write_text(f"{before}{RECORD}{end}{{% macro basket_records() %}}{after}")
    shop = folder / "shop"
    write_csv(
        shop,
        "items",
        [{"item_id": f"i{n:02}", "title": f"Tea {n}"} for n in range(ITEMS)],
    )
    # Each user walks through the items from a start of their own, one a month.
    write_csv(
        shop,
        "events",
        [
            {
                "user_id": f"u{user:02}",
                "item_id": f"i{(user + 5 * step) % ITEMS:02}",
                "event_type": "purchase",
                "occurred_at": f"2025-{1 + step:02}-{1 + user % 28:02} 12:00:00",
            }
            for user in range(USERS)
            for step in range(EVENTS)
        ],
    )
    run(
        folder,
        *("-m", "dbt.cli.main", "--no-use-colors", "build", "--select", *NEEDED),
        *("--exclude-resource-type", "test", "unit_test"),
        DBT_PROFILES_DIR=str(folder),
        PRECISION_MARKETING_DATABASE=str(folder / "added.duckdb"),
        PRECISION_MARKETING_INPUT_DIR=str(shop),
    )
    return folder


@pytest.fixture(scope="module")
def query(project, fetch):
    """Return the rows of a query on the build."""
    return lambda sql: fetch(project / "added.duckdb", sql)


def columns(query, relation: str) -> set[str]:
    return {
        name
        for (name,) in query(
            f"select column_name from duckdb_columns() where table_name = '{relation}'"
        )
    }


def test_its_lists_are_candidates(query):
    rows = query(
        "select time_window, count(*) from candidates.candidate_scores"
        " where scorer = 'slow_profile' group by all"
    )
    assert {window for window, count in rows if count} >= {"serve"}


def test_it_starts_in_the_blend_with_its_weight(query):
    rows = query(
        "select start_weight from scorers.scorer_decisions"
        " where scorer = 'slow_profile'"
    )
    assert rows == [(50.0,)]


def test_the_learned_rankings_have_its_features(query):
    assert columns(query, "candidate_features") >= {
        "feature_scores__slow_profile",
        "feature_scores__slow_profile_rank",
    }


def test_recommendations_are_explained_by_it(query):
    (parts,) = query(
        "select count(*) from marts.recommendation_explanations"
        " where part = 'slow_profile' and part_kind = 'scorer' and contribution > 0"
    )
    assert parts[0] > 0
    reasons = query(
        "select distinct reason_code from marts.recommendations"
        " where winning_scorer = 'slow_profile'"
    )
    assert ("because_you_bought",) in reasons


def test_its_quality_is_judged(query):
    (rows,) = query(
        "select count(*) from marts.recommender_quality where scorer = 'slow_profile'"
    )
    assert rows[0] > 0


def test_the_search_may_try_its_values(query):
    assert query(
        "select library_function, setting, setting_value"
        " from intermediate.int_scorer_levers"
        " where scorer = 'slow_profile' order by lever_place"
    ) == [
        ("item_cosine_recent", "decay", 0.99),
        ("item_cosine_recent", "decay", 0.8),
    ]


def test_the_docs_tables_have_it(project):
    page = (project / "docs" / "scorers.md").read_text()
    for block in ("scorers", "scorer_settings"):
        assert f"<!-- generated: {block} -->" in page
        script = f"from generate_docs import rendered; print(rendered('{block}'))"
        table = run(project, "-c", script, PYTHONPATH=str(project / ".ci"))
        assert "[`slow_profile`](algorithms/item_cosine.md)" in table
