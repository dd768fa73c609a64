"""Training and ranking on candidate features, as the Python models do."""

from functools import partial
from operator import itemgetter

import duckdb
import pyarrow as pa
import pytest
from scipy.special import expit, logit
from small_candidates import PENALTY, SETTINGS, small_candidates

from precision_marketing.algorithms.learned.logistic_regression import LogisticModel
from precision_marketing.algorithms.learned.neural_model import NeuralScorerModel
from precision_marketing.build.relations import on_other_cursor
from precision_marketing.learned import learned_scores as neural_ranking
from precision_marketing.learned.learned_scores import score, score_served
from precision_marketing.learned.model_training import train

# The label is the one with the largest feature.
CANDIDATES = small_candidates("""
    case when item_index = user_index % 6 then 1e0 else 0e0 end
        as feature_carries__signal,
    (user_index * 7 + item_index * 3) % 11 / 11e0 as feature_noise
""")


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        yield connection


def trained(connection, candidates: str = CANDIDATES, **changes) -> pa.Table:
    return train(connection.sql(candidates), SETTINGS | changes, PENALTY)


def ranked(connection, candidates: str = CANDIDATES, scores_of=score) -> list[dict]:
    """Return the scores of train and test, or what another function returns."""
    connection.execute(f"create or replace table candidates as {candidates}")
    models = connection.from_arrow(trained(connection, candidates))
    features = on_other_cursor(connection.table("candidates"), connection)
    # As dbt does it: the connection inserts while the features are read.
    connection.register("batches", scores_of(features, models))
    connection.execute("create or replace table scores as select * from batches")
    return connection.table("scores").to_arrow_table().to_pylist()


@pytest.mark.parametrize("scorer", list(neural_ranking.RANKINGS))
def test_every_model_ranks_the_label_first(connection, scorer):
    rows = [row for row in ranked(connection) if row["scorer"] == scorer]
    first = [row for row in rows if row["scorer_rank"] == 1]
    assert {row["time_window"] for row in rows} == {"train", "test"}
    assert len(first) == 2 * 90
    assert all(row["item_index"] == row["user_index"] % 6 for row in first)
    assert len(rows) == 6 * len(first)


@pytest.mark.parametrize("scorer", list(neural_ranking.RANKINGS))
def test_serve_is_scored_by_the_scorer_that_is_needed_alone(connection, scorer):
    rows = ranked(connection, scores_of=partial(score_served, scorer=scorer))
    keys = {(row["time_window"], row["scorer"]) for row in rows}
    assert keys == {("serve", scorer)}
    assert len(rows) == 6 * 90
    # In `serve` and `test` the features are the same here, and so is the model.
    of_test = {
        (row["user_index"], row["item_index"]): (row["score"], row["scorer_rank"])
        for row in ranked(connection)
        if row["time_window"] == "test" and row["scorer"] == scorer
    }
    for row in rows:
        key = row["user_index"], row["item_index"]
        assert (row["score"], row["scorer_rank"]) == of_test[key]


@pytest.mark.parametrize(
    ("candidates", "scorer"),
    [(CANDIDATES, None), (f"from ({CANDIDATES}) where user_index < 10", "neural")],
)
def test_serve_is_not_scored_where_nobody_needs_it_or_nothing_was_trained(
    connection, candidates, scorer
):
    assert ranked(connection, candidates, partial(score_served, scorer=scorer)) == []
    assert connection.table("scores").types[4] == "DOUBLE"


def test_the_labels_of_a_half_change_no_score_of_its_own_in_train(connection):
    # Every label of half 0 moves to another item; half 1 is what it was.
    moved = f"""select * replace (case when training_half = 0
        then item_index = (user_index + 1) % 6 else is_label end as is_label)
        from ({CANDIDATES})"""

    def scores(candidates: str) -> dict:
        return {
            (row["user_index"], row["item_index"], row["scorer"]): row["score"]
            for row in ranked(connection, candidates)
            if row["time_window"] == "train"
        }

    before, after = scores(CANDIDATES), scores(moved)
    is_changed = {key: after[key] != score for key, score in before.items()}
    assert len(is_changed) == 90 * 6 * 3
    assert not any(
        changed for (user, *_), changed in is_changed.items() if not user % 2
    )
    assert any(changed for (user, *_), changed in is_changed.items() if user % 2)


def test_the_mean_ranks_by_the_mean_of_the_logits_of_both_models(connection):
    scores = {
        (row["scorer"], row["time_window"], row["user_index"], row["item_index"]): row[
            "score"
        ]
        for row in ranked(connection)
    }
    means = {
        key[1:]: value for key, value in scores.items() if key[0] == "learned_mean"
    }
    assert len(means) == 2 * 90 * 6
    for key, mean in means.items():
        of_both = [scores[name, *key] for name in ("neural", "logistic_regression")]
        assert mean == pytest.approx(expit(logit(of_both).mean()), abs=1e-9)


def test_all_users_and_each_half_train_networks_and_a_regression(connection):
    table = trained(connection)
    for suffix in ("", "_half_0", "_half_1"):
        networks = NeuralScorerModel.from_table(table, f"neural{suffix}")
        assert [network.seed for network in networks.networks] == [0, 1]
        LogisticModel.from_table(table, f"logistic_regression{suffix}")


def test_the_order_of_rows_changes_nothing_in_the_models(connection):
    shuffled = f"from ({CANDIDATES}) order by hash(user_index * 7 + item_index)"
    assert trained(connection).equals(trained(connection, shuffled))
    few = {"maximum_training_rows": 250}
    sampled = trained(connection, **few)
    assert sampled.equals(trained(connection, shuffled, **few))
    assert not sampled.equals(trained(connection))


def test_too_little_data_gives_typed_tables_without_rows_and_says_so(
    connection, caplog
):
    few = f"from ({CANDIDATES}) where user_index < 10"
    assert ranked(connection, few) == []
    assert connection.table("scores").types[4] == "DOUBLE"
    assert "The neural scorer was not trained" in caplog.text


def test_no_candidates_give_typed_tables_without_rows(connection):
    assert ranked(connection, f"from ({CANDIDATES}) limit 0") == []
    assert connection.table("scores").types[4] == "DOUBLE"


def test_blocks_of_users_and_batches_of_rows_change_nothing(connection, monkeypatch):
    whole = ranked(connection)
    monkeypatch.setattr(neural_ranking, "USERS_PER_BLOCK", 7)
    monkeypatch.setattr(neural_ranking, "ROWS_PER_BATCH", 2048)
    key = itemgetter("scorer", "time_window", "user_index", "scorer_rank")
    assert sorted(ranked(connection), key=key) == sorted(whole, key=key)


def test_importance_finds_the_group_that_carries_the_label(connection):
    table = trained(connection)
    drops = {
        name: value
        for kind, name, value in zip(
            *(table[column].to_pylist() for column in ("record_type", "name", "value")),
            strict=True,
        )
        if kind == "importance"
    }
    assert set(drops) == {"carries", "other"}
    assert drops["carries"] > 0.2 > abs(drops["other"])
