"""A small neural network that ranks candidates from features, kept as data.

Dense 64 relu, Dense 64 relu, Dense 1 sigmoid, Adam, binary cross-entropy:
scikit-learn's `MLPClassifier((64, 64), activation="relu", solver="adam")` is this
network, with an L2 penalty of 1e-4. Several are trained with one seed each; the score
is the sigmoid of their mean logit. Where a logistic regression is given, two units of
each layer start as it and the others have to learn what it misses. Sources: Kingma,
Ba (2015), "Adam"; He et al. (2017), "Neural collaborative filtering", section 3.1
(binary cross-entropy with sampled negatives for implicit feedback); Hansen, Salamon
(1990), "Neural network ensembles"; Chen, Goodfellow, Shlens (2016), "Net2Net" (a
network that starts as a smaller model); Cheng et al. (2016), "Wide and deep learning
for recommender systems".
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from sklearn.metrics import roc_auc_score

from precision_marketing.algorithms.kernels.blas import one_blas_thread
from precision_marketing.algorithms.kernels.parallel import in_order
from precision_marketing.algorithms.kernels.progress import Progress
from precision_marketing.algorithms.kernels.selection import check_count
from precision_marketing.algorithms.learned.logistic_regression import LogisticModel
from precision_marketing.algorithms.learned.ndcg import mean_ndcg
from precision_marketing.algorithms.learned.network_training import NetworkTrainer
from precision_marketing.algorithms.learned.neural_model import (
    Network,
    NeuralScorerModel,
    history_schema,
)
from precision_marketing.algorithms.learned.training_data import TrainingData

HIDDEN_LAYERS = (64, 64)
# Rows whose layers are computed together: they stay in a processor's nearer cache.
_ROWS_PER_CHUNK = 2_048
# Of an epoch, on which its loss and accuracy are measured.
_ROWS_OF_LOSS = 20_000


@dataclass(frozen=True)
class NeuralScorerSettings:
    """How the networks are trained.

    Parameters
    ----------
    seeds : int
        Networks, of seed `seed`, `seed` + 1 and so on.
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
    seed : int
        Seed of the first weights, the shuffling and the negatives.
    """

    seeds: int = 3
    maximum_epochs: int = 12
    patience: int = 3
    batch_size: int = 1024
    learning_rate: float = 1e-3
    negatives_per_positive: int = 10
    seed: int = 0

    def __post_init__(self) -> None:
        """Raise ValueError for a setting that is out of range."""
        for name in (
            "seeds",
            "maximum_epochs",
            "patience",
            "batch_size",
            "negatives_per_positive",
        ):
            check_count(name, getattr(self, name))
        if not 0 < self.learning_rate < np.inf:
            raise ValueError(f"learning_rate must be > 0, not {self.learning_rate}")


def fit_networks(
    data: TrainingData,
    settings: NeuralScorerSettings,
    start: LogisticModel | None = None,
) -> NeuralScorerModel:
    """Train one network per seed; each keeps the epoch that ranks held-out users best.

    Parameters
    ----------
    data : TrainingData
    settings : NeuralScorerSettings
    start : LogisticModel, optional
        Fitted to the same data: what two units of each layer start as. Without it all
        weights are drawn.

    Returns
    -------
    NeuralScorerModel
        As of `fit_ensembles`.
    """
    return fit_ensembles([(data, start)], settings)[0]


def fit_ensembles(
    parts: Sequence[tuple[TrainingData, LogisticModel | None]],
    settings: NeuralScorerSettings,
) -> list[NeuralScorerModel]:
    """Train the networks of several parts of the data, as many at once as threads.

    Parameters
    ----------
    parts : sequence of (TrainingData, LogisticModel or None)
        As for `fit_networks`.
    settings : NeuralScorerSettings

    Returns
    -------
    list of NeuralScorerModel
        One for each part. Its history has, per seed and epoch: binary cross-entropy
        (nats, without the penalty) and accuracy at 0.5, on the epoch's own rows (20,000
        of them, drawn, if they are more) and on held-out rows drawn once at the same
        ratio of negatives, so that the two compare; AUC on the latter; and mean NDCG@10
        of the lists of the held-out users with a positive in the list.

    Notes
    -----
    The order of rows changes nothing: they are taken by user and item. BLAS runs on
    one thread, since sums split over threads may round differently; each network is
    trained on a thread of its own. Everything is computed in float32. Beside `data` no
    more than a batch of each network is copied at a time, but for the held-out rows.
    """
    seeds = range(settings.seed, settings.seed + settings.seeds)
    with one_blas_thread():
        varying = [data.without_constants() for data, _ in parts]
        held_out = [_HeldOut.of(data, settings) for data, _ in varying]

        def fit(place: slice) -> tuple[Network, list[dict]]:
            part, number = divmod(place.start, len(seeds))
            given, start = parts[part]
            data, used = varying[part]
            generator = np.random.default_rng(seeds[number])
            trainer = NetworkTrainer(
                len(given.feature_names),
                HIDDEN_LAYERS,
                settings.learning_rate,
                generator,
                used,
            )
            if start is not None:
                trainer.start_as(start)
            epochs = _epochs(data, settings, trainer, generator)
            return _best_epoch(epochs, held_out[part], seeds[number], settings.patience)

        count = len(parts) * len(seeds)
        places = [slice(place, place + 1) for place in range(count)]
        progress = Progress("training of networks", count, "networks")
        trained = list(in_order(fit, places, progress))
    models = []
    for part, (data, _) in enumerate(parts):
        own = trained[part * len(seeds) : (part + 1) * len(seeds)]
        history = [row for _, rows in own for row in rows]
        models.append(
            NeuralScorerModel(
                data.feature_names,
                data.means,
                data.scales,
                tuple(network for network, _ in own),
                pa.Table.from_pylist(history, schema=history_schema),
                data.sampling_rate(settings.negatives_per_positive),
            )
        )
    return models


@dataclass(frozen=True, eq=False)
class _Rows:
    """Rows that a network is asked for: scaled features and labels."""

    inputs: np.ndarray
    labels: np.ndarray

    def logits(self, trainer: NetworkTrainer) -> np.ndarray:
        """Return the network's logits, shape (rows,), float32."""
        starts = range(0, self.labels.size, _ROWS_PER_CHUNK)
        parts = [self.inputs[start : start + _ROWS_PER_CHUNK] for start in starts]
        return np.concatenate([trainer.logits(part).copy() for part in parts])


