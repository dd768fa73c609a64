"""Write the seed `interim_boundaries`: daily looks at a campaign that runs.

Group-sequential boundaries of a standard score for looks at equal shares of the planned
time, two-sided, by the spending function of Lan and DeMets (1983) that is like the
boundaries of O'Brien and Fleming (1979). Looks before the end spend 2.5 %; the last is
the plain test of 5 % that `verdict` takes, so that the two never differ at the end. Who
stops at the first finding is wrong in 5.2 % of the campaigns that do nothing: most that
are found early are found at the end too. Worked out by integrating the score's density
from look to look (Armitage, McPherson and Rowe 1969).
"""

from pathlib import Path

import numpy as np
from scipy import optimize, stats

SEED = Path(__file__).parents[1] / "seeds" / "reference" / "interim_boundaries.csv"
MOST_LOOKS = 60
# Spent by one tail before the end.
TAIL = 0.0125
POINTS = 401


def spent(share: np.ndarray, tail: float) -> np.ndarray:
    """Return the error of one tail that is spent by a share of the planned time."""
    return 2 * stats.norm.sf(stats.norm.isf(tail / 2) / np.sqrt(share))


def spending_boundaries(look_count: int, tail: float) -> np.ndarray:
    """Return the absolute standard score that each of equally spaced looks takes.

    Parameters
    ----------
    look_count : int
        Looks planned, from 1 on; the last is at the end.
    tail : float
        Error that one tail spends in all looks together.

    Returns
    -------
    ndarray, shape (look_count,), float64
        Falling scores.

    Examples
    --------
    >>> spending_boundaries(2, 0.025).round(4).tolist()
    [2.9626, 1.9686]
    """
    step = np.sqrt(1 / look_count)
    shares = np.arange(1, look_count + 1) / look_count
    spends = 2 * np.diff(spent(shares, tail), prepend=0)
    found = [stats.norm.isf(spends[0] / 2)]
    # Of the sum of the data so far among trials that have crossed no boundary.
    sums, density, weights = np.zeros(1), np.ones(1), np.ones(1)
    for look in range(1, look_count):
        spread = np.sqrt(look / look_count)
        end = found[-1] * spread
        points = np.linspace(-end, end, POINTS)
        steps = stats.norm.pdf((points[:, None] - sums) / step) / step
        sums, density = points, steps @ (density * weights)
        # Simpson's rule.
        weights = np.where(np.arange(POINTS) % 2, 4, 2) * (points[1] - points[0]) / 3
        weights[[0, -1]] /= 2

        def excess(score: float, look=look, mass=density * weights, sums=sums) -> float:
            reach = score * np.sqrt((look + 1) / look_count)
            crossing = stats.norm.sf((reach - sums) / step) * 2
            return crossing @ mass - spends[look]

        found.append(optimize.brentq(excess, 0.5, 40))
    return np.array(found)


def boundaries(look_count: int) -> np.ndarray:
    """Return what the seed has for so many looks: the last is that of a plain test.

    Examples
    --------
    >>> boundaries(2).round(4).tolist()
    [3.3446, 1.96]
    """
    scores = spending_boundaries(look_count, TAIL)
    scores[-1] = stats.norm.isf(0.025)
    return scores


def main() -> None:
    """Write the seed."""
    rows = ["look_count,look,boundary_z"]
    for look_count in range(1, MOST_LOOKS + 1):
        for look, score in enumerate(boundaries(look_count), start=1):
            rows.append(f"{look_count},{look},{score:.6f}")
    SEED.write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
