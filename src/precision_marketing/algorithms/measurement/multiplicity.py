"""p values of a family of tests, adjusted for their number."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats


def holm(p: ArrayLike) -> np.ndarray:
    """Return p values adjusted by Holm (1979): error of the whole family.

    Parameters
    ----------
    p : array of float, shape (n,)
        In any order, each 0-1.

    Returns
    -------
    array of float, shape (n,)
        The smallest level of the family at which each is rejected.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).round(4).tolist()
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p, dtype=float)
    order = np.argsort(p, kind="stable")
    stepped = p[order] * np.arange(p.size, 0, -1)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.maximum.accumulate(stepped), 1)
    return adjusted


def benjamini_hochberg(p: ArrayLike) -> np.ndarray:
    """Return p values adjusted by Benjamini and Hochberg (1995): false discoveries.

    Parameters
    ----------
    p : array of float, shape (n,)
        In any order, each 0-1.

    Returns
    -------
    array of float, shape (n,)

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.04, 0.03]).round(4).tolist()
    [0.03, 0.04, 0.04]
    """
    return stats.false_discovery_control(np.asarray(p, dtype=float), method="bh")


def within_families(
    p: ArrayLike, families: ArrayLike, adjust: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """Return p values adjusted within each family.

    Parameters
    ----------
    p : array of float, shape (n,)
        nan where there was no test: it belongs to no family.
    families : array of int, shape (n,)
        Number of each one's family.
    adjust : callable
        `holm` or `benjamini_hochberg`.

    Returns
    -------
    array of float, shape (n,)
        nan where p is.

    Examples
    --------
    >>> within_families([0.01, 0.04, np.nan, 0.04], [1, 1, 1, 2], holm).tolist()
    [0.02, 0.04, nan, 0.04]
    """
    p = np.asarray(p, dtype=float)
    adjusted = np.full(p.size, np.nan)
    tested = np.flatnonzero(~np.isnan(p))
    if tested.size == 0:
        return adjusted
    tested = tested[np.argsort(np.asarray(families)[tested], kind="stable")]
    borders = np.flatnonzero(np.diff(np.asarray(families)[tested])) + 1
    for family in np.split(tested, borders):
        # A test alone stays as it is.
        adjusted[family] = adjust(p[family]) if family.size > 1 else p[family]
    return adjusted
