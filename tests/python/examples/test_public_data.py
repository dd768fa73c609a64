"""The whole graph on a public data set, where it lies beside the project."""

from pathlib import Path

import pytest
from whole_builds import PROJECT

MOVIELENS = PROJECT.parent / "shared" / "data" / "movielens-100k"
pytestmark = pytest.mark.skipif(
    not MOVIELENS.is_dir(), reason=f"MovieLens 100k is not in {MOVIELENS}"
)


@pytest.fixture(scope="module")
def movielens(dbt_project) -> Path:
    """Build MovieLens 100k: events, items and users, and no other input."""
    return dbt_project.build(MOVIELENS, excluded=("unit_test",))


def test_every_user_gets_ten_titles(movielens, fetch):
    query = """
        select count(*) from (
            select user_id from marts.recommendations
            group by user_id having count(item_title) = 10
        )
    """
    assert fetch(movielens, query) == [(943,)]


def test_collaborative_scorers_beat_popularity_for_users_with_a_history(
    movielens, fetch
):
    query = """
        select scorer from marts.recommender_quality
        where time_window = 'test' and segment = 'heavy' and metric = 'ndcg'
            and k = 10 and metric_value > popularity_value
    """
    better = {scorer for (scorer,) in fetch(movielens, query)}
    assert {"item_cosine", "user_cosine", "blend"} <= better


@pytest.mark.parametrize("item_set", ["untouched", "cold", "hidden"])
def test_genres_and_titles_alone_beat_popularity_on_cold_items(
    movielens, fetch, item_set
):
    query = f"""
        select scorer from candidates.cold_item_ranking_quality
        where time_window = 'test' and item_set = '{item_set}' and margin_lower > 0
    """
    assert "naive_bayes" in {scorer for (scorer,) in fetch(movielens, query)}


def test_absent_inputs_are_accounted_for_with_zeros(movielens, fetch):
    query = """
        select input_name, rows_read from marts.row_accounting
        where rows_read <> rows_kept or rows_read = 0
    """
    assert {name for name, _ in fetch(movielens, query)} == {
        *("campaigns", "campaign_spend", "campaign_assignments"),
        *("campaign_touches", "erasure_requests"),
    }
