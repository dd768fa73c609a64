"""The boundaries of looks at a running campaign: published ones, and what they hold."""

import numpy as np
import pandas as pd
import pytest
from interim_boundaries import MOST_LOOKS, SEED, boundaries, spending_boundaries

# O'Brien and Fleming's spending of Lan and DeMets, two-sided at 5 %, as tables of
# group-sequential designs print them.
PUBLISHED = {
    2: [2.963, 1.969],
    3: [3.710, 2.511, 1.993],
    4: [4.333, 2.963, 2.359, 2.014],
    5: [4.877, 3.357, 2.680, 2.290, 2.031],
}


@pytest.mark.parametrize("look_count", PUBLISHED)
def test_boundaries_are_the_published_ones(look_count):
    found = spending_boundaries(look_count, 0.025)
    np.testing.assert_allclose(found, PUBLISHED[look_count], atol=6e-4)


def test_the_seed_is_what_the_script_writes():
    seed = pd.read_csv(SEED)
    assert len(seed) == MOST_LOOKS * (MOST_LOOKS + 1) // 2
    for look_count in (1, 7, 30, MOST_LOOKS):
        rows = seed[seed["look_count"] == look_count]
        assert rows["look"].tolist() == list(range(1, look_count + 1))
        np.testing.assert_allclose(rows["boundary_z"], boundaries(look_count), 1e-6)


def test_thirty_looks_at_nothing_find_something_in_about_one_case_of_twenty():
    generator = np.random.default_rng(30)
    sums = generator.standard_normal((100_000, 30)).cumsum(axis=1)
    scores = np.abs(sums / np.sqrt(np.arange(1, 31)))
    is_found = scores > boundaries(30)
    assert is_found.any(axis=1).mean() == pytest.approx(0.0523, abs=0.002)
    assert is_found[:, :-1].any(axis=1).mean() == pytest.approx(0.021, abs=0.004)
    assert is_found[:, -1].mean() == pytest.approx(0.05, abs=0.002)
    assert (scores > 1.96).any(axis=1).mean() > 0.25
