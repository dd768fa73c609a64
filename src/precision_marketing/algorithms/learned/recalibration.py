"""Probabilities brought to the level of what was observed, by group.

Logistic recalibration: a regression of the labels on the log-odds (Cox 1958, "Two
further applications of a model for binary regression"; Steyerberg 2019, "Clinical
prediction models", section 15.3), its intercept and slope of each group drawn to those
of all groups, and these to 0 and 1, as far as the rows say little.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from scipy.special import expit

from precision_marketing.algorithms.kernels.blas import one_blas_thread
from precision_marketing.algorithms.learned.clustered_logistic import (
    LOSS_ROUNDING,
    propensity_model_schema,
)

# A normal prior with a standard deviation of 1: it holds a group of few labels and is
# nothing to one of fifty.
PRIOR_PRECISION = 1.0
_MAXIMUM_STEPS = 100
_TOLERANCE = 1e-10
_COVARIANCES = {"intercept": (0, 0), "both": (0, 1), "slope": (1, 1)}


@dataclass(frozen=True, eq=False)
class Level:
    """How log-odds are moved: intercept + slope · log-odds, by group.

    Parameters
    ----------
    groups : array of int, shape (n_groups,)
        Sorted.
    coefficients : array of float64, shape (n_groups, 2)
        Intercept and slope.
    covariances : array of float64, shape (n_groups, 2, 2)
        Of intercept and slope.
    """

    groups: np.ndarray
    coefficients: np.ndarray
    covariances: np.ndarray

    def move(
        self, log_odds: np.ndarray, errors: np.ndarray, groups: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the log-odds and their standard errors at the level of their groups.

        Parameters
        ----------
        log_odds, errors : array of float64, shape (n,)
        groups : array of int, shape (n,)
            Each one of `self.groups`.

        Returns
        -------
        log_odds, errors : array of float64, shape (n,)
        """
        places = np.searchsorted(self.groups, groups)
        intercepts, slopes = self.coefficients[places].T
        covariances = self.covariances[places]
        variances = (
            covariances[:, 0, 0]
            + 2 * log_odds * covariances[:, 0, 1]
            + log_odds**2 * covariances[:, 1, 1]
        )
        moved = intercepts + slopes * log_odds
        return moved, np.sqrt(np.maximum(variances, 0.0) + (slopes * errors) ** 2)

    def to_table(self) -> pa.Table:
        """Return it as a long table (`propensity_model_schema`)."""
        rows = []
        for group, coefficients, covariance in zip(
            self.groups, self.coefficients, self.covariances, strict=True
        ):
            name = str(group)
            rows += [
                ("coefficient", name, kind, value)
                for kind, value in zip(
                    ("intercept", "slope"), coefficients, strict=True
                )
            ]
            rows += [
                ("covariance", name, kind, covariance[place])
                for kind, place in _COVARIANCES.items()
            ]
        columns = zip(*rows, strict=True)
        return pa.table(
            [pa.array(column) for column in columns], schema=propensity_model_schema
        )

    @classmethod
    def from_table(cls, table: pa.Table) -> "Level":
        """Return what `to_table` wrote, from any order of rows."""
        values = {
            (row["record_type"], int(row["name"]), row["other_name"]): row["value"]
            for row in table.to_pylist()
        }
        groups = sorted({group for _, group, _ in values})
        covariances = np.empty((len(groups), 2, 2))
        for kind, (row, column) in _COVARIANCES.items():
            covariances[:, row, column] = covariances[:, column, row] = [
                values["covariance", group, kind] for group in groups
            ]
        coefficients = [
            [values["coefficient", group, kind] for kind in ("intercept", "slope")]
            for group in groups
        ]
        return cls(np.array(groups), np.array(coefficients), covariances)


