import dataclasses
import warnings

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import ndcg_score, roc_auc_score
from sklearn.neural_network import MLPClassifier

from precision_marketing.algorithms.learned import neural_scorer
from precision_marketing.algorithms.learned.logistic_regression import fit_logistic
from precision_marketing.algorithms.learned.model_records import neural_model_schema
from precision_marketing.algorithms.learned.network_training import NetworkTrainer
from precision_marketing.algorithms.learned.neural_model import (
    Network,
    NeuralScorerModel,
    history_schema,
)
from precision_marketing.algorithms.learned.neural_scorer import (
    NeuralScorerSettings,
    fit_ensembles,
    fit_networks,
)
from precision_marketing.algorithms.learned.training_data import TrainingData
from precision_marketing.algorithms.learned.training_rows import (
    NotEnoughTrainingData,
    TrainingRows,
)

# Scores keep 40 bits of fraction, 5e-13.
TOLERANCE = 1e-9
QUICK = NeuralScorerSettings(seeds=2, maximum_epochs=3, batch_size=64)
ONE = dataclasses.replace(QUICK, seeds=1)
NAMES = ("cosine", "popularity", "noise")


def training_data(n_users=60, n_items=30, seed=0):
    generator = np.random.default_rng(seed)
    features = generator.normal(size=(n_users * n_items, 3)) * [1, 100, 1e-3] + [
        0,
        5,
        0,
    ]
    logits = 2 * features[:, 0] + features[:, 1] / 100 - 3
    labels = generator.random(features.shape[0]) < 1 / (1 + np.exp(-logits))
    users = np.repeat(np.arange(n_users), n_items)
    items = np.tile(np.arange(n_items), n_users)
    return {
        "features": features,
        "feature_names": NAMES,
        "labels": labels,
        "users": users,
        "items": items,
        "holdout_users": users % 4 == 0,
    }


@pytest.fixture(scope="module")
def data():
    return training_data()


def fit(*, settings, **rows):
    """Return the networks of rows that are prepared as the settings ask."""
    return fit_networks(TrainingData.prepared(**rows), settings)


@pytest.fixture(scope="module")
def model(data):
    return fit(**data, settings=QUICK)


def changed(data, rows=slice(None), **changes):
    arrays = {
        name: value if name == "feature_names" else value[rows]
        for name, value in data.items()
    }
    return arrays | changes


def test_worked_example_of_the_page():
    # docs/algorithms/neural_scorer.md: one hidden layer of two, for a hand.
    tiny = NeuralScorerModel(
        feature_names=("cosine", "popularity"),
        means=np.array([0.5, 10.0]),
        scales=np.array([0.25, 5.0]),
        networks=(
            Network(
                weights=(np.array([[1.0, -1.0], [0.5, 0.0]]), np.array([[2.0], [1.0]])),
                biases=(np.array([0.0, 0.5]), np.array([-1.0])),
            ),
        ),
    )
    # Scaled (1, 2): hidden relu(1 + 1) = 2 and relu(-1 + 0.5) = 0; logit 2 * 2 - 1 = 3.
    # The second row's 1e9 is cut at 5: hidden 1 + 2.5 = 3.5 and 0; logit 6.
    found = tiny.predict(np.array([[0.75, 20.0], [0.75, 1e9]]))
    np.testing.assert_allclose(found, [0.9525741268, 0.9975273768], atol=TOLERANCE)


def test_prediction_is_that_of_scikit_learn(data):
    features, labels = data["features"], data["labels"]
    means, scales = features.mean(axis=0), features.std(axis=0)
    inputs = np.clip((features - means) / scales, -5, 5)
    network = MLPClassifier((64, 64), random_state=0, batch_size=64)
    network.partial_fit(inputs, labels, classes=[0, 1])
    found = NeuralScorerModel(
        feature_names=NAMES,
        means=means,
        scales=scales,
        networks=(Network(tuple(network.coefs_), tuple(network.intercepts_)),),
    ).predict(features)
    expected = network.predict_proba(inputs)[:, 1]
    np.testing.assert_allclose(found, expected, atol=TOLERANCE)


def test_the_network_is_the_one_of_the_founding_document(model):
    for network in model.networks:
        shapes = [weights.shape for weights in network.weights]
        assert shapes == [(3, 64), (64, 64), (64, 1)]
        assert [biases.shape for biases in network.biases] == [(64,), (64,), (1,)]
    assert model.feature_names == NAMES


