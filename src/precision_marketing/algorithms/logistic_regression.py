"""Logistic regression on the neural scorer's features: the simpler opponent.

A network that does not beat it has learned nothing but a weighted sum.
"""

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from precision_marketing.algorithms._model_records import (
    half_of,
    layer_records,
    of_scorer,
    read_networks,
    read_scaling,
    scaling_records,
)
from precision_marketing.algorithms._scaled_features import logits_by_chunk
from precision_marketing.algorithms._selection import rounded
from precision_marketing.algorithms._training_data import TrainingData

LOGISTIC = "logistic_regression"
# More rows move a few dozen coefficients no more; they are held in float64.
MAXIMUM_ROWS = 500_000


@dataclass(frozen=True, eq=False)
class LogisticModel:
    """One or more logistic regressions: the mean of their logits is the model's.

    Parameters
    ----------
    feature_names : tuple of str, length n_features
        Columns of the features, in order.
    means, scales : array of float64, shape (n_features,)
        A feature x enters as z = (x - mean) / scale, cut at -5 and 5.
    fits : tuple of (coefficients, intercept)
        Of the scaled features: array of float64, shape (n_features,), and float.
    sampling_rate : float
        As in `NeuralScorerModel`.
    """

    feature_names: tuple[str, ...]
    means: np.ndarray
    scales: np.ndarray
    fits: tuple[tuple[np.ndarray, float], ...]
    sampling_rate: float = 1.0

    @property
    def coefficients(self) -> np.ndarray:
        """Return the mean coefficients, shape (n_features,)."""
        return np.mean([coefficients for coefficients, _ in self.fits], axis=0)

    @property
    def intercept(self) -> float:
        """Return the mean intercept."""
        return float(np.mean([intercept for _, intercept in self.fits]))

    def half(self, number: int) -> "LogisticModel":
        """Return the fits of one half of the users: 0 the first ones, 1 the others."""
        return replace(self, fits=half_of(self.fits, number))

    def logits(self, features: np.ndarray) -> np.ndarray:
        """Return z · coefficients + intercept for each row.

        Parameters
        ----------
        features : array of float, shape (n, n_features)
            Finite, columns as in `feature_names`.

        Returns
        -------
        array of float64, shape (n,)

        Raises
        ------
        ValueError
            If the shape is wrong or a feature is not finite.
        """
        coefficients, intercept = self.coefficients, self.intercept
        return logits_by_chunk(
            features,
            self.means,
            self.scales,
            lambda inputs: (inputs * coefficients).sum(axis=1) + intercept,
        )

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Return the probability of a positive label: the sigmoid, to 40 bits.

        As `NeuralScorerModel.predict`.
        """
        return rounded(expit(self.logits(features)))

    def to_table(self) -> pa.Table:
        """Return the model as a long table (`neural_model_schema`).

        Returns
        -------
        pyarrow.Table
            Scorer `logistic_regression`; each fit is a seed, with the records of a
            network with one layer.
        """
        parts = scaling_records(
            LOGISTIC, self.feature_names, self.means, self.scales, self.sampling_rate
        )
        for seed, (coefficients, intercept) in enumerate(self.fits):
            weights, biases = coefficients[:, None], np.array([intercept])
            parts += layer_records(LOGISTIC, seed, 0, weights, biases)
        return pa.concat_tables(parts)

    @classmethod
    def from_table(cls, table: pa.Table) -> "LogisticModel":
        """Return the model that `to_table` wrote, from any order of rows.

        Raises
        ------
        ValueError
            If a record is missing or repeated, as in an empty table.
        """
        table = of_scorer(table, LOGISTIC)
        scaling = read_scaling(table)
        fits = [
            (weights[0][:, 0], float(biases[0][0]))
            for _, (weights, biases) in read_networks(table)
        ]
        return cls(**scaling, fits=tuple(fits))


def fit_logistic(
    data: TrainingData,
    *,
    penalty: float,
    negatives_per_positive: int = 10,
    seed: int = 0,
) -> LogisticModel:
    """Fit the regression to the positives and to negatives drawn once.

    Minimizes the sum of binary cross-entropies plus penalty / 2 · |coefficients|²
    (scikit-learn's `LogisticRegression` with C = 1 / penalty), by Newton's method.

    Parameters
    ----------
    data : TrainingData
        Its training part is used; of more than `MAXIMUM_ROWS` drawn rows, so many
        drawn evenly.
    penalty : float
        Strength of the L2 penalty on the coefficients of scaled features, > 0.
    negatives_per_positive : int
        As for the networks.
    seed : int
        Of the draw.

    Returns
    -------
    LogisticModel

    Raises
    ------
    ValueError
        If the penalty is not above 0 and finite.
    """
    if not 0 < penalty < np.inf:
        raise ValueError(f"penalty must be > 0 and finite, not {penalty}")
    generator = np.random.default_rng(seed)
    rows = data.training.drawn(negatives_per_positive, generator)
    if rows.labels.size > MAXIMUM_ROWS:
        chosen = generator.choice(rows.labels.size, MAXIMUM_ROWS, replace=False)
        rows = rows.subset(np.sort(chosen))
    regression = LogisticRegression(
        C=1.0 / penalty, solver="newton-cholesky", tol=1e-8, max_iter=100
    )
    with threadpool_limits(limits=1):
        regression.fit(data.inputs(rows, np.float64), rows.labels)
    return LogisticModel(
        data.feature_names,
        data.means,
        data.scales,
        ((_single(regression.coef_[0]), float(_single(regression.intercept_)[0])),),
        data.sampling_rate(negatives_per_positive),
    )


def _single(values: np.ndarray) -> np.ndarray:
    """Return values rounded to single precision.

    The last bits of the solution depend on where its arrays lie in memory, through the
    order of BLAS's sums (seen: 2e-13 relative). Equal data must give an equal model.
    """
    return values.astype(np.float32).astype(np.float64)
