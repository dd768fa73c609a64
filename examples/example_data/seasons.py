"""When people shop: by week, by year and by hour of the day."""

import numpy as np

from examples.example_data.settings import DAY, DAY_COUNT, HOUR, START

# Monday to Sunday; then the 24 hours of a day (UTC), relative weights.
_WEEKDAY = np.array([1.0, 0.95, 0.95, 1.0, 1.05, 1.25, 1.35])
_HOUR = np.array(
    [
        2,
        1,
        1,
        1,
        1,
        2,
        4,
        7,
        9,
        10,
        10,
        11,
        12,
        11,
        10,
        10,
        11,
        13,
        15,
        17,
        18,
        15,
        9,
        4,
    ]
)
_YEAR_SHARE = 0.12  # more in winter, less in summer


def day_weights() -> np.ndarray:
    """Return the relative number of sessions on each day, shape (DAY_COUNT,)."""
    day = START // DAY + np.arange(DAY_COUNT)
    weekday = (day + 3) % 7  # day 0, 1970-01-01, was a Thursday; Monday is 0
    year = 1 + _YEAR_SHARE * np.cos(2 * np.pi * day / 365.25)
    return _WEEKDAY[weekday] * year


def shopping_times(
    rng: np.random.Generator, earliest: np.ndarray, latest: np.ndarray
) -> np.ndarray:
    """Return a time for each row by the seasons of week, year and day.

    Parameters
    ----------
    rng : Generator
        Source of the draws.
    earliest, latest : int arrays, shape (n,)
        Seconds since 1970; the time lies on a day that begins in [earliest, latest).

    Returns
    -------
    int64 array, shape (n,)
        Seconds since 1970. A row without such a day gets -1.
    """
    edges = np.concatenate([[0.0], np.cumsum(day_weights())])
    first_day = np.clip(-(-(earliest - START) // DAY), 0, DAY_COUNT)
    end_day = np.clip(-(-(latest - START) // DAY), 0, DAY_COUNT)
    low, high = edges[first_day], edges[end_day]
    drawn = low + rng.random(len(earliest)) * (high - low)
    day = np.clip(
        np.searchsorted(edges, drawn, "right") - 1, 0, np.maximum(end_day - 1, 0)
    )
    at = START + day * DAY + times_of_day(rng, len(earliest))
    return np.where(first_day < end_day, at, -1)


def times_of_day(rng: np.random.Generator, count: int) -> np.ndarray:
    """Return seconds since midnight, shape (count,), by the hours people shop."""
    edges = np.cumsum(_HOUR) / _HOUR.sum()
    hour = np.searchsorted(edges, rng.random(count), "right")
    return np.minimum(hour, 23) * HOUR + rng.integers(0, HOUR, count)
