"""Contributions of groups of features to a network's probability."""

from itertools import pairwise, permutations

import numpy as np
import pytest
from scipy.special import expit

from precision_marketing.algorithms.learned import (
    group_contributions as group_attribution,
)
from precision_marketing.algorithms.learned.group_contributions import (
    LinearNetwork,
    group_contributions,
)
from precision_marketing.algorithms.learned.neural_model import (
    Network,
    NeuralScorerModel,
)

# Probabilities are rounded to 40 bits of fraction: a relative error under 5e-13 each.
TOLERANCE = 1e-9
# The networks' coalitions are evaluated in single precision.
SINGLE = 1e-6
GROUPS = ("scores", "text", "scores", "user", "text", "category")
MEANS = np.array([0.5, -1.0, 2.0, 0.0, 10.0, 3.0])
SCALES = np.array([1.0, 2.0, 0.5, 1.0, 4.0, 1.5])


def network(*units, seed=0, n_features=6):
    generator = np.random.default_rng(seed)
    sizes = (n_features, *units, 1)
    return Network(
        tuple(generator.normal(size=pair) for pair in pairwise(sizes)),
        tuple(generator.normal(size=size) for size in sizes[1:]),
    )


def rows(n=40, seed=1):
    generator = np.random.default_rng(seed)
    # Wide enough that some scaled values are cut.
    return MEANS + SCALES * generator.normal(scale=3.0, size=(n, MEANS.size))


def explained(features, networks, groups=GROUPS, means=MEANS, scales=SCALES):
    return group_contributions(
        features, feature_groups=groups, means=means, scales=scales, networks=networks
    )


def probability(scaled, networks):
    logits = []
    for one in networks:
        values = scaled
        for weights, biases in zip(one.weights[:-1], one.biases[:-1], strict=True):
            values = np.maximum(values @ weights + biases, 0.0)
        logits.append((values @ one.weights[-1] + one.biases[-1])[:, 0])
    return expit(np.mean(logits, axis=0))


def scaled(features):
    return np.clip((features - MEANS) / SCALES, -5, 5)


def by_permutations(features, networks, groups=GROUPS):
    """Return the mean gain of each group over every order in which groups come."""
    names = list(dict.fromkeys(groups))
    inputs = scaled(features)
    orders = list(permutations(range(len(names))))
    gains = np.zeros((len(features), len(names)))
    for order in orders:
        known = np.zeros_like(inputs)
        before = probability(known, networks)
        for group in order:
            is_in = np.array([name == names[group] for name in groups])
            known = np.where(is_in, inputs, known)
            after = probability(known, networks)
            gains[:, group] += after - before
            before = after
    return gains / len(orders)


LAYERS = pytest.mark.parametrize("units", [(), (7,), (8, 5), (6, 5, 4)])


@LAYERS
def test_base_and_contributions_add_up_to_the_probability(units):
    networks = [network(*units, seed=seed) for seed in range(3)]
    features = rows()
    found = explained(features, networks)
    total = found.base + found.contributions.sum(axis=1)
    expected = probability(scaled(features), networks)
    np.testing.assert_allclose(total, expected, atol=TOLERANCE)
    nothing = probability(np.zeros((1, MEANS.size)), networks)[0]
    assert found.base == pytest.approx(nothing, abs=TOLERANCE)


@LAYERS
def test_contributions_are_the_mean_over_all_orders_of_four_groups(units):
    networks = [network(*units, seed=seed) for seed in range(2)]
    features = rows()
    found = explained(features, networks)
    assert found.groups == ("scores", "text", "user", "category")
    expected = by_permutations(features, networks)
    np.testing.assert_allclose(found.contributions, expected, rtol=0, atol=SINGLE)


def test_contributions_add_up_to_what_the_neural_scorer_predicts():
    one = network(64, 64)
    model = NeuralScorerModel(
        feature_names=GROUPS,
        means=MEANS,
        scales=SCALES,
        networks=(one, network(64, 64, seed=1)),
    )
    features = rows()
    found = explained(features, model.networks)
    total = found.base + found.contributions.sum(axis=1)
    np.testing.assert_allclose(total, model.predict(features), atol=TOLERANCE)


