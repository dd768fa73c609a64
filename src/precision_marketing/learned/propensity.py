"""Learn how likely users are to buy a target, and say it of every user.

Two regressions: one on the history, from a sample of all users of `train`; one on its
log-odds and the scorer's chance, from those users whom the scorer had not seen. Both
are brought to the level of what the users of `test` bought: for `serve` by all of them,
for `test` itself by those of the other folds: nobody is judged by her own purchases.
"""

import logging
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.special import expit

from precision_marketing.algorithms.learned.clustered_logistic import (
    PropensityModel,
    fit_propensity,
    propensity_model_schema,
)
from precision_marketing.algorithms.learned.recalibration import Level, fit_level
from precision_marketing.build.executors import on_executors
from precision_marketing.build.relations import (
    arrow_batches,
    is_on_spark,
    reader,
    to_arrow,
)
from precision_marketing.learned.labelled_candidates import ROWS_PER_BATCH

propensity_schema = pa.schema(
    [
        ("time_window", pa.string()),
        ("target_index", pa.int32()),
        ("user_index", pa.int32()),
        ("propensity", pa.float64()),
        ("log_odds_error", pa.float64()),
    ]
)
staged_model_schema = pa.schema([("stage", pa.string()), *propensity_model_schema])
# Eleven coefficients of the history and four of the chance: from fewer buyers they
# would be noise, and the stage before says more. The level is held by a prior.
MINIMUM_BUYERS = {"history": 50, "chance": 20, "level": 20}
# Of the users of `test`, by their index: each is judged by the level of the others.
FOLDS = 5
HISTORY = "history_log_odds"
_KEYS = ("time_window", "target_index", "user_index")
_log = logging.getLogger(__name__)


def learn(features: Any) -> pa.Table:
    """Return the propensity's regressions learned from `train`, its level from `test`.

    Parameters
    ----------
    features : duckdb.DuckDBPyRelation
        `propensity_features`: time_window, user_index, is_sampled (of all users, for
        the history), has_scores and sample_weight (for the chance), is_buyer, and
        columns `feature_...` and `chance_...` without nulls.

    Returns
    -------
    pyarrow.Table
        `staged_model_schema`: stages `history`, `chance`, `level` (by all users of
        `test`, for `serve`) and `level_0` to `level_4` (without the users of that
        fold). The second is missing where no chance is known (docs/parts.md) or fewer
        than 20 scored users bought, or did not; the levels where fewer than 20 users of
        `test` did; all where fewer than 50 users of `train` did.
    """
    # In order: sums of doubles depend on it.
    train = features.filter("time_window = 'train'")
    table = to_arrow(train.order("target_index, user_index"))
    sampled = table.filter(table["is_sampled"])
    history = _fitted(sampled, _columns(table, "feature_"), "history")
    if history is None:
        return staged_model_schema.empty_table()
    stages = {"history": history}
    scored = table.filter(table["has_scores"])
    if pc.any(pc.greater(scored["chance_is_known"], 0)).as_py():
        log_odds, _ = history.predict(_matrix(scored, history.feature_names))
        scored = scored.append_column(HISTORY, pa.array(log_odds))
        names = (*_columns(scored, "chance_"), HISTORY)
        weights = scored["sample_weight"].to_numpy()
        chance = _fitted(scored, names, "chance", weights)
        if chance is not None:
            stages["chance"] = chance
    test = features.filter("time_window = 'test' and has_scores")
    levels = _levels(to_arrow(test.order("target_index, user_index")), stages)
    return _staged(stages | levels)


def predict(features: Any, models: Any) -> Any:
    """Return the propensity of every row of `test` and `serve`.

    Parameters
    ----------
    features : duckdb.DuckDBPyRelation
        As for `learn`; read while the result is (`relations.on_other_cursor`).
    models : duckdb.DuckDBPyRelation
        What `learn` returned.

    Returns
    -------
    pyarrow.RecordBatchReader or pyspark.sql.DataFrame
        `propensity_schema`; without rows where nothing was learned. Some 65,536 rows
        are in memory at a time. A frame where the features are of Spark.
    """
    table = to_arrow(models)
    stages = {
        stage: (Level if stage.startswith("level") else PropensityModel).from_table(
            table.filter(pc.equal(table["stage"], stage))
        )
        for stage in table["stage"].unique().to_pylist()
    }
    if not stages:
        return reader(propensity_schema, [])
    chances = stages["chance"].feature_names[:-1] if "chance" in stages else ()
    columns = (*_KEYS, *stages["history"].feature_names, *chances)
    rows = "time_window <> 'train'"
    if is_on_spark(features):
        frame = features.spark_frame.filter(rows).select(*columns)
        return on_executors(frame, partial(_of_block, stages), propensity_schema)
    read = features.filter(rows).project(", ".join(columns))
    batches = arrow_batches(read, ROWS_PER_BATCH)
    return reader(propensity_schema, (_predicted(batch, stages) for batch in batches))


