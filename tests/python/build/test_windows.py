"""What the scorers read from the build, on relations of a few rows."""

import duckdb
import numpy as np
import pytest

from precision_marketing.build.windows import read_settings, read_windows


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        yield connection


def windows(connection):
    interactions = connection.sql(
        """
        select * from (values
            ('train', 0, 1, 1.0e0, true, 1), ('test', 0, 1, 1.0e0, true, 1),
            ('test', 2, 0, 0.5e0, false, 3), ('serve', 2, 0, 0.5e0, false, 3)
        ) as rows(
            time_window, user_index, item_index, interaction_weight, is_excluded,
            recency_position
        )
        """
    )
    users = connection.sql(
        """
        select time_window, user_index, time_window <> 'train' as is_scored
        from (values ('train'), ('test'), ('serve')) as windows(time_window),
            (values (2), (0), (1)) as users(user_index)
        """
    )
    items = connection.sql(
        """
        select time_window, item_index, item_index <> 2 as is_eligible
        from (values ('serve'), ('test'), ('train')) as windows(time_window),
            (values (2), (0), (1)) as items(item_index)
        """
    )
    return list(read_windows(interactions=interactions, users=users, items=items))


def test_each_window_has_its_own_history_in_the_shape_of_all(connection):
    train, test, serve = windows(connection)
    names = [window.time_window for window in (train, test, serve)]
    assert names == ["train", "test", "serve"]
    assert train.weights.toarray().tolist() == [[0, 1, 0], [0, 0, 0], [0, 0, 0]]
    assert test.weights.toarray().tolist() == [[0, 1, 0], [0, 0, 0], [0.5, 0, 0]]
    assert serve.weights.toarray().tolist() == [[0, 0, 0], [0, 0, 0], [0.5, 0, 0]]


def test_excluded_pairs_eligible_items_and_scored_users_are_told_apart(connection):
    train, test, _ = windows(connection)
    assert test.excluded.toarray().tolist() == [[0, 1, 0], [0, 0, 0], [0, 0, 0]]
    assert test.eligible_items.tolist() == [True, True, False]
    assert test.scored_users.tolist() == [0, 1, 2]
    assert train.scored_users.size == 0


def test_older_days_of_a_profile_count_less(connection):
    _, test, _ = windows(connection)
    # The first day counts in full; the third is two days of the profile back.
    recent = test.recent_weights(0.5).toarray().tolist()
    assert recent == [[0, 1, 0], [0, 0, 0], [0.5 * 0.5**2, 0, 0]]
    assert (test.recent_weights(1.0) != test.weights).nnz == 0


def test_no_users_and_no_items_give_empty_matrices(connection):
    empty = connection.sql(
        """
        select
            'test' as time_window, 0 as user_index, 0 as item_index,
            1e0 as interaction_weight, 1 as recency_position, true as is_excluded,
            true as is_scored, true as is_eligible
        where false
        """
    )
    for window in read_windows(interactions=empty, users=empty, items=empty):
        assert window.weights.shape == (0, 0)
        assert window.scored_users.dtype == np.int64


def test_whole_settings_are_counts_words_stay_and_other_scorers_are_left_out(
    connection,
):
    relation = connection.sql(
        """
        select * from (values
            ('item_cosine', 'neighbors', 200e0, null),
            ('item_cosine', 'shrinkage', 0.5e0, null),
            ('item_cosine', 'similarity', null, 'euclidean'),
            ('user_cosine', 'neighbors', 7e0, null),
            ('every_scorer', 'candidates', 100e0, null)
        ) as rows(scorer, setting, setting_value, setting_text)
        """
    )
    settings = read_settings(relation, "item_cosine")
    assert settings == {
        "neighbors": 200,
        "shrinkage": 0.5,
        "similarity": "euclidean",
        "candidates": 100,
    }
    assert isinstance(settings["neighbors"], int)