def test_groups_that_do_the_same_contribute_the_same():
    one = network(8, 8)
    one.weights[0][3] = one.weights[0][5]
    features = rows()
    features[:, 3] = MEANS[3] + SCALES[3] * 0.7
    features[:, 5] = MEANS[5] + SCALES[5] * 0.7
    found = explained(features, [one])
    user, category = (found.groups.index(name) for name in ("user", "category"))
    np.testing.assert_allclose(
        found.contributions[:, user],
        found.contributions[:, category],
        rtol=0,
        atol=SINGLE / 10,
    )


def test_a_group_that_changes_nothing_contributes_nothing():
    one = network(8, 8)
    one.weights[0][3] = 0.0
    found = explained(rows(), [one])
    assert np.abs(found.contributions[:, found.groups.index("user")]).max() < 1e-15


def test_a_feature_at_its_mean_contributes_nothing():
    features = rows()
    features[:, 5] = MEANS[5]
    found = explained(features, [network(8, 8)])
    assert np.abs(found.contributions[:, found.groups.index("category")]).max() < 1e-15


def test_groups_at_their_mean_in_all_rows_are_left_out_of_the_coalitions(monkeypatch):
    features, networks = rows(8), [network(8, 8)]
    is_text = np.array(GROUPS) == "text"
    features[:-1, is_text] = MEANS[is_text]
    # The last row alone has a text, so that all groups are counted for all rows.
    counted = explained(features, networks)
    coalitions = []
    tile_logits = group_attribution._tile_logits

    def seen(*arguments):
        logits = tile_logits(*arguments)
        coalitions.append(len(logits))
        return logits

    monkeypatch.setattr(group_attribution, "_tile_logits", seen)
    silent = explained(features[:-1], networks)
    assert coalitions == [2**3]
    text = silent.groups.index("text")
    assert (silent.contributions[:, text] == 0.0).all()
    np.testing.assert_allclose(
        silent.contributions, counted.contributions[:-1], rtol=0, atol=SINGLE
    )
    np.testing.assert_array_equal(silent.strongest, counted.strongest[:-1])


def test_a_linear_network_has_exact_parts_of_the_logit():
    coefficients = np.array([0.3, -0.2, 0.1, 0.05, -0.4, 0.2])
    features = rows()
    found = explained(features, [LinearNetwork(coefficients, -1.5)])
    parts = scaled(features) * coefficients
    expected = np.c_[
        parts[:, 0] + parts[:, 2], parts[:, 1] + parts[:, 4], parts[:, 3], parts[:, 5]
    ]
    np.testing.assert_allclose(found.logit_contributions, expected, atol=TOLERANCE)
    assert found.base_logit == -1.5
    logits = found.base_logit + found.logit_contributions.sum(axis=1)
    total = found.base + found.contributions.sum(axis=1)
    np.testing.assert_allclose(expit(logits), total, atol=TOLERANCE)


def test_a_network_that_is_linear_where_the_rows_are_gives_the_linear_solution():
    # All units stay active, and the logits are so small that the sigmoid is straight.
    generator = np.random.default_rng(0)
    weights = (
        generator.normal(scale=1e-4, size=(6, 4)),
        generator.normal(size=(4, 3)),
        generator.normal(size=(3, 1)),
    )
    biases = (np.full(4, 1.0), np.full(3, 10.0))
    at_means = (biases[0] @ weights[1] + biases[1]) @ weights[2]
    found = explained(rows(), [Network(weights, (*biases, -at_means))])
    slopes = (weights[0] @ weights[1] @ weights[2])[:, 0] / 4
    linear = scaled(rows()) * slopes
    text = linear[:, 1] + linear[:, 4]
    assert np.abs(text).max() > 1e-4
    np.testing.assert_allclose(found.contributions[:, 1], text, rtol=0, atol=SINGLE)
    assert found.logit_contributions is None


def test_a_linear_model_beside_a_network_has_no_parts_of_the_logit():
    networks = [LinearNetwork(np.ones(6), 0.0), network(4)]
    found = explained(rows(), networks)
    assert found.logit_contributions is None
    total = found.base + found.contributions.sum(axis=1)
    expected = probability(scaled(rows()), networks)
    np.testing.assert_allclose(total, expected, atol=TOLERANCE)


