"""A step of the trainer is scikit-learn's, on the same weights and rows."""

import numpy as np
import pytest
from scipy.special import expit
from sklearn.neural_network import MLPClassifier

from precision_marketing.algorithms.learned.network_training import NetworkTrainer

RATE = 1e-2
# Single precision on both sides, over ten steps of a hundredth.
TOLERANCE = 1e-5


def rows(n=640, n_features=5):
    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(n, n_features)).astype(np.float32)
    labels = (generator.random(n) < expit(2 * inputs[:, 0])).astype(np.float32)
    return inputs, labels


def trainer(n_features=5):
    return NetworkTrainer(n_features, (16, 8), RATE, np.random.default_rng(1))


def test_ten_steps_are_those_of_scikit_learn():
    inputs, labels = rows()
    ours = trainer()
    theirs = MLPClassifier(
        (16, 8), batch_size=64, learning_rate_init=RATE, shuffle=False, random_state=0
    )
    theirs.partial_fit(inputs[:64], labels[:64], classes=[0, 1])
    # Adam begins anew from our weights.
    del theirs._optimizer
    for their, our in zip(
        theirs.coefs_ + theirs.intercepts_, ours.weights + ours.biases, strict=True
    ):
        their[:] = our
    theirs.partial_fit(inputs, labels)
    for start in range(0, 640, 64):
        ours.step(inputs[start : start + 64], labels[start : start + 64])
    for their, our in zip(
        theirs.coefs_ + theirs.intercepts_, ours.weights + ours.biases, strict=True
    ):
        np.testing.assert_allclose(our, their, atol=TOLERANCE)
    np.testing.assert_allclose(
        expit(ours.logits(inputs)),
        theirs.predict_proba(inputs)[:, 1],
        atol=10 * TOLERANCE,
    )


def test_first_weights_are_drawn_within_the_bounds_of_their_layer():
    for weights, biases in zip(trainer().weights, trainer().biases, strict=True):
        bound = np.sqrt(6 / sum(weights.shape))
        assert 0.7 * bound < np.abs(weights).max() <= bound
        assert 0 < np.abs(biases).max() <= bound


@pytest.mark.parametrize("sizes", [(64, 64, 64), (64, 10, 33)])
def test_batches_of_any_size_leave_no_trace_of_each_other(sizes):
    inputs, labels = rows()
    again = trainer()
    for size in sizes:
        # Smaller ones use a part of the arrays of larger ones.
        again.logits(inputs[: 2 * size])
    for size in sizes:
        again.step(inputs[:size], labels[:size])
    expected = trainer()
    for size in sizes:
        expected.step(inputs[:size], labels[:size])
    np.testing.assert_array_equal(again.weights[0], expected.weights[0])


def test_inputs_that_are_not_given_train_as_inputs_of_0():
    inputs, labels = rows()
    inputs[:, [1, 4]] = 0.0
    used = np.array([0, 2, 3])
    generator = np.random.default_rng(1)
    narrow, wide = NetworkTrainer(5, (16, 8), RATE, generator, used), trainer()
    for start in range(0, 640, 64):
        part = slice(start, start + 64)
        narrow.step(np.ascontiguousarray(inputs[part, used]), labels[part])
        wide.step(inputs[part], labels[part])
    first, *others = narrow.whole_weights()
    np.testing.assert_allclose(first[used], wide.weights[0][used], atol=TOLERANCE)
    assert (first[[1, 4]] == 0.0).all()
    for own, other in zip(others, wide.weights[1:], strict=True):
        np.testing.assert_allclose(own, other, atol=TOLERANCE)


def test_a_network_learns_what_no_sum_of_features_says():
    inputs, _ = rows(n=2000, n_features=2)
    labels = (inputs[:, 0] * inputs[:, 1] > 0).astype(np.float32)
    network = trainer(n_features=2)
    for _ in range(40):
        for start in range(0, 2000, 100):
            network.step(inputs[start : start + 100], labels[start : start + 100])
    assert ((network.logits(inputs) > 0) == labels).mean() > 0.95
