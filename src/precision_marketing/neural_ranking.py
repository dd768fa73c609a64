"""Train the neural scorer and its simpler opponent, and rank candidates with them."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from precision_marketing.algorithms import (
    LogisticModel,
    NeuralScorerModel,
    NeuralScorerSettings,
    NotEnoughTrainingData,
    TrainingData,
    fit_logistic,
    fit_networks,
    group_importance,
    neural_model_schema,
    records,
)
from precision_marketing.candidate_sampling import ROWS_PER_BATCH, read_labelled
from precision_marketing.feature_groups import groups_of
from precision_marketing.relations import (
    TIME_WINDOWS,
    arrow_batches,
    reader,
    scorer_schema,
    to_arrow,
    with_window,
)

# Their scores are in memory at one time, some 150 bytes a candidate with all copies;
# not their features.
USERS_PER_BLOCK = 50_000
_KEYS = ("user_index", "item_index")
_log = logging.getLogger(__name__)


def train(
    candidate_features: Any,
    settings: Mapping[str, float],
    logistic_settings: Mapping[str, float],
) -> pa.Table:
    """Return the models trained on the `train` window, as one long table.

    Parameters
    ----------
    candidate_features : duckdb.DuckDBPyRelation
        As for `read_labelled`.
    settings : mapping
        Fields of `NeuralScorerSettings`, and maximum_training_rows.
    logistic_settings : mapping
        penalty, as of `fit_logistic`.

    Returns
    -------
    pyarrow.Table
        `neural_model_schema`: what `NeuralScorerModel.to_table` and
        `LogisticModel.to_table` give, and records of type importance and
        importance_baseline (name is the feature group, seed the permutation); without
        rows where the data cannot train a network.
    """
    own = {
        name: value
        for name, value in settings.items()
        if name in NeuralScorerSettings.__dataclass_fields__
    }
    network_settings = NeuralScorerSettings(**own)
    rows = read_labelled(candidate_features, settings["maximum_training_rows"])
    try:
        data = TrainingData.prepared(
            rows.features,
            rows.feature_names,
            rows.labels,
            rows.users,
            rows.items,
            rows.is_holdout,
            negative_share=rows.negative_share,
        )
    except NotEnoughTrainingData as reason:
        _log.warning("The neural scorer was not trained: %s.", reason)
        return neural_model_schema.empty_table()
    logistic = fit_logistic(
        data,
        penalty=logistic_settings["penalty"],
        negatives_per_positive=network_settings.negatives_per_positive,
        seed=network_settings.seed,
    )
    networks = fit_networks(data, network_settings)
    importance = _importance_records(networks, data, network_settings.seed)
    return pa.concat_tables([networks.to_table(), logistic.to_table(), *importance])


def score(candidate_features: Any, models: Any) -> pa.RecordBatchReader:
    """Return every candidate's probability and rank within its user, by both models.

    Parameters
    ----------
    candidate_features : duckdb.DuckDBPyRelation
        As for `train`. In `train` only users of role `gate` are scored: the models
        have seen the others. It is read while the result is: on another cursor than
        the one that reads the result (`relations.on_other_cursor`).
    models : duckdb.DuckDBPyRelation
        What `train` returned.

    Returns
    -------
    pyarrow.RecordBatchReader
        `scorer_schema` with scorers `neural` and `logistic_regression`; without rows
        where nothing was trained.
    """
    table = to_arrow(models)
    if not table.num_rows:
        return reader(scorer_schema, [])
    trained = {
        "neural": NeuralScorerModel.from_table(table),
        "logistic_regression": LogisticModel.from_table(table),
    }
    return reader(scorer_schema, _scored(candidate_features, trained))


def _scored(candidate_features: Any, models: Mapping) -> Iterator[pa.RecordBatch]:
    """Yield the ranked candidates of a block of users and a model at a time."""
    names = next(iter(models.values())).feature_names
    columns = ", ".join([*_KEYS, *(f'"{name}"' for name in names)])
    for time_window in TIME_WINDOWS:
        role = " and training_role = 'gate'" if time_window == "train" else ""
        window = candidate_features.filter(f"time_window = '{time_window}'{role}")
        for condition in _blocks_of_users(window):
            keys, scores = [], {scorer: [] for scorer in models}
            rows = window.filter(condition).project(columns)
            for batch in arrow_batches(rows, ROWS_PER_BATCH):
                features = _features(batch, names)
                # Copied: a column of a batch keeps all its others in memory.
                keys.append([batch[name].to_numpy().copy() for name in _KEYS])
                for scorer, model in models.items():
                    scores[scorer].append(model.predict(features))
            if not keys:
                continue
            users_and_items = [
                np.concatenate(column) for column in zip(*keys, strict=True)
            ]
            for scorer, parts in scores.items():
                ranked = _ranked(*users_and_items, np.concatenate(parts))
                yield with_window(ranked, time_window, scorer)


def _blocks_of_users(rows: Any) -> Iterator[str]:
    """Yield conditions that cut the rows into blocks of whole users."""
    last = to_arrow(rows.aggregate("max(user_index) as last"))["last"][0].as_py()
    starts = range(0, -1 if last is None else last + 1, USERS_PER_BLOCK)
    for number, start in enumerate(starts, start=1):
        _log.info("Neural scores: block %d of %d", number, len(starts))
        yield f"user_index between {start} and {start + USERS_PER_BLOCK - 1}"


def _features(batch: pa.RecordBatch, names: tuple[str, ...]) -> np.ndarray:
    """Return the feature columns, shape (rows, features), float64."""
    features = np.empty((batch.num_rows, len(names)))
    for position, name in enumerate(names):
        features[:, position] = batch[name].to_numpy()
    return features


def _ranked(users: np.ndarray, items: np.ndarray, scores: np.ndarray) -> pa.RecordBatch:
    """Return user, item, score and rank within the user; ties by lowest item."""
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


def _importance_records(
    model: NeuralScorerModel, data: TrainingData, seed: int
) -> list[pa.Table]:
    """Return the records of the permutation importance of the feature groups."""
    importance = group_importance(model, data, groups_of(data.feature_names), seed=seed)
    tables = []
    for group, found in importance.items():
        baseline = [found.ndcg_at_10]
        tables.append(records("neural", "importance_baseline", baseline, name=[group]))
        tables += [
            records("neural", "importance", [drop], seed=permutation, name=[group])
            for permutation, drop in enumerate(found.drops)
        ]
    return tables
