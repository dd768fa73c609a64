"""Learn how likely users are to buy a target, and say it of every user.

Two regressions: one on the history, from a sample of all users of `train`; one on its
log-odds and the scorer's chance, from those users whom the scorer had not seen.
"""

import logging
from collections.abc import Iterator, Mapping
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
from precision_marketing.build.relations import arrow_batches, reader, to_arrow
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
# would be noise, and the stage before says more.
MINIMUM_BUYERS = {"history": 50, "chance": 20}
HISTORY = "history_log_odds"
_log = logging.getLogger(__name__)


def learn(features: Any) -> pa.Table:
    """Return the propensity's regressions learned from the rows of `train`.

    Parameters
    ----------
    features : duckdb.DuckDBPyRelation
        `propensity_features`: time_window, user_index, is_sampled (of all users, for
        the history), has_scores and sample_weight (for the chance), is_buyer, and
        columns `feature_...` and `chance_...` without nulls.

    Returns
    -------
    pyarrow.Table
        `staged_model_schema`: stages `history` and `chance`. The second is missing
        where no chance is known (docs/parts.md) or fewer than 20 scored users bought,
        or did not; both where fewer than 50 users did.
    """
    # In order: sums of doubles depend on it.
    train = features.filter("time_window = 'train'")
    table = to_arrow(train.order("target_index, user_index"))
    sampled = table.filter(table["is_sampled"])
    history = _fitted(sampled, _columns(table, "feature_"), "history")
    if history is None:
        return staged_model_schema.empty_table()
    scored = table.filter(table["has_scores"])
    if not pc.any(pc.greater(scored["chance_is_known"], 0)).as_py():
        return _staged({"history": history})
    log_odds, _ = history.predict(_matrix(scored, history.feature_names))
    scored = scored.append_column(HISTORY, pa.array(log_odds))
    names = (*_columns(scored, "chance_"), HISTORY)
    chance = _fitted(scored, names, "chance", scored["sample_weight"].to_numpy())
    return _staged({"history": history, "chance": chance})


def predict(features: Any, models: Any) -> pa.RecordBatchReader:
    """Return the propensity of every row of `test` and `serve`.

    Parameters
    ----------
    features : duckdb.DuckDBPyRelation
        As for `learn`; read while the result is (`relations.on_other_cursor`).
    models : duckdb.DuckDBPyRelation
        What `learn` returned.

    Returns
    -------
    pyarrow.RecordBatchReader
        `propensity_schema`; without rows where nothing was learned. Some 65,536 rows
        are in memory at a time.
    """
    table = to_arrow(models)
    stages = {
        stage: PropensityModel.from_table(table.filter(pc.equal(table["stage"], stage)))
        for stage in table["stage"].unique().to_pylist()
    }
    if not stages:
        return reader(propensity_schema, [])
    return reader(propensity_schema, _predicted(features, stages))


def _staged(stages: Mapping[str, PropensityModel | None]) -> pa.Table:
    """Return the regressions that were learned as one table."""
    return pa.concat_tables(
        model.to_table().add_column(
            0, "stage", pa.repeat(pa.scalar(stage), model.to_table().num_rows)
        )
        for stage, model in stages.items()
        if model is not None
    ).cast(staged_model_schema)


def _fitted(
    rows: pa.Table,
    names: tuple[str, ...],
    stage: str,
    weights: np.ndarray | None = None,
) -> PropensityModel | None:
    """Return the regression of a stage, None where there are too few buyers."""
    labels = rows["is_buyer"].to_numpy().astype(bool)
    users = rows["user_index"].to_numpy()
    counts = [np.unique(users[labels]).size, np.unique(users[~labels]).size]
    needed = MINIMUM_BUYERS[stage]
    if min(counts) < needed:
        _log.info(
            "Propensity, %s: %d users of `train` bought a target and %d did not; not "
            "learned from fewer than %d.",
            *(stage, *counts, needed),
        )
        return None
    if weights is None:
        weights = np.ones(labels.size)
    return fit_propensity(_matrix(rows, names), labels, weights, users, names)


def _predicted(
    features: Any, stages: Mapping[str, PropensityModel]
) -> Iterator[pa.RecordBatch]:
    """Yield a batch of predictions for each batch of rows."""
    keys = ("time_window", "target_index", "user_index")
    history, chance = stages["history"], stages.get("chance")
    chances = () if chance is None else chance.feature_names[:-1]
    rows = features.filter("time_window <> 'train'").project(
        ", ".join([*keys, *history.feature_names, *chances])
    )
    for batch in arrow_batches(rows, ROWS_PER_BATCH):
        log_odds, errors = history.predict(_matrix(batch, history.feature_names))
        if chance is not None:
            inputs = np.column_stack([_matrix(batch, chances), log_odds])
            log_odds, own_errors = chance.predict(inputs)
            # The history's error, and the chance's own as if the history were certain.
            errors = np.hypot(own_errors, chance.slope(HISTORY) * errors)
        # Rounded: the last bits of exp() are the machine's.
        predictions = [np.round(expit(log_odds), 12), np.round(errors, 12)]
        yield pa.record_batch(
            [*(batch[key] for key in keys), *map(pa.array, predictions)],
            schema=propensity_schema,
        )


def _columns(table: pa.Table, prefix: str) -> tuple[str, ...]:
    """Return the names of the columns with a prefix, sorted."""
    return tuple(sorted(n for n in table.column_names if n.startswith(prefix)))


def _matrix(rows: pa.Table | pa.RecordBatch, names: tuple[str, ...]) -> np.ndarray:
    """Return columns as an array of shape (rows, columns), float64."""
    return np.column_stack([rows[name].to_numpy() for name in names])
