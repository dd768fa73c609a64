"""Learn how likely users are to buy a target, and say it of every user."""

import logging
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from precision_marketing.algorithms import (
    PropensityModel,
    fit_propensity,
    propensity_model_schema,
)
from precision_marketing.candidate_sampling import ROWS_PER_BATCH
from precision_marketing.relations import arrow_batches, reader, to_arrow

propensity_schema = pa.schema(
    [
        ("time_window", pa.string()),
        ("target_index", pa.int32()),
        ("user_index", pa.int32()),
        ("propensity", pa.float64()),
        ("log_odds_error", pa.float64()),
    ]
)
# Twelve coefficients from fewer buyers would be noise: the base rates say more.
MINIMUM_BUYERS = 50
_log = logging.getLogger(__name__)


def learn(features: Any) -> pa.Table:
    """Return the propensity model learned from the rows of `train`.

    Parameters
    ----------
    features : duckdb.DuckDBPyRelation
        `propensity_features`: time_window, user_index, sample_weight, is_buyer and
        columns `feature_...` without nulls.

    Returns
    -------
    pyarrow.Table
        `propensity_model_schema`; without rows where fewer than `MINIMUM_BUYERS`
        users of `train` bought or did not buy.
    """
    table = to_arrow(features.filter("time_window = 'train'"))
    labels = table["is_buyer"].to_numpy().astype(bool)
    users = table["user_index"].to_numpy()
    kinds = [np.unique(users[labels]).size, np.unique(users[~labels]).size]
    if min(kinds) < MINIMUM_BUYERS:
        _log.warning(
            "The propensity was not learned: %d users of `train` bought a target, %d "
            "did not, and %d of each are needed; base rates stand in.",
            *(*kinds, MINIMUM_BUYERS),
        )
        return propensity_model_schema.empty_table()
    names = tuple(sorted(n for n in table.column_names if n.startswith("feature_")))
    columns = [table[name].to_numpy() for name in names]
    weights = table["sample_weight"].to_numpy()
    model = fit_propensity(np.column_stack(columns), labels, weights, users, names)
    return model.to_table()


def predict(features: Any, model: Any) -> pa.RecordBatchReader:
    """Return the propensity of every row of `test` and `serve`.

    Parameters
    ----------
    features : duckdb.DuckDBPyRelation
        As for `learn`; read while the result is (`relations.on_other_cursor`).
    model : duckdb.DuckDBPyRelation
        What `learn` returned.

    Returns
    -------
    pyarrow.RecordBatchReader
        `propensity_schema`; without rows where nothing was learned. Some 65,536 rows
        are in memory at a time.
    """
    table = to_arrow(model)
    if not table.num_rows:
        return reader(propensity_schema, [])
    return reader(
        propensity_schema, _predicted(features, PropensityModel.from_table(table))
    )


def _predicted(features: Any, model: PropensityModel) -> Iterator[pa.RecordBatch]:
    """Yield a batch of predictions for each batch of rows."""
    keys = ("time_window", "target_index", "user_index")
    rows = features.filter("time_window <> 'train'")
    for batch in arrow_batches(
        rows.project(", ".join([*keys, *model.feature_names])), ROWS_PER_BATCH
    ):
        columns = [batch[name].to_numpy() for name in model.feature_names]
        # Rounded: the last bits of exp() are the machine's.
        predictions = [
            np.round(values, 12) for values in model.predict(np.column_stack(columns))
        ]
        yield pa.record_batch(
            [*(batch[key] for key in keys), *map(pa.array, predictions)],
            schema=propensity_schema,
        )