def test_the_score_is_the_sigmoid_of_the_mean_logit(data, model):
    assert [network.seed for network in model.networks] == [0, 1]
    each = [
        dataclasses.replace(model, networks=(network,)).logits(data["features"])
        for network in model.networks
    ]
    assert not np.allclose(each[0], each[1], atol=0.01)
    expected = 1 / (1 + np.exp(-(each[0] + each[1]) / 2))
    found = model.predict(data["features"])
    np.testing.assert_allclose(found, expected, atol=TOLERANCE)


def test_each_network_is_the_one_of_its_seed_alone(data, model):
    second = fit(**data, settings=dataclasses.replace(QUICK, seeds=1, seed=1))
    for ours, its in zip(
        model.networks[1].weights, second.networks[0].weights, strict=True
    ):
        np.testing.assert_array_equal(ours, its)


def test_it_learns_what_ranks_held_out_users(data):
    twelve_epochs = dataclasses.replace(ONE, maximum_epochs=12)
    found = fit(**data, settings=twelve_epochs)
    is_held_out = data["holdout_users"]
    features, labels = (data[name][is_held_out] for name in ("features", "labels"))
    truth = 2 * features[:, 0] + features[:, 1] / 100
    learned = roc_auc_score(labels, found.predict(features))
    assert learned > roc_auc_score(labels, truth) - 0.02
    assert learned > roc_auc_score(labels, features[:, 0]) + 0.02


def test_history_names_the_epoch_that_was_kept(data):
    found = fit(
        **data, settings=dataclasses.replace(ONE, maximum_epochs=12, patience=2)
    )
    history = found.history
    assert history.schema == history_schema
    ndcg = history["holdout_ndcg_at_10"].to_pylist()
    best = int(np.argmax(ndcg))
    assert history["epoch"].to_pylist() == list(range(1, len(ndcg) + 1))
    assert history["is_published_epoch"].to_pylist() == [
        epoch == best for epoch in range(len(ndcg))
    ]
    assert len(ndcg) == min(12, best + 3)
    # The weights are those of that epoch, not of the last.
    stopped = dataclasses.replace(ONE, maximum_epochs=best + 1)
    again = fit(**data, settings=stopped)
    np.testing.assert_array_equal(
        found.networks[0].weights[0], again.networks[0].weights[0]
    )


def test_held_out_ndcg_is_that_of_scikit_learn(data):
    model = fit(**data, settings=ONE)
    is_held_out = data["holdout_users"]
    labels = data["labels"][is_held_out].reshape(-1, 30)
    scores = model.predict(data["features"][is_held_out]).reshape(-1, 30)
    has_positive = labels.any(axis=1)
    expected = ndcg_score(labels[has_positive], scores[has_positive], k=10)
    published = model.history.filter(model.history["is_published_epoch"])
    assert published["holdout_ndcg_at_10"][0].as_py() == pytest.approx(
        expected, abs=TOLERANCE
    )


def test_held_out_users_never_train(data, model):
    nonsense = data["features"].copy()
    nonsense[data["holdout_users"]] *= -1e3
    one_epoch = dataclasses.replace(ONE, maximum_epochs=1)
    found = fit(**changed(data, features=nonsense), settings=one_epoch)
    expected = fit(**data, settings=one_epoch)
    np.testing.assert_array_equal(found.means, expected.means)
    np.testing.assert_array_equal(
        found.networks[0].weights[0], expected.networks[0].weights[0]
    )


def test_the_order_of_rows_and_a_second_run_change_nothing(data, model):
    shuffle = np.random.default_rng(1).permutation(len(data["labels"]))
    assert fit(**data, settings=QUICK).to_table().equals(model.to_table())
    shuffled = fit(**changed(data, rows=shuffle), settings=QUICK)
    assert shuffled.to_table().equals(model.to_table())


def test_another_seed_is_another_network(data, model):
    other = fit(**data, settings=dataclasses.replace(QUICK, seed=1))
    assert not np.array_equal(
        other.networks[0].weights[0], model.networks[0].weights[0]
    )


def test_negatives_are_drawn_anew_each_epoch_at_the_given_ratio(data, monkeypatch):
    seen = []

    class Spy(NetworkTrainer):
        def step(self, inputs, labels):
            seen[-1].append((inputs.copy(), labels.copy()))
            super().step(inputs, labels)

    def drawn(rows, *arguments):
        seen.append([])
        return draw(rows, *arguments)

    draw = TrainingRows.drawn
    monkeypatch.setattr(neural_scorer, "NetworkTrainer", Spy)
    monkeypatch.setattr(TrainingRows, "drawn", drawn)
    fit(**data, settings=dataclasses.replace(ONE, negatives_per_positive=2))
    epochs = [
        tuple(map(np.concatenate, zip(*steps, strict=True))) for steps in seen if steps
    ]
    for _, labels in epochs:
        assert (labels == 0).sum() == 2 * (labels == 1).sum()
    (first, labels), (second, _) = epochs[:2]
    positives = {tuple(row) for row in first[labels == 1]}
    assert positives <= {tuple(row) for row in second}
    negatives = {tuple(row) for row in first[labels == 0]}
    assert len(negatives) == (labels == 0).sum()
    assert not negatives <= {tuple(row) for row in second}


