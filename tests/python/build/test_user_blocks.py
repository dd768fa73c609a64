"""Blocks of users as an executor makes them of its partition of histories."""

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from precision_marketing.build.fit_windows import read_fit_windows
from precision_marketing.build.relations import is_on_spark
from precision_marketing.build.user_blocks import block_of, user_blocks
from precision_marketing.build.windows import window_of

USERS, ITEMS = 40, 9


def histories(seed=0):
    """Return the rows of users, of whom every fifth has none, user by user."""
    draws = np.random.default_rng(seed)
    pairs = [
        (user, item)
        for user in range(USERS)
        if user % 5
        for item in draws.choice(ITEMS, draws.integers(1, ITEMS), replace=False)
    ]
    users, items = map(np.array, zip(*pairs, strict=True))
    return pa.table(
        {
            "user_index": pa.array(users, pa.int32()),
            "item_index": pa.array(items, pa.int32()),
            "interaction_weight": draws.random(users.size),
            "is_excluded": pa.array(draws.integers(0, 2, users.size), pa.int32()),
            "recency_position": pa.array(draws.integers(1, 4, users.size), pa.int32()),
        }
    )


@pytest.mark.parametrize("rows_per_block", [1, 7, 10_000])
@pytest.mark.parametrize("rows_per_batch", [1, 3, 64])
def test_each_user_is_whole_in_one_block_whatever_the_batches(
    rows_per_batch, rows_per_block
):
    rows = histories()
    batches = rows.to_batches(max_chunksize=rows_per_batch)
    blocks = list(user_blocks([*batches, batches[0].slice(0, 0)], rows_per_block))
    assert pa.concat_tables(blocks).equals(rows)
    users = [set(block["user_index"].to_pylist()) for block in blocks]
    assert sum(map(len, users)) == len(set.union(*users))
    if rows_per_block < rows_per_batch < rows.num_rows:
        assert len(blocks) > 1


def test_no_rows_are_no_block():
    assert list(user_blocks([])) == []


def test_a_block_is_what_the_whole_window_has_of_its_users():
    rows = histories()
    eligible = np.arange(ITEMS) != 2
    all_users = pa.table({"user_index": range(USERS), "is_scored": [True] * USERS})
    window = window_of("serve", rows, all_users, eligible)
    # 20 has no history: a join leaves one row without an item.
    users = np.array([3, 20, 21, 39])
    own = rows.filter(pa.compute.is_in(rows["user_index"], pa.array(users, pa.int32())))
    empty = pa.table(
        {
            name: pa.array([20 if name == "user_index" else None], field.type)
            for name, field in zip(rows.column_names, rows.schema, strict=True)
        }
    )
    block = block_of("serve", pa.concat_tables([own, empty]), users, eligible)
    wanted = window.of_users(users)
    for name in ("weights", "recency_positions", "excluded"):
        found = getattr(block, name)
        assert found.shape == (4, ITEMS)
        assert (found != getattr(wanted, name)).nnz == 0
    assert block.numbers.tolist() == users.tolist()
    assert block.scored_users.tolist() == [0, 1, 2, 3]
    assert block.time_window == "serve"


def test_on_one_machine_is_fitted_to_all_users():
    with duckdb.connect() as connection:
        connection.register("rows", histories())
        given = {
            "interactions": "select 'test' as time_window, * from rows",
            "users": "select 'test' as time_window, range as user_index,"
            f" true as is_scored from range({USERS})",
            "items": "select 'test' as time_window, range as item_index,"
            f" true as is_eligible from range({ITEMS})",
        }
        given = {name: connection.sql(query) for name, query in given.items()}
        assert not is_on_spark(given["interactions"])
        (window,) = read_fit_windows(**given, time_windows=("test",))
    assert window.weights.shape == (USERS, ITEMS)
    assert window.weights.nnz == histories().num_rows
