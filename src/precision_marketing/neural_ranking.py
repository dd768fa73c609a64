"""Train the neural scorer and its simpler opponent, and rank candidates with them."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from precision_marketing.algorithms import (
    GroupImportance,
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
from precision_marketing.candidate_sampling import (
    ROWS_PER_BATCH,
    LabelledCandidates,
    read_labelled,
)
from precision_marketing.feature_groups import groups_of
from precision_marketing.relations import (
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

    Networks and a regression are trained on each half of the users, so that every user
    can be scored by models that have not seen her. All networks together are the neural
    scorer, and both regressions the logistic one.

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
        `LogisticModel.to_table` give (the first half of the seeds is of the first half
        of the users), and records of type importance and importance_baseline (name is
        the feature group, seed the permutation); without rows where a half cannot
        train a network.
    """
    own = {
        name: value
        for name, value in settings.items()
        if name in NeuralScorerSettings.__dataclass_fields__
    }
    network_settings = NeuralScorerSettings(**own)
    halves: list[_Half] = []
    for number in (0, 1):
        rows = read_labelled(
            candidate_features, number, settings["maximum_training_rows"] // 2
        )
        try:
            data = _prepared(rows, halves)
        except NotEnoughTrainingData as reason:
            _log.warning("The neural scorer was not trained: %s.", reason)
            return neural_model_schema.empty_table()
        _log.info("Neural scorer: half %d of the users", number + 1)
        halves.append(_trained(data, network_settings, number, logistic_settings))
    return pa.concat_tables(
        [
            _united(halves, "networks", "networks").to_table(),
            _united(halves, "logistic", "fits").to_table(),
            *_importance_records(halves),
        ]
    )


@dataclass(frozen=True)
class _Half:
    """What one half of the users trained, and what it is worth to them."""

    means: np.ndarray
    scales: np.ndarray
    networks: NeuralScorerModel
    logistic: LogisticModel
    importance: dict[str, GroupImportance]


def _prepared(rows: LabelledCandidates, earlier: list[_Half]) -> TrainingData:
    """Return the rows of a half, scaled as the first one's: models share the scaling.

    Raises NotEnoughTrainingData.
    """
    data = TrainingData.prepared(
        rows.features,
        rows.feature_names,
        rows.labels,
        rows.users,
        rows.items,
        rows.is_holdout,
        negative_share=rows.negative_share,
    )
    if earlier:
        data = replace(data, means=earlier[0].means, scales=earlier[0].scales)
    return data


def _trained(
    data: TrainingData,
    settings: NeuralScorerSettings,
    number: int,
    logistic_settings: Mapping[str, float],
) -> _Half:
    """Train both models on one half; its seeds follow those of the half before."""
    logistic = fit_logistic(
        data,
        penalty=logistic_settings["penalty"],
        negatives_per_positive=settings.negatives_per_positive,
        seed=settings.seed,
    )
    seed = settings.seed + number * settings.seeds
    networks = fit_networks(data, replace(settings, seed=seed))
    groups = groups_of(data.feature_names)
    importance = group_importance(networks, data, groups, seed=settings.seed)
    return _Half(data.means, data.scales, networks, logistic, importance)


def _united(halves: list[_Half], model: str, parts: str) -> Any:
    """Return one model with the parts of both halves."""
    first, second = (getattr(half, model) for half in halves)
    changes = {
        parts: getattr(first, parts) + getattr(second, parts),
        "sampling_rate": (first.sampling_rate + second.sampling_rate) / 2,
    }
    if model == "networks":
        changes["history"] = pa.concat_tables([first.history, second.history])
    return replace(first, **changes)


def score(candidate_features: Any, models: Any) -> pa.RecordBatchReader:
    """Return every candidate's probability and rank within its user, by both models.

    Parameters
    ----------
    candidate_features : duckdb.DuckDBPyRelation
        As for `train`. In `train` a user is scored by the models that the other half
        trained. It is read while the result is: on another cursor than
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


def _scored(candidate_features: Any, trained: Mapping) -> Iterator[pa.RecordBatch]:
    """Yield the ranked candidates of a block of users and a model at a time."""
    names = next(iter(trained.values())).feature_names
    columns = ", ".join([*_KEYS, *(f'"{name}"' for name in names)])
    for time_window, window, models in _parts(candidate_features, trained):
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


def _parts(candidates: Any, trained: Mapping) -> Iterator[tuple[str, Any, Mapping]]:
    """Yield time window, candidates and the models that have not seen their labels."""
    for half in (0, 1):
        rows = candidates.filter(f"time_window = 'train' and training_half = {half}")
        yield "train", rows, {name: trained[name].half(1 - half) for name in trained}
    for time_window in ("test", "serve"):
        yield time_window, candidates.filter(f"time_window = '{time_window}'"), trained


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


def _importance_records(halves: list[_Half]) -> list[pa.Table]:
    """Return the records of the permutation importance of the feature groups."""
    tables = []
    for group in halves[0].importance:
        found = [half.importance[group] for half in halves]
        baseline = [sum(one.ndcg_at_10 for one in found) / len(found)]
        tables.append(records("neural", "importance_baseline", baseline, name=[group]))
        drops = [drop for one in found for drop in one.drops]
        tables += [
            records("neural", "importance", [drop], seed=permutation, name=[group])
            for permutation, drop in enumerate(drops)
        ]
    return tables
