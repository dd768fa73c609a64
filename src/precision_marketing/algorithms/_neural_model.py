"""A trained network as arrays: prediction, and one long table to keep it in."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.special import expit
from threadpoolctl import threadpool_limits

from precision_marketing.algorithms._selection import rounded

# Standard scores further from the mean than this are cut: one outlier must not
# saturate the network.
SCALED_LIMIT = 5.0
_ROWS_PER_CHUNK = 65_536

history_schema = pa.schema(
    [
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
neural_model_schema = pa.schema(
    [
        ("record_type", pa.string()),
        ("layer", pa.int32()),
        ("input_index", pa.int32()),
        ("output_index", pa.int32()),
        ("epoch", pa.int32()),
        ("name", pa.string()),
        ("value", pa.float64()),
    ]
)


@dataclass(frozen=True, eq=False)
class NeuralScorerModel:
    """A trained network: scaling, weights and the course of its training.

    Parameters
    ----------
    feature_names : tuple of str, length n_features
        Columns of the features, in order.
    means, scales : array of float64, shape (n_features,)
        A feature x enters as (x - mean) / scale, cut at -5 and 5.
    weights : tuple of array of float64
        Per layer, shape (n_inputs, n_outputs); the last has one output.
    biases : tuple of array of float64
        Per layer, shape (n_outputs,).
    history : pyarrow.Table
        `history_schema`, one row per epoch from 1. Losses are binary cross-entropies
        in nats; the published epoch is the one whose weights these are.
    """

    feature_names: tuple[str, ...]
    means: np.ndarray
    scales: np.ndarray
    weights: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]
    history: pa.Table

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Return the probability of a positive label for each row.

        Parameters
        ----------
        features : array of float64, shape (n, n_features)
            Finite, columns as in `feature_names`.

        Returns
        -------
        array of float64, shape (n,)
            In [0, 1], with 40 bits of fraction: a matrix product rounds a row
            differently with its place in the block, and ties should be ties. It is
            relative to the negatives drawn in training, not a conversion rate.

        Raises
        ------
        ValueError
            If the shape is wrong or a feature is not finite.
        """
        features = checked_features(features, len(self.feature_names))
        probabilities = np.empty(features.shape[0])
        with threadpool_limits(limits=1):
            for start in range(0, features.shape[0], _ROWS_PER_CHUNK):
                chunk = slice(start, start + _ROWS_PER_CHUNK)
                inputs = scaled(features[chunk], self.means, self.scales)
                *hidden, last = zip(self.weights, self.biases, strict=True)
                for weights, biases in hidden:
                    inputs = np.maximum(inputs @ weights + biases, 0.0)
                logits = inputs @ last[0] + last[1]
                probabilities[chunk] = expit(logits[:, 0])
        return rounded(probabilities)

    def to_table(self) -> pa.Table:
        """Return the whole model as one long table.

        Returns
        -------
        pyarrow.Table
            `neural_model_schema`. record_type tells which columns are set beside
            value: feature_mean and feature_scale (input_index, name), weight (layer,
            input_index, output_index), bias (layer, output_index), epoch_metric
            (epoch, name; booleans are 0 and 1). Layers and indices start at 0.
        """
        feature_index = np.arange(len(self.feature_names))
        parts = [
            _records(
                "feature_mean", self.means, feature_index, name=self.feature_names
            ),
            _records(
                "feature_scale", self.scales, feature_index, name=self.feature_names
            ),
        ]
        for layer, (weights, biases) in enumerate(
            zip(self.weights, self.biases, strict=True)
        ):
            inputs, outputs = np.indices(weights.shape).reshape(2, -1)
            outputs_of_biases = np.arange(biases.size)
            parts += [
                _records("weight", weights.ravel(), inputs, outputs, layer=layer),
                _records("bias", biases, output_index=outputs_of_biases, layer=layer),
            ]
        epochs = self.history["epoch"].to_numpy()
        for name in history_schema.names[1:]:
            values = self.history[name].cast(pa.float64()).to_pylist()
            names = [name] * epochs.size
            parts.append(_records("epoch_metric", values, epoch=epochs, name=names))
        return pa.concat_tables(parts)

    @classmethod
    def from_table(cls, table: pa.Table) -> "NeuralScorerModel":
        """Return the model that `to_table` wrote, bit for bit.

        Parameters
        ----------
        table : pyarrow.Table
            Columns of `neural_model_schema`; rows in any order, as a database returns
            them.

        Returns
        -------
        NeuralScorerModel

        Raises
        ------
        ValueError
            If a record is missing or repeated, as in an empty table.
        """
        means = _array(table, "feature_mean", "input_index")
        is_mean = pc.equal(table["record_type"], "feature_mean")
        names = table.filter(is_mean).sort_by("input_index")["name"].to_pylist()
        is_weight = pc.equal(table["record_type"], "weight")
        last_layer = pc.max(table.filter(is_weight)["layer"]).as_py()
        layers = [
            table.filter(pc.equal(table["layer"], layer))
            for layer in range(last_layer + 1)
        ]
        return cls(
            feature_names=tuple(names),
            means=means,
            scales=_array(table, "feature_scale", "input_index"),
            weights=tuple(
                _array(layer, "weight", "input_index", "output_index")
                for layer in layers
            ),
            biases=tuple(_array(layer, "bias", "output_index") for layer in layers),
            history=_history(table),
        )


