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

import logging
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from sklearn.metrics import roc_auc_score
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from precision_marketing.algorithms.kernels.progress import Progress
from precision_marketing.algorithms.kernels.selection import check_count
from precision_marketing.algorithms.learned.logistic_regression import LogisticModel
from precision_marketing.algorithms.learned.ndcg import mean_ndcg
from precision_marketing.algorithms.learned.network_start import start_as
from precision_marketing.algorithms.learned.neural_model import (
    Network,
    NeuralScorerModel,
    history_schema,
)
from precision_marketing.algorithms.learned.training_data import TrainingData
from precision_marketing.algorithms.learned.training_rows import TrainingRows

HIDDEN_LAYERS = (64, 64)
# Rows that are scaled and copied at one time.
_ROWS_PER_STEP = 65_536
# Of an epoch, on which its loss and accuracy are measured.
_ROWS_OF_LOSS = 200_000
_log = logging.getLogger(__name__)


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
        Its history has, per seed and epoch: binary cross-entropy (nats, without the
        penalty) and accuracy at 0.5, on the epoch's own rows (200,000 of them, drawn,
        if they are more) and on held-out rows drawn once at the same ratio of
        negatives, so that the two compare; AUC on all held-out rows; and mean NDCG@10
        of their lists, over users with a positive in the list.

    Notes
    -----
    The order of rows changes nothing: they are taken by user and item. BLAS runs on
    one thread, since sums split over threads may round differently. Steps of Adam are
    computed in float32, everything else in float64. Beside `data` no more than 65,536
    rows are copied at a time, but for the held-out ones.
    """
    sample = data.holdout.drawn(
        settings.negatives_per_positive, np.random.default_rng(settings.seed)
    )
    networks, history = [], []
    with threadpool_limits(limits=1):
        for seed in range(settings.seed, settings.seed + settings.seeds):
            _log.info("Neural scorer: network of seed %d", seed)
            epochs = _epochs(data, settings, seed, start)
            network, rows = _best_epoch(data, epochs, sample, settings.patience)
            networks.append(network)
            history += rows
    return NeuralScorerModel(
        data.feature_names,
        data.means,
        data.scales,
        tuple(networks),
        pa.Table.from_pylist(history, schema=history_schema),
        data.sampling_rate(settings.negatives_per_positive),
    )


def _epochs(
    data: TrainingData,
    settings: NeuralScorerSettings,
    seed: int,
    start: LogisticModel | None,
) -> Iterator[tuple[Network, TrainingRows]]:
    """Yield, after each epoch, the network and rows, drawn of those it has seen."""
    generator = np.random.default_rng(seed)
    classifier = None
    # At most so many: training stops early where more epochs do not rank better.
    task = f"training of the network of seed {seed}"
    progress = Progress(task, settings.maximum_epochs, "epochs")
    for _ in range(settings.maximum_epochs):
        rows = data.training.drawn(settings.negatives_per_positive, generator)
        batch_size = _batch_size(rows.labels.size, settings.batch_size)
        if classifier is None:
            classifier = MLPClassifier(
                HIDDEN_LAYERS,
                batch_size=batch_size,
                learning_rate_init=settings.learning_rate,
                random_state=seed,
            )
        order = generator.permutation(rows.labels.size)
        for step in _steps(order, batch_size):
            part = rows.subset(step)
            inputs = data.inputs(part, np.float32)
            if start is not None and not hasattr(classifier, "coefs_"):
                # One batch, so that there are weights; their values are replaced.
                first = inputs[:batch_size], part.labels[:batch_size]
                classifier.partial_fit(*first, classes=[0.0, 1.0])
                start_as(classifier, start)
            classifier.partial_fit(inputs, part.labels, classes=[0.0, 1.0])
        weights = tuple(array.astype(np.float64) for array in classifier.coefs_)
        biases = tuple(array.astype(np.float64) for array in classifier.intercepts_)
        progress.add(1)
        yield Network(weights, biases, seed), rows.subset(order[:_ROWS_OF_LOSS])


def _batch_size(n_rows: int, largest: int) -> int:
    """Return the rows per step: few rows must still make enough steps to learn."""
    return min(largest, max(32, n_rows // 32), n_rows)


def _steps(order: np.ndarray, batch_size: int) -> list[np.ndarray]:
    """Cut rows into parts of whole batches; the rest joins the last part."""
    size = batch_size * max(1, _ROWS_PER_STEP // batch_size)
    return np.split(order, np.arange(1, max(1, order.size // size)) * size)


def _best_epoch(
    data: TrainingData,
    epochs: Iterator[tuple[Network, TrainingRows]],
    sample: TrainingRows,
    patience: int,
) -> tuple[Network, list[dict]]:
    """Return the network of the epoch with the highest held-out NDCG, and history."""
    history: list[dict] = []
    best, best_epoch, best_ndcg = None, 0, -np.inf
    holdout = data.holdout
    for epoch, (network, rows) in enumerate(epochs, start=1):
        probabilities = _probabilities(data, network, holdout)
        training_loss, training_accuracy = _loss_and_accuracy(data, network, rows)
        loss, accuracy = _loss_and_accuracy(data, network, sample)
        ndcg = mean_ndcg(holdout.users, holdout.labels, probabilities)
        history.append(
            {
                "seed": network.seed,
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
            best, best_epoch, best_ndcg = network, epoch, ndcg
        if epoch - best_epoch >= patience:
            break
    for row in history:
        row["is_published_epoch"] = row["epoch"] == best_epoch
    return best, history


def _probabilities(
    data: TrainingData, network: Network, rows: TrainingRows
) -> np.ndarray:
    """Return what the network alone predicts for the rows."""
    model = NeuralScorerModel(data.feature_names, data.means, data.scales, (network,))
    starts = range(0, rows.positions.size, _ROWS_PER_STEP)
    parts = [rows.positions[start : start + _ROWS_PER_STEP] for start in starts]
    return np.concatenate([model.predict(data.features[part]) for part in parts])


def _loss_and_accuracy(
    data: TrainingData, network: Network, rows: TrainingRows
) -> tuple[float, float]:
    """Return mean binary cross-entropy in nats, and accuracy at 0.5."""
    probabilities = _probabilities(data, network, rows)
    of_label = np.where(rows.labels == 1, probabilities, 1.0 - probabilities)
    # A saturated sigmoid is exactly 0 or 1; its logarithm must stay finite.
    loss = -np.log(np.maximum(of_label, np.finfo(np.float64).eps)).mean()
    return float(loss), float(((probabilities > 0.5) == rows.labels).mean())
