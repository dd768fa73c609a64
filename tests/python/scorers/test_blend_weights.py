"""The blend's weights, learned from relations as the Python model reads them."""

import duckdb
import pytest

from precision_marketing.build.scorer_lists import ScorerLists
from precision_marketing.scorers.blend_weights import learn

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
        case when user_index % 5 = 0 then 0 else 1 end as label_count
    from range({count}) as users(user_index)
"""
START = {"right": 0.5, "wrong": 0.5}


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        yield connection


def learned(connection, user_count: int) -> dict[str, float]:
    lists = ScorerLists(connection.sql(CANDIDATES), list(START), depth=29)
    return learn(
        lists,
        connection.sql(LABELS),
        connection.sql(USERS.format(count=user_count)),
        START,
    )


def test_the_scorer_that_finds_the_labels_of_train_gains_weight(connection):
    weights = learned(connection, user_count=200)
    assert weights["right"] > weights["wrong"]


def test_with_few_users_the_start_is_kept(connection):
    # Of 120 users a fifth has no label and is not asked.
    assert learned(connection, user_count=120) == START
