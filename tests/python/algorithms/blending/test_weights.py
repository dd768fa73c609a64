import numpy as np
import pyarrow as pa
import pytest

from precision_marketing.algorithms.blending.quality import sums_of_parts
from precision_marketing.algorithms.blending.weights import (
    _pooled,
    _quality,
    learn_weights,
)

SETTINGS = {"cutoff": 5, "rounds": 4, "seed": 0}


def lists(n_users=60, n_items=30, strength=1.0, seed=0):
    """Return scores of a good scorer and of noise, and the items that came true."""
    generator = np.random.default_rng(seed)
    truth = generator.random((n_users, n_items))
    parts, labels = [], []
    for user in range(n_users):
        best = np.argsort(-truth[user])[:2]
        labels += [(user, item) for item in best]
        seen = {"good": strength * truth[user], "noise": np.zeros(n_items)}
        for name, signal in seen.items():
            scores = 1 + signal + generator.random(n_items)
            parts += [(user, i, name, scores[i]) for i in range(n_items)]
    names = ["user_index", "item_index", "scorer", "scaled_score"]
    scores = pa.table(list(map(list, zip(*parts, strict=True))), names=names)
    return scores, pa.table(list(map(list, zip(*labels, strict=True))), names=names[:2])


def quality(scores, labels, weights, cutoff=SETTINGS["cutoff"]):
    names = sorted(weights)
    values = np.array([weights[name] for name in names])
    user_count, pooled = _pooled(scores, labels, names)
    return _quality(pooled, sums_of_parts(pooled, values), user_count, cutoff).mean()


def test_weight_moves_to_the_scorer_that_knows_and_quality_rises():
    scores, labels = lists(strength=2.0)
    start = {"good": 0.2, "noise": 1.0}
    weights = learn_weights(scores, labels, start=start, **SETTINGS)
    assert weights["good"] > 2 * weights["noise"]
    assert sum(weights.values()) == pytest.approx(1.2)
    assert quality(scores, labels, weights) > 1.2 * quality(scores, labels, start)


def test_weights_stay_where_nothing_is_to_be_learned():
    scores, labels = lists(strength=0.0)
    start = {"good": 0.5, "noise": 0.5}
    random_labels = lists(seed=9)[1]
    assert learn_weights(scores, random_labels, start=start, **SETTINGS) == start
    nobody = labels.slice(0, 0)
    assert learn_weights(scores, nobody, start=start, **SETTINGS) == start


def test_the_order_of_rows_changes_nothing():
    scores, labels = lists()
    start = {"good": 0.2, "noise": 1.0}
    shuffle = np.random.default_rng(1).permutation(scores.num_rows)
    first = learn_weights(scores, labels, start=start, **SETTINGS)
    assert first == learn_weights(scores.take(shuffle), labels, start=start, **SETTINGS)


def test_quality_is_recall_plus_ndcg_and_labels_outside_every_list_count():
    scores = pa.table(
        {
            "user_index": [3, 3, 3],
            "item_index": [5, 6, 7],
            "scorer": ["a", "a", "a"],
            "scaled_score": [3.0, 2.0, 1.0],
        }
    )
    labels = pa.table({"user_index": [3, 3, 8], "item_index": [6, 99, 1]})
    found = quality(scores, labels, {"a": 1.0, "b": 0.0}, cutoff=2)
    ideal = 1 + 1 / np.log2(3)
    assert found == pytest.approx((1 / 2 + (1 / np.log2(3)) / ideal) / 2)


def test_a_scorer_of_weight_0_may_enter():
    scores, labels = lists(strength=2.0)
    start = {"good": 0.0, "noise": 1.0}
    assert learn_weights(scores, labels, start=start, **SETTINGS)["good"] > 0


@pytest.mark.parametrize(
    "change",
    [{"cutoff": 0}, {"rounds": 0}, {"start": {"a": 0.0}}, {"start": {"a": -1.0}}],
)
def test_settings_out_of_range_are_refused(change):
    scores, labels = lists(n_users=2)
    settings = SETTINGS | {"start": {"good": 1.0}} | change
    with pytest.raises(ValueError, match=r"cutoff|rounds|weights"):
        learn_weights(scores, labels, **settings)
