"""Published probabilities explained by feature groups, as the Python model does."""

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from small_candidates import PENALTY, SETTINGS, small_candidates

from precision_marketing.algorithms.learned.group_contributions import LinearNetwork
from precision_marketing.learned import feature_contributions as explaining
from precision_marketing.learned.feature_contributions import ExplainedModel, explain
from precision_marketing.learned.learned_scores import score_served
from precision_marketing.learned.model_training import train

CANDIDATES = small_candidates("""
    case when item_index = user_index % 6 then 1e0 else 0e0 end
        as feature_scores__signal,
    (user_index * 7 + item_index * 3) % 11 / 11e0 as feature_scores__noise,
    user_index % 4 / 3e0 as feature_user__activity
""")
NAMES = ("feature_scores__signal", "feature_scores__noise", "feature_user__activity")
COEFFICIENTS = np.array([2.0, -0.5, 0.25])


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        yield connection


def published(connection, ranking="neural"):
    return connection.sql(
        "select cast(user_index as integer) as user_index, cast(item_index as integer)"
        f" as item_index, '{ranking}' as published_ranking"
        " from range(90) as users(user_index), range(3) as items(item_index)"
    )


def explained(connection, ranking="neural", candidates=CANDIDATES):
    features = connection.sql(candidates)
    model = connection.from_arrow(train(features, SETTINGS, PENALTY))
    table = explain(published(connection, ranking), features, model)
    return table.read_all()


@pytest.mark.parametrize("ranking", ["neural", "logistic_regression", "learned_mean"])
def test_base_and_groups_add_up_to_the_published_probability(connection, ranking):
    features = connection.sql(CANDIDATES)
    model = connection.from_arrow(train(features, SETTINGS, PENALTY))
    scores = score_served(features, model, ranking).read_all().to_pylist()
    expected = {
        (row["user_index"], row["item_index"]): row["score"]
        for row in scores
        if row["item_index"] < 3
    }
    totals = dict.fromkeys(expected, 0.0)
    parts = {key: [] for key in expected}
    for row in explained(connection, ranking).to_pylist():
        key = row["user_index"], row["item_index"]
        totals[key] += row["contribution"]
        parts[key].append(row["part"])
    assert totals == pytest.approx(expected, abs=1e-9)
    assert all(names == ["base", "scores", "user"] for names in parts.values())


def test_the_strongest_feature_of_a_group_is_a_column_of_the_features(connection):
    rows = explained(connection).to_pylist()
    names = {(row["part"], row["strongest_feature"]) for row in rows}
    assert ("base", None) in names
    assert ("user", "feature_user__activity") in names


def test_the_size_of_blocks_and_batches_changes_nothing_but_noise(
    connection, monkeypatch
):
    whole = explained(connection)
    monkeypatch.setattr(explaining, "USERS_PER_BLOCK", 7)
    monkeypatch.setattr(explaining, "ROWS_PER_BATCH", 4)
    found = explained(connection)
    exact = [name for name in whole.column_names if name != "contribution"]
    assert found.select(exact).equals(whole.select(exact))
    # With some kernels of BLAS (OpenBLAS's Haswell) a product of singles hangs on where
    # in the matrix a row is; contributions are promised within 1e-6.
    contributions = found["contribution"].to_numpy()
    assert contributions == pytest.approx(whole["contribution"].to_numpy(), abs=1e-6)


def test_a_ranking_without_features_has_typed_columns_and_no_rows(connection):
    found = explained(connection, ranking="blend")
    assert found.num_rows == 0
    assert found.schema == explaining.contributions_schema


def test_a_build_without_a_trained_model_has_no_rows(connection):
    features = connection.sql(f"from ({CANDIDATES}) where user_index < 10")
    untrained = connection.from_arrow(train(features, SETTINGS, PENALTY))
    assert explain(published(connection), features, untrained).read_all().num_rows == 0


def test_nothing_published_has_no_rows(connection):
    features = connection.sql(CANDIDATES)
    nothing = published(connection).filter("user_index < 0")
    model = connection.from_arrow(train(features, SETTINGS, PENALTY))
    assert explain(nothing, features, model).read_all().num_rows == 0


def test_a_published_item_without_features_is_left_out(connection):
    rows = explained(
        connection,
        candidates=f"from ({CANDIDATES}) where not (user_index = 4 and item_index = 1)",
    )
    keys = {(row["user_index"], row["item_index"]) for row in rows.to_pylist()}
    assert len(keys) == 90 * 3 - 1
    assert (4, 1) not in keys


def test_a_linear_model_keeps_the_exact_parts_of_its_logit(connection, monkeypatch):
    model = ExplainedModel(
        NAMES, np.zeros(3), np.ones(3), (LinearNetwork(COEFFICIENTS, -1.0),)
    )
    monkeypatch.setattr(explaining, "MODELS", {"linear": lambda records: model})
    features = connection.sql(CANDIDATES)
    record = connection.from_arrow(pa.table({"value": [1.0]}))
    table = explain(published(connection, "linear"), features, record)
    rows = table.read_all().to_pylist()
    first = [row for row in rows if (row["user_index"], row["item_index"]) == (1, 1)]
    logits = {row["part"]: row["logit_contribution"] for row in first}
    # Signal 1, noise (7 + 3) / 11, activity 1 / 3.
    assert logits == pytest.approx({"base": -1, "scores": 2 - 5 / 11, "user": 1 / 12})
    strongest = {row["part"]: row["strongest_feature"] for row in first}
    assert strongest == {"base": None, "scores": NAMES[0], "user": NAMES[2]}
    total = sum(row["contribution"] for row in first)
    assert total == pytest.approx(1 / (1 + np.exp(-sum(logits.values()))), abs=1e-9)
