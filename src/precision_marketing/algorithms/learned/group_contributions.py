"""What each group of features adds to a network's probability: exact Shapley values.

A group's contribution is the mean, over all orders in which the groups can become
known, of what the probability changes when the group does. A group that is not known
yet has its features at the mean of training, which is the scaled value 0. The
contributions of a row and the probability of nothing known add up to the row's
probability, whatever the network.

Sources: Shapley (1953), "A value for n-person games"; Lundberg, Lee (2017), "A unified
approach to interpreting model predictions".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import factorial
from typing import Protocol

import numpy as np
from scipy.special import expit

from precision_marketing.algorithms.kernels.blas import one_blas_thread
from precision_marketing.algorithms.kernels.parallel import in_order
from precision_marketing.algorithms.kernels.progress import Progress
from precision_marketing.algorithms.kernels.selection import rounded
from precision_marketing.algorithms.learned.inner_layers import add_logits
from precision_marketing.algorithms.learned.scaled_features import (
    check_finite,
    checked_shape,
    scaled,
)

# Work doubles with each group: ten are 1,024 evaluations of the network's inner layers.
MAXIMUM_GROUPS = 10
# Rows of a task, and rows whose coalitions are evaluated together: with the subsets of
# `_TILE_GROUPS` groups their hidden layers stay in a processor's nearer cache.
_ROWS_PER_TASK = 512
_ROWS_PER_TILE = 16
_TILE_GROUPS = 6


class Layers(Protocol):
    """A network of relu layers whose last layer has one output, the logit.

    Attributes
    ----------
    weights : tuple of array of float64
        Per layer, shape (n_inputs, n_outputs); the last has one output.
    biases : tuple of array of float64
        Per layer, shape (n_outputs,).
    """

    weights: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]


@dataclass(frozen=True, eq=False)
class LinearNetwork:
    """A linear model as a network of one layer, such as logistic regression.

    Parameters
    ----------
    coefficients : array of float64, shape (n_features,)
        Of the scaled features, in logits.
    intercept : float
        The logit where every scaled feature is 0.
    """

    coefficients: np.ndarray
    intercept: float

    @property
    def weights(self) -> tuple[np.ndarray, ...]:
        """The coefficients as the only layer, shape (n_features, 1)."""
        return (np.asarray(self.coefficients, np.float64)[:, np.newaxis],)

    @property
    def biases(self) -> tuple[np.ndarray, ...]:
        """The intercept as the only layer's bias, shape (1,)."""
        return (np.array([self.intercept], np.float64),)


@dataclass(frozen=True, eq=False)
class _SinglePrecision:
    """A network's layers in float32."""

    weights: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]

    @classmethod
    def of(cls, network: Layers) -> "_SinglePrecision":
        """Return a copy of the network's layers."""
        layers = (network.weights, network.biases)
        return cls(*(tuple(np.float32(array) for array in part) for part in layers))


@dataclass(frozen=True, eq=False)
class GroupContributions:
    """Contributions of groups of features to the probabilities of n rows.

    Parameters
    ----------
    groups : tuple of str
        In the order in which they first occur among the features.
    base : float
        Probability of a row whose every feature is at the mean of training.
    contributions : array of float64, shape (n, n_groups)
        Probability (0-1) that the group adds, within 1e-6; base and contributions add
        up to the row's probability within 1e-10.
    strongest : array of int16, shape (n, n_groups)
        Position, among the features, of the group's feature with the largest
        |scaled value x slope of the logit| at the row; ties go to the first.
    base_logit : float
        Logit of a row whose every feature is at the mean of training.
    logit_contributions : array of float64, shape (n, n_groups), or None
        The group's exact part of the logit; base_logit and these add up to it. None
        unless every network is linear.
    """

    groups: tuple[str, ...]
    base: float
    contributions: np.ndarray
    strongest: np.ndarray
    base_logit: float
    logit_contributions: np.ndarray | None


