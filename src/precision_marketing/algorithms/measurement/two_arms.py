"""Two-sided tests of two arms from their sufficient statistics.

Every argument is an array with one element per comparison, or a number; what cannot be
tested gives nan.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

# A normal approximation needs that many in each of the four cells (METRICS.md).
SMALLEST_CELL = 5
CONFIDENCE = 0.95


class Welch(NamedTuple):
    """Result of `welch`, arrays of one shape."""

    statistic: np.ndarray
    degrees_of_freedom: np.ndarray
    p: np.ndarray


def welch(
    mean_1: ArrayLike,
    variance_1: ArrayLike,
    users_1: ArrayLike,
    mean_2: ArrayLike,
    variance_2: ArrayLike,
    users_2: ArrayLike,
) -> Welch:
    """Return Welch's t test of mean_1 - mean_2 with Satterthwaite's degrees of freedom.

    Sources: Welch (1947), Satterthwaite (1946).

    Parameters
    ----------
    mean_1, mean_2 : array of float
        Means of the two arms.
    variance_1, variance_2 : array of float
        Sample variances (divided by n - 1).
    users_1, users_2 : array of int
        Users of the two arms.

    Returns
    -------
    Welch
        nan where an arm has less than two users or both variances are 0.

    Examples
    --------
    >>> result = welch(12.0, 4.0, 50, 11.0, 9.0, 40)
    >>> [round(float(value), 4) for value in result]
    [1.8107, 65.1121, 0.0748]
    """
    mean_1, variance_1, users_1, mean_2, variance_2, users_2 = _doubles(
        mean_1, variance_1, users_1, mean_2, variance_2, users_2
    )
    can_test = (users_1 >= 2) & (users_2 >= 2) & (variance_1 + variance_2 > 0)
    users_1, users_2 = (np.where(can_test, n, np.nan) for n in (users_1, users_2))
    statistic, p = stats.ttest_ind_from_stats(
        *(mean_1, np.sqrt(variance_1), users_1),
        *(mean_2, np.sqrt(variance_2), users_2),
        equal_var=False,
    )
    squared_1, squared_2 = variance_1 / users_1, variance_2 / users_2
    degrees_of_freedom = (squared_1 + squared_2) ** 2 / (
        squared_1**2 / (users_1 - 1) + squared_2**2 / (users_2 - 1)
    )
    return Welch(np.asarray(statistic), degrees_of_freedom, np.asarray(p))


def student_quantile(
    degrees_of_freedom: ArrayLike, confidence: float = CONFIDENCE
) -> np.ndarray:
    """Return how many standard errors an interval reaches to each side.

    Parameters
    ----------
    degrees_of_freedom : array of float
        Such as Satterthwaite's; infinity gives the normal quantile.
    confidence : float
        Of the interval, 0-1.

    Returns
    -------
    array of float

    Examples
    --------
    >>> student_quantile([10.0, float("inf")]).round(4).tolist()
    [2.2281, 1.96]
    """
    probability = (1 + confidence) / 2
    return special.stdtrit(np.asarray(degrees_of_freedom, float), probability)


def pooled_z_p(
    successes_1: ArrayLike,
    trials_1: ArrayLike,
    successes_2: ArrayLike,
    trials_2: ArrayLike,
) -> np.ndarray:
    """Return p of a difference of two rates, by z with the pooled rate.

    Parameters
    ----------
    successes_1, trials_1, successes_2, trials_2 : array of int
        Counts.

    Returns
    -------
    array of float
        nan without trials and where both rates are 0 or both are 1.

    Examples
    --------
    >>> pooled_z_p([30], [100], [20], [100]).round(4).tolist()
    [0.1025]
    """
    x1, n1, x2, n2 = _doubles(successes_1, trials_1, successes_2, trials_2)
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled = (x1 + x2) / (n1 + n2)
        error = np.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
        return 2 * special.ndtr(-np.abs(x1 / n1 - x2 / n2) / error)


def fisher_p(
    successes_1: ArrayLike,
    trials_1: ArrayLike,
    successes_2: ArrayLike,
    trials_2: ArrayLike,
) -> np.ndarray:
    """Return p of a difference of two rates by Fisher's exact test, two-sided.

    Each distinct table is worked out once.

    Parameters
    ----------
    successes_1, trials_1, successes_2, trials_2 : array of int, shape (n,)
        Counts.

    Returns
    -------
    array of float, shape (n,)
        nan without trials.

    Examples
    --------
    >>> fisher_p([3], [10], [0], [10]).round(4).tolist()
    [0.2105]
    """
    counts = _doubles(successes_1, trials_1, successes_2, trials_2)
    tables, place = np.unique(
        np.stack(counts, axis=-1).astype(np.int64), axis=0, return_inverse=True
    )
    p = np.full(len(tables), np.nan)
    for row, (x1, n1, x2, n2) in enumerate(tables.tolist()):
        if n1 > 0 and n2 > 0:
            p[row] = stats.fisher_exact([[x1, n1 - x1], [x2, n2 - x2]]).pvalue
    return p[place.reshape(-1)]


def difference_of_rates_p(
    successes_1: ArrayLike,
    trials_1: ArrayLike,
    successes_2: ArrayLike,
    trials_2: ArrayLike,
) -> tuple[np.ndarray, np.ndarray]:
    """Return p by pooled z, or by Fisher's test where any cell is under 5.

    Parameters
    ----------
    successes_1, trials_1, successes_2, trials_2 : array of int, shape (n,)
        Counts.

    Returns
    -------
    p : array of float, shape (n,)
        nan without trials.
    is_exact : array of bool, shape (n,)
        Where Fisher's test was used.

    Examples
    --------
    >>> p, is_exact = difference_of_rates_p([3, 30], [10, 100], [0, 20], [10, 100])
    >>> p.round(4).tolist(), is_exact.tolist()
    ([0.2105, 0.1025], [True, False])
    """
    x1, n1, x2, n2 = _doubles(successes_1, trials_1, successes_2, trials_2)
    smallest = np.minimum.reduce([x1, n1 - x1, x2, n2 - x2])
    is_exact = (n1 > 0) & (n2 > 0) & (smallest < SMALLEST_CELL)
    p = pooled_z_p(x1, n1, x2, n2)
    p[is_exact] = fisher_p(*(count[is_exact] for count in (x1, n1, x2, n2)))
    return p, is_exact


def chi_square_p(statistic: ArrayLike, degrees_of_freedom: ArrayLike) -> np.ndarray:
    """Return the probability of a chi-square at least as large.

    Parameters
    ----------
    statistic : array of float
        Sum over arms of (users - expected)^2 / expected.
    degrees_of_freedom : array of int
        Arms less 1; nan is returned where it is under 1.

    Returns
    -------
    array of float

    Examples
    --------
    >>> chi_square_p([3.84], [1]).round(3).tolist()
    [0.05]
    """
    statistic, degrees_of_freedom = _doubles(statistic, degrees_of_freedom)
    p = special.chdtrc(degrees_of_freedom, statistic)
    return np.where(degrees_of_freedom >= 1, p, np.nan)


def _doubles(*values: ArrayLike) -> tuple[np.ndarray, ...]:
    """Return the values as float arrays of one shape."""
    return np.broadcast_arrays(*(np.asarray(value, dtype=float) for value in values))
