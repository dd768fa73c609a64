"""Logistic regression with sample weights and errors clustered by user."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from scipy.special import expit

from precision_marketing.algorithms.kernels.blas import one_blas_thread

propensity_model_schema = pa.schema(
    [
        ("record_type", pa.string()),
        ("name", pa.string()),
        ("other_name", pa.string()),
        ("value", pa.float64()),
    ]
)
INTERCEPT = "(intercept)"
_MAXIMUM_STEPS = 100
_TOLERANCE = 1e-10
# Relative: near the optimum the loss changes by less than its sum is rounded. Steps
# that were halved for that end 1e-7 from it, wherever the last bits of the rows say.
LOSS_ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class PropensityModel:
    """A fitted regression with the covariance of its coefficients.

    Parameters
    ----------
    feature_names : tuple of str, length n_features
    means, scales : array of float64, shape (n_features,)
        A feature x enters as (x - mean) / scale.
    coefficients : array of float64, shape (1 + n_features,)
        The intercept first.
    covariance : array of float64, shape (1 + n_features, 1 + n_features)
        Of the coefficients, users being the independent units.
    """

    feature_names: tuple[str, ...]
    means: np.ndarray
    scales: np.ndarray
    coefficients: np.ndarray
    covariance: np.ndarray

    def predict(self, features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return each row's log-odds and their standard error.

        Parameters
        ----------
        features : array of float, shape (n, n_features)
            Finite, columns as in `feature_names`.

        Returns
        -------
        log_odds, errors : array of float64, shape (n,)
        """
        inputs = _with_intercept((features - self.means) / self.scales)
        # One product a column: the result of a row does not depend on its batch.
        log_odds = sum(
            column * value
            for column, value in zip(inputs.T, self.coefficients, strict=True)
        )
        variances = np.zeros(len(inputs))
        for row, column in np.ndindex(self.covariance.shape):
            variances += (
                inputs[:, row] * inputs[:, column] * self.covariance[row, column]
            )
        return log_odds, np.sqrt(np.maximum(variances, 0.0))

    def slope(self, name: str) -> float:
        """Return how much the log-odds grow with one unit of a feature."""
        place = self.feature_names.index(name)
        return float(self.coefficients[1 + place] / self.scales[place])

    def to_table(self) -> pa.Table:
        """Return the model as a long table (`propensity_model_schema`)."""
        names = (INTERCEPT, *self.feature_names)
        rows = [
            ("feature_mean", name, None, value)
            for name, value in zip(self.feature_names, self.means, strict=True)
        ]
        rows += [
            ("feature_scale", name, None, value)
            for name, value in zip(self.feature_names, self.scales, strict=True)
        ]
        rows += [
            ("coefficient", name, None, value)
            for name, value in zip(names, self.coefficients, strict=True)
        ]
        rows += [
            ("covariance", names[row], names[column], self.covariance[row, column])
            for row, column in np.ndindex(self.covariance.shape)
        ]
        columns = zip(*rows, strict=True)
        return pa.table(
            [pa.array(column) for column in columns], schema=propensity_model_schema
        )

    @classmethod
    def from_table(cls, table: pa.Table) -> "PropensityModel":
        """Return the model that `to_table` wrote, from any order of rows."""
        values = {
            (row["record_type"], row["name"], row["other_name"]): row["value"]
            for row in table.to_pylist()
        }
        features = tuple(sorted(key[1] for key in values if key[0] == "feature_mean"))
        names = (INTERCEPT, *features)
        return cls(
            features,
            np.array([values["feature_mean", name, None] for name in features]),
            np.array([values["feature_scale", name, None] for name in features]),
            np.array([values["coefficient", name, None] for name in names]),
            np.array(
                [
                    [values["covariance", row, column] for column in names]
                    for row in names
                ]
            ),
        )


