"""Noise on sums of users, and what it tells of one of them: OpenDP's."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import ModuleType

from precision_marketing.privacy.profiles import PrivacyError

# Share of the spread that a search for it may miss by, to the safe side.
TOLERANCE = 1e-4


def _opendp() -> ModuleType:
    try:
        import opendp.prelude as dp
    except ImportError as error:
        raise PrivacyError(
            "The profile `public` needs OpenDP, which is not installed: run `make "
            "publish PROFILE=public`, or `pip install 'precision-marketing[public]'`."
        ) from error
    dp.enable_features("contrib")
    return dp


def told(multipliers: Sequence[float], metrics: int, delta: float) -> float:
    """Return the epsilon of several releases together, by OpenDP's accountant.

    Each metric of each release is a Gaussian mechanism of zero-concentrated
    differential privacy; their losses add up. Source: Bun and Steinke (2016),
    Concentrated Differential Privacy, lemma 1.7; OpenDP converts the sum.

    Parameters
    ----------
    multipliers : sequence of float
        Of each release the standard deviation of its noise, in units of the most that
        one user moves the metric by (its sensitivity).
    metrics : int
        Noised metrics of each release.
    delta : float
        Chance that a user is told more of than epsilon, > 0.

    Returns
    -------
    float
        Epsilon of adding or leaving out one user; 0 without a release.

    Raises
    ------
    PrivacyError
        If OpenDP is not installed.
    """
    if not multipliers:
        return 0.0
    dp = _opendp()
    space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l2_distance(T="f64")
    release = dp.c.make_composition(
        [
            dp.m.make_gaussian(*space, scale=multiplier)
            for multiplier in multipliers
            for _ in range(metrics)
        ]
    )
    curve = dp.c.make_zCDP_to_approxDP(release)
    return dp.c.make_fix_delta(curve, delta).map(1.0)[0]


def multiplier_for(epsilon: float, metrics: int, delta: float) -> float:
    """Return the least noise of a release that tells epsilon at most.

    Parameters
    ----------
    epsilon : float
        > 0.
    metrics, delta : int, float
        As in `told`.

    Returns
    -------
    float
        Standard deviation in units of the sensitivity.

    Raises
    ------
    PrivacyError
        If OpenDP is not installed.
    """
    least, enough = 1e-3, 1e7
    while enough / least > 1 + TOLERANCE:
        middle = math.sqrt(least * enough)
        if told([middle], metrics, delta) <= epsilon:
            enough = middle
        else:
            least = middle
    return enough


def noised(
    sums: Mapping[str, Sequence[int]],
    sensitivities: Mapping[str, float],
    multiplier: float,
) -> dict[str, list[int]]:
    """Return sums with discrete Gaussian noise of the system's secure generator.

    Source: Canonne, Kamath and Steinke (2020), The Discrete Gaussian for Differential
    Privacy; OpenDP draws it.

    Parameters
    ----------
    sums : mapping of str to sequence of int
        By metric a sum for each cell.
    sensitivities : mapping of str to float
        By metric the Euclidean length of the most that one user adds to its cells.
    multiplier : float
        Standard deviation of the noise, in units of the sensitivity.

    Returns
    -------
    dict of str to list of int
        The same cells; a value may be negative.

    Raises
    ------
    PrivacyError
        If OpenDP is not installed.
    """
    dp = _opendp()
    space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l2_distance(T="f64")
    return {
        metric: dp.m.make_gaussian(*space, scale=multiplier * sensitivities[metric])(
            list(cells)
        )
        for metric, cells in sums.items()
    }
