"""Train the neural scorer on candidate features, and rank candidates with it."""

import logging
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from precision_marketing.algorithms import (
    NeuralScorerModel,
    NeuralScorerSettings,
    NotEnoughTrainingData,
    fit,
    neural_model_schema,
)
from precision_marketing.relations import (
    TIME_WINDOWS,
    scorer_schema,
    to_arrow,
    with_window,
)

FEATURE_PREFIX = "feature_"
# Their features are in memory at one time: some 400 MB at 80 candidates a user.
USERS_PER_BLOCK = 10_000
_log = logging.getLogger(__name__)


def train(candidate_features: Any, settings: dict[str, float]) -> pa.Table:
    """Return the network trained on the `train` window, as one long table.

    Parameters
    ----------
    candidate_features : duckdb.DuckDBPyRelation
        Columns time_window, user_index, item_index, is_label, training_role and one
        `feature_<name>` (double) a feature. Users of role `gate` are not read.
    settings : dict
        Fields of `NeuralScorerSettings`.

    Returns
    -------
    pyarrow.Table
        `neural_model_schema`; without rows where the data cannot train a network.
    """
    rows = to_arrow(
        candidate_features.filter("time_window = 'train' and training_role <> 'gate'")
    )
    names = _feature_names(rows)
    try:
        model = fit(
            _features(rows, names),
            names,
            labels=rows["is_label"].to_numpy(),
            users=rows["user_index"].to_numpy(),
            items=rows["item_index"].to_numpy(),
            holdout_users=pc.equal(rows["training_role"], "stopping").to_numpy(),
            settings=NeuralScorerSettings(
                **{
                    name: value
                    for name, value in settings.items()
                    if name in NeuralScorerSettings.__dataclass_fields__
                }
            ),
        )
    except NotEnoughTrainingData as reason:
        _log.warning("The neural scorer was not trained: %s.", reason)
        return neural_model_schema.empty_table()
    return model.to_table()


def score(candidate_features: Any, model: Any) -> pa.Table:
    """Return every candidate's probability and rank within its user.

    Parameters
    ----------
    candidate_features : duckdb.DuckDBPyRelation
        As for `train`. In `train` only users of role `gate` are scored: the network
        has seen the others.
    model : duckdb.DuckDBPyRelation
        What `train` returned.

    Returns
    -------
    pyarrow.Table
        `scorer_schema` with scorer `neural`; without rows where no network was trained.
    """
    weights = to_arrow(model)
    if not weights.num_rows:
        return scorer_schema.empty_table()
    network = NeuralScorerModel.from_table(weights)
    parts = []
    for time_window in TIME_WINDOWS:
        role = " and training_role = 'gate'" if time_window == "train" else ""
        window = candidate_features.filter(f"time_window = '{time_window}'{role}")
        for users in _blocks_of_users(window):
            rows = to_arrow(window.filter(users))
            features = _features(rows, list(network.feature_names))
            ranked = _ranked(rows, network.predict(features))
            parts.append(with_window(ranked, time_window, "neural"))
    return pa.Table.from_batches(parts, schema=scorer_schema)


def _blocks_of_users(rows: Any) -> Iterator[str]:
    """Yield conditions that cut the rows into blocks of whole users."""
    last = to_arrow(rows.aggregate("max(user_index) as last"))["last"][0].as_py()
    starts = range(0, -1 if last is None else last + 1, USERS_PER_BLOCK)
    for number, start in enumerate(starts, start=1):
        _log.info("Neural scores: block %d of %d", number, len(starts))
        yield f"user_index between {start} and {start + USERS_PER_BLOCK - 1}"


def _feature_names(rows: pa.Table) -> list[str]:
    """Return the names of the feature columns, in the order of the table."""
    return [name for name in rows.column_names if name.startswith(FEATURE_PREFIX)]


def _features(rows: pa.Table, names: list[str]) -> np.ndarray:
    """Return the feature columns, shape (rows, features), float64."""
    features = np.empty((rows.num_rows, len(names)))
    for position, name in enumerate(names):
        features[:, position] = rows[name].to_numpy()
    return features


def _ranked(rows: pa.Table, scores: np.ndarray) -> pa.RecordBatch:
    """Return user, item, score and rank within the user; ties by lowest item."""
    users = rows["user_index"].to_numpy()
    items = rows["item_index"].to_numpy()
    order = np.lexsort((items, -scores, users))
    users = users[order]
    starts = np.flatnonzero(np.r_[True, users[1:] != users[:-1]]) if users.size else []
    list_lengths = np.diff(np.r_[starts, users.size]).astype(np.int64)
    ranks = np.arange(users.size) - np.repeat(starts, list_lengths) + 1
    return pa.record_batch(
        {
            "user_index": pa.array(users, pa.int32()),
            "item_index": pa.array(items[order], pa.int32()),
            "score": pa.array(scores[order], pa.float64()),
            "scorer_rank": pa.array(ranks.astype(np.int32), pa.int32()),
        }
    )
