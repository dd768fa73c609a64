"""The candidates of each user: the scorers' lists as one, and how near each item is.

Blended in blocks of users by compiled code, and not in SQL: at ten million events SQL
grouped 80 million pairs of a user and an item, and pivoted the kept ones, through
20 GB of temporary files (docs/decisions/0008-blend-in-blocks-of-users.md).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa

from precision_marketing.algorithms.blending.lists import BlendedLists, blend_lists
from precision_marketing.build.relations import with_window
from precision_marketing.build.scorer_lists import ScorerLists
from precision_marketing.build.windows import Window
from precision_marketing.candidates.similarities import (
    SIMILARITY_NAMES,
    window_similarities,
)
from precision_marketing.scorers.blend_weights import BlendWeights
from precision_marketing.scorers.content_products import Fields
from precision_marketing.scorers.full_scores import FullScores

# Ties of the blend go to the more popular item.
TIE_SCORER = "popularity"


def blended_schema(scorers: Sequence[str]) -> pa.Schema:
    """Return the schema of the candidates: a score and a rank for each scorer.

    Examples
    --------
    >>> blended_schema(["ials"]).names[:4]
    ['user_index', 'item_index', 'ials_scaled_score', 'ials_rank']
    """
    by_scorer = [
        (f"{scorer}_{name}", kind)
        for name, kind in (("scaled_score", pa.float64()), ("rank", pa.int32()))
        for scorer in scorers
    ]
    return pa.schema(
        [
            ("user_index", pa.int32()),
            ("item_index", pa.int32()),
            *by_scorer,
            ("list_count", pa.int32()),
            ("best_rank", pa.int32()),
            ("blend_score", pa.float64()),
            ("blend_rank", pa.int32()),
            *((name, pa.float64()) for name in SIMILARITY_NAMES),
        ]
    )


def blended_batches(
    windows: Iterator[Window],
    lists: ScorerLists,
    weights: BlendWeights,
    train_halves: np.ndarray,
    *,
    keep_of_each: int,
    full_scores: FullScores,
    choice_neighbors: Callable[[str], pa.Table],
    next_neighbors: Callable[[str], pa.Table],
    factors: Callable[[str], np.ndarray],
    asked_windows: Sequence[str],
    fields: Mapping[str, Fields],
    content_settings: Mapping[str, float],
) -> Iterator[pa.RecordBatch]:
    """Yield the candidates of some windows, in blocks of users.

    Parameters
    ----------
    windows : iterator of Window
        Those asked for, and `test` before `serve`.
    lists : ScorerLists
    weights : BlendWeights
    train_halves : array of int, by user_index
        Which half of the users of `train` each is of.
    keep_of_each : int
        First items of each scorer's list that are kept beside the blend's best.
    full_scores : FullScores
    factors : callable
        From `test` or `serve` to the items' factors of iALS (`read_factors`).
    asked_windows : sequence of str
        Of whose users candidates are made.
    choice_neighbors, next_neighbors, fields, content_settings
        As for `window_similarities`, the first three by window.

    Yields
    ------
    pyarrow.RecordBatch
        `blended_schema` with time_window.
    """
    schema = blended_schema(lists.scorers)
    for window in windows:
        name = window.time_window
        if name not in asked_windows:
            full_scores.begin(window)
            continue
        neighbors = choice_neighbors(name), next_neighbors(name)
        nearness = window_similarities(
            window,
            *neighbors,
            fields[name],
            content_settings,
        )
        known = None if name == "train" else factors(name)
        of_pairs = full_scores.of_window(window, *neighbors, known)
        # As large as the matrices that were made of them.
        del neighbors
        for block in lists.blocks(name, window.scored_users, of_pairs):
            halves = np.zeros(block.users.size, np.int8)
            if name == "train":
                # Who has come since has none.
                halves = train_halves[block.users]
            found = blend_lists(
                block.items,
                block.scaled_scores,
                weights.of_users(name, halves),
                n_items=window.weights.shape[1],
                tie_scorer=lists.scorers.index(TIE_SCORER),
                keep=lists.depth,
                keep_of_each=keep_of_each,
                others=block.others,
            )
            batch = _batch(found, block.users, nearness, schema)
            yield with_window(batch, name)
            # Not beside those of the next block.
            del block, found, batch
        del nearness, of_pairs


def _batch(
    found: BlendedLists,
    users: np.ndarray,
    nearness: Callable[[np.ndarray, np.ndarray], np.ndarray],
    schema: pa.Schema,
) -> pa.RecordBatch:
    """Return the candidates of a block as a batch."""
    user_index = users[found.users].astype(np.int32)
    near = nearness(user_index, found.items)
    columns = [
        user_index,
        found.items,
        *(_nullable(column) for column in found.scaled_scores.T),
        *(pa.array(column, mask=column == 0) for column in found.scorer_ranks.T),
        found.list_counts,
        found.best_ranks,
        found.scores,
        found.ranks,
        *(_nullable(column) for column in near.T),
    ]
    return pa.record_batch(columns, schema=schema)


def _nullable(column: np.ndarray) -> pa.Array:
    """Return a column of doubles with null for NaN."""
    return pa.array(np.ascontiguousarray(column), from_pandas=True)
