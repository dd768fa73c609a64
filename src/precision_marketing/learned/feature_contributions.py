"""Explain the published probabilities by the feature groups of `candidate_features`."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from precision_marketing.algorithms.kernels.parallel import ahead
from precision_marketing.algorithms.kernels.progress import Progress
from precision_marketing.algorithms.learned.group_contributions import (
    GroupContributions,
    Layers,
    LinearNetwork,
    group_contributions,
)
from precision_marketing.algorithms.learned.logistic_regression import LogisticModel
from precision_marketing.algorithms.learned.neural_model import NeuralScorerModel
from precision_marketing.build.executors import on_executors
from precision_marketing.build.relations import (
    is_on_spark,
    one_value,
    reader,
    to_arrow,
)
from precision_marketing.learned.feature_groups import feature_group
from precision_marketing.learned.feature_matrix import feature_matrix

# Features of their published items are in memory, some 20 MB at ten items, and those
# of the next block.
USERS_PER_BLOCK = 5_000
ROWS_PER_BATCH = 20_000
BASE = "base"
_KEYS = ("user_index", "item_index")

contributions_schema = pa.schema(
    [
        ("user_index", pa.int32()),
        ("item_index", pa.int32()),
        ("part", pa.string()),
        ("contribution", pa.float64()),
        ("logit_contribution", pa.float64()),
        ("strongest_feature", pa.string()),
    ]
)


@dataclass(frozen=True, eq=False)
class ExplainedModel:
    """What the attribution needs of a trained model.

    Parameters
    ----------
    feature_names : tuple of str, length n_features
        Columns of `candidate_features`, in order.
    means, scales : array of float64, shape (n_features,)
        Of the features, before they are cut.
    networks : tuple of Layers
        The mean of their logits is the model's.
    """

    feature_names: tuple[str, ...]
    means: np.ndarray
    scales: np.ndarray
    networks: tuple[Layers, ...]


def neural_model(records: pa.Table) -> ExplainedModel:
    """Return the networks that `neural_scorer_model` holds.

    Parameters
    ----------
    records : pyarrow.Table
        What `neural_ranking.train` returned, with rows.

    Returns
    -------
    ExplainedModel
    """
    model = NeuralScorerModel.from_table(records)
    return ExplainedModel(
        model.feature_names, model.means, model.scales, model.networks
    )


def logistic_model(records: pa.Table) -> ExplainedModel:
    """Return the logistic regression that `neural_scorer_model` holds.

    Parameters
    ----------
    records : pyarrow.Table
        As for `neural_model`.

    Returns
    -------
    ExplainedModel
    """
    model = LogisticModel.from_table(records)
    network = LinearNetwork(model.coefficients, model.intercept)
    return ExplainedModel(model.feature_names, model.means, model.scales, (network,))


def mean_model(records: pa.Table) -> ExplainedModel:
    """Return the mean of the regression's and the networks' logits.

    Parameters
    ----------
    records : pyarrow.Table
        As for `neural_model`.

    Returns
    -------
    ExplainedModel
        The regression stands as often as there are networks: it is half of the mean.
        Both read features scaled alike.
    """
    neural, logistic = neural_model(records), logistic_model(records)
    return replace(
        neural, networks=neural.networks + logistic.networks * len(neural.networks)
    )


# Rankings that are probabilities of a model of features; any other has no rows here.
MODELS: Mapping[str, Callable[[pa.Table], ExplainedModel]] = {
    "neural": neural_model,
    "logistic_regression": logistic_model,
    "learned_mean": mean_model,
}


def explain(published_items: Any, candidate_features: Any, trained_models: Any) -> Any:
    """Return what each feature group adds to each published probability.

    Parameters
    ----------
    published_items : duckdb.DuckDBPyRelation
        Columns user_index, item_index, published_ranking.
    candidate_features : duckdb.DuckDBPyRelation
        Columns time_window, user_index, item_index, `feature_<group>__<name>`.
        Published items without a row in `serve` are left out.
    trained_models : duckdb.DuckDBPyRelation
        The table `neural_scorer_model`.

    Returns
    -------
    pyarrow.RecordBatchReader or pyspark.sql.DataFrame
        `contributions_schema`, a frame where the relations are of Spark: for each item
        a row for each group and one for `base`, the probability at the means of
        training; without rows where the published ranking is no model of features. In
        blocks of users: what is kept of all users is ten bytes an item and group.

    Raises
    ------
    ValueError
        If the features are in more than ten groups.
    """
    ranking = one_value(published_items, "max(published_ranking)")
    records = to_arrow(trained_models)
    if ranking not in MODELS or not records.num_rows:
        return reader(contributions_schema, [])
    model = MODELS[ranking](records)
    if is_on_spark(candidate_features):
        rows = candidate_features.spark_frame.filter("time_window = 'serve'").join(
            published_items.spark_frame.select(*_KEYS), list(_KEYS), "left_semi"
        )
        return on_executors(
            rows.select(*_KEYS, *model.feature_names),
            partial(_of_block, model),
            contributions_schema,
        )
    found = [
        (rows.select(_KEYS), _contributions(rows, model))
        for rows in ahead(_blocks(published_items, candidate_features))
    ]
    return reader(contributions_schema, _batches(found, model.feature_names))


def _blocks(published_items: Any, candidate_features: Any) -> Iterator[pa.Table]:
    """Yield the features of the published items, a block of users at a time."""
    last = one_value(published_items, "max(user_index)")
    starts = range(0, last + 1, USERS_PER_BLOCK)
    progress = Progress("explained items", len(starts), "blocks of users")
    for start in starts:
        users = f"user_index between {start} and {start + USERS_PER_BLOCK - 1}"
        published = published_items.filter(users).set_alias("published")
        features = candidate_features.filter(f"time_window = 'serve' and {users}")
        rows = features.set_alias("features").join(
            published,
            "features.user_index = published.user_index"
            " and features.item_index = published.item_index",
            how="semi",
        )
        yield to_arrow(rows.order("user_index, item_index"))
        progress.add(1)


def _of_block(model: ExplainedModel, rows: pa.Table) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a block of users, on an executor."""
    rows = rows.sort_by([(key, "ascending") for key in _KEYS])
    found = _contributions(rows, model)
    return _batches([(rows.select(_KEYS), found)], model.feature_names)