def test_the_strongest_feature_is_the_one_that_moves_the_logit_most():
    coefficients = np.array([1.0, 0.5, -3.0, 0.0, 0.5, 1.0])
    features = MEANS + SCALES * np.array([[1.0, 2.0, 0.5, 1.0, 1.0, -1.0]])
    found = explained(features, [LinearNetwork(coefficients, 0.0)])
    assert found.strongest.tolist() == [[2, 1, 3, 5]]
    # In a network the slope is that at the row.
    step = 1e-6
    networks = [network(8, 8, seed=seed) for seed in range(2)]
    inputs = scaled(rows(5))
    found = explained(MEANS + SCALES * inputs, networks)
    for row, one in enumerate(inputs):
        moved = probability(one + step * np.eye(6), networks)
        effects = np.abs(one * (moved - probability(one[np.newaxis], networks)))
        assert effects[[0, 2]].argmax() * 2 == found.strongest[row, 0]


def test_the_worked_example_of_the_page():
    # docs/explanations.md. Logits -0.5 (nothing), 1, 1.5 and 3 (both), probabilities
    # 0.377541, 0.731059, 0.817574 and 0.952574: the means of two gains each.
    one = Network(
        (np.array([[1.0, -1.0], [0.5, 0.0]]), np.array([[2.0], [1.0]])),
        (np.array([0.0, 0.5]), np.array([-1.0])),
    )
    found = group_contributions(
        np.array([[1.0, 2.0]]),
        feature_groups=("cosine", "popularity"),
        means=np.zeros(2),
        scales=np.ones(2),
        networks=[one],
    )
    assert found.base == pytest.approx(0.377541, abs=1e-6)
    np.testing.assert_allclose(found.contributions, [[0.244259, 0.330775]], atol=1e-6)


def test_threads_change_nothing_and_blocks_no_more_than_is_promised(monkeypatch):
    networks = [network(64, 64, seed=seed) for seed in range(2)]
    features = rows(50)
    whole = explained(features, networks)
    monkeypatch.setattr(group_attribution, "_ROWS_PER_TASK", 7)
    monkeypatch.setattr(group_attribution, "_ROWS_PER_TILE", 3)
    found = {}
    for threads in ("1", "2"):
        monkeypatch.setenv("PRECISION_MARKETING_THREADS", threads)
        found[threads] = explained(features, networks)
        np.testing.assert_array_equal(found[threads].strongest, whole.strongest)
    one, two = (found[threads].contributions for threads in ("1", "2"))
    np.testing.assert_array_equal(one, two)
    # With some kernels of BLAS (OpenBLAS's Haswell) a product of singles hangs on where
    # in the matrix a row is: each result is right within 1e-6.
    np.testing.assert_allclose(two, whole.contributions, atol=2e-6)


def test_ten_groups_add_up_and_eleven_are_refused():
    one = network(8, 8, n_features=11)
    plain = {"means": np.zeros(11), "scales": np.ones(11), "networks": [one]}
    features = np.random.default_rng(0).normal(size=(9, 11))
    ten = [str(min(number, 9)) for number in range(11)]
    found = group_contributions(features, feature_groups=ten, **plain)
    total = found.base + found.contributions.sum(axis=1)
    np.testing.assert_allclose(total, probability(features, [one]), atol=TOLERANCE)
    eleven = [str(number) for number in range(11)]
    with pytest.raises(ValueError, match="1 to 10 groups, not 11"):
        group_contributions(features, feature_groups=eleven, **plain)


def test_no_rows_have_no_contributions():
    found = explained(np.empty((0, 6)), [network(8, 8)])
    assert found.contributions.shape == (0, 4)
    assert found.strongest.shape == (0, 4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"features": np.zeros((2, 5))}, "6 columns"),
        ({"features": np.full((2, 6), np.nan)}, "finite"),
        ({"networks": []}, "at least one network"),
        ({"features": np.zeros((2, 0)), "groups": ()}, "1 to 10 groups"),
    ],
)
def test_contradictory_input_is_refused(change, message):
    arguments = {"features": rows(2), "networks": [network(4)]} | change
    with pytest.raises(ValueError, match=message):
        explained(**arguments)
