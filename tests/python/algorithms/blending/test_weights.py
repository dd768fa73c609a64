import numpy as np
import pytest

from precision_marketing.algorithms.blending.quality import Candidates, sums_of_parts
from precision_marketing.algorithms.blending.weights import _quality, learn_weights

SETTINGS = {"cutoff": 5, "rounds": 4, "seed": 0}


def shop(n_users=60, n_items=30, strength=1.0, seed=0) -> Candidates:
    """Return scores of a good scorer and of noise, and the items that came true."""
    generator = np.random.default_rng(seed)
    truth = generator.random((n_users, n_items))
    best = np.argsort(-truth, axis=1)[:, :2]
    is_label = np.zeros(truth.shape, bool)
    np.put_along_axis(is_label, best, True, axis=1)
    scores = 1 + generator.random((n_users, n_items, 2))
    scores[..., 0] += strength * truth
    return Candidates(
        starts=np.arange(n_users + 1) * n_items,
        items=np.tile(np.arange(n_items, dtype=np.int32), n_users),
        scores=scores.reshape(-1, 2),
        is_label=is_label.ravel(),
        label_counts=np.full(n_users, 2),
    )


def learned(candidates, start, user_count=60, **settings):
    given = SETTINGS | settings
    return learn_weights(candidates, user_count=user_count, start=start, **given)


def quality(candidates, weights, user_count=60, cutoff=SETTINGS["cutoff"]):
    values = np.array([weights[name] for name in sorted(weights)])
    sums = sums_of_parts(candidates, values)
    return _quality(candidates, sums, user_count, cutoff).mean()


def test_weight_moves_to_the_scorer_that_knows_and_quality_rises():
    candidates = shop(strength=2.0)
    start = {"good": 0.2, "noise": 1.0}
    weights = learned(candidates, start)
    assert weights["good"] > 2 * weights["noise"]
    assert sum(weights.values()) == pytest.approx(1.2)
    assert quality(candidates, weights) > 1.2 * quality(candidates, start)


def test_weights_stay_where_nothing_is_to_be_learned():
    start = {"good": 0.5, "noise": 0.5}
    random_labels = shop(seed=9).is_label
    assert learned(shop(strength=0.0)._replace(is_label=random_labels), start) == start
    nobody = Candidates(*(column[:0] for column in shop()))
    nobody = nobody._replace(starts=np.zeros(1, np.int64))
    assert learned(nobody, start) == start
    assert learned(nobody, start, user_count=0) == start


def test_the_order_of_rows_changes_nothing():
    candidates, start = shop(), {"good": 0.2, "noise": 1.0}
    shuffled = np.random.default_rng(1).permuted(
        np.arange(candidates.items.size).reshape(60, 30), axis=1
    )
    rows = ("items", "scores", "is_label")
    other = {name: getattr(candidates, name)[shuffled.ravel()] for name in rows}
    first = learned(candidates, start)
    assert first != start
    assert learned(candidates._replace(**other), start) == first


def test_quality_is_recall_plus_ndcg_and_labels_outside_every_list_count():
    # Of two labels one is a candidate; of another user none is.
    candidates = Candidates(
        starts=np.array([0, 3]),
        items=np.array([5, 6, 7], np.int32),
        scores=np.array([[3.0, 0.0], [2.0, 0.0], [1.0, 0.0]]),
        is_label=np.array([False, True, False]),
        label_counts=np.array([2]),
    )
    found = quality(candidates, {"a": 1.0, "b": 0.0}, user_count=2, cutoff=2)
    ideal = 1 + 1 / np.log2(3)
    assert found == pytest.approx((1 / 2 + (1 / np.log2(3)) / ideal) / 2)


def test_a_scorer_of_weight_0_may_enter():
    assert learned(shop(strength=2.0), {"good": 0.0, "noise": 1.0})["good"] > 0


@pytest.mark.parametrize(
    "change",
    [{"cutoff": 0}, {"rounds": 0}, {"start": {"a": 0.0}}, {"start": {"a": -1.0}}],
)
def test_settings_out_of_range_are_refused(change):
    with pytest.raises(ValueError, match=r"cutoff|rounds|weights"):
        learned(shop(), **{"start": {"good": 1.0, "noise": 1.0}} | change)
