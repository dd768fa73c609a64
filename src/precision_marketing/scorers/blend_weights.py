"""Learn on the `train` window how much each scorer counts in the blend."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from precision_marketing.algorithms.blending.weights import learn_weights
from precision_marketing.build.relations import to_arrow
from precision_marketing.build.scorer_lists import ScorerLists
from precision_marketing.build.windows import read_settings

CUTOFF = 20
ROUNDS = 4
# With fewer users the paired differences between weights are mostly noise.
MINIMUM_USERS = 100


def start_weights(settings: Any) -> dict[str, float]:
    """Return the weights from which learning starts, scorers in alphabetical order.

    Parameters
    ----------
    settings : duckdb.DuckDBPyRelation
        `int_scorer_settings`, where they are the settings of `blend`.
    """
    return dict(sorted(read_settings(settings, "blend", with_shared=False).items()))


def read_weights(relation: Any) -> dict[str, float]:
    """Return the learned weights, scorers in alphabetical order.

    Parameters
    ----------
    relation : duckdb.DuckDBPyRelation
        `scorer_decisions`: columns scorer, blend_weight.
    """
    rows = to_arrow(relation).to_pylist()
    return dict(sorted((row["scorer"], row["blend_weight"]) for row in rows))


def learn(
    lists: ScorerLists, labels: Any, users: Any, start: dict[str, float]
) -> dict[str, float]:
    """Return the weight of each scorer in the blend, scorers in alphabetical order.

    Parameters
    ----------
    lists : ScorerLists
        Of the scorers of `start`.
    labels : duckdb.DuckDBPyRelation
        Columns time_window, user_index, item_index.
    users : duckdb.DuckDBPyRelation
        Columns time_window, user_index, is_scored, label_count.
    start : dict of str to float
        Scorer to the weight from which the search starts.

    Returns
    -------
    dict of str to float
        The start where fewer than 100 users can be asked.
    """
    asked = np.sort(
        to_arrow(
            users.filter(
                "time_window = 'train' and is_scored and label_count > 0"
            ).project("user_index")
        )["user_index"].to_numpy()
    )
    if asked.size < MINIMUM_USERS:
        return dict(sorted(start.items()))
    taken = to_arrow(
        labels.filter("time_window = 'train'").project("user_index, item_index")
    )
    is_asked = pc.is_in(taken["user_index"], pa.array(asked))
    weights = learn_weights(
        _scores(lists, asked),
        taken.filter(is_asked),
        start=start,
        cutoff=CUTOFF,
        rounds=ROUNDS,
        seed=0,
    )
    return dict(sorted(weights.items()))


def _scores(lists: ScorerLists, users: np.ndarray) -> pa.Table:
    """Return the lists of users in `train` as a table of scaled scores."""
    names = pa.array(lists.scorers, pa.string())
    parts = [
        pa.table(
            {
                "user_index": block.users[user],
                "item_index": block.items[user, scorer, place],
                "scorer": pa.DictionaryArray.from_arrays(
                    pa.array(scorer.astype(np.int32)), names
                ),
                "scaled_score": block.scaled_scores[user, scorer, place],
            }
        )
        for block in lists.blocks("train", users)
        for user, scorer, place in [np.nonzero(block.items >= 0)]
    ]
    return pa.concat_tables(parts)
