"""A small neural network that ranks candidates from features, kept as data.

Dense 64 relu, Dense 64 relu, Dense 1 sigmoid, Adam, binary cross-entropy:
scikit-learn's `MLPClassifier((64, 64), activation="relu", solver="adam")` is this
network, with an L2 penalty of 1e-4. Sources: Kingma, Ba (2015), "Adam"; He et al.
(2017), "Neural collaborative filtering", section 3.1 (binary cross-entropy with
sampled negatives for implicit feedback).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from sklearn.metrics import roc_auc_score
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from precision_marketing.algorithms._neural_model import (
    NeuralScorerModel,
    checked_features,
    history_schema,
    neural_model_schema,
    scaled,
)
from precision_marketing.algorithms._selection import check_count
from precision_marketing.algorithms._training_rows import (
    NotEnoughTrainingData,
    TrainingRows,
    check_enough,
)

__all__ = [
    "NeuralScorerModel",
    "NeuralScorerSettings",
    "NotEnoughTrainingData",
    "fit",
    "history_schema",
    "neural_model_schema",
]

HIDDEN_LAYERS = (64, 64)
NDCG_K = 10
_ROWS_PER_CHUNK = 65_536


@dataclass(frozen=True)
class NeuralScorerSettings:
    """How the network is trained.

    Parameters
    ----------
    maximum_epochs : int
        Passes over the positives, each with newly drawn negatives.
    patience : int
        Epochs without a better held-out NDCG after which training stops.
    batch_size : int
        Rows per step of Adam, at most: data of few rows are cut into 32 steps an
        epoch, of at least 32 rows.
    learning_rate : float
        Adam's step size, unit-free, > 0.
    negatives_per_positive : int
        Negatives drawn per positive and epoch, without replacement; all of them where
        there are fewer.
    minimum_training_users, minimum_holdout_users : int
        Users with a positive label that each part must have.
    seed : int
        Seed of the first weights, the shuffling and the negatives.
    """

    maximum_epochs: int = 12
    patience: int = 3
    batch_size: int = 1024
    learning_rate: float = 1e-3
    negatives_per_positive: int = 10
    minimum_training_users: int = 20
    minimum_holdout_users: int = 5
    seed: int = 0

    def __post_init__(self) -> None:
        """Raise ValueError for a setting that is out of range."""
        for name in (
            "maximum_epochs",
            "patience",
            "batch_size",
            "negatives_per_positive",
            "minimum_training_users",
            "minimum_holdout_users",
        ):
            check_count(name, getattr(self, name))
        if not 0 < self.learning_rate < np.inf:
            raise ValueError(f"learning_rate must be > 0, not {self.learning_rate}")


def fit(
    features: np.ndarray,
    feature_names: Sequence[str],
    labels: np.ndarray,
    users: np.ndarray,
    items: np.ndarray,
    holdout_users: np.ndarray,
    settings: NeuralScorerSettings,
) -> NeuralScorerModel:
    """Train the network and return the epoch that ranks held-out users best.

    Parameters
    ----------
    features : array of float64, shape (n, n_features)
        One row per user and candidate item, finite, in any order.
    feature_names : sequence of str, length n_features
    labels : array of bool or 0 and 1, shape (n,)
    users, items : array of int, shape (n,)
        Each pair once. A second label window may be stacked below with other user
        numbers: a number stands for one list to rank.
    holdout_users : array of bool, shape (n,)
        True on the rows of users that never train; constant within a user.
    settings : NeuralScorerSettings

    Returns
    -------
    NeuralScorerModel
        Its history has, per epoch: binary cross-entropy (nats, without the penalty)
        and accuracy at 0.5, on the epoch's own rows and on held-out rows drawn once
        at the same ratio of negatives, so that the two compare; AUC on all held-out
        rows; and mean NDCG@10 of their lists, over users with a positive in the list.

    Raises
    ------
    NotEnoughTrainingData
        If a part has too few users with a positive, or no negative.
    ValueError
        If shapes disagree, a feature is not finite, a label is not 0 or 1, a pair
        occurs twice, or a user is in both parts.

    Notes
    -----
    The order of rows changes nothing: they are taken by user and item. BLAS runs on
    one thread, since sums split over threads may round differently.
    """
    features = checked_features(features, len(feature_names))
    columns = TrainingRows.checked(
        features.shape[0], labels, users, items, holdout_users
    )
    training = columns.subset(~columns.is_holdout)
    holdout = columns.subset(columns.is_holdout)
    check_enough(training, "training", settings.minimum_training_users)
    check_enough(holdout, "held-out", settings.minimum_holdout_users)
    with threadpool_limits(limits=1):
        means, scales = _moments(features, training.positions)
        generator = np.random.default_rng(settings.seed)
        epochs = _train(
            features, tuple(feature_names), means, scales, training, generator, settings
        )
        sample = holdout.drawn(settings.negatives_per_positive, generator)
        return _best_epoch(features, epochs, holdout, sample, settings.patience)


def _moments(
    features: np.ndarray, positions: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return means and standard deviations, 1 where a feature is constant."""
    starts = range(0, positions.size, _ROWS_PER_CHUNK)
    chunks = [positions[start : start + _ROWS_PER_CHUNK] for start in starts]
    means = sum(features[chunk].sum(axis=0) for chunk in chunks) / positions.size
    squares = sum(((features[chunk] - means) ** 2).sum(axis=0) for chunk in chunks)
    scales = np.sqrt(squares / positions.size)
    # A constant feature's deviation is rounding noise, not exactly 0.
    scales[scales <= 1e-12 * np.abs(means)] = 1.0
    return means, scales


