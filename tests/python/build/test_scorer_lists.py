"""Lists read by blocks of users, also while DuckDB pulls the rows of the reader."""

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from precision_marketing.algorithms.kernels.pair_scores import LinearScores
from precision_marketing.build import scorer_lists
from precision_marketing.build.relations import on_other_cursor, reader
from precision_marketing.build.scorer_lists import ScorerLists

LISTS = """
    select 'test' as time_window, 1 as scorer_number, user_index, item_index,
        1e0 * (10 - scorer_rank) as score, scorer_rank
    from (values (3, 8, 1), (3, 5, 2), (7, 6, 1), (4, 9, 1)) as rows(
        user_index, item_index, scorer_rank)
    union all
    select 'train', 0, 3, 2, 1e0, 1
"""


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        connection.sql(f"create table lists as {LISTS}")
        yield connection


def test_a_block_holds_the_lists_of_the_users_that_are_asked(connection):
    lists = ScorerLists(connection.table("lists"), ["a", "b"], depth=3)
    (block,) = lists.blocks("test", np.array([3, 7]))
    assert block.items.tolist() == [
        [[-1, -1, -1], [8, 5, -1]],
        [[-1, -1, -1], [6, -1, -1]],
    ]
    assert block.scaled_scores[0, 1] == pytest.approx([9 / 8.5, 8 / 8.5, 0])


def test_what_a_list_ends_before_is_told_in_units_of_the_list(connection):
    lists = ScorerLists(connection.table("lists"), ["a", "b"], depth=3)
    by_user, by_item = np.zeros((8, 1), np.float32), np.zeros((9, 1), np.float32)
    by_user[[3, 7]], by_item[[1, 2]] = 1.0, [[4.25], [-1.0]]
    full = {name: LinearScores((by_user, by_item)) for name in ("a", "b")}
    (block,) = lists.blocks("test", np.array([3, 7]), full)
    scaled = np.array([[np.nan, 7.0], [np.nan, np.nan], [np.nan, np.nan]])
    block.others(np.array([0, 0, 1]), np.array([1, 1, 2]), scaled)
    # `a` lists nothing for them; what is known stays, and nothing is below 0.
    assert np.isnan(scaled[:, 0]).all()
    assert scaled[:, 1] == pytest.approx([7.0, 4.25 / 8.5, 0.0])


def test_blocks_hold_each_user_once(connection, monkeypatch):
    monkeypatch.setattr(scorer_lists, "USERS_PER_BLOCK", 2)
    lists = ScorerLists(connection.table("lists"), ["a", "b"], depth=3)
    blocks = list(lists.blocks("test", np.array([3, 4, 7])))
    assert [block.users.tolist() for block in blocks] == [[3, 4], [7]]
    assert [block.items[:, 1, 0].tolist() for block in blocks] == [[8, 9], [6]]


def test_lists_can_be_read_while_a_table_is_made_of_them(connection):
    table = on_other_cursor(connection.table("lists"), connection)
    lists = ScorerLists(table, ["a", "b"], depth=3)

    def batches():
        for block in lists.blocks("test", np.array([3, 4, 7])):
            yield pa.record_batch({"item_index": block.items[:, 1, 0]})

    rows = reader(pa.schema([("item_index", pa.int32())]), batches())  # noqa: F841
    connection.execute("begin transaction")
    connection.execute("create table made as select * from rows")
    connection.execute("commit")
    assert sorted(connection.sql("from made").fetchall()) == [(6,), (8,), (9,)]


def test_scorers_out_of_order_are_refused(connection):
    with pytest.raises(ValueError, match="alphabetical"):
        ScorerLists(connection.table("lists"), ["b", "a"], depth=3)
