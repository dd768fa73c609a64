"""What the learned scorers train on: rows in two parts, and one scaling."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from precision_marketing.algorithms.kernels.blas import one_blas_thread
from precision_marketing.algorithms.learned.scaled_features import (
    ROWS_PER_CHUNK,
    check_finite,
    checked_shape,
    moments,
    scaled_rows,
)
from precision_marketing.algorithms.learned.training_rows import (
    TrainingRows,
    check_enough,
)

_MINIMUM_TRAINING_USERS = 20
_MINIMUM_HOLDOUT_USERS = 5
# Held-out rows that are asked after every epoch: more tell epochs apart no better.
MAXIMUM_HOLDOUT_ROWS = 200_000


@dataclass(frozen=True, eq=False)
class TrainingData:
    """Labelled candidates, gathered once for every model that learns from them.

    Attributes
    ----------
    features : array of float32, shape (n, n_features)
        In the caller's order, not copied.
    feature_names : tuple of str, length n_features
    means, scales : array of float64, shape (n_features,)
        Of the training rows.
    training, holdout : TrainingRows
        The two parts, as positions in `features`. Held out are at most 200,000 rows:
        whole users, with a positive, evenly over their numbers.
    negative_share : float
        Share of all negatives that the rows hold over the share of all positives.
    """

    features: np.ndarray
    feature_names: tuple[str, ...]
    means: np.ndarray
    scales: np.ndarray
    training: TrainingRows
    holdout: TrainingRows
    negative_share: float

    @classmethod
    def prepared(
        cls,
        features: np.ndarray,
        feature_names: Sequence[str],
        labels: np.ndarray,
        users: np.ndarray,
        items: np.ndarray,
        holdout_users: np.ndarray,
        *,
        subset: np.ndarray | None = None,
        negative_share: float = 1.0,
    ) -> "TrainingData":
        """Check the rows, part them and measure the scaling.

        Parameters
        ----------
        features : array of float, shape (n, n_features)
            One row per user and candidate item, finite, in any order. Kept in single
            precision: not copied if it comes in it.
        feature_names : sequence of str, length n_features
        labels : array of bool or 0 and 1, shape (n,)
        users, items : array of int, shape (n,)
            Each pair once. A second label window may be stacked below with other user
            numbers: a number stands for one list to rank.
        holdout_users : array of bool, shape (n,)
            True on the rows of users that never train; constant within a user.
        subset : array of bool, shape (n,), optional
            True on the rows that are used: all of them where it is left out.
        negative_share : float
            As the attribute; 1 where nothing was left out.

        Returns
        -------
        TrainingData

        Raises
        ------
        NotEnoughTrainingData
            If a part has too few users with a positive, or no negative.
        ValueError
            If shapes disagree, a feature is not finite, a label is not 0 or 1, a pair
            occurs twice, or a user is in both parts.
        """
        features = checked_shape(features, len(feature_names))
        features = features.astype(np.float32, copy=False)
        rows = TrainingRows.checked(
            features.shape[0], labels, users, items, holdout_users
        )
        if subset is not None:
            rows = rows.subset(subset[rows.positions])
        training = rows.subset(~rows.is_holdout)
        holdout = rows.subset(rows.is_holdout)
        check_enough(training, "training", _MINIMUM_TRAINING_USERS)
        check_enough(holdout, "held-out", _MINIMUM_HOLDOUT_USERS)
        holdout = holdout.whole_users(MAXIMUM_HOLDOUT_ROWS)
        check_finite(features[holdout.positions])
        with one_blas_thread():
            means, scales = moments(features, training.positions)
        names = tuple(feature_names)
        return cls(features, names, means, scales, training, holdout, negative_share)

    def inputs(
        self, positions: np.ndarray, out: np.ndarray | None = None
    ) -> np.ndarray:
        """Return the scaled features of rows, shape (rows, n_features), float32.

        Parameters
        ----------
        positions : array of int, shape (rows,)
            In `features`.
        out : array of float32, shape (rows or more, n_features), optional
            Written over.
        """
        if out is None:
            out = np.empty((positions.size, len(self.feature_names)), np.float32)
        scaling = (self.means.astype(np.float32), self.scales.astype(np.float32))
        return scaled_rows(self.features, positions, *scaling, out)

    def without_constants(self) -> tuple["TrainingData", np.ndarray]:
        """Return the data without constant features, and the places of the others.

        Constant on the training rows: their scaled values are 0, so that nothing is
        learned from them.
        """
        values = self.features[self.training.positions[:1]]
        is_used = np.zeros(len(self.feature_names), dtype=bool)
        for start in range(0, self.training.positions.size, ROWS_PER_CHUNK):
            rows = self.training.positions[start : start + ROWS_PER_CHUNK]
            is_used |= (self.features[rows] != values).any(axis=0)
        used = np.flatnonzero(is_used)
        if used.size == is_used.size:
            return self, used
        names = tuple(self.feature_names[place] for place in used)
        return replace(
            self,
            features=np.take(self.features, used, axis=1),
            feature_names=names,
            means=self.means[used],
            scales=self.scales[used],
        ), used

    def sampling_rate(self, negatives_per_positive: int) -> float:
        """Return the share of all negatives that a draw holds, over the positives'."""
        positives = int(self.training.labels.sum())
        negatives = self.training.labels.size - positives
        drawn = min(negatives, negatives_per_positive * positives)
        return self.negative_share * drawn / negatives