def group_contributions(
    features: np.ndarray,
    *,
    feature_groups: Sequence[str],
    means: np.ndarray,
    scales: np.ndarray,
    networks: Sequence[Layers],
) -> GroupContributions:
    """Return the exact Shapley value of each group of features, row by row.

    The value of a set of known groups is sigmoid(mean over the networks of the logit
    at the row with the other groups' scaled features 0). Scaled features are
    (x - mean) / scale, cut at -5 and 5.

    Parameters
    ----------
    features : array of float64, shape (n, n_features)
        Finite.
    feature_groups : sequence of str, length n_features
        The group of each feature; at most 10 different ones.
    means, scales : array of float64, shape (n_features,)
        Scales above 0.
    networks : sequence of Layers
        At least one; relu between the layers.

    Returns
    -------
    GroupContributions

    Raises
    ------
    ValueError
        If a shape is wrong, a feature is not finite, a group or network is missing, or
        there are more than 10 groups.

    Notes
    -----
    A row costs 2**n_groups evaluations of the inner layers of each network: the first
    layer is linear, so each group's part of it is computed once. Groups that are at the
    mean of training in 512 rows, such as those of an input that a shop does not have,
    are not counted for these. Rows are divided
    among threads; the threads' number does not change the result. Memory beside input
    and result: some 2 MB a thread for hidden layers of 64.

    The networks are evaluated in single precision, but nothing and everything known in
    double precision: what the contributions miss of the difference of these two is
    divided among them by their sizes, so that they add up whatever single precision
    rounds away.

    Examples
    --------
    >>> found = group_contributions(
    ...     np.array([[2.0, 1.0]]),
    ...     feature_groups=["price", "text"],
    ...     means=np.zeros(2),
    ...     scales=np.ones(2),
    ...     networks=[LinearNetwork(np.array([1.0, 0.0]), -1.0)],
    ... )
    >>> round(found.base, 4), found.contributions.round(4).tolist()
    (0.2689, [[0.4621, 0.0]])
    """
    features = checked_shape(features, len(feature_groups))
    check_finite(features)
    groups = tuple(dict.fromkeys(feature_groups))
    _check(groups, networks)
    members = [
        np.flatnonzero([name == group for name in feature_groups]) for group in groups
    ]
    single = [_SinglePrecision.of(network) for network in networks]
    is_linear = all(len(network.weights) == 1 for network in networks)
    shape = (features.shape[0], len(groups))
    contributions, strongest = np.empty(shape), np.empty(shape, np.int16)
    logit_parts = np.empty(shape) if is_linear else None

    def explain(rows: slice) -> None:
        inputs = scaled(features[rows], means, scales)
        logits, slopes = _logits_and_slopes(inputs, networks)
        found = _shapley_values(inputs.astype(np.float32), members, single)
        contributions[rows] = rounded(_added_up(found, expit(logits) - base))
        effects = rounded(inputs * slopes)
        for number, member in enumerate(members):
            largest = np.abs(effects[:, member]).argmax(axis=1)
            strongest[rows, number] = member[largest]
            if is_linear:
                logit_parts[rows, number] = effects[:, member].sum(axis=1)

    n_rows = features.shape[0]
    tasks = [
        slice(start, min(start + _ROWS_PER_TASK, n_rows))
        for start in range(0, n_rows, _ROWS_PER_TASK)
    ]
    with one_blas_thread():
        nothing = np.zeros((1, len(feature_groups)))
        base_logit = _logits_and_slopes(nothing, networks)[0][0]
        base = expit(base_logit)
        for _ in in_order(explain, tasks, Progress("explanations", n_rows)):
            pass
    return GroupContributions(
        groups=groups,
        base=float(rounded(base)),
        contributions=contributions,
        strongest=strongest,
        base_logit=float(base_logit),
        logit_contributions=logit_parts,
    )


def _check(groups: tuple[str, ...], networks: Sequence[Layers]) -> None:
    """Raise ValueError unless there are 1 to 10 groups and a network."""
    if not 1 <= len(groups) <= MAXIMUM_GROUPS:
        raise ValueError(
            f"features must be in 1 to {MAXIMUM_GROUPS} groups, not {len(groups)}"
        )
    if not networks:
        raise ValueError("there must be at least one network")


def _shapley_values(
    inputs: np.ndarray, members: list[np.ndarray], networks: Sequence[_SinglePrecision]
) -> np.ndarray:
    """Return each row's contributions, float64, (n, n_groups).

    Groups whose features are 0 in all rows add nothing, and are no part of coalitions.
    """
    heard = [n for n, member in enumerate(members) if inputs[:, member].any()]
    values = expit(_coalition_logits(inputs, [members[n] for n in heard], networks))
    found = np.zeros((len(inputs), len(members)))
    found[:, heard] = values.T.astype(np.float64) @ _shapley_weights(len(heard))
    return found


