"""A group of features is worth what the ranking loses without it."""

from types import SimpleNamespace

import numpy as np
import pytest
import sklearn.inspection
from sklearn.dummy import DummyClassifier

from precision_marketing.algorithms.learned import permutation_importance
from precision_marketing.algorithms.learned.ndcg import mean_ndcg
from precision_marketing.algorithms.learned.neural_model import (
    Network,
    NeuralScorerModel,
)
from precision_marketing.algorithms.learned.permutation_importance import (
    group_importance,
)
from precision_marketing.algorithms.learned.training_data import TrainingData


def data_and_model(n_users=300, n_items=20):
    """Return rows whose label the sum of two features says, and a model of the sum."""
    generator = np.random.default_rng(0)
    features = generator.normal(size=(n_users * n_items, 3))
    users = np.repeat(np.arange(n_users), n_items)
    total = (features[:, 0] + features[:, 1]).reshape(n_users, n_items)
    labels = (total == total.max(axis=1, keepdims=True)).ravel()
    data = TrainingData.prepared(
        features,
        ("a", "b", "noise"),
        labels,
        users,
        np.tile(np.arange(n_items), n_users),
        users % 2 == 0,
    )
    network = Network((np.array([[1.0], [1.0], [0.0]]),), (np.zeros(1),))
    return data, NeuralScorerModel(
        data.feature_names, np.zeros(3), np.ones(3), (network,)
    )


def test_the_drop_is_what_the_group_carries():
    data, model = data_and_model()
    found = group_importance(model, data, {"both": [0, 1], "one": [0], "noise": [2]})
    assert found["both"].ndcg_at_10 == 1.0
    # By chance a label of twenty is at rank r with 1/20 each: NDCG@10 is 0.2272.
    chance = np.sum(1 / np.log2(np.arange(2, 12))) / 20
    assert np.mean(found["both"].drops) == pytest.approx(1 - chance, abs=0.05)
    assert 0.1 < np.mean(found["one"].drops) < np.mean(found["both"].drops) - 0.1
    assert found["noise"].drops == (0.0, 0.0, 0.0)


def test_a_second_run_gives_the_same_and_another_seed_another_shuffle():
    data, model = data_and_model()
    found = group_importance(model, data, {"one": [0]})
    assert group_importance(model, data, {"one": [0]}) == found
    assert group_importance(model, data, {"one": [0]}, seed=1) != found
    assert len(set(found["one"].drops)) == 3


def test_drops_of_single_features_are_those_of_scikit_learn(monkeypatch):
    data, model = data_and_model()
    positions, users, labels = (
        getattr(data.holdout, name) for name in ("positions", "users", "labels")
    )
    estimator = DummyClassifier()
    expected = sklearn.inspection.permutation_importance(
        estimator,
        data.features[positions],
        labels,
        scoring=lambda _, rows, y: mean_ndcg(users, y, model.predict(rows)),
        n_repeats=3,
        random_state=7,
    )
    # Its shuffles: each of what the one before has left.
    state = np.random.RandomState(np.random.RandomState(7).randint(2**31))
    shuffle, whole, orders = np.arange(users.size), np.arange(users.size), []
    for _ in range(3):
        state.shuffle(shuffle)
        whole = whole[shuffle]
        orders.append(whole)
    given = SimpleNamespace(permutation=lambda size: orders.pop(0))
    monkeypatch.setattr(np.random, "default_rng", lambda seed: given)
    groups = {name: [place] for place, name in enumerate(data.feature_names)}
    found = group_importance(model, data, groups)
    drops = [group.drops for group in found.values()]
    np.testing.assert_allclose(drops, expected.importances, rtol=0, atol=1e-12)


def test_features_are_left_as_they_were():
    data, model = data_and_model()
    before = data.features.copy()
    group_importance(model, data, {"both": [0, 1]})
    np.testing.assert_array_equal(data.features, before)


def test_whole_users_are_asked_where_there_are_many_rows(monkeypatch):
    monkeypatch.setattr(permutation_importance, "MAXIMUM_ROWS", 500)
    data, model = data_and_model()
    asked = []

    def spy(users, labels, scores):
        asked.append((users, labels))
        return mean_ndcg(users, labels, scores)

    monkeypatch.setattr(permutation_importance, "mean_ndcg", spy)
    group_importance(model, data, {"one": [0]})
    users, labels = asked[0]
    assert users.size == labels.size == 500
    assert labels.sum() == np.unique(users).size == 25
    assert (users % 2 == 0).all()
    assert users.max() > 250
