"""Lists as the Python models write them: of `train` all at once, then one by one.

`train` comes first and in one model, so that what its lists are worth (`losses`) can
decide who ranks `test` and `serve`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from precision_marketing.algorithms.collaborative.neighbors import item_neighbors_schema
from precision_marketing.build.documents import read_fields
from precision_marketing.build.embeddings import of_first, read_embeddings
from precision_marketing.build.executors import (
    lists_on_executors,
    rows_of_all,
)
from precision_marketing.build.fit_windows import read_fit_windows
from precision_marketing.build.kept_windows import windows_to_make
from precision_marketing.build.relations import (
    is_on_spark,
    item_counts,
    of_time_windows,
    reader,
    row_count,
    scorer_schema,
    to_arrow,
    window_tables,
    with_window,
)
from precision_marketing.build.windows import (
    Window,
    read_settings,
    stream_scores,
)
from precision_marketing.scorers.ials_factors import read_factors
from precision_marketing.scorers.registry import (
    begins_where_another_ended,
    fit,
    fits_by_window,
    lists_by,
    lists_by_window,
    make_lists,
)

LATER_WINDOWS = ("test", "serve")
# The inputs of `make_lists` of a window.
WindowInputs = Callable[[str], Mapping[str, Callable[[], Any]]]


def train_lists(
    *, settings: Any, interactions: Any, users: Any, items: Any, **inputs: Any
) -> Any:
    """Return the lists of the library's scorers on `train`, scorer by scorer.

    Parameters
    ----------
    settings : duckdb.DuckDBPyRelation
        `int_scorer_settings`, whose `library_function` names the scorers.
    interactions, users, items : duckdb.DuckDBPyRelation
        As for `read_windows`.
    **inputs : duckdb.DuckDBPyRelation
        As for `read_inputs`, for all scorers.

    Returns
    -------
    pyarrow.RecordBatchReader or pyspark.sql.DataFrame
        `scorer_schema`; a frame where the relations are of Spark.
    """
    functions = read_settings(settings, "library_function", with_shared=False)
    own = {scorer: read_settings(settings, scorer) for scorer in functions}
    given = read_inputs(items, ("train",), **inputs)("train")
    (window,) = read_fit_windows(
        interactions=interactions, users=users, items=items, time_windows=("train",)
    )
    if is_on_spark(interactions):
        return rows_of_all(
            lists_on_executors(
                scorer,
                window,
                _fitted_lists(
                    function, own[scorer], fit(function, window, own[scorer], given)
                ),
                interactions=interactions,
                users=users,
            )
            for scorer, function in functions.items()
        )

    def batches() -> Iterator[pa.RecordBatch]:
        for scorer, function in functions.items():
            for batch in make_lists(function, window, own[scorer], given):
                yield with_window(batch, "train", scorer)

    return reader(scorer_schema, batches())


def later_lists(
    scorer: str,
    *,
    settings: Any,
    decisions: Any,
    interactions: Any,
    users: Any,
    items: Any,
    kept_tables: Any = None,
    content_only_users: Any = None,
    **inputs: Any,
) -> Any:
    """Return a scorer's lists on `test` and `serve`, as its Python model returns them.

    Parameters
    ----------
    scorer : str
        Its name, under which `int_scorer_settings` has its `library_function`.
    settings : duckdb.DuckDBPyRelation
        `int_scorer_settings`.
    decisions : duckdb.DuckDBPyRelation
        `scorer_decisions`: columns scorer, is_left_out.
    interactions, users, items : duckdb.DuckDBPyRelation
        As for `read_windows`.
    kept_tables : duckdb.DuckDBPyRelation, optional
        `int_kept_tables`, which says whether the lists of `test` are there already.
    content_only_users : duckdb.DuckDBPyRelation, optional
        Columns time_window, user_index: for whom the scorer ranks though it is left
        out. Given by content scorers.
    **inputs : duckdb.DuckDBPyRelation
        As for `read_inputs`.

    Returns
    -------
    pyarrow.RecordBatchReader or pyspark.sql.DataFrame
        `scorer_schema`; without rows, and nothing read, where nobody is to be ranked. A
        frame where the relations are of Spark.
    """
    is_left_out = row_count(decisions.filter(f"scorer = '{scorer}' and is_left_out"))
    if is_left_out and not _is_anybody_asked(content_only_users):
        return reader(scorer_schema, iter(()))
    function = read_settings(settings, "library_function", with_shared=False)[scorer]
    own = read_settings(settings, scorer)
    lists = lists_by_window(function, own)
    made = windows_to_make(kept_tables, f"{scorer}_scores", LATER_WINDOWS)
    # Whose lists are kept is fitted all the same where the next fit begins there.
    is_begun = begins_where_another_ended(function) and "ials_factors" not in inputs
    read = LATER_WINDOWS if is_begun else made
    of_window = read_inputs(items, read, nearest=own.get("neighbors"), **inputs)
    windows = read_fit_windows(
        interactions=interactions, users=users, items=items, time_windows=read
    )
    if is_on_spark(interactions):
        fits = fits_by_window(function, own)
        fitted = ((w, fits(w, of_window(w.time_window))) for w in windows)
        return rows_of_all(
            lists_on_executors(
                scorer,
                window,
                _fitted_lists(function, own, found),
                interactions=interactions,
                users=users,
                asked=content_only_users if is_left_out else None,
            )
            for window, found in fitted
            if window.time_window in made
        )
    asked = _asked(content_only_users) if is_left_out else None

    def scores(window: Window) -> Iterator[pa.RecordBatch]:
        if window.time_window not in made:
            lists(window, of_window(window.time_window))
            return iter(())
        if asked is not None:
            shown = np.intersect1d(
                window.scored_users, asked.get(window.time_window, [])
            ).astype(np.int64)
            if shown.size == 0:
                return iter(())
            window = replace(window, scored_users=shown)
        return lists(window, of_window(window.time_window))

    return stream_scores(scorer, windows, scores)


def read_inputs(
    items: Any,
    time_windows: Sequence[str],
    *,
    nearest: int | None = None,
    item_cosine_neighbors: Any = None,
    next_basket_neighbors: Any = None,
    content_terms: Any = None,
    content_review_terms: Any = None,
    item_embeddings: Any = None,
    ials_factors: Any = None,
) -> WindowInputs:
    """Read what scorers need beside window and settings; relations not given are none.

    Parameters
    ----------
    items : duckdb.DuckDBPyRelation
        `int_item_features`: one row per item in each window.
    time_windows : sequence of str
        Of what is read.
    nearest : int, optional
        Neighbors of each item that are read, at most; by default all.
    item_cosine_neighbors, next_basket_neighbors : duckdb.DuckDBPyRelation, optional
        The models of these names.
    content_terms, content_review_terms : duckdb.DuckDBPyRelation, optional
        The models of these names, both or none.
    item_embeddings : duckdb.DuckDBPyRelation, optional
        `int_item_embeddings`.
    ials_factors : duckdb.DuckDBPyRelation, optional
        The model of this name, on another cursor (`relations.on_other_cursor`) where
        rows are made meanwhile: it is read a window at a time.

    Returns
    -------
    callable
        From a time window to the inputs of `make_lists`.
    """
    counts = item_counts(items, time_windows)
    by_window: dict[str, Mapping[str, Any]] = {}
    for name, relation in (
        ("neighbors", item_cosine_neighbors),
        ("followers", next_basket_neighbors),
    ):
        if relation is not None:
            by_window[name] = {
                window: read_neighbors(relation, window, nearest)
                for window in time_windows
            }
    if content_terms is not None:
        by_window["fields"] = read_fields(content_terms, content_review_terms, counts)
    if item_embeddings is not None:
        embeddings = read_embeddings(item_embeddings, max(counts.values()))
        by_window["embeddings"] = {
            name: of_first(embeddings, count) for name, count in counts.items()
        }

    def inputs(window: str) -> Mapping[str, Callable[[], Any]]:
        of_window = {
            name: partial(values.__getitem__, window)
            for name, values in by_window.items()
        }
        if ials_factors is not None:
            of_window["factors"] = partial(read_factors, ials_factors, window)
        return of_window

    return inputs


def read_neighbors(
    relation: Any, time_window: str, nearest: int | None = None
) -> pa.Table:
    """Return a window's neighbors, whose name is not read with each of millions.

    Parameters
    ----------
    relation : duckdb.DuckDBPyRelation
        `item_neighbors_schema` with time_window.
    time_window : str
    nearest : int, optional
        Neighbors of each item that are read, at most; by default all.

    Returns
    -------
    pyarrow.Table
        `item_neighbors_schema`.
    """
    rows = relation.filter(f"time_window = '{time_window}'")
    if nearest is not None:
        rows = rows.filter(f"neighbor_rank <= {nearest}")
    return to_arrow(rows.project(", ".join(item_neighbors_schema.names)))


def _fitted_lists(
    function: str, settings: Mapping[str, Any], fitted: Any
) -> Callable[[Window], Iterator[pa.RecordBatch]] | None:
    """Return what makes the lists of a block, which can be sent to another process."""
    if fitted is None:
        return None
    return partial(lists_by, function, settings=settings, fitted=fitted)


def _is_anybody_asked(content_only_users: Any) -> bool:
    """Return whether content alone can serve a user of a later window."""
    if content_only_users is None:
        return False
    return row_count(content_only_users.filter(of_time_windows(LATER_WINDOWS))) > 0


def _asked(content_only_users: Any) -> dict[str, np.ndarray]:
    """Return the users of each later window whom content alone can serve."""
    rows = to_arrow(content_only_users.project("time_window, user_index"))
    return {
        name: users["user_index"].to_numpy()
        for name, users in window_tables(rows)
        if name in LATER_WINDOWS and users.num_rows
    }
