"""Logistic regression on the neural scorer's features: the simpler opponent.

A network that does not beat it has learned nothing but a weighted sum.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from precision_marketing.algorithms.kernels.blas import one_blas_thread
from precision_marketing.algorithms.kernels.selection import rounded
from precision_marketing.algorithms.learned.model_records import (
    layer_records,
    of_scorer,
    read_layers,
    read_scaling,
    scaling_records,
)
from precision_marketing.algorithms.learned.scaled_features import logits_by_chunk
from precision_marketing.algorithms.learned.training_data import TrainingData

LOGISTIC = "logistic_regression"
# More rows move a few dozen coefficients no more; they are held in float64.
MAXIMUM_ROWS = 500_000


@dataclass(frozen=True, eq=False)
class LogisticModel:
    """A trained logistic regression.

    Parameters
    ----------
    feature_names : tuple of str, length n_features
        Columns of the features, in order.
    means, scales : array of float64, shape (n_features,)
        A feature x enters as z = (x - mean) / scale, cut at -5 and 5.
    coefficients : array of float64, shape (n_features,)
        Of the scaled features.
    intercept : float
    sampling_rate : float
        As in `NeuralScorerModel`.
    """

    feature_names: tuple[str, ...]
    means: np.ndarray
    scales: np.ndarray
    coefficients: np.ndarray
    intercept: float
    sampling_rate: float = 1.0

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
        return logits_by_chunk(
            features,
            self.means,
            self.scales,
            lambda inputs: (inputs * self.coefficients).sum(axis=1) + self.intercept,
        )

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Return the probability of a positive label: the sigmoid, to 40 bits.

        As `NeuralScorerModel.predict`.
        """
        return rounded(expit(self.logits(features)))

    def to_table(self, scorer: str = LOGISTIC) -> pa.Table:
        """Return the model as a long table (`neural_model_schema`) of a scorer.

        Returns
        -------
        pyarrow.Table
            Records as of a network with one layer.
        """
        parts = scaling_records(
            scorer, self.feature_names, self.means, self.scales, self.sampling_rate
        )
        weights, biases = self.coefficients[:, None], np.array([self.intercept])
        return pa.concat_tables(parts + layer_records(scorer, 0, 0, weights, biases))

    @classmethod
    def from_table(cls, table: pa.Table, scorer: str = LOGISTIC) -> "LogisticModel":
        """Return the model that `to_table` wrote for a scorer, rows in any order.

        Raises
        ------
        ValueError
            If a record is missing or repeated, as in an empty table.
        """
        table = of_scorer(table, scorer)
        scaling = read_scaling(table)
        weights, biases = read_layers(table)
        return cls(
            **scaling, coefficients=weights[0][:, 0], intercept=float(biases[0][0])
        )


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

    Examples
    --------
    Of each user's two items the positive is the one with the feature.

    >>> features = np.tile([[1.0], [0.0]], (30, 1))
    >>> users, items = np.repeat(np.arange(30), 2), np.tile([0, 1], 30)
    >>> data = TrainingData.prepared(
    ...     features, ("f",), features[:, 0] == 1, users, items, users < 10
    ... )
    >>> fit_logistic(data, penalty=1.0).predict([[1.0], [0.0]]).round(1).tolist()
    [0.9, 0.1]
    """
    if not 0 < penalty < np.inf:
        raise ValueError(f"penalty must be > 0 and finite, not {penalty}")
    generator = np.random.default_rng(seed)
    drawn = data.training.drawn(negatives_per_positive, generator)
    if drawn.size > MAXIMUM_ROWS:
        drawn = generator.choice(drawn, MAXIMUM_ROWS, replace=False)
    rows = data.training.subset(np.sort(drawn))
    regression = LogisticRegression(
        C=1.0 / penalty, solver="newton-cholesky", tol=1e-8, max_iter=100
    )
    with one_blas_thread():
        regression.fit(data.inputs(rows.positions).astype(np.float64), rows.labels)
    return LogisticModel(
        data.feature_names,
        data.means,
        data.scales,
        _single(regression.coef_[0]),
        float(_single(regression.intercept_)[0]),
        data.sampling_rate(negatives_per_positive),
    )


def _single(values: np.ndarray) -> np.ndarray:
    """Return values rounded to single precision.

    The last bits of the solution depend on where its arrays lie in memory, through the
    order of BLAS's sums (seen: 2e-13 relative). Equal data must give an equal model.
    """
    return values.astype(np.float32).astype(np.float64)
