"""What a comparison of two arms could show: power, smallest effect, users needed.

All are of two-sided tests at 5 %, by the normal approximation, for an arm of users_1
(treated) against one of users_2 (control). Arguments are arrays or numbers; what cannot
be answered is nan. A rate is 0 to 1; its test is pooled z, whose error without a
difference is another than with it. Sources: Cohen (1988), "Statistical power analysis
for the behavioral sciences", chapter 2 (means); Fleiss, Levin, Paik (2003),
"Statistical methods for rates and proportions", chapter 4 (rates).
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

LEVEL = 0.05
POWER = 0.8
_BISECTIONS = 60


def mean_power(
    lift: ArrayLike, deviation: ArrayLike, users_1: ArrayLike, users_2: ArrayLike
) -> np.ndarray:
    """Return the chance that a true difference of means is found.

    Parameters
    ----------
    lift : array of float
        True difference, in the unit of the mean.
    deviation : array of float
        Standard deviation of a user's value, > 0, the same in both arms.
    users_1, users_2 : array of int
        Users of the two arms.

    Returns
    -------
    array of float, 0-1

    Raises
    ------
    ValueError
        If the arguments' shapes do not go together.

    Examples
    --------
    >>> mean_power([0.5], 1.0, 64, 64).round(3).tolist()
    [0.807]
    """
    lift, deviation, n1, n2 = _doubles(lift, deviation, users_1, users_2)
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = lift / (deviation * np.sqrt(1 / n1 + 1 / n2))
    critical = special.ndtri(1 - LEVEL / 2)
    return special.ndtr(distance - critical) + special.ndtr(-distance - critical)


def minimum_detectable_mean(
    deviation: ArrayLike,
    users_1: ArrayLike,
    users_2: ArrayLike,
    deviation_2: ArrayLike | None = None,
) -> np.ndarray:
    """Return the difference of means that is found with a chance of 80 %.

    Parameters
    ----------
    deviation : array of float
        Standard deviation of a user's value.
    users_1, users_2 : array of int
        Users of the two arms.
    deviation_2 : array of float, optional
        That of the second arm, where it is another.

    Returns
    -------
    array of float
        (z(0.975) + z(0.8)) standard errors; nan without users.

    Raises
    ------
    ValueError
        If the arguments' shapes do not go together.

    Examples
    --------
    >>> minimum_detectable_mean([1.0], 64, 64).round(3).tolist()
    [0.495]
    """
    second = deviation if deviation_2 is None else deviation_2
    s1, s2, n1, n2 = _doubles(deviation, second, users_1, users_2)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(s1**2 / n1 + s2**2 / n2)
    return np.where((n1 > 0) & (n2 > 0), _reach() * error, np.nan)


def mean_required_users(
    lift: ArrayLike, deviation: ArrayLike, control_share: ArrayLike
) -> np.ndarray:
    """Return the users of both arms that find a difference of means with 80 %.

    Parameters
    ----------
    lift : array of float
        True difference, not 0.
    deviation : array of float
        Standard deviation of a user's value.
    control_share : array of float
        Share of the users in the second arm, between 0 and 1.

    Returns
    -------
    array of float
        Whole numbers.

    Raises
    ------
    ValueError
        If the arguments' shapes do not go together.

    Examples
    --------
    >>> mean_required_users([0.5], 1.0, 0.5).tolist()
    [126.0]
    """
    lift, deviation, share = _doubles(lift, deviation, control_share)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = deviation**2 * (1 / share + 1 / (1 - share))
        return np.ceil(variance * (_reach() / lift) ** 2)


def rate_power(
    control_rate: ArrayLike, lift: ArrayLike, users_1: ArrayLike, users_2: ArrayLike
) -> np.ndarray:
    """Return the chance that pooled z finds a true difference of rates.

    Parameters
    ----------
    control_rate : array of float
        Rate of the second arm, 0-1.
    lift : array of float
        True difference; control_rate + lift is 0-1.
    users_1, users_2 : array of int
        Users of the two arms.

    Returns
    -------
    array of float, 0-1

    Raises
    ------
    ValueError
        If the arguments' shapes do not go together.

    Examples
    --------
    >>> rate_power([0.2], 0.1, 300, 300).round(3).tolist()
    [0.809]
    """
    rate, lift, n1, n2 = _doubles(control_rate, lift, users_1, users_2)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = n2 / (n1 + n2)
        null, true = _rate_deviations(rate, lift, share)
        root = np.sqrt(n1 + n2)
        reach = special.ndtri(1 - LEVEL / 2) * null
        above = special.ndtr((lift * root - reach) / true)
        return above + special.ndtr((-lift * root - reach) / true)


def minimum_detectable_rate(
    control_rate: ArrayLike, users_1: ArrayLike, users_2: ArrayLike
) -> np.ndarray:
    """Return the rise of a rate that pooled z finds with a chance of 80 %.

    Parameters
    ----------
    control_rate : array of float
        Rate of the second arm, 0-1.
    users_1, users_2 : array of int
        Users of the two arms.

    Returns
    -------
    array of float
        nan where not even a rise to 1 would be found so often.

    Raises
    ------
    ValueError
        If the arguments' shapes do not go together.

    Examples
    --------
    >>> minimum_detectable_rate([0.2], 300, 300).round(4).tolist()
    [0.0988]
    """
    rate, n1, n2 = _doubles(control_rate, users_1, users_2)
    low, high = np.zeros_like(rate), 1 - rate
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        is_found = rate_power(rate, middle, n1, n2) >= POWER
        low, high = np.where(is_found, low, middle), np.where(is_found, middle, high)
    is_possible = rate_power(rate, (1 - rate) * (1 - 1e-9), n1, n2) >= POWER
    return np.where(is_possible, high, np.nan)


def rate_required_users(
    control_rate: ArrayLike, lift: ArrayLike, control_share: ArrayLike
) -> np.ndarray:
    """Return the users of both arms with which pooled z finds a difference with 80 %.

    Parameters
    ----------
    control_rate : array of float
        Rate of the second arm, 0-1.
    lift : array of float
        True difference, not 0.
    control_share : array of float
        Share of the users in the second arm, between 0 and 1.

    Returns
    -------
    array of float
        Whole numbers; nan where control_rate + lift is not a rate.

    Raises
    ------
    ValueError
        If the arguments' shapes do not go together.

    Examples
    --------
    >>> rate_required_users([0.2], 0.1, 0.5).tolist()
    [587.0]
    """
    rate, lift, share = _doubles(control_rate, lift, control_share)
    with np.errstate(divide="ignore", invalid="ignore"):
        null, true = _rate_deviations(rate, lift, share)
        critical, beyond = special.ndtri([1 - LEVEL / 2, POWER])
        return np.ceil(((critical * null + beyond * true) / lift) ** 2)


def _rate_deviations(rate, lift, share) -> tuple[np.ndarray, np.ndarray]:
    """Return what the error times sqrt(users) is without a difference, and with it."""
    treated = rate + lift
    treated = np.where((treated >= 0) & (treated <= 1), treated, np.nan)
    pooled = share * rate + (1 - share) * treated
    null = pooled * (1 - pooled) / (share * (1 - share))
    true = rate * (1 - rate) / share + treated * (1 - treated) / (1 - share)
    return np.sqrt(null), np.sqrt(true)


def _reach() -> float:
    """Return the standard errors from no difference to one that is found with 80 %."""
    return float(special.ndtri([1 - LEVEL / 2, POWER]).sum())


def _doubles(*values: ArrayLike) -> tuple[np.ndarray, ...]:
    """Return the values as float arrays of one shape."""
    return np.broadcast_arrays(*(np.asarray(value, dtype=float) for value in values))
