"""Learn on the `train` window how much each scorer counts in the blend."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from precision_marketing.algorithms.blending.lists import blend_lists
from precision_marketing.algorithms.blending.weights import learn_weights
from precision_marketing.algorithms.kernels.pair_scores import LinearScores
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
    lists: ScorerLists,
    labels: Any,
    users: Any,
    start: dict[str, float],
    full_scores: Mapping[str, LinearScores] | None = None,
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
    full_scores : mapping of str to LinearScores, optional
        Scorer to its scores of all pairs in `train`.

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
        _scores(lists, asked, full_scores),
        taken.filter(is_asked),
        start=start,
        cutoff=CUTOFF,
        rounds=ROUNDS,
        seed=0,
    )
    return dict(sorted(weights.items()))


def _scores(
    lists: ScorerLists,
    users: np.ndarray,
    full_scores: Mapping[str, LinearScores] | None,
) -> pa.Table:
    """Return scaled scores of the users' candidates in `train`, whatever lists them."""
    names = pa.array(lists.scorers, pa.string())
    parts = []
    for block in lists.blocks("train", users, full_scores):
        found = blend_lists(
            block.items,
            block.scaled_scores,
            np.zeros(len(lists.scorers)),
            n_items=int(block.items.max(initial=0)) + 1,
            tie_scorer=0,
            keep=max(1, block.items[0].size),
            keep_of_each=0,
            others=block.others,
        )
        pair, scorer = np.nonzero(~np.isnan(found.scaled_scores))
        columns = {
            "user_index": block.users[found.users[pair]],
            "item_index": found.items[pair],
            "scorer": pa.DictionaryArray.from_arrays(
                pa.array(scorer.astype(np.int32)), names
            ),
            "scaled_score": found.scaled_scores[pair, scorer],
        }
        parts.append(pa.table(columns))
    return pa.concat_tables(parts)
