"""Trained networks as arrays: prediction, and one long table to keep them in."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.special import expit

from precision_marketing.algorithms.kernels.selection import rounded
from precision_marketing.algorithms.learned.model_records import (
    layer_records,
    of_scorer,
    read_layers,
    read_scaling,
    records,
    scaling_records,
)
from precision_marketing.algorithms.learned.scaled_features import logits_by_chunk

NEURAL = "neural"
history_schema = pa.schema(
    [
        ("seed", pa.int32()),
        ("epoch", pa.int32()),
        ("training_loss", pa.float64()),
        ("training_accuracy", pa.float64()),
        ("holdout_loss", pa.float64()),
        ("holdout_accuracy", pa.float64()),
        ("holdout_auc", pa.float64()),
        ("holdout_ndcg_at_10", pa.float64()),
        ("is_published_epoch", pa.bool_()),
    ]
)
_METRICS = history_schema.names[2:]


@dataclass(frozen=True, eq=False)
class Network:
    """One network: relu between the layers, the last gives the logit.

    Parameters
    ----------
    weights : tuple of array of float64
        Per layer, shape (n_inputs, n_outputs); the last has one output.
    biases : tuple of array of float64
        Per layer, shape (n_outputs,).
    seed : int
        With which it was trained; its name within the ensemble.
    """

    weights: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]
    seed: int = 0

    def logits(self, inputs: np.ndarray) -> np.ndarray:
        """Return the logit of each row of scaled features."""
        *hidden, last = zip(self.weights, self.biases, strict=True)
        for weights, biases in hidden:
            inputs = inputs @ weights
            inputs += biases
            np.maximum(inputs, 0.0, out=inputs)
        # Row by row: a product with one column rounds by the row's place.
        return (inputs * last[0][:, 0]).sum(axis=1) + last[1][0]


@dataclass(frozen=True, eq=False)
class NeuralScorerModel:
    """An ensemble of networks: scaling, weights and the course of their training.

    Parameters
    ----------
    feature_names : tuple of str, length n_features
        Columns of the features, in order.
    means, scales : array of float64, shape (n_features,)
        A feature x enters as (x - mean) / scale, cut at -5 and 5.
    networks : tuple of Network
        One for each seed; they share the scaling.
    history : pyarrow.Table
        `history_schema`, one row per seed and epoch from 1. Losses are binary
        cross-entropies in nats; the published epoch is the one whose weights these are.
    sampling_rate : float
        Odds of a positive label among all candidates over the odds among the rows that
        trained, 1 or less: negatives were sampled.
    """

    feature_names: tuple[str, ...]
    means: np.ndarray
    scales: np.ndarray
    networks: tuple[Network, ...]
    history: pa.Table = field(default_factory=history_schema.empty_table)
    sampling_rate: float = 1.0

    def logits(self, features: np.ndarray) -> np.ndarray:
        """Return the mean of the networks' logits for each row.

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

        def mean_logits(inputs: np.ndarray) -> np.ndarray:
            total = sum(network.logits(inputs) for network in self.networks)
            return total / len(self.networks)

        return logits_by_chunk(features, self.means, self.scales, mean_logits)

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Return the probability of a positive label for each row.

        Parameters
        ----------
        features : array of float, shape (n, n_features)
            As for `logits`.

        Returns
        -------
        array of float64, shape (n,)
            The sigmoid of the logits, in [0, 1], with 40 bits of fraction, so that
            ties are ties. It is relative to the negatives drawn in training: its odds
            times `sampling_rate` are those among all candidates. Source: King, Zeng
            (2001), "Logistic regression in rare events data", section 4.1 (prior
            correction).

        Raises
        ------
        ValueError
            If the shape is wrong or a feature is not finite.
        """
        return rounded(expit(self.logits(features)))

    def to_table(self, scorer: str = NEURAL) -> pa.Table:
        """Return the whole model as one long table.

        Returns
        -------
        pyarrow.Table
            `neural_model_schema`. record_type tells which columns
            are set beside value: feature_mean and feature_scale (input_index, name),
            sampling_rate, weight (seed, layer, input_index, output_index), bias (seed,
            layer, output_index), epoch_metric (seed, epoch, name; booleans are 0 and
            1). Layers and indices start at 0.
        """
        parts = scaling_records(
            scorer, self.feature_names, self.means, self.scales, self.sampling_rate
        )
        for network in self.networks:
            layers = zip(network.weights, network.biases, strict=True)
            for layer, (weights, biases) in enumerate(layers):
                parts += layer_records(scorer, network.seed, layer, weights, biases)
            is_own = pc.equal(self.history["seed"], network.seed)
            own = self.history.filter(is_own)
            for name in _METRICS:
                parts.append(
                    records(
                        scorer,
                        "epoch_metric",
                        own[name].cast(pa.float64()).to_pylist(),
                        seed=network.seed,
                        epoch=own["epoch"].to_pylist(),
                        name=[name] * own.num_rows,
                    )
                )
        return pa.concat_tables(parts)

    @classmethod
    def from_table(cls, table: pa.Table, scorer: str = NEURAL) -> "NeuralScorerModel":
        """Return the model that `to_table` wrote, bit for bit.

        Parameters
        ----------
        table : pyarrow.Table
            Columns of `neural_model_schema`; rows in any order, as a database returns
            them. Records of other scorers and of other types are left out.

        Returns
        -------
        NeuralScorerModel

        Raises
        ------
        ValueError
            If a record is missing or repeated, as in an empty table.
        """
        table = of_scorer(table, scorer)
        scaling = read_scaling(table)
        is_weight = pc.equal(table["record_type"], "weight")
        seeds = sorted(pc.unique(table.filter(is_weight)["seed"]).to_pylist())
        if not seeds:
            raise ValueError("the model's table has no weight")
        networks = [
            Network(*read_layers(table.filter(pc.equal(table["seed"], seed))), seed)
            for seed in seeds
        ]
        return cls(**scaling, networks=tuple(networks), history=_history(table))


def _history(table: pa.Table) -> pa.Table:
    """Return the epoch metrics as one row per seed and epoch."""
    metrics = table.filter(pc.equal(table["record_type"], "epoch_metric"))
    columns = (metrics[name].to_pylist() for name in ("seed", "epoch", "name", "value"))
    values = {
        (seed, epoch, name): value
        for seed, epoch, name, value in zip(*columns, strict=True)
    }
    rows = sorted({(seed, epoch) for seed, epoch, _ in values})
    arrays = [pa.array([row[place] for row in rows], pa.int32()) for place in (0, 1)]
    for name in _METRICS:
        array = pa.array([values[*row, name] for row in rows], pa.float64())
        arrays.append(array.cast(history_schema.field(name).type))
    return pa.table(arrays, schema=history_schema)