def fit_level(
    log_odds: np.ndarray, labels: np.ndarray, weights: np.ndarray, groups: np.ndarray
) -> Level:
    """Fit intercept and slope of each group.

    Minimizes the weighted sum of binary cross-entropies (weights scaled to a mean of 1)
    plus half the squared distance to the prior times `PRIOR_PRECISION`, the intercept
    being that at the mean log-odds; first of all rows, whose prior is no change, then
    of each group, whose prior is what all rows gave. The covariance is H⁻¹ (S + P) H⁻¹
    with the Hessian H, the squared scores S of the rows and the prior's precision P:
    where rows say nothing it is the prior's.

    Parameters
    ----------
    log_odds : array of float64, shape (n,)
        Finite.
    labels : array of bool, shape (n,)
    weights : array of float64, shape (n,)
        Above 0: how many rows of the population each row stands for.
    groups : array of int, shape (n,)
        Rows of one group are independent.

    Returns
    -------
    Level
        To single precision.

    Raises
    ------
    ValueError
        If there is no row.

    Examples
    --------
    Half of what was foretold happens, in 1,000 rows of each of two groups:

    >>> foretold = np.full(2000, np.log(0.2 / 0.8))
    >>> happened = np.arange(2000) % 10 == 0
    >>> level = fit_level(foretold, happened, np.ones(2000), np.arange(2000) // 1000)
    >>> moved, _ = level.move(foretold[:1], np.zeros(1), np.zeros(1, dtype=int))
    >>> expit(moved).round(2).tolist()
    [0.1]
    """
    if not labels.size:
        raise ValueError("there must be rows")
    weights = weights / weights.mean()
    center = float(np.average(log_odds, weights=weights))
    inputs = np.column_stack([np.ones(log_odds.size), log_odds - center])
    found = np.unique(groups)
    coefficients = np.empty((found.size, 2))
    covariances = np.empty((found.size, 2, 2))
    # From the intercept at the center to that at 0.
    shift = np.array([[1.0, -center], [0.0, 1.0]])
    with one_blas_thread():
        prior, _ = _newton(inputs, labels, weights, np.array([center, 1.0]))
        for place, group in enumerate(found):
            rows = groups == group
            fitted, covariance = _newton(
                inputs[rows], labels[rows], weights[rows], prior
            )
            coefficients[place] = shift @ fitted
            covariances[place] = shift @ covariance @ shift.T
    return Level(found, _single(coefficients), _single(covariances))


def _newton(
    inputs: np.ndarray, labels: np.ndarray, weights: np.ndarray, prior: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the coefficients and their covariance; steps are halved as needed."""
    precision = PRIOR_PRECISION * np.eye(2)
    coefficients = prior.copy()
    loss = _loss(inputs, labels, weights, prior, coefficients)
    for _ in range(_MAXIMUM_STEPS):
        expected = expit(inputs @ coefficients)
        gradient = inputs.T @ (weights * (expected - labels))
        gradient += precision @ (coefficients - prior)
        curvature = weights * expected * (1 - expected)
        hessian = (inputs * curvature[:, None]).T @ inputs + precision
        step = np.linalg.solve(hessian, gradient)
        if np.abs(step).max() < _TOLERANCE:
            break
        while True:
            moved_loss = _loss(inputs, labels, weights, prior, coefficients - step)
            is_no_worse = moved_loss <= loss + LOSS_ROUNDING * loss
            if is_no_worse or np.abs(step).max() < _TOLERANCE:
                break
            step = step / 2
        coefficients, loss = coefficients - step, moved_loss
    scores = inputs * (weights * (labels - expected))[:, None]
    inverse = np.linalg.inv(hessian)
    return coefficients, inverse @ (scores.T @ scores + precision) @ inverse


def _loss(
    inputs: np.ndarray,
    labels: np.ndarray,
    weights: np.ndarray,
    prior: np.ndarray,
    coefficients: np.ndarray,
) -> float:
    logits = inputs @ coefficients
    entropy = weights @ (np.logaddexp(0.0, logits) - labels * logits)
    return float(entropy + PRIOR_PRECISION * np.sum((coefficients - prior) ** 2) / 2)


def _single(values: np.ndarray) -> np.ndarray:
    """Return values rounded to single precision, as in logistic_regression.py."""
    return values.astype(np.float32).astype(np.float64)