def fit_propensity(
    features: np.ndarray,
    labels: np.ndarray,
    weights: np.ndarray,
    users: np.ndarray,
    feature_names: tuple[str, ...],
    *,
    penalty: float = 1.0,
) -> PropensityModel:
    """Fit a logistic regression to weighted rows of users.

    Minimizes the weighted sum of binary cross-entropies (weights scaled to a mean of
    1) plus penalty / 2 · |coefficients|² (not of the intercept), by Newton's method.
    The covariance is the sandwich of Liang and Zeger (1986) with clusters of users and
    the factor G / (G - 1).

    Parameters
    ----------
    features : array of float64, shape (n, n_features)
        Finite. A column that does not vary gets the scale 1, and so the coefficient 0.
    labels : array of bool, shape (n,)
        Both values must occur.
    weights : array of float64, shape (n,)
        Above 0: how many rows of the population each row stands for.
    users : array of int, shape (n,)
        The user of each row; rows of one user are not independent.
    feature_names : tuple of str
        Sorted, as in `PropensityModel.from_table`.
    penalty : float
        At least 0.

    Returns
    -------
    PropensityModel
        The same for any order of the rows, to single precision.

    Raises
    ------
    ValueError
        If only one label occurs, or the names are not sorted.

    Examples
    --------
    >>> x = np.array([[0.0], [0.0], [1.0], [1.0]])
    >>> y = np.array([False, True, True, True])
    >>> w = np.array([3.0, 1.0, 1.0, 3.0])
    >>> fitted = fit_propensity(x, y, w, np.arange(4), ("x",))
    >>> expit(fitted.predict(x)[0]).round(2).tolist()
    [0.45, 0.45, 0.8, 0.8]
    """
    if labels.all() or not labels.any():
        raise ValueError("both labels must occur")
    if tuple(sorted(feature_names)) != feature_names:
        raise ValueError("feature_names must be sorted")
    # Sums of doubles depend on the order of rows, so they get one of their own.
    order = np.lexsort((*features.T, labels, weights, users))
    features, labels, users = features[order], labels[order], users[order]
    weights = weights[order] / weights.mean()
    means, scales = features.mean(axis=0), features.std(axis=0)
    scales = np.where(scales > 0, scales, 1.0)
    inputs = _with_intercept((features - means) / scales)
    ridge = np.full(inputs.shape[1], float(penalty))
    ridge[0] = 0.0
    with one_blas_thread():
        coefficients, hessian = _newton(inputs, labels, weights, ridge)
        covariance = _clustered_covariance(
            inputs, labels, weights, users, coefficients, hessian
        )
    return PropensityModel(
        feature_names, means, scales, _single(coefficients), _single(covariance)
    )


def _newton(
    inputs: np.ndarray, labels: np.ndarray, weights: np.ndarray, ridge: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the coefficients and the Hessian there; steps are halved as needed."""
    coefficients = np.zeros(inputs.shape[1])
    loss = _loss(inputs, labels, weights, ridge, coefficients)
    for _ in range(_MAXIMUM_STEPS):
        expected = expit(inputs @ coefficients)
        gradient = inputs.T @ (weights * (expected - labels)) + ridge * coefficients
        hessian = _hessian(inputs, weights, ridge, expected)
        step = np.linalg.lstsq(hessian, gradient, rcond=None)[0]
        if np.abs(step).max() < _TOLERANCE:
            coefficients = coefficients - step
            break
        while True:
            moved = coefficients - step
            moved_loss = _loss(inputs, labels, weights, ridge, moved)
            is_no_worse = moved_loss <= loss + LOSS_ROUNDING * loss
            if is_no_worse or np.abs(step).max() < _TOLERANCE:
                break
            step = step / 2
        coefficients, loss = moved, moved_loss
    return coefficients, _hessian(inputs, weights, ridge, expit(inputs @ coefficients))


def _loss(
    inputs: np.ndarray,
    labels: np.ndarray,
    weights: np.ndarray,
    ridge: np.ndarray,
    coefficients: np.ndarray,
) -> float:
    logits = inputs @ coefficients
    entropy = weights @ (np.logaddexp(0.0, logits) - labels * logits)
    return float(entropy + ridge @ coefficients**2 / 2)


def _hessian(
    inputs: np.ndarray, weights: np.ndarray, ridge: np.ndarray, expected: np.ndarray
) -> np.ndarray:
    curvature = weights * expected * (1 - expected)
    return (inputs * curvature[:, None]).T @ inputs + np.diag(ridge)


def _clustered_covariance(
    inputs: np.ndarray,
    labels: np.ndarray,
    weights: np.ndarray,
    users: np.ndarray,
    coefficients: np.ndarray,
    hessian: np.ndarray,
) -> np.ndarray:
    """Return H⁻¹ (Σ s s') H⁻¹ · G / (G - 1), s being the sum of a user's scores."""
    residuals = weights * (labels - expit(inputs @ coefficients))
    starts = np.flatnonzero(np.r_[True, users[1:] != users[:-1]])
    scores = np.add.reduceat(inputs * residuals[:, None], starts, axis=0)
    inverse = np.linalg.pinv(hessian, hermitian=True)
    factor = len(starts) / max(len(starts) - 1, 1)
    return factor * inverse @ (scores.T @ scores) @ inverse


def _with_intercept(inputs: np.ndarray) -> np.ndarray:
    return np.column_stack([np.ones(len(inputs)), inputs])


def _single(values: np.ndarray) -> np.ndarray:
    """Return values rounded to single precision, as in logistic_regression.py."""
    return values.astype(np.float32).astype(np.float64)
