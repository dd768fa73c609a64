"""Removal effects: what conversions lose without a channel, by a Markov chain.

A journey is a chain of order 1: it starts, passes from channel to channel and ends in a
conversion or in nothing. A channel is removed by letting every journey that reaches it
end in nothing.

Source: Anderl, Becker, von Wangenheim, Schumann (2016), "Mapping the customer journey:
Lessons learned from graph-based online attribution modeling".
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import inv
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.kernels.blas import one_blas_thread

# The inverse of a dense matrix of this many rows takes 32 MB, some 100 MB with what
# LAPACK needs, and a few seconds.
MAXIMUM_CHANNELS = 2000


@dataclass(frozen=True, eq=False)
class JourneyCounts:
    """How often journeys passed between states.

    Parameters
    ----------
    starts : array of float64, shape (n,)
        Journeys that start with the channel.
    transitions : csr_matrix of float64, shape (n, n)
        Steps from the row's channel to the column's.
    conversions : array of float64, shape (n,)
        Journeys that convert after the channel.
    losses : array of float64, shape (n,)
        Journeys that end in nothing after the channel.
    revenue : array of float64, shape (n,)
        Revenue of those that convert.
    """

    starts: np.ndarray
    transitions: csr_matrix
    conversions: np.ndarray
    losses: np.ndarray
    revenue: np.ndarray


@dataclass(frozen=True, eq=False)
class RemovalEffects:
    """Removal effects of n channels.

    Parameters
    ----------
    conversion_effects : array of float64, shape (n,)
        1 - P(conversion without the channel) / P(conversion), in 0 to 1; NaN without
        any conversion.
    revenue_effects : array of float64, shape (n,)
        The same of the expected revenue of a journey; NaN where that is not above 0.
    """

    conversion_effects: np.ndarray
    revenue_effects: np.ndarray


def removal_effects(counts: JourneyCounts) -> RemovalEffects:
    """Return what conversions and revenue lose without each channel.

    With the fundamental matrix N = (I - Q)^-1 a journey ever reaches channel c with
    probability f(c) = (start N)(c) / N(c, c), and from c on expects h(c) = (N r)(c).
    Without c it loses f(c) h(c): one inverse serves all channels.

    Parameters
    ----------
    counts : JourneyCounts
        Of whole journeys: as many steps leave a channel as reach it.

    Returns
    -------
    RemovalEffects

    Raises
    ------
    ValueError
        If there are more than 2,000 channels, a shape is wrong, a count is negative or
        not finite, or steps into and out of a channel differ.

    Notes
    -----
    Time grows with the cube of the channels, memory with their square; the number of
    journeys counts for nothing.

    Examples
    --------
    Of four journeys two convert, `a > b` and `b`; `a` and `b > a` do not. The chain
    gives P(conversion) = 1/2, without b 0, and without a 1/3.

    >>> counts = JourneyCounts(
    ...     starts=np.array([2.0, 2.0]),
    ...     transitions=csr_matrix([[0.0, 1.0], [1.0, 0.0]]),
    ...     conversions=np.array([0.0, 2.0]),
    ...     losses=np.array([2.0, 0.0]),
    ...     revenue=np.array([0.0, 30.0]),
    ... )
    >>> removal_effects(counts).conversion_effects.round(9).tolist()
    [0.333333333, 1.0]
    """
    _check(counts)
    n_journeys = counts.starts.sum()
    n_channels = counts.starts.size
    if n_journeys == 0:
        unknown = np.full(n_channels, np.nan)
        return RemovalEffects(unknown, unknown)
    outflow = _outflow(counts)
    steps = np.eye(n_channels) - counts.transitions.toarray() / outflow[:, np.newaxis]
    with one_blas_thread():
        visits = inv(steps, overwrite_a=True, check_finite=False)
        start_visits = (counts.starts / n_journeys) @ visits
        reach = start_visits / np.diag(visits)
        converting = visits @ (counts.conversions / outflow)
        earning = visits @ (counts.revenue / outflow)
    return RemovalEffects(
        conversion_effects=_effects(
            reach * converting, counts.conversions.sum() / n_journeys
        ),
        revenue_effects=_effects(reach * earning, counts.revenue.sum() / n_journeys),
    )


def _effects(losses: np.ndarray, total: float) -> np.ndarray:
    """Return the losses as shares of the total; NaN where that is not above 0."""
    if not total > 0:
        return np.full(losses.size, np.nan)
    return np.clip(losses / total, 0.0, 1.0)


def _outflow(counts: JourneyCounts) -> np.ndarray:
    """Return how many steps leave each channel, ends included."""
    steps = np.asarray(counts.transitions.sum(axis=1)).ravel()
    return steps + counts.conversions + counts.losses


def _check(counts: JourneyCounts) -> None:
    """Raise ValueError unless the counts are those of whole journeys."""
    n_channels = counts.starts.size
    if n_channels > MAXIMUM_CHANNELS:
        raise ValueError(
            f"removal effects are computed for at most {MAXIMUM_CHANNELS:,} channels,"
            f" and the touches name {n_channels:,}: give each touch the name of its"
            " channel, such as `email`, and not that of a campaign or a placement"
        )
    vectors = (counts.starts, counts.conversions, counts.losses, counts.revenue)
    if any(vector.shape != (n_channels,) for vector in vectors) or (
        counts.transitions.shape != (n_channels, n_channels)
    ):
        raise ValueError("counts must all be of the same channels")
    for values in (*vectors, counts.transitions.data):
        if not np.isfinite(values).all():
            raise ValueError("counts must be finite")
    for values in (*vectors[:3], counts.transitions.data):
        if (values < 0).any():
            raise ValueError("counts must not be negative")
    inflow = counts.starts + np.asarray(counts.transitions.sum(axis=0)).ravel()
    outflow = _outflow(counts)
    if (outflow == 0).any() or not np.allclose(inflow, outflow, rtol=1e-9, atol=0):
        raise ValueError("as many steps must leave a channel as reach it, at least one")