def test_two_units_of_a_network_start_as_the_regression(data):
    rows = TrainingData.prepared(**data)
    regression = fit_logistic(rows, penalty=1.0)
    unmoved = dataclasses.replace(ONE, maximum_epochs=1, learning_rate=1e-12)
    network = fit_networks(rows, unmoved, start=regression).networks[0]
    *hidden, last = network.weights
    # The other units are there, and drawn.
    assert np.unique(last).size == 64
    last[2:] = 0.0
    model = NeuralScorerModel(NAMES, rows.means, rows.scales, (network,))
    np.testing.assert_allclose(
        model.logits(data["features"]),
        regression.logits(data["features"]),
        atol=1e-4,
    )
    assert fit_networks(rows, unmoved).networks[0].weights[0][0, 0] != hidden[0][0, 0]


@pytest.mark.parametrize("threads", ["1", "3"])
def test_parts_that_train_side_by_side_are_what_each_is_alone(
    data, threads, monkeypatch
):
    monkeypatch.setenv("PRECISION_MARKETING_THREADS", threads)
    parts = [
        (TrainingData.prepared(**rows), None) for rows in (data, training_data(seed=1))
    ]
    parts.append((parts[0][0], fit_logistic(parts[0][0], penalty=1.0)))
    together = fit_ensembles(parts, QUICK)
    for found, (rows, start) in zip(together, parts, strict=True):
        alone = fit_networks(rows, QUICK, start)
        assert found.to_table().equals(alone.to_table())
        assert [network.seed for network in found.networks] == [0, 1]
    assert not together[0].to_table().equals(together[2].to_table())


def test_an_outlier_is_cut_at_five_deviations(model):
    rows = np.tile(model.means, (2, 1))
    rows[0, 0] += 5 * model.scales[0]
    rows[1, 0] += 5e6 * model.scales[0]
    first, second = model.predict(rows)
    assert first == second


def test_a_constant_feature_is_harmless(data):
    features = data["features"].copy()
    features[:, 2] = 0.1
    found = fit(**changed(data, features=features), settings=QUICK)
    assert found.scales[2] == 1.0
    assert np.isfinite(found.predict(features)).all()
    # Whatever it is elsewhere: nothing was learned from it.
    moved = features.copy()
    moved[:, 2] = 7.0
    np.testing.assert_array_equal(found.predict(moved), found.predict(features))


def test_rows_without_constant_features_lie_side_by_side(data):
    features = data["features"].copy()
    features[:, 0] = 3.0
    given = TrainingData.prepared(**changed(data, features=features))
    found, used = given.without_constants()
    assert used.tolist() == [1, 2]
    assert found.feature_names == NAMES[1:]
    # By column instead, each batch would be gathered from all over the memory.
    assert found.features.flags.c_contiguous
    np.testing.assert_array_equal(
        found.inputs(given.training.positions),
        given.inputs(given.training.positions)[:, 1:],
    )


def test_chunks_and_the_order_of_rows_do_not_change_predictions(
    data, model, monkeypatch
):
    expected = model.predict(data["features"])
    shuffle = np.random.default_rng(1).permutation(expected.size)
    monkeypatch.setattr(
        "precision_marketing.algorithms.learned.scaled_features.ROWS_PER_CHUNK", 7
    )
    found = model.predict(data["features"][shuffle])
    np.testing.assert_allclose(found, expected[shuffle], atol=TOLERANCE)
    assert model.predict(np.empty((0, 3))).shape == (0,)


def test_a_model_survives_its_table_bit_for_bit_in_any_order(data, model):
    table = model.to_table()
    assert table.schema == neural_model_schema
    shuffle = np.random.default_rng(1).permutation(table.num_rows)
    again = NeuralScorerModel.from_table(table.take(pa.array(shuffle)))
    assert again.to_table().equals(table)
    assert again.feature_names == model.feature_names
    assert again.history.equals(model.history)
    np.testing.assert_array_equal(
        again.predict(data["features"]), model.predict(data["features"])
    )