@dataclass(frozen=True, eq=False)
class _HeldOut:
    """The held-out rows by user, and places of those drawn at the ratio of training."""

    rows: _Rows
    users: np.ndarray
    sample: np.ndarray

    @classmethod
    def of(cls, data: TrainingData, settings: NeuralScorerSettings) -> "_HeldOut":
        """Return the held-out rows, scaled once."""
        rows = data.holdout
        generator = np.random.default_rng(settings.seed)
        sample = rows.drawn(settings.negatives_per_positive, generator)
        return cls(_Rows(data.inputs(rows.positions), rows.labels), rows.users, sample)


def _epochs(
    data: TrainingData,
    settings: NeuralScorerSettings,
    trainer: NetworkTrainer,
    generator: np.random.Generator,
) -> Iterator[tuple[NetworkTrainer, _Rows]]:
    """Yield, after each epoch, the network and rows, drawn of those it has seen."""
    n_features = len(data.feature_names)
    labels = data.training.labels.astype(np.float32)
    for _ in range(settings.maximum_epochs):
        drawn = data.training.drawn(settings.negatives_per_positive, generator)
        order = generator.permutation(drawn)
        batches = _batches(order, settings.batch_size)
        out = np.empty((max(batch.size for batch in batches), n_features), np.float32)
        for batch in batches:
            inputs = data.inputs(data.training.positions[batch], out)
            trainer.step(inputs, labels[batch])
        seen = order[:_ROWS_OF_LOSS]
        inputs = data.inputs(data.training.positions[seen])
        yield trainer, _Rows(inputs, labels[seen])


def _batches(order: np.ndarray, largest: int) -> list[np.ndarray]:
    """Cut rows into the batches of an epoch, all of them about as large.

    At most `largest` rows; of few rows smaller ones, as they must still make enough
    steps to learn.
    """
    size = min(largest, max(32, order.size // 32))
    return np.array_split(order, -(-order.size // size))


def _best_epoch(
    epochs: Iterator[tuple[NetworkTrainer, _Rows]],
    held_out: _HeldOut,
    seed: int,
    patience: int,
) -> tuple[Network, list[dict]]:
    """Return the network of the epoch with the highest held-out NDCG, and history."""
    history: list[dict] = []
    best, best_epoch, best_ndcg = None, 0, -np.inf
    labels = held_out.rows.labels
    for epoch, (trainer, rows) in enumerate(epochs, start=1):
        logits = held_out.rows.logits(trainer)
        training_loss, training_accuracy = _loss_and_accuracy(
            rows.logits(trainer), rows.labels
        )
        sampled = logits[held_out.sample], labels[held_out.sample]
        loss, accuracy = _loss_and_accuracy(*sampled)
        ndcg = mean_ndcg(held_out.users, labels, logits)
        history.append(
            {
                "seed": seed,
                "epoch": epoch,
                "training_loss": training_loss,
                "training_accuracy": training_accuracy,
                "holdout_loss": loss,
                "holdout_accuracy": accuracy,
                "holdout_auc": roc_auc_score(sampled[1], sampled[0]),
                "holdout_ndcg_at_10": ndcg,
            }
        )
        if ndcg > best_ndcg:
            best, best_epoch, best_ndcg = _network(trainer, seed), epoch, ndcg
        if epoch - best_epoch >= patience:
            break
    for row in history:
        row["is_published_epoch"] = row["epoch"] == best_epoch
    return best, history


def _network(trainer: NetworkTrainer, seed: int) -> Network:
    """Return a copy of the trainer's network; its numbers are those of float32."""
    weights = tuple(array.astype(np.float64) for array in trainer.whole_weights())
    return Network(weights, tuple(a.astype(np.float64) for a in trainer.biases), seed)


def _loss_and_accuracy(logits: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Return mean binary cross-entropy in nats, and accuracy at 0.5."""
    logits = logits.astype(np.float64)
    loss = np.logaddexp(0.0, np.where(labels == 1, -logits, logits)).mean()
    return float(loss), float(((logits > 0) == labels).mean())
