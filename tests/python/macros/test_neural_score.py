"""The macro `neural_score` computes scikit-learn's `predict_proba` from the weights."""

from pathlib import Path

import duckdb
import jinja2
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from precision_marketing.algorithms.learned.logistic_regression import LogisticModel
from precision_marketing.algorithms.learned.neural_model import (
    Network,
    NeuralScorerModel,
)

MACROS = Path(__file__).parents[3] / "macros"
ROWS = 100_000
NAMES = [f"feature_{place}" for place in range(20)]
TOLERANCE = 1e-9


class Dbt:
    """What the macros see of dbt: the package's other macros, and dispatch."""

    def __init__(self):
        names = ("compat/neurons", "neural_score_parts", "neural_score")
        files = [MACROS / f"{name}.sql" for name in names]
        environment = jinja2.Environment(extensions=["jinja2.ext.do"])
        environment.globals |= {
            "precision_marketing": self,
            "adapter": self,
            "return": lambda value: value,
        }
        source = "\n".join(file.read_text() for file in files)
        self.module = environment.from_string(source).module

    def __getattr__(self, name):
        macro = getattr(self.module, name)
        return lambda *arguments, **named: str(macro(*arguments, **named)).strip()

    def dispatch(self, name, package):
        return getattr(self, f"default__{name}")


@pytest.fixture(scope="module")
def features():
    generator = np.random.default_rng(0)
    values = generator.normal(size=(ROWS, len(NAMES))) * np.arange(1, 21) + 3
    # Some beyond the five deviations at which they are cut.
    values[::100] *= 30
    return values


@pytest.fixture(scope="module")
def scaling(features):
    return features.mean(axis=0), features.std(axis=0)


def cut(features, scaling):
    means, scales = scaling
    return np.clip((features - means) / scales, -5, 5)


def networks(inputs, seeds=3):
    labels = inputs[:, 0] + inputs[:, 1] * inputs[:, 2] > 1
    for seed in range(seeds):
        network = MLPClassifier((64, 64), random_state=seed, learning_rate_init=0.01)
        yield network.partial_fit(inputs[:10_000], labels[:10_000], classes=[0, 1])


def scored(features, weights, scorer):
    """Return what the macro's query gives, columns and weights in another order."""
    connection = duckdb.connect()
    columns = {name: features[:, place] for place, name in enumerate(NAMES)}
    rows = pa.table({"row_index": np.arange(len(features)), **columns})
    connection.register("candidates", rows.select(rows.column_names[::-1]))
    shuffle = np.random.default_rng(1).permutation(weights.num_rows)
    connection.register("weights_table", weights.take(pa.array(shuffle)))
    sql = Dbt().neural_score(
        "candidates", "weights_table", NAMES[::-1], ["row_index"], scorer
    )
    found = connection.sql(f"select * from ({sql}) order by row_index")
    return found.to_arrow_table()["score"].to_numpy()


@pytest.fixture(scope="module")
def rebuilt(features, scaling):
    """Return the weights table and the probabilities of the networks in it."""
    inputs = cut(features, scaling)
    trained = list(networks(inputs))
    model = NeuralScorerModel(
        tuple(NAMES),
        *scaling,
        tuple(
            Network(tuple(network.coefs_), tuple(network.intercepts_), seed)
            for seed, network in enumerate(trained)
        ),
    )
    # From the table alone: scikit-learn's own networks, with the stored numbers.
    again = NeuralScorerModel.from_table(model.to_table())
    odds = np.zeros(len(features))
    for classifier, network in zip(trained, again.networks, strict=True):
        classifier.coefs_ = list(network.weights)
        classifier.intercepts_ = list(network.biases)
        probability = classifier.predict_proba(inputs)
        odds += np.log(probability[:, 1]) - np.log(probability[:, 0])
    return model.to_table(), 1 / (1 + np.exp(-odds / len(trained)))


def test_networks_in_sql_equal_scikit_learn_on_a_hundred_thousand_rows(
    features, rebuilt
):
    weights, expected = rebuilt
    found = scored(features, weights, "neural")
    assert found.shape == (ROWS,)
    assert np.ptp(expected) > 0.5
    np.testing.assert_allclose(found, expected, rtol=0, atol=TOLERANCE)


def test_one_network_in_sql_is_predict_proba_itself(features, scaling):
    (network,) = networks(cut(features, scaling), seeds=1)
    parts = Network(tuple(network.coefs_), tuple(network.intercepts_))
    model = NeuralScorerModel(tuple(NAMES), *scaling, (parts,))
    expected = network.predict_proba(cut(features, scaling))[:, 1]
    found = scored(features, model.to_table(), "neural")
    np.testing.assert_allclose(found, expected, rtol=0, atol=TOLERANCE)


def test_logistic_regression_in_sql_equals_scikit_learn(features, scaling):
    inputs = cut(features, scaling)
    regression = LogisticRegression().fit(inputs[:5000], inputs[:5000, 0] > 1)
    model = LogisticModel(
        tuple(NAMES), *scaling, regression.coef_[0], regression.intercept_[0]
    )
    found = scored(features, model.to_table(), "logistic_regression")
    expected = regression.predict_proba(inputs)[:, 1]
    np.testing.assert_allclose(found, expected, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize(
    ("record_type", "layer"),
    [("weight", 0), ("weight", 1), ("weight", 2), ("bias", 1), ("feature_scale", None)],
)
def test_a_weight_that_changed_is_seen(features, rebuilt, record_type, layer):
    weights, expected = rebuilt
    is_type = pc.equal(weights["record_type"], record_type).to_numpy()
    if layer is not None:
        is_type &= pc.fill_null(pc.equal(weights["layer"], layer), False).to_numpy()
    values = weights["value"].to_numpy().copy()
    # The largest is that of a neuron which is not always 0.
    values[np.argmax(np.abs(values) * is_type)] += 0.01
    place = weights.column_names.index("value")
    changed = weights.set_column(place, "value", pa.array(values))
    few = slice(0, 2000)
    found = scored(features[few], changed, "neural")
    assert np.abs(found - expected[few]).max() > 1e3 * TOLERANCE
