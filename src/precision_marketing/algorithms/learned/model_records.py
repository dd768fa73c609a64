"""One long table for trained models: a record is a number and its place."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

neural_model_schema = pa.schema(
    [
        ("scorer", pa.string()),
        ("seed", pa.int32()),
        ("record_type", pa.string()),
        ("layer", pa.int32()),
        ("input_index", pa.int32()),
        ("output_index", pa.int32()),
        ("epoch", pa.int32()),
        ("name", pa.string()),
        ("value", pa.float64()),
    ]
)


def records(
    scorer: str,
    record_type: str,
    values: Sequence[float | None],
    *,
    seed: int | None = None,
    layer: int | None = None,
    input_index: Sequence[int] | None = None,
    output_index: Sequence[int] | None = None,
    epoch: Sequence[int] | None = None,
    name: Sequence[str] | None = None,
) -> pa.Table:
    """Return records of one type (`neural_model_schema`); what is not given is null."""
    count = len(values)
    columns = {
        "scorer": [scorer] * count,
        "seed": [seed] * count,
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


def scaling_records(
    scorer: str,
    feature_names: Sequence[str],
    means: np.ndarray,
    scales: np.ndarray,
    sampling_rate: float,
) -> list[pa.Table]:
    """Return what the models share: scaling by feature, and the sampling rate."""
    index = np.arange(len(feature_names))
    return [
        records(scorer, "feature_mean", means, input_index=index, name=feature_names),
        records(scorer, "feature_scale", scales, input_index=index, name=feature_names),
        records(scorer, "sampling_rate", [sampling_rate]),
    ]


def layer_records(
    scorer: str, seed: int, layer: int, weights: np.ndarray, biases: np.ndarray
) -> list[pa.Table]:
    """Return a layer's weights, shape (n_inputs, n_outputs), and its biases."""
    inputs, outputs = np.indices(weights.shape).reshape(2, -1)
    place = {"seed": seed, "layer": layer}
    return [
        records(
            scorer,
            "weight",
            weights.ravel(),
            input_index=inputs,
            output_index=outputs,
            **place,
        ),
        records(scorer, "bias", biases, output_index=np.arange(biases.size), **place),
    ]


def of_scorer(table: pa.Table, scorer: str) -> pa.Table:
    """Return the records of one scorer."""
    return table.filter(pc.equal(table["scorer"], scorer))


def read_scaling(table: pa.Table) -> dict:
    """Return feature names, means, scales and sampling rate, as a model takes them."""
    means = read_array(table, "feature_mean", "input_index")
    is_mean = pc.equal(table["record_type"], "feature_mean")
    names = table.filter(is_mean).sort_by("input_index")["name"].to_pylist()
    is_rate = pc.equal(table["record_type"], "sampling_rate")
    rates = table.filter(is_rate)["value"].to_pylist()
    if len(rates) != 1:
        raise ValueError("the model's table misses or repeats a sampling_rate")
    return {
        "feature_names": tuple(names),
        "means": means,
        "scales": read_array(table, "feature_scale", "input_index"),
        "sampling_rate": rates[0],
    }


def read_layers(
    table: pa.Table,
) -> tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]]:
    """Return the weights and the biases of one network, layer by layer."""
    is_weight = pc.equal(table["record_type"], "weight")
    last_layer = pc.max(table.filter(is_weight)["layer"]).as_py()
    layers = [
        table.filter(pc.equal(table["layer"], layer)) for layer in range(last_layer + 1)
    ]
    return (
        tuple(
            read_array(part, "weight", "input_index", "output_index") for part in layers
        ),
        tuple(read_array(part, "bias", "output_index") for part in layers),
    )


def read_array(table: pa.Table, record_type: str, *index_columns: str) -> np.ndarray:
    """Return the values of one record type at their places in an array.

    Raises
    ------
    ValueError
        If a record is missing or repeated.
    """
    found = table.filter(pc.equal(table["record_type"], record_type))
    if found.num_rows == 0:
        raise ValueError(f"the model's table has no {record_type}")
    indices = tuple(found[column].to_numpy() for column in index_columns)
    shape = tuple(int(index.max()) + 1 for index in indices)
    places = np.ravel_multi_index(indices, shape)
    if not np.array_equal(np.sort(places), np.arange(np.prod(shape))):
        raise ValueError(f"the model's table misses or repeats a {record_type}")
    values = np.empty(shape)
    values[indices] = found["value"].to_numpy()
    return values