def checked_features(features: np.ndarray, n_features: int) -> np.ndarray:
    """Return features as float64, or raise ValueError for shape, NaN or infinity."""
    features = np.asarray(features, dtype=np.float64)
    if features.ndim != 2 or features.shape[1] != n_features:
        raise ValueError(f"features must have {n_features} columns")
    if not np.isfinite(features).all():
        raise ValueError("features must be finite: found NaN or infinity")
    return features


def scaled(features: np.ndarray, means: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """Return standard scores, cut at `SCALED_LIMIT` on both sides."""
    return np.clip((features - means) / scales, -SCALED_LIMIT, SCALED_LIMIT)


def _records(
    record_type: str,
    values: Sequence[float | None],
    input_index: np.ndarray | None = None,
    output_index: np.ndarray | None = None,
    *,
    layer: int | None = None,
    epoch: np.ndarray | None = None,
    name: Sequence[str] | None = None,
) -> pa.Table:
    """Return records of one type; columns not given are null."""
    count = len(values)
    columns = {
        "record_type": [record_type] * count,
        "layer": [layer] * count,
        "input_index": input_index,
        "output_index": output_index,
        "epoch": epoch,
        "name": name,
        "value": values,
    }
    arrays = [
        pa.array([None] * count if column is None else column, type=field.type)
        for column, field in zip(columns.values(), neural_model_schema, strict=True)
    ]
    return pa.table(arrays, schema=neural_model_schema)


def _array(table: pa.Table, record_type: str, *index_columns: str) -> np.ndarray:
    """Return the values of one record type at their places in an array."""
    records = table.filter(pc.equal(table["record_type"], record_type))
    if records.num_rows == 0:
        raise ValueError(f"the model's table has no {record_type}")
    indices = tuple(records[column].to_numpy() for column in index_columns)
    shape = tuple(int(index.max()) + 1 for index in indices)
    places = np.ravel_multi_index(indices, shape)
    if not np.array_equal(np.sort(places), np.arange(np.prod(shape))):
        raise ValueError(f"the model's table misses or repeats a {record_type}")
    values = np.empty(shape)
    values[indices] = records["value"].to_numpy()
    return values


def _history(table: pa.Table) -> pa.Table:
    """Return the epoch metrics as one row per epoch."""
    metrics = table.filter(pc.equal(table["record_type"], "epoch_metric"))
    values = {
        (epoch, name): value
        for epoch, name, value in zip(
            *(metrics[column].to_pylist() for column in ("epoch", "name", "value")),
            strict=True,
        )
    }
    epochs = sorted({epoch for epoch, _ in values})
    columns = [pa.array(epochs, pa.int32())]
    for field in list(history_schema)[1:]:
        column = pa.array([values[epoch, field.name] for epoch in epochs], pa.float64())
        columns.append(column.cast(field.type))
    return pa.table(columns, schema=history_schema)
