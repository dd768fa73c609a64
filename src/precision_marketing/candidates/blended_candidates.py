"""The candidates of each user: the scorers' lists as one, and how near each item is.

Blended in blocks of users by compiled code, and not in SQL: at ten million events SQL
grouped 80 million pairs of a user and an item, and pivoted the kept ones, through
20 GB of temporary files (docs/decisions/0008-blend-in-blocks-of-users.md).
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from precision_marketing.algorithms.blending.lists import blend_lists
from precision_marketing.algorithms.kernels.pair_scores import LinearScores
from precision_marketing.algorithms.kernels.parallel import ahead
from precision_marketing.build.documents import read_fields
from precision_marketing.build.executors import (
    on_executors,
    rows_of_all,
    scored_histories,
    with_lists,
)
from precision_marketing.build.fit_windows import read_fit_windows
from precision_marketing.build.kept_windows import windows_to_make
from precision_marketing.build.relations import (
    TIME_WINDOWS,
    is_on_spark,
    item_counts,
    reader,
    window_schema,
    with_window,
)
from precision_marketing.build.scorer_lists import ListBlock, ScorerLists, list_block
from precision_marketing.build.user_blocks import block_of, by_name, by_place
from precision_marketing.build.windows import Window, read_settings
from precision_marketing.candidates.similarities import SIMILARITY_NAMES, Similarities
from precision_marketing.scorers.blend_weights import (
    BlendWeights,
    read_train_halves,
    read_weights,
)
from precision_marketing.scorers.full_scores import FullScores, LinearFit
from precision_marketing.scorers.ials_factors import read_factors
from precision_marketing.scorers.lists import read_neighbors

# Ties of the blend go to the more popular item.
TIE_SCORER = "popularity"
# On an executor, of histories and of lists, which have some 1,500 a user.
_ROWS_PER_BLOCK = 1_000_000


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


class WindowBlend(NamedTuple):
    """What candidates of a window are made with beside histories; it can be sent.

    Attributes
    ----------
    time_window : str
    weights : BlendWeights
    depth : int
        Longest list.
    keep_of_each : int
        First items of each scorer's list that are kept beside the blend's best.
    fits : dict of str to LinearFit
        Of the linear scorers, by name.
    similarities : Similarities
    """

    time_window: str
    weights: BlendWeights
    depth: int
    keep_of_each: int
    fits: dict[str, LinearFit]
    similarities: Similarities

    def full_scores(self, block: Window) -> dict[str, LinearScores]:
        """Return the scores of all pairs of a window or a block, by scorer."""
        return {name: found.of(block) for name, found in self.fits.items()}

    def candidates(
        self, block: Window, lists: ListBlock, halves: np.ndarray
    ) -> pa.RecordBatch:
        """Return the candidates of the users of `lists`, `blended_schema`.

        Parameters
        ----------
        block : Window
            The window, or the block of it that has these users.
        lists : ListBlock
        halves : array of int, shape (users of the lists,)
            Of `train`: which half of the users each is of.
        """
        scorers = self.weights.scorers
        found = blend_lists(
            lists.items,
            lists.scaled_scores,
            self.weights.of_users(self.time_window, halves),
            n_items=block.weights.shape[1],
            tie_scorer=scorers.index(TIE_SCORER),
            keep=self.depth,
            keep_of_each=self.keep_of_each,
            others=lists.others,
        )
        users = lists.users[found.users].astype(np.int32)
        near = self.similarities.of(block.recency_positions, users, found.items)
        columns = [
            users,
            found.items,
            *(_nullable(column) for column in found.scaled_scores.T),
            *(pa.array(column, mask=column == 0) for column in found.scorer_ranks.T),
            found.list_counts,
            found.best_ranks,
            found.scores,
            found.ranks,
            *(_nullable(column) for column in near.T),
        ]
        return pa.record_batch(columns, schema=blended_schema(scorers))


def blended_candidates(
    *,
    interactions: Any,
    users: Any,
    items: Any,
    candidate_scores: Any,
    decisions: Any,
    settings: Any,
    kept_tables: Any,
    item_cosine_neighbors: Any,
    next_basket_neighbors: Any,
    content_terms: Any,
    content_review_terms: Any,
    ials_factors: Any,
) -> Any:
    """Return the candidates of the windows that are to be made, by blocks of users.

    Parameters
    ----------
    interactions, users, items : duckdb.DuckDBPyRelation
        As for `read_windows`.
    candidate_scores, ials_factors : duckdb.DuckDBPyRelation
        The models of these names, on another cursor (`relations.on_other_cursor`).
    decisions : duckdb.DuckDBPyRelation
        `scorer_decisions`.
    settings : duckdb.DuckDBPyRelation
        `int_scorer_settings`.
    kept_tables : duckdb.DuckDBPyRelation
        `int_kept_tables`.
    item_cosine_neighbors, next_basket_neighbors, content_terms, content_review_terms
        The models of these names.

    Returns
    -------
    pyarrow.RecordBatchReader or pyspark.sql.DataFrame
        `blended_schema` with time_window; a frame where the relations are of Spark.
    """
    weights = read_weights(decisions)
    shared = read_settings(settings, "every_scorer")
    text_settings = read_settings(settings, "content_tfidf")
    asked = windows_to_make(kept_tables, "blended_candidates")
    full_scores = FullScores(settings, decisions)
    fields = read_fields(content_terms, content_review_terms, item_counts(items, asked))
    windows = read_fit_windows(
        interactions=interactions,
        users=users,
        items=items,
        # `serve` begins where `test` ended.
        time_windows=TIME_WINDOWS[-max(2, len(asked)) :],
    )

    def blends() -> Iterator[tuple[Window, WindowBlend]]:
        for window in windows:
            name = window.time_window
            if name not in asked:
                full_scores.begin(window)
                continue
            neighbors = [
                read_neighbors(relation, name)
                for relation in (item_cosine_neighbors, next_basket_neighbors)
            ]
            factors = None if name == "train" else read_factors(ials_factors, name)
            yield (
                window,
                WindowBlend(
                    name,
                    weights,
                    shared["candidates"],
                    shared["kept_of_each_scorer"],
                    full_scores.fits(window, *neighbors, factors),
                    Similarities(window, *neighbors, fields[name], text_settings),
                ),
            )

    schema = window_schema(blended_schema(weights.scorers))
    if is_on_spark(interactions):
        return rows_of_all(
            on_executors(
                with_lists(
                    scored_histories(
                        *(interactions, users, window.time_window),
                        columns=("user_index", "training_half"),
                    ),
                    candidate_scores,
                    window.time_window,
                ),
                partial(_of_block, blend, window.eligible_items),
                schema,
                _ROWS_PER_BLOCK,
            )
            for window, blend in blends()
        )
    lists = ScorerLists(candidate_scores, weights.scorers, shared["candidates"])
    batches = _batches(blends(), lists, read_train_halves(users))
    # While DuckDB writes one.
    return reader(schema, ahead(batches))


def _batches(
    blends: Iterator[tuple[Window, WindowBlend]],
    lists: ScorerLists,
    train_halves: np.ndarray,
) -> Iterator[pa.RecordBatch]:
    """Yield the candidates of whole windows, in blocks of users."""
    for window, blend in blends:
        name = window.time_window
        full_scores = blend.full_scores(window)
        for block in lists.blocks(name, window.scored_users, full_scores):
            halves = np.zeros(block.users.size, np.int8)
            if name == "train":
                # Who has come since has none.
                halves = train_halves[block.users]
            yield with_window(blend.candidates(window, block, halves), name)
            # Not beside those of the next block.
            del block
        del blend, full_scores


def _of_block(
    blend: WindowBlend, eligible: np.ndarray, rows: pa.Table
) -> Iterator[pa.RecordBatch]:
    """Yield the candidates of a block of histories and lists, on an executor."""
    is_list = pc.is_valid(rows["scorer_number"])
    histories, listed = rows.filter(pc.invert(is_list)), rows.filter(is_list)
    users, first = np.unique(histories["user_index"].to_numpy(), return_index=True)
    # Of who is scored, as on one machine.
    listed = listed.filter(pc.is_in(listed["user_index"], pa.array(users)))
    halves = pc.fill_null(histories["training_half"].take(first), 0).to_numpy()
    block = block_of(blend.time_window, histories, users, eligible)
    lists = list_block(
        by_place(listed, users),
        np.arange(users.size),
        blend.weights.scorers,
        blend.depth,
        blend.full_scores(block),
    )
    found = by_name(blend.candidates(block, lists, halves), users)
    yield with_window(found, blend.time_window)


def _nullable(column: np.ndarray) -> pa.Array:
    """Return a column of doubles with null for NaN."""
    return pa.array(np.ascontiguousarray(column), from_pandas=True)
