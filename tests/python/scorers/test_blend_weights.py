"""The blend's weights, learned from relations as the Python model reads them."""

import duckdb
import numpy as np
import pytest

from precision_marketing.algorithms.kernels.pair_scores import LinearScores
from precision_marketing.build.scorer_lists import ScorerLists
from precision_marketing.scorers.blend_weights import BlendWeights, learn

# For each user item 1 is the label; `right` (0) puts it first, `wrong` (1) last.
CANDIDATES = """
    select
        time_window, scorer_number, user_index, item_index,
        30e0 - scorer_rank as score, scorer_rank
    from (
        select *, row_number() over (
            partition by time_window, scorer_number, user_index
            order by (scorer_number = 0) = (item_index = 1) desc, item_index
        ) as scorer_rank
        from (values ('train'), ('test')) as windows(time_window),
            (values (0), (1)) as scorers(scorer_number),
            range(200) as users(user_index), range(29) as items(item_index)
    )
"""
LABELS = """
    select time_window, user_index, case time_window when 'train' then 1 else 2 end
        as item_index
    from (values ('train'), ('test')) as windows(time_window),
        range(200) as users(user_index)
"""
USERS = """
    select 'train' as time_window, user_index, true as is_scored,
        case when user_index % 5 = 0 then 0 else 1 end as label_count,
        user_index // 5 % 2 as training_half
    from range({count}) as users(user_index)
"""
START = {"right": 0.5, "wrong": 0.5}


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        yield connection


def learned(connection, user_count: int, labels: str = LABELS) -> BlendWeights:
    lists = ScorerLists(connection.sql(CANDIDATES), list(START), depth=29)
    return learn(
        lists,
        connection.sql(labels),
        connection.sql(USERS.format(count=user_count)),
        START,
    )


def test_the_scorer_that_finds_the_labels_of_train_gains_weight(connection):
    right, wrong = learned(connection, user_count=200).of_all
    assert right > wrong


def test_users_move_the_weights_from_the_start_by_their_share_of_25_more(
    connection,
):
    # Of 200 users a fifth has no label and is not asked; both learn the same.
    few, many = (learned(connection, count).of_all for count in (5, 200))
    moved = [weights[0] - START["right"] for weights in (few, many)]
    assert moved[0] > 0
    assert moved[1] / moved[0] == pytest.approx((160 / 185) / (4 / 29))


def test_without_users_the_start_is_kept(connection):
    weights = learned(connection, user_count=0)
    assert weights.of_all.tolist() == [0.5, 0.5]
    assert weights.of_halves.tolist() == [[0.5, 0.5]] * 2


def test_a_half_is_ranked_by_weights_that_have_not_seen_its_labels(connection):
    # What half 0 took moves to the item that `wrong` puts first.
    moved = LABELS.replace(
        "case time_window when 'train' then 1 else 2 end",
        "case when user_index // 5 % 2 = 0 then 0 else 1 end",
    )
    before, after = (
        learned(connection, 200, labels).of_users("train", np.array([0, 1]))
        for labels in (LABELS, moved)
    )
    assert after[0].tolist() == before[0].tolist()
    assert after[1].tolist() != before[1].tolist()


def test_what_no_list_holds_counts_with_its_full_score(connection):
    # `right` lists item 0 alone, and scores the label, 27, as well as it.
    cut = CANDIDATES.replace("item_index = 1)", "item_index = 27)")
    cut += " where scorer_number = 1 or item_index = 0"
    lists = ScorerLists(connection.sql(cut), list(START), depth=29)
    labels = connection.sql(LABELS.replace("then 1 else", "then 27 else"))
    users = connection.sql(USERS.format(count=200))
    of_items = np.zeros((29, 1), np.float32)
    of_items[27] = 28.0
    full = {"right": LinearScores((np.ones((200, 1), np.float32), of_items))}
    without, with_full = (
        learn(lists, labels, users, START, given).of_all for given in (None, full)
    )
    assert without.tolist() == list(START.values())
    assert with_full[0] > with_full[1]