def _contributions(rows: pa.Table, model: ExplainedModel) -> GroupContributions:
    """Return the contributions of the feature groups for each row."""
    names = model.feature_names
    return group_contributions(
        feature_matrix(rows, names),
        feature_groups=[feature_group(name) for name in names],
        means=model.means,
        scales=model.scales,
        networks=model.networks,
    )


def _batches(
    blocks: list[tuple[pa.Table, GroupContributions]], feature_names: tuple[str, ...]
) -> Iterator[pa.RecordBatch]:
    """Yield each block's rows: for an item the base, then its groups."""
    names = np.array(feature_names, dtype=object)
    for keys, found in blocks:
        for start in range(0, keys.num_rows, ROWS_PER_BATCH):
            rows = slice(start, start + ROWS_PER_BATCH)
            users, items = (column.to_numpy()[rows] for column in keys.columns)
            n_parts = 1 + len(found.groups)
            logits = None
            if found.logit_contributions is not None:
                logits = _with_base(found.base_logit, found.logit_contributions[rows])
            columns = [
                np.repeat(users, n_parts),
                np.repeat(items, n_parts),
                np.tile(np.array([BASE, *found.groups], dtype=object), users.size),
                _with_base(found.base, found.contributions[rows]),
                logits,
                _with_base(None, names[found.strongest[rows]]),
            ]
            yield _batch(columns, users.size * n_parts)


def _with_base(base: Any, values: np.ndarray) -> np.ndarray:
    """Return `values`, shape (n, n_groups), with `base` before each row, flat."""
    return np.insert(values, 0, base, axis=1).ravel()


def _batch(columns: list[np.ndarray | None], count: int) -> pa.RecordBatch:
    """Return the columns as `contributions_schema`; a missing one is null."""
    arrays = [
        pa.nulls(count, field.type) if column is None else pa.array(column, field.type)
        for column, field in zip(columns, contributions_schema, strict=True)
    ]
    return pa.record_batch(arrays, schema=contributions_schema)
