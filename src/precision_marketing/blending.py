"""Learn on the `train` window how much each scorer counts in the blend."""

from typing import Any

import pyarrow as pa

from precision_marketing.algorithms import learn_weights
from precision_marketing.relations import to_arrow

CUTOFF = 20
ROUNDS = 4
# With fewer users the paired differences between weights are mostly noise.
MINIMUM_USERS = 100

weights_schema = pa.schema(
    [
        ("scorer", pa.string()),
        ("start_weight", pa.float64()),
        ("blend_weight", pa.float64()),
        ("train_user_count", pa.int64()),
    ]
)


def learn(scaled_candidates: Any, labels: Any, users: Any, start: dict) -> pa.Table:
    """Return the weight of each scorer in the blend.

    Parameters
    ----------
    scaled_candidates : duckdb.DuckDBPyRelation
        Columns time_window, scorer, user_index, item_index, scaled_score.
    labels : duckdb.DuckDBPyRelation
        Columns time_window, user_index, item_index.
    users : duckdb.DuckDBPyRelation
        Columns time_window, user_index, is_scored, training_role. Users of the gate
        decide later what is published, and are not asked here.
    start : dict of str to float
        Scorer to the weight from which the search starts.

    Returns
    -------
    pyarrow.Table
        `weights_schema`. The start where fewer than 100 users can be asked.
    """
    start = {name: value for name, value in start.items() if name != "candidates"}
    asked = to_arrow(
        users.filter(
            "time_window = 'train' and is_scored and training_role <> 'gate'"
        ).project("user_index")
    )
    weights = start
    if asked.num_rows >= MINIMUM_USERS:
        weights = learn_weights(
            _of_users(scaled_candidates, asked, "scorer, scaled_score"),
            _of_users(labels, asked),
            start=start,
            cutoff=CUTOFF,
            rounds=ROUNDS,
            seed=0,
        ).weights
    rows = [
        {
            "scorer": name,
            "start_weight": start[name],
            "blend_weight": weights[name],
            "train_user_count": asked.num_rows,
        }
        for name in sorted(start)
    ]
    return pa.Table.from_pylist(rows, schema=weights_schema)


def _of_users(relation: Any, users: pa.Table, more: str = "") -> pa.Table:
    """Return the rows of `train` of the given users."""
    columns = ", ".join(["user_index", "item_index", *filter(None, [more])])
    rows = to_arrow(relation.filter("time_window = 'train'").project(columns))
    return rows.join(users, "user_index", join_type="inner")
