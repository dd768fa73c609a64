"""Train the neural scorer and its simpler opponent, and rank candidates with them."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from scipy.special import expit

from precision_marketing.algorithms.kernels.progress import Progress
from precision_marketing.algorithms.kernels.selection import rounded
from precision_marketing.algorithms.learned.logistic_regression import (
    LogisticModel,
    fit_logistic,
)
from precision_marketing.algorithms.learned.model_records import (
    neural_model_schema,
    records,
)
from precision_marketing.algorithms.learned.neural_model import NeuralScorerModel
from precision_marketing.algorithms.learned.neural_scorer import (
    NeuralScorerSettings,
    fit_ensembles,
)
from precision_marketing.algorithms.learned.permutation_importance import (
    group_importance,
)
from precision_marketing.algorithms.learned.training_data import TrainingData
from precision_marketing.algorithms.learned.training_rows import NotEnoughTrainingData
from precision_marketing.build.relations import (
    arrow_batches,
    reader,
    scorer_schema,
    to_arrow,
    with_window,
)
from precision_marketing.learned.feature_groups import groups_of
from precision_marketing.learned.feature_matrix import feature_matrix
from precision_marketing.learned.labelled_candidates import (
    ROWS_PER_BATCH,
    LabelledCandidates,
    read_labelled,
)

# What is ranked, and the models the mean of whose logits it is ranked by; in the order
# in which they challenge what would be published without them.
RANKINGS: Mapping[str, tuple[str, ...]] = {
    "logistic_regression": ("logistic_regression",),
    "neural": ("neural",),
    "learned_mean": ("logistic_regression", "neural"),
}
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

    Three times: on all users, which is what `test` and `serve` are scored with, and on
    each half of them, so that every user of `train` can be scored by models that have
    not seen her labels.

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
        `LogisticModel.to_table` give, of a half with the scorer `<name>_half_0` or
        `_half_1`, and records of type importance and importance_baseline (name is the
        feature group, seed the permutation); without rows where a half cannot train a
        network.
    """
    own = {
        name: value
        for name, value in settings.items()
        if name in NeuralScorerSettings.__dataclass_fields__
    }
    network_settings = NeuralScorerSettings(**own)
    rows = read_labelled(candidate_features, settings["maximum_training_rows"])
    parts = (0, 1, None)
    try:
        data = [_training_data(rows, half) for half in parts]
    except NotEnoughTrainingData as reason:
        # As text: a kept log record would keep the error, and what it holds open.
        _log.warning("The neural scorer was not trained: %s.", str(reason))
        return neural_model_schema.empty_table()
    logistic = [
        fit_logistic(
            of_part,
            penalty=logistic_settings["penalty"],
            negatives_per_positive=network_settings.negatives_per_positive,
            seed=network_settings.seed,
        )
        for of_part in data
    ]
    networks = fit_ensembles(list(zip(data, logistic, strict=True)), network_settings)
    tables = _importance_records(networks[-1], data[-1], network_settings.seed)
    for half, network, regression in zip(parts, networks, logistic, strict=True):
        suffix = "" if half is None else _half(half)
        tables.append(network.to_table(f"neural{suffix}"))
        tables.append(regression.to_table(f"logistic_regression{suffix}"))
    return pa.concat_tables(tables)


def _half(number: int) -> str:
    """Return what is put behind a scorer's name for the models of one half."""
    return f"_half_{number}"


def _training_data(rows: LabelledCandidates, half: int | None) -> TrainingData:
    """Return the rows of a half of the users, or of all.

    Raises NotEnoughTrainingData.
    """
    return TrainingData.prepared(
        rows.features,
        rows.feature_names,
        rows.labels,
        rows.users,
        rows.items,
        rows.is_holdout,
        subset=None if half is None else rows.halves == half,
        negative_share=rows.negative_share,
    )


def score(candidate_features: Any, models: Any) -> pa.RecordBatchReader:
    """Return each candidate's probability and rank where there are labels.

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
        `scorer_schema` of `train` and `test`, scorers as in `RANKINGS`; without rows
        where nothing was trained.
    """
    trained = to_arrow(models)
    if not trained.num_rows:
        return reader(scorer_schema, [])
    parts = [
        (candidate_features.filter(condition), time_window, _models(trained, suffix))
        for condition, time_window, suffix in (
            ("time_window = 'train' and training_half = 0", "train", _half(1)),
            ("time_window = 'train' and training_half = 1", "train", _half(0)),
            ("time_window = 'test'", "test", ""),
        )
    ]
    return reader(
        scorer_schema,
        (
            with_window(ranked, time_window, scorer)
            for rows, time_window, of_part in parts
            for scorer, ranked in _scored(rows, of_part, list(RANKINGS))
        ),
    )


def score_served(
    candidate_features: Any, models: Any, scorer: str | None
) -> pa.RecordBatchReader:
    """Return each candidate's probability and rank in `serve`, by the scorer needed.

    Parameters
    ----------
    candidate_features, models : duckdb.DuckDBPyRelation
        As for `score`.
    scorer : str or None
        One of `RANKINGS`; None where none is needed.

    Returns
    -------
    pyarrow.RecordBatchReader
        `scorer_schema` of `serve`; without rows where none is needed or nothing was
        trained.
    """
    trained = to_arrow(models)
    if scorer is None or not trained.num_rows:
        return reader(scorer_schema, [])
    rows = candidate_features.filter("time_window = 'serve'")
    models = {name: _models(trained)[name] for name in RANKINGS[scorer]}
    return reader(
        scorer_schema,
        (
            with_window(ranked, "serve", scorer)
            for _, ranked in _scored(rows, models, [scorer])
        ),
    )


def _scored(
    candidates: Any, models: Mapping[str, Any], rankings: Sequence[str]
) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Yield ranking and ranked candidates of a block of users at a time."""
    names = next(iter(models.values())).feature_names
    columns = ", ".join([*_KEYS, *(f'"{name}"' for name in names)])
    for condition in _blocks_of_users(candidates):
        keys, scores = [], {ranking: [] for ranking in rankings}
        rows = candidates.filter(condition).project(columns)
        for batch in arrow_batches(rows, ROWS_PER_BATCH):
            features = feature_matrix(batch, names)
            # Copied: a column of a batch keeps all its others in memory.
            keys.append([batch[name].to_numpy().copy() for name in _KEYS])
            logits = {name: model.logits(features) for name, model in models.items()}
            for ranking in rankings:
                members = [logits[name] for name in RANKINGS[ranking]]
                scores[ranking].append(rounded(expit(sum(members) / len(members))))
        if not keys:
            continue
        users_and_items = [np.concatenate(column) for column in zip(*keys, strict=True)]
        for ranking, parts in scores.items():
            yield ranking, _ranked(*users_and_items, np.concatenate(parts))


def _models(trained: pa.Table, suffix: str = "") -> dict[str, Any]:
    """Return both models by the scorer's name."""
    return {
        "neural": NeuralScorerModel.from_table(trained, f"neural{suffix}"),
        "logistic_regression": LogisticModel.from_table(
            trained, f"logistic_regression{suffix}"
        ),
    }


def _blocks_of_users(rows: Any) -> Iterator[str]:
    """Yield conditions that cut the rows into blocks of whole users."""
    last = to_arrow(rows.aggregate("max(user_index) as last"))["last"][0].as_py()
    starts = range(0, -1 if last is None else last + 1, USERS_PER_BLOCK)
    progress = Progress("learned rankings", len(starts), "blocks of users")
    for start in starts:
        yield f"user_index between {start} and {start + USERS_PER_BLOCK - 1}"
        progress.add(1)


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
