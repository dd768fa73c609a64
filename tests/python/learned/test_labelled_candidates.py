"""Labelled candidates are read into bounded memory, whatever their order."""

import duckdb
import numpy as np
import pytest

from precision_marketing.learned import labelled_candidates as candidate_sampling
from precision_marketing.learned.labelled_candidates import read_labelled

# 400 users with 50 candidates each, one label each: 40 of half 1, 40 stopping.
CANDIDATES = """
    select
        'train' as time_window, user_index, item_index,
        item_index = user_index % 50 as is_label,
        (user_index % 10 = 0)::integer as training_half,
        case when user_index % 10 = 1 then 'stopping' else 'training' end
            as training_role,
        user_index + item_index / 64e0 as feature_pair
    from range(400) as users(user_index), range(50) as items(item_index)
    union all
    select 'test', 0, 0, true, 0, 'training', 0e0
    union all
    select 'train', 999, 0, false, 0, 'none', 0e0
"""


def read(maximum_rows, order="user_index, item_index"):
    with duckdb.connect() as connection:
        connection.execute(f"create table c as from ({CANDIDATES}) order by {order}")
        return read_labelled(connection.table("c"), maximum_rows)


def pairs(found):
    return set(zip(found.users.tolist(), found.items.tolist(), strict=True))


def test_all_but_users_without_labels_is_kept_where_it_fits():
    found = read(20_000)
    assert len(pairs(found)) == found.features.shape[0] == 400 * 50
    assert found.labels.sum() == 400
    assert found.is_holdout.sum() == 40 * 50
    assert found.negative_share == 1.0
    assert found.features.dtype == np.float32


def test_features_and_half_stay_with_their_pair():
    found = read(5_000)
    expected = found.users + found.items / 64
    np.testing.assert_array_equal(found.features[:, 0], expected)
    np.testing.assert_array_equal(found.halves, found.users % 10 == 0)


def test_positives_stay_and_negatives_are_sampled_where_it_does_not_fit():
    found = read(5_000)
    assert found.features.shape[0] == pytest.approx(5_000, rel=0.1)
    trains = ~found.is_holdout
    assert found.labels[trains].sum() == 360
    kept = (trains & ~found.labels).sum() / (360 * 49)
    assert found.negative_share == pytest.approx(kept)
    assert 0 < kept < 0.25


def test_users_held_out_stay_whole():
    found = read(5_000)
    users, counts = np.unique(found.users[found.is_holdout], return_counts=True)
    assert 0 < users.size < 40
    assert set(counts) == {50}


def test_positives_too_are_bounded_and_the_share_says_so():
    found = read(400)
    assert found.features.shape[0] == pytest.approx(400, rel=0.25)
    trains = ~found.is_holdout
    positives = found.labels[trains].sum()
    assert positives == pytest.approx(160, rel=0.2)
    negatives = (trains & ~found.labels).sum()
    expected = (negatives / (360 * 49)) / (positives / 360)
    assert found.negative_share == pytest.approx(expected)


@pytest.mark.parametrize("rows", [5_000, 20_000])
def test_a_user_held_out_without_a_label_among_the_candidates_is_not_read(rows):
    others = """
        select
            'train', user_index, item_index, false, 0,
            case when user_index % 2 = 0 then 'stopping' else 'training' end, 0e0
        from range(400, 500) as users(user_index), range(50) as items(item_index)
    """
    with duckdb.connect() as connection:
        relation = connection.sql(f"{CANDIDATES} union all {others}")
        found = read_labelled(relation, rows)
    held_out = np.unique(found.users[found.is_holdout])
    assert held_out.max() < 400
    # Who trains without a label has negatives to learn from.
    assert (found.users[~found.is_holdout] > 400).any()


@pytest.mark.parametrize("rows", [400, 5_000])
def test_the_order_of_rows_and_the_size_of_batches_change_nothing(rows, monkeypatch):
    expected = pairs(read(rows))
    assert pairs(read(rows, "hash(user_index * 1000 + item_index)")) == expected
    monkeypatch.setattr(candidate_sampling, "ROWS_PER_BATCH", 2048)
    assert pairs(read(rows, "item_index, user_index desc")) == expected
