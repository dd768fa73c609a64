"""A logistic regression, and what it would be without some of its features."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from precision_marketing.algorithms.kernels.blas import one_blas_thread


@dataclass(frozen=True, eq=False)
class DroppableRegression:
    """A fitted regression that can do without features.

    Attributes
    ----------
    scales : array of float64, shape (n_features,)
        Standard deviations of the features, 1 where one is constant.
    coefficients : array of float64, shape (n_features,)
        Of the features divided by `scales`.
    inverse_hessian : array of float64, shape (n_features, n_features)
        Of the penalized loss at the coefficients, the intercept free.
    """

    scales: np.ndarray
    coefficients: np.ndarray
    inverse_hessian: np.ndarray

    def weights(self, dropped: np.ndarray) -> np.ndarray:
        """Return the weight of each feature when the coefficients of some must be 0.

        One step of Newton's method under the constraint, from the fitted coefficients
        b: b - V E (E' V E)^-1 E' b, V the inverse Hessian and E the dropped features'
        columns of the identity. The others take over what they can.

        Source: Rao (1973), "Linear Statistical Inference", section 6e (the same
        quadratic approximation as Wald's test); Lawless, Singhal (1978), "Efficient
        screening of nonnormal regression models", section 2.

        Parameters
        ----------
        dropped : array of int
            Columns of features; none changes nothing.

        Returns
        -------
        array of float64, shape (n_features,)
            For features as they are, exactly 0 for the dropped ones. Rounded to single
            precision, so that the order of BLAS's sums does not show.
        """
        rest = self.coefficients
        if dropped.size:
            columns = self.inverse_hessian[:, dropped]
            moved = np.linalg.solve(columns[dropped], self.coefficients[dropped])
            rest = self.coefficients - columns @ moved
            rest[dropped] = 0.0
        return (rest / self.scales).astype(np.float32).astype(np.float64)


def fit_droppable(
    features: np.ndarray, labels: np.ndarray, penalty: float
) -> DroppableRegression:
    """Fit the regression, and keep what dropping features needs.

    Parameters
    ----------
    features : array of float64, shape (n, n_features)
        Finite.
    labels : array of bool, shape (n,)
        Both kinds.
    penalty : float
        Of the squares of scaled coefficients, > 0.

    Returns
    -------
    DroppableRegression

    Raises
    ------
    ValueError
        If the labels are of one kind, or the penalty is not above 0.

    Examples
    --------
    Two features say the same, so that one takes over what the other did.

    >>> labels = np.tile([True, True, True, False], 50)
    >>> one = np.where(np.arange(200) % 5 == 0, ~labels, labels) * 1.0
    >>> fitted = fit_droppable(np.column_stack([one, one]), labels, penalty=1e-3)
    >>> both, alone = fitted.weights(np.array([], int)), fitted.weights(np.array([1]))
    >>> bool(abs(alone[0] - both.sum()) < 1e-3), alone[1].item()
    (True, 0.0)
    """
    if not penalty > 0:
        raise ValueError(f"penalty must be > 0, not {penalty}")
    scales = features.std(axis=0)
    scales[scales < 1e-12] = 1.0
    scaled = (features - features.mean(axis=0)) / scales
    regression = LogisticRegression(
        C=1.0 / penalty, solver="newton-cholesky", tol=1e-8, max_iter=100
    )
    with one_blas_thread():
        regression.fit(scaled, labels)
        chances = expit(regression.decision_function(scaled))
        spread = chances * (1.0 - chances)
        # The intercept is profiled out: features about their weighted means.
        centered = scaled - np.average(scaled, axis=0, weights=spread)
        hessian = centered.T @ (spread[:, None] * centered)
        hessian[np.diag_indices_from(hessian)] += penalty
        inverse = cho_solve(cho_factor(hessian), np.eye(hessian.shape[0]))
    return DroppableRegression(scales, regression.coef_[0], inverse)
