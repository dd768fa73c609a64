"""Published numbers have a source and belong to a set and a metric that is measured."""

import pytest

from benchmarks.quality.metrics import CUTOFFS, METRICS
from benchmarks.quality.published import PUBLISHED, published_for
from benchmarks.sets import PUBLIC
from benchmarks.targets import QUALITY


@pytest.mark.parametrize("result", PUBLISHED, ids=lambda r: f"{r.data_set} {r.method}")
def test_every_number_has_a_source_a_set_and_a_metric(result):
    assert len(result.source) > 10
    assert PUBLIC[result.data_set] is not None
    assert result.values
    for (metric, k), value in result.values.items():
        assert metric in METRICS
        assert k in CUTOFFS
        assert 0 < value < 1


def test_no_method_is_listed_twice_for_a_set():
    names = [(result.data_set, result.method) for result in PUBLISHED]
    assert len(names) == len(set(names))


def test_targets_are_no_lower_than_the_best_published():
    for target in QUALITY:
        for result in published_for(target.data_set):
            assert target.least >= result.values.get((target.metric, target.k), 0)
            assert target.aim > target.least
