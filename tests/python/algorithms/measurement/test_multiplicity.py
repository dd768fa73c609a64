"""Holm and Benjamini-Hochberg against statsmodels."""

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from precision_marketing.algorithms.measurement.multiplicity import (
    benjamini_hochberg,
    holm,
    within_families,
)

NAMES = {"holm": holm, "fdr_bh": benjamini_hochberg}


def p_values(seed: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    p = generator.random(generator.integers(1, 60)) ** generator.integers(1, 9)
    # Ties, a certain and an impossible one.
    return np.concatenate([p, p[:3], [0.0, 1.0][: seed % 3]])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", range(30))
def test_adjusted_p_values_are_those_of_statsmodels(name, seed):
    p = p_values(seed)
    expected = multipletests(p, method=name)[1]
    np.testing.assert_allclose(NAMES[name](p), expected, rtol=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_each_family_is_adjusted_by_itself_and_unknown_p_counts_for_none(name):
    generator = np.random.default_rng(3)
    p = generator.random(80) ** 3
    p[generator.random(80) < 0.1] = np.nan
    families = generator.integers(0, 12, 80)
    measured = within_families(p, families, NAMES[name])
    for family in range(12):
        own = (families == family) & ~np.isnan(p)
        if own.any():
            expected = multipletests(p[own], method=name)[1]
            np.testing.assert_allclose(measured[own], expected, rtol=1e-9)
    np.testing.assert_array_equal(np.isnan(measured), np.isnan(p))


@pytest.mark.parametrize("p", [[], [np.nan, np.nan]])
def test_a_family_without_a_test_is_unknown(p):
    measured = within_families(p, np.zeros(len(p), int), holm)
    assert measured.shape == (len(p),)
    assert np.isnan(measured).all()
