"""Training and ranking on candidate features, as the Python models do."""

import duckdb
import pyarrow as pa
import pytest

from precision_marketing import neural_ranking
from precision_marketing.neural_ranking import score, train

SETTINGS = {"maximum_epochs": 3, "batch_size": 64, "candidates": 100}
# 90 users with six candidates each; the label is the one with the largest feature.
CANDIDATES = """
    select
        time_window, user_index, item_index, item_index = user_index % 6 as is_label,
        case when user_index % 5 = 0 then 'gate'
            when user_index % 5 = 1 then 'stopping' else 'training'
        end as training_role,
        case when item_index = user_index % 6 then 1e0 else 0e0 end as feature_signal,
        (user_index * 7 + item_index * 3) % 11 / 11e0 as feature_noise
    from (values ('train'), ('test'), ('serve')) as windows(time_window),
        range(90) as users(user_index), range(6) as items(item_index)
"""


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        yield connection


def ranked(connection, candidates: str = CANDIDATES) -> pa.Table:
    features = connection.sql(candidates)
    model = train(features, SETTINGS)
    return score(features, connection.from_arrow(model))


def test_the_network_ranks_the_label_first(connection):
    rows = ranked(connection).to_pylist()
    first = [row for row in rows if row["scorer_rank"] == 1]
    assert len(first) == 90 + 90 + 18
    assert all(row["item_index"] == row["user_index"] % 6 for row in first)
    assert {row["scorer"] for row in rows} == {"neural"}


def test_in_train_only_users_it_never_saw_are_scored(connection):
    rows = ranked(connection).to_pylist()
    users = {row["user_index"] for row in rows if row["time_window"] == "train"}
    assert users == set(range(0, 90, 5))


def test_users_of_the_gate_change_nothing_in_the_network(connection):
    without_gate = train(
        connection.sql(f"from ({CANDIDATES}) where training_role <> 'gate'"), SETTINGS
    )
    assert train(connection.sql(CANDIDATES), SETTINGS).equals(without_gate)


def test_too_little_data_gives_typed_tables_without_rows_and_says_so(
    connection, caplog
):
    few = f"from ({CANDIDATES}) where user_index < 10"
    table = ranked(connection, few)
    assert table.num_rows == 0
    assert table.schema.field("score").type == pa.float64()
    assert "The neural scorer was not trained" in caplog.text


def test_the_size_of_the_blocks_of_users_changes_nothing(connection, monkeypatch):
    whole = ranked(connection)
    monkeypatch.setattr(neural_ranking, "USERS_PER_BLOCK", 7)
    assert ranked(connection).equals(whole)