def _train(
    features: np.ndarray,
    feature_names: tuple[str, ...],
    means: np.ndarray,
    scales: np.ndarray,
    training: TrainingRows,
    generator: np.random.Generator,
    settings: NeuralScorerSettings,
) -> Iterator[tuple[NeuralScorerModel, float, float]]:
    """Yield, after each epoch, the model without history, its loss and accuracy."""
    network = None
    for _ in range(settings.maximum_epochs):
        rows = training.drawn(settings.negatives_per_positive, generator)
        if network is None:
            network = MLPClassifier(
                HIDDEN_LAYERS,
                batch_size=_batch_size(rows.labels.size, settings.batch_size),
                learning_rate_init=settings.learning_rate,
                random_state=settings.seed,
            )
        inputs = scaled(features[rows.positions], means, scales)
        network.partial_fit(inputs, rows.labels, classes=[0.0, 1.0])
        model = NeuralScorerModel(
            feature_names=feature_names,
            means=means,
            scales=scales,
            weights=tuple(weights.copy() for weights in network.coefs_),
            biases=tuple(biases.copy() for biases in network.intercepts_),
            history=history_schema.empty_table(),
        )
        yield model, *_loss_and_accuracy(model, features, rows)


def _batch_size(n_rows: int, largest: int) -> int:
    """Return the rows per step: few rows must still make enough steps to learn."""
    return min(largest, max(32, n_rows // 32), n_rows)


def _best_epoch(
    features: np.ndarray,
    epochs: Iterator[tuple[NeuralScorerModel, float, float]],
    holdout: TrainingRows,
    sample: TrainingRows,
    patience: int,
) -> NeuralScorerModel:
    """Return the model of the epoch with the highest held-out NDCG, with history."""
    history: list[dict] = []
    best, best_epoch, best_ndcg = None, 0, -np.inf
    for epoch, (model, training_loss, training_accuracy) in enumerate(epochs, start=1):
        probabilities = model.predict(features[holdout.positions])
        loss, accuracy = _loss_and_accuracy(model, features, sample)
        ndcg = _mean_ndcg(holdout.users, holdout.labels, probabilities)
        history.append(
            {
                "epoch": epoch,
                "training_loss": training_loss,
                "training_accuracy": training_accuracy,
                "holdout_loss": loss,
                "holdout_accuracy": accuracy,
                "holdout_auc": roc_auc_score(holdout.labels, probabilities),
                "holdout_ndcg_at_10": ndcg,
            }
        )
        if ndcg > best_ndcg:
            best, best_epoch, best_ndcg = model, epoch, ndcg
        if epoch - best_epoch >= patience:
            break
    for row in history:
        row["is_published_epoch"] = row["epoch"] == best_epoch
    return replace(best, history=pa.Table.from_pylist(history, schema=history_schema))


def _loss_and_accuracy(
    model: NeuralScorerModel, features: np.ndarray, rows: TrainingRows
) -> tuple[float, float]:
    """Return mean binary cross-entropy in nats, and accuracy at 0.5."""
    probabilities = model.predict(features[rows.positions])
    of_label = np.where(rows.labels == 1, probabilities, 1.0 - probabilities)
    # A saturated sigmoid is exactly 0 or 1; its logarithm must stay finite.
    loss = -np.log(np.maximum(of_label, np.finfo(np.float64).eps)).mean()
    return float(loss), float(((probabilities > 0.5) == rows.labels).mean())


def _mean_ndcg(users: np.ndarray, labels: np.ndarray, scores: np.ndarray) -> float:
    """Return mean NDCG@10 with binary gains over users with a positive.

    Rows are sorted by user and item; ties go to the lower item.
    """
    order = np.lexsort((np.arange(scores.size), -scores, users))
    _, starts, groups, counts = np.unique(
        users, return_index=True, return_inverse=True, return_counts=True
    )
    ranks = np.arange(scores.size) - np.repeat(starts, counts)
    gains = labels[order] / np.log2(ranks + 2) * (ranks < NDCG_K)
    positives = np.bincount(groups, weights=labels).astype(int)
    ideal = np.cumsum(1.0 / np.log2(np.arange(NDCG_K) + 2))
    has_positive = positives > 0
    best = ideal[np.minimum(positives[has_positive], NDCG_K) - 1]
    return float((np.bincount(groups, weights=gains)[has_positive] / best).mean())
