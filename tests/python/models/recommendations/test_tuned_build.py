"""A whole build with `tuning.enabled`: what is chosen is used, and written down.

No other setting is at its default either, where another has an effect on the example.
"""

from pathlib import Path

import duckdb
import pytest
from whole_builds import WholeBuild, build_everything

from precision_marketing.algorithms.collaborative.neighbors import item_neighbors
from precision_marketing.build.relations import matrix

# By default the `train` window has 89 users to ask, of 100 that a search needs.
SETTINGS = {
    "input_checks": {"maximum_quantity": 1000},
    "event_types": {"view": 2},
    "windows": {
        "label_share": 0.25,
        "holdout_share": 0.3,
        "evaluated_users": 500,
        "learn": "weekly",
    },
    "interactions": {"half_life_days": 30, "saturation": "none"},
    "recommendations": {
        "target": "any",
        "per_user": 5,
        "candidates_per_scorer": 50,
        "kept_of_each_scorer": 5,
        "diversity": 0.3,
        "exploration_share": 0.2,
    },
    "rules": [{"rule": "cap", "category": "tea", "maximum": 2}],
    "scorers": {
        "item_cosine": {"similarity": "euclidean", "neighbors": 30},
        "neural_scorer": {"maximum_epochs": 1},
    },
    "tuning": {"enabled": True, "users": 100, "trials_per_scorer": 4},
    "learned": {
        "training_users_maximum": 500,
        "feature_gaps": {"affinity__brand_share": 0.1, "popularity__trend": "drop"},
    },
    "attribution": {
        "click_window_days": 3,
        "view_window_days": 2,
        "lookback_days": 10,
        "half_life_days": 2.5,
        "path_touches": 3,
        "journeys_end_at_orders": True,
    },
    "audiences": {"channel_frequency_caps": {"email": 3}},
    "lift": {
        "history_days": 30,
        "variant_shares": {"c06": {"control": 0.4, "treatment": 0.6}},
    },
}


@pytest.fixture(scope="module")
def tuned_build(tmp_path_factory: pytest.TempPathFactory) -> WholeBuild:
    """Build the example shop with a search, Euclidean item neighbors set by hand."""
    # Not `dbt_project`: what the search adds to the graph is decided when it is parsed.
    return build_everything(
        tmp_path_factory.mktemp("tuned") / "tuned_shop.duckdb",
        excluded=("unit_test",),
        **SETTINGS,
    )


def test_a_tuned_build_passes_its_tests_and_logs_its_trials(tuned_build: WholeBuild):
    assert "WARN=0 ERROR=0 SKIP=0" in tuned_build.output
    assert "item_cosine_recent, trial 0 of 3: NDCG@20 on train" in tuned_build.output


def test_settings_in_force_are_the_chosen_ones(tuned_build: WholeBuild, fetch):
    chosen = fetch(
        tuned_build.database,
        """
        select scorer, setting, tried_value, tried_text
        from marts.scorer_tuning where is_chosen
        except
        select scorer, setting, setting_value, setting_text
        from intermediate.int_scorer_settings
        """,
    )
    assert chosen == []
    scorers = fetch(
        tuned_build.database,
        "select distinct scorer from marts.scorer_tuning order by 1",
    )
    assert len(scorers) == 7
    searched = fetch(
        tuned_build.database,
        "select count(*) from marts.scorer_tuning"
        " where scorer = 'item_cosine' and setting in ('similarity', 'neighbors')",
    )
    assert searched == [(0,)]


def test_euclidean_neighbors_are_built_where_they_are_set(tuned_build: WholeBuild):
    with duckdb.connect(str(tuned_build.database), read_only=True) as connection:
        settings = dict(
            connection.execute(
                "select setting, setting_value from intermediate.int_scorer_settings"
                " where scorer = 'item_cosine' and setting_value is not null"
            ).fetchall()
        )
        history = connection.sql(
            "select user_index, item_index, interaction_weight"
            " from intermediate.int_user_item_matrix where time_window = 'serve'"
        ).to_arrow_table()
        shape = connection.execute(
            "select (select max(user_index) + 1 from intermediate.int_window_users),"
            " (select max(item_index) + 1 from intermediate.int_item_features)"
        ).fetchone()
        built = connection.sql(
            "select item_index, neighbor_index, similarity, neighbor_rank"
            " from scorers.item_cosine_neighbors where time_window = 'serve'"
            " order by item_index, neighbor_rank"
        ).to_arrow_table()
    weights = matrix(history, "user_index", "item_index", "interaction_weight", shape)
    top_k = int(settings.pop("neighbors"))
    expected = item_neighbors(weights, top_k=top_k, similarity="euclidean", **settings)
    assert built.num_rows > 0
    assert built.to_pydict() == expected.to_pydict()


def test_without_tune_nothing_was_tried_and_defaults_are_in_force(
    example_database: Path, fetch
):
    assert fetch(example_database, "select * from marts.scorer_tuning") == []
    assert not fetch(
        example_database,
        """
        select scorer, setting, setting_value, setting_text
        from intermediate.int_declared_scorer_settings
        except
        select scorer, setting, setting_value, setting_text
        from intermediate.int_scorer_settings
        """,
    )