def _shapley_weights(n_groups: int) -> np.ndarray:
    """Return the factors of the coalitions' values, shape (2**n_groups, n_groups).

    Coalition c holds group g where bit g of c is set. For a coalition of s groups the
    factor is (s - 1)! (n - s)! / n! for a group in it, -s! (n - s - 1)! / n! for one
    outside.
    """
    holds = _holds(n_groups)
    sizes = holds.sum(axis=1)
    inside = [
        factorial(max(size - 1, 0)) * factorial(n_groups - size) for size in sizes
    ]
    outside = [
        factorial(size) * factorial(max(n_groups - size - 1, 0)) for size in sizes
    ]
    factors = np.where(holds, np.c_[inside], -np.c_[outside])
    return factors / factorial(n_groups)


def _holds(n_groups: int) -> np.ndarray:
    """Return which coalition holds which group, bool, shape (2**n, n)."""
    return (np.arange(2**n_groups)[:, np.newaxis] >> np.arange(n_groups)) & 1 == 1


def _coalition_logits(
    inputs: np.ndarray, members: list[np.ndarray], networks: Sequence[_SinglePrecision]
) -> np.ndarray:
    """Return the mean logit of each coalition and row, float32, (2**n_groups, n)."""
    logits = np.zeros((2 ** len(members), len(inputs)), np.float32)
    for network in networks:
        first = network.weights[0]
        parts = np.empty((len(members), len(inputs), first.shape[1]), np.float32)
        for part, member in zip(parts, members, strict=True):
            np.matmul(inputs[:, member], first[member], out=part)
        # Written over again and again: fresh memory of this size costs page faults.
        size = _ROWS_PER_TILE << min(len(members), _TILE_GROUPS)
        scratch = [np.empty((size, b.size), np.float32) for b in network.biases[:-1]]
        for start in range(0, len(inputs), _ROWS_PER_TILE):
            rows = slice(start, start + _ROWS_PER_TILE)
            logits[:, rows] += _tile_logits(parts[:, rows], network, scratch)
    return logits / np.float32(len(networks))


def _tile_logits(
    parts: np.ndarray, network: _SinglePrecision, scratch: list[np.ndarray]
) -> np.ndarray:
    """Return the logit of each coalition and row of a tile, from the groups' parts."""
    n_rows = parts.shape[1]
    low = _subset_sums(np.tile(network.biases[0], (n_rows, 1)), parts[:_TILE_GROUPS])
    high = _subset_sums(np.zeros_like(parts[0]), parts[_TILE_GROUPS:])
    logits = np.zeros((len(high), len(low) * n_rows), np.float32)
    layers = [array[: logits.shape[1]] for array in scratch]
    for offsets, of_low in zip(high, logits, strict=True):
        add_logits(low, offsets, network, layers, of_low)
    return logits.reshape(-1, n_rows)


def _subset_sums(start: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """Return `start` plus the sum of each subset of `parts`, shape (2**k, *shape)."""
    sums = np.empty((2 ** len(parts), *start.shape), start.dtype)
    sums[0] = start
    for number, part in enumerate(parts):
        size = 2**number
        np.add(sums[:size], part, out=sums[size : 2 * size])
    return sums


def _added_up(contributions: np.ndarray, totals: np.ndarray) -> np.ndarray:
    """Return the contributions, moved by shares of their sizes to add up to `totals`.

    What contributes nothing stays so.
    """
    sizes = np.abs(contributions)
    missing = totals - contributions.sum(axis=1)
    shares = sizes / np.maximum(sizes.sum(axis=1), np.finfo(float).tiny)[:, np.newaxis]
    return contributions + missing[:, np.newaxis] * shares


def _logits_and_slopes(
    inputs: np.ndarray, networks: Sequence[Layers]
) -> tuple[np.ndarray, np.ndarray]:
    """Return each row's mean logit and its slope along each scaled feature, float64."""
    logits, slopes = np.zeros(len(inputs)), np.zeros_like(inputs)
    for network in networks:
        sums, is_active = inputs, []
        for weights, biases in zip(
            network.weights[:-1], network.biases[:-1], strict=True
        ):
            sums = np.maximum(sums @ weights + biases, 0.0)
            is_active.append(sums > 0.0)
        last = network.weights[-1][:, 0]
        logits += sums @ last + network.biases[-1][0]
        slope = np.broadcast_to(last, sums.shape)
        for weights, active in zip(
            network.weights[-2::-1], reversed(is_active), strict=True
        ):
            slope = (slope * active) @ weights.T
        slopes += slope
    return logits / len(networks), slopes / len(networks)