def _staged(stages: Mapping[str, PropensityModel | Level]) -> pa.Table:
    """Return what was learned as one table."""
    tables = {stage: model.to_table() for stage, model in stages.items()}
    return pa.concat_tables(
        table.add_column(0, "stage", pa.repeat(pa.scalar(stage), table.num_rows))
        for stage, table in tables.items()
    ).cast(staged_model_schema)


def _levels(test: pa.Table, stages: Mapping[str, PropensityModel]) -> dict[str, Level]:
    """Return the level by all users of `test`, and those without each fold's."""
    labels = test["is_buyer"].to_numpy().astype(bool)
    users = test["user_index"].to_numpy()
    if not _has_both_labels(labels, users, "level"):
        return {}
    rows = (
        _log_odds(test, stages)[0],
        labels,
        test["sample_weight"].to_numpy(),
        test["target_index"].to_numpy(),
    )
    levels = {"level": fit_level(*rows)}
    for fold in range(FOLDS):
        others = users % FOLDS != fold
        levels[f"level_{fold}"] = fit_level(*(column[others] for column in rows))
    return levels


def _has_both_labels(labels: np.ndarray, users: np.ndarray, stage: str) -> bool:
    """Return whether enough users bought, and did not; if not, say so."""
    counts = [np.unique(users[labels]).size, np.unique(users[~labels]).size]
    needed = MINIMUM_BUYERS[stage]
    if min(counts) < needed:
        _log.info(
            "Propensity, %s: %d users bought a target and %d did not; not learned from "
            "fewer than %d.",
            *(stage, *counts, needed),
        )
    return min(counts) >= needed


def _fitted(
    rows: pa.Table,
    names: tuple[str, ...],
    stage: str,
    weights: np.ndarray | None = None,
) -> PropensityModel | None:
    """Return the regression of a stage, None where there are too few buyers."""
    labels = rows["is_buyer"].to_numpy().astype(bool)
    users = rows["user_index"].to_numpy()
    if not _has_both_labels(labels, users, stage):
        return None
    if weights is None:
        weights = np.ones(labels.size)
    return fit_propensity(_matrix(rows, names), labels, weights, users, names)


def _of_block(
    stages: Mapping[str, PropensityModel | Level], rows: pa.Table
) -> Iterator[pa.RecordBatch]:
    """Yield the predictions of a block of users, on an executor."""
    for batch in rows.to_batches(max_chunksize=ROWS_PER_BATCH):
        yield _predicted(batch, stages)


def _predicted(
    batch: pa.RecordBatch, stages: Mapping[str, PropensityModel | Level]
) -> pa.RecordBatch:
    """Return the predictions of some rows."""
    log_odds, errors = _log_odds(batch, stages)
    if "level" in stages:
        log_odds, errors = _at_level(batch, log_odds, errors, stages)
    # Rounded: the last bits of exp() are the machine's.
    predictions = [np.round(expit(log_odds), 12), np.round(errors, 12)]
    return pa.record_batch(
        [*(batch[key] for key in _KEYS), *map(pa.array, predictions)],
        schema=propensity_schema,
    )


def _log_odds(
    rows: pa.Table | pa.RecordBatch, stages: Mapping[str, PropensityModel]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the regressions' log-odds of each row and their standard error."""
    history, chance = stages["history"], stages.get("chance")
    log_odds, errors = history.predict(_matrix(rows, history.feature_names))
    if chance is None:
        return log_odds, errors
    known = _matrix(rows, chance.feature_names[:-1])
    log_odds, own_errors = chance.predict(np.column_stack([known, log_odds]))
    # The history's error, and the chance's own as if the history were certain.
    return log_odds, np.hypot(own_errors, chance.slope(HISTORY) * errors)


def _at_level(
    batch: pa.RecordBatch,
    log_odds: np.ndarray,
    errors: np.ndarray,
    levels: Mapping[str, Level],
) -> tuple[np.ndarray, np.ndarray]:
    """Return log-odds and errors at the level of what was bought."""
    targets = batch["target_index"].to_numpy()
    folds = batch["user_index"].to_numpy() % FOLDS
    in_test = pc.equal(batch["time_window"], "test").to_numpy(zero_copy_only=False)
    log_odds, errors = log_odds.copy(), errors.copy()
    parts = {f"level_{fold}": in_test & (folds == fold) for fold in range(FOLDS)}
    for stage, rows in ({"level": ~in_test} | parts).items():
        log_odds[rows], errors[rows] = levels[stage].move(
            log_odds[rows], errors[rows], targets[rows]
        )
    return log_odds, errors


def _columns(table: pa.Table, prefix: str) -> tuple[str, ...]:
    """Return the names of the columns with a prefix, sorted."""
    return tuple(sorted(n for n in table.column_names if n.startswith(prefix)))


def _matrix(rows: pa.Table | pa.RecordBatch, names: tuple[str, ...]) -> np.ndarray:
    """Return columns as an array of shape (rows, columns), float64."""
    return np.column_stack([rows[name].to_numpy() for name in names])