def test_every_weight_has_its_place_in_the_table(model):
    table = model.to_table().to_pandas()
    counts = table["record_type"].value_counts().to_dict()
    epochs = model.history.num_rows
    assert counts == {
        "weight": 2 * (3 * 64 + 64 * 64 + 64),
        "bias": 2 * (64 + 64 + 1),
        "sampling_rate": 1,
        "feature_mean": 3,
        "feature_scale": 3,
        "epoch_metric": 7 * epochs,
    }
    one = table.query(
        "seed == 0 and record_type == 'weight' and layer == 1 and input_index == 5"
        " and output_index == 9"
    )
    assert one["value"].tolist() == [model.networks[0].weights[1][5, 9]]


@pytest.mark.parametrize(
    "record_type", ["weight", "bias", "feature_mean", "sampling_rate"]
)
def test_a_table_with_a_missing_record_is_refused(model, record_type):
    table = model.to_table()
    is_type = np.array(table["record_type"].to_pylist()) == record_type
    without_one = np.delete(np.arange(len(table)), np.flatnonzero(is_type)[0])
    with pytest.raises(ValueError, match=record_type):
        NeuralScorerModel.from_table(table.take(pa.array(without_one)))


def test_an_empty_table_is_refused():
    with pytest.raises(ValueError, match="no feature_mean"):
        NeuralScorerModel.from_table(neural_model_schema.empty_table())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: {"labels": np.zeros(1800)}, "training rows have 0 users"),
        (lambda data: {"labels": np.ones(1800)}, "no negative label"),
        (
            lambda data: {"labels": data["labels"] & ~data["holdout_users"]},
            "held-out rows have 0 users",
        ),
        (
            lambda data: {"labels": data["labels"] & (data["users"] < 20)},
            r"training rows have \d+ users with a positive label; 20 are needed",
        ),
        (
            lambda data: {"holdout_users": np.zeros(1800, bool)},
            "held-out rows have 0 users",
        ),
    ],
)
def test_data_that_cannot_train_is_said_so(data, change, message):
    with pytest.raises(NotEnoughTrainingData, match=message):
        fit(**changed(data, **change(data)), settings=QUICK)


def test_no_rows_are_said_to_be_too_few(data):
    with pytest.raises(NotEnoughTrainingData, match="0 users"):
        fit(**changed(data, rows=slice(0, 0)), settings=QUICK)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: {"features": data["features"][:, :2]}, "3 columns"),
        (lambda data: {"features": data["features"] * np.nan}, "finite"),
        (lambda data: {"labels": data["labels"] * 2}, "0 or 1"),
        (lambda data: {"labels": data["labels"][1:]}, "same length"),
        (lambda data: {"items": data["items"] // 2}, "more than once"),
        (lambda data: {"holdout_users": data["items"] == 0}, "held out and not"),
    ],
)
def test_contradictory_input_is_refused(data, change, message):
    with pytest.raises(ValueError, match=message):
        fit(**changed(data, **change(data)), settings=QUICK)


@pytest.mark.parametrize(
    "change",
    [
        {"seeds": 0},
        {"maximum_epochs": 0},
        {"patience": 0},
        {"batch_size": 0},
        {"learning_rate": 0.0},
        {"learning_rate": np.nan},
        {"negatives_per_positive": 0},
    ],
)
def test_settings_out_of_range_are_refused_by_name(change):
    with pytest.raises(ValueError, match=next(iter(change))):
        NeuralScorerSettings(**change)


def test_training_prints_no_warning(data):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit(**data, settings=dataclasses.replace(QUICK, batch_size=10**6))


@pytest.mark.parametrize(
    ("rows", "largest", "count"),
    [(10, 1024, 1), (999, 64, 32), (5000, 1024, 33), (100_000, 1024, 98)],
)
def test_batches_are_about_as_large_and_few_rows_make_steps_enough(
    rows, largest, count
):
    order = np.random.default_rng(0).permutation(rows)
    batches = neural_scorer._batches(order, largest)
    np.testing.assert_array_equal(np.concatenate(batches), order)
    sizes = {batch.size for batch in batches}
    assert len(batches) == count
    assert max(sizes) <= largest
    assert max(sizes) - min(sizes) <= 1


def test_features_of_both_precisions_give_the_same_model(data, model):
    found = fit(
        **changed(data, features=data["features"].astype(np.float32)), settings=QUICK
    )
    assert found.to_table().equals(model.to_table())


def test_of_many_held_out_rows_whole_users_are_asked(data, monkeypatch):
    monkeypatch.setattr(
        "precision_marketing.algorithms.learned.training_data.MAXIMUM_HOLDOUT_ROWS", 150
    )
    rows = TrainingData.prepared(**data).holdout
    users, counts = np.unique(rows.users, return_counts=True)
    assert counts.tolist() == [30] * 5
    # Evenly over the numbers 0, 4, ... 56 of the users held out.
    assert users.tolist() == [0, 12, 24, 36, 48]
