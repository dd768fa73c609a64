"""Rank candidates with the neural scorer and its simpler opponent."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from scipy.special import expit

from precision_marketing.algorithms.kernels.parallel import ahead
from precision_marketing.algorithms.kernels.progress import Progress
from precision_marketing.algorithms.kernels.selection import rounded
from precision_marketing.algorithms.learned.logistic_regression import LogisticModel
from precision_marketing.algorithms.learned.neural_model import NeuralScorerModel
from precision_marketing.build.executors import on_executors, rows_of_all
from precision_marketing.build.relations import (
    is_on_spark,
    one_value,
    reader,
    scorer_schema,
    to_arrow,
    with_window,
)
from precision_marketing.learned.feature_matrix import feature_matrix
from precision_marketing.learned.labelled_candidates import ROWS_PER_BATCH
from precision_marketing.learned.model_training import half_suffix

# What is ranked, and the models the mean of whose logits it is ranked by; in the order
# in which they challenge what would be published without them.
RANKINGS: Mapping[str, tuple[str, ...]] = {
    "logistic_regression": ("logistic_regression",),
    "neural": ("neural",),
    "learned_mean": ("logistic_regression", "neural"),
}
# Their features are in memory at one time, some 40 KB a user, and the next block's.
USERS_PER_BLOCK = 4_000
_KEYS = ("user_index", "item_index")


def score(candidate_features: Any, models: Any) -> Any:
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
    pyarrow.RecordBatchReader or pyspark.sql.DataFrame
        `scorer_schema` of `train` and `test`, scorers as in `RANKINGS`; without rows
        where nothing was trained. A frame where the features are of Spark.
    """
    trained = to_arrow(models)
    if not trained.num_rows:
        return reader(scorer_schema, [])
    return _scored(
        candidate_features,
        [
            # Nobody is scored by models that have seen her labels.
            *(
                (
                    f"time_window = 'train' and training_half = {half}",
                    "train",
                    _models(trained, half_suffix(1 - half)),
                )
                for half in (0, 1)
            ),
            ("time_window = 'test'", "test", _models(trained)),
        ],
        list(RANKINGS),
    )


def score_served(candidate_features: Any, models: Any, scorer: str | None) -> Any:
    """Return each candidate's probability and rank in `serve`, by the scorer needed.

    Parameters
    ----------
    candidate_features, models : duckdb.DuckDBPyRelation
        As for `score`.
    scorer : str or None
        One of `RANKINGS`; None where none is needed.

    Returns
    -------
    pyarrow.RecordBatchReader or pyspark.sql.DataFrame
        `scorer_schema` of `serve`; without rows where none is needed or nothing was
        trained. A frame where the features are of Spark.
    """
    trained = to_arrow(models)
    if scorer is None or not trained.num_rows:
        return reader(scorer_schema, [])
    models = {name: _models(trained)[name] for name in RANKINGS[scorer]}
    parts = [("time_window = 'serve'", "serve", models)]
    return _scored(candidate_features, parts, [scorer])


def _scored(
    candidates: Any,
    parts: Sequence[tuple[str, str, Mapping[str, Any]]],
    rankings: Sequence[str],
) -> Any:
    """Return rankings of parts: a condition on the rows, their window, the models."""
    names = next(iter(parts[0][2].values())).feature_names
    if is_on_spark(candidates):
        return rows_of_all(
            on_executors(
                candidates.spark_frame.filter(condition).select(*_KEYS, *names),
                partial(_of_block, models, rankings, time_window),
                scorer_schema,
            )
            for condition, time_window, models in parts
        )
    columns = ", ".join([*_KEYS, *(f'"{name}"' for name in names)])
    return reader(
        scorer_schema,
        (
            batch
            for condition, time_window, models in parts
            for rows in ahead(_blocks_of_users(candidates.filter(condition), columns))
            for batch in _of_block(models, rankings, time_window, rows)
        ),
    )


def _of_block(
    models: Mapping[str, Any], rankings: Sequence[str], time_window: str, rows: pa.Table
) -> Iterator[pa.RecordBatch]:
    """Yield the ranked candidates of some users, each of whom is whole."""
    names = next(iter(models.values())).feature_names
    scores = {ranking: [] for ranking in rankings}
    for batch in rows.to_batches(max_chunksize=ROWS_PER_BATCH):
        features = feature_matrix(batch, names)
        logits = {name: model.logits(features) for name, model in models.items()}
        for ranking in rankings:
            members = [logits[name] for name in RANKINGS[ranking]]
            scores[ranking].append(rounded(expit(sum(members) / len(members))))
    if not rows.num_rows:
        return
    users_and_items = [rows[name].to_numpy() for name in _KEYS]
    for ranking, parts in scores.items():
        ranked = _ranked(*users_and_items, np.concatenate(parts))
        yield with_window(ranked, time_window, ranking)


def _models(trained: pa.Table, suffix: str = "") -> dict[str, Any]:
    """Return both models by the scorer's name."""
    return {
        "neural": NeuralScorerModel.from_table(trained, f"neural{suffix}"),
        "logistic_regression": LogisticModel.from_table(
            trained, f"logistic_regression{suffix}"
        ),
    }


def _blocks_of_users(rows: Any, columns: str) -> Iterator[pa.Table]:
    """Yield the rows in blocks of whole users."""
    last = one_value(rows, "max(user_index)")
    starts = range(0, -1 if last is None else last + 1, USERS_PER_BLOCK)
    progress = Progress("learned rankings", len(starts), "blocks of users")
    for start in starts:
        users = f"user_index between {start} and {start + USERS_PER_BLOCK - 1}"
        yield to_arrow(rows.filter(users).project(columns))
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
