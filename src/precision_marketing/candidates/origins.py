"""The history item behind a recommendation: the largest part of the scorer's score."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.kernels.neighbor_matrix import neighbor_matrix
from precision_marketing.algorithms.kernels.pair_scores import ItemWeights
from precision_marketing.build.executors import (
    on_executors,
    scored_histories,
    with_origins,
)
from precision_marketing.build.fit_windows import read_fit_windows
from precision_marketing.build.relations import distinct_rows, is_on_spark, to_arrow
from precision_marketing.build.user_blocks import block_of, by_name, by_place
from precision_marketing.build.windows import Window, read_settings
from precision_marketing.candidates.history_parts import (
    Entries,
    Parts,
    PartsOfBlock,
    entries_of,
    inputs_of,
    own_parts,
    same_for_all,
)
from precision_marketing.scorers.lists import read_inputs
from precision_marketing.scorers.registry import fit

# What less of the score comes from is not why the item is recommended.
SMALLEST_SHARE = 0.1
# Parts in memory at one time: some 60 bytes each.
_ENTRIES = 3_000_000
# Of the inputs that decompositions name, the relations they are read from.
_RELATIONS = {
    "neighbors": ("item_cosine_neighbors",),
    "factors": ("ials_factors",),
    "fields": ("content_terms", "content_review_terms"),
    "embeddings": ("item_embeddings",),
    "before": (),
}

origins_schema = pa.schema(
    [
        ("user_index", pa.int32()),
        ("item_index", pa.int32()),
        ("because_item_index", pa.int32()),
        ("because_share", pa.float64()),
    ]
)


class Reason(NamedTuple):
    """Why a scorer recommends: what each item of a history adds; it can be sent.

    Attributes
    ----------
    scorer : str
    decay : float
        What the next older day of a history counts.
    parts : callable or None
        None for a scorer that recommends what the user has.
    """

    scorer: str
    decay: float
    parts: PartsOfBlock | None


def recommendation_origins(
    *,
    scorer_parts: Any,
    scorer_reasons: Any,
    scorer_neighbors: Any,
    returned_items: Any,
    settings: Any,
    interactions: Any,
    users: Any,
    items: Any,
    **inputs: Any,
) -> Any:
    """Return the history item that a recommendation names, where one stands out.

    Parameters
    ----------
    scorer_parts : duckdb.DuckDBPyRelation
        Columns user_index, item_index, part (the scorer), is_winner.
    scorer_reasons : duckdb.DuckDBPyRelation
        Columns scorer, neighbor_table, history_decay. A neighbor table is `itself` for
        a scorer that recommends what the user has, `own` for one that
        `history_parts.DECOMPOSITIONS` takes apart, the name of a table of neighbors for
        one that adds their similarities up, and empty for one that names nothing.
    scorer_neighbors : duckdb.DuckDBPyRelation
        Columns neighbor_table, item_index, neighbor_index, similarity, of `serve`.
    returned_items : duckdb.DuckDBPyRelation
        Columns user_index, item_index: what is not named.
    settings : duckdb.DuckDBPyRelation
        `int_scorer_settings`.
    interactions, users, items : duckdb.DuckDBPyRelation
        As for `read_windows`.
    **inputs : duckdb.DuckDBPyRelation
        As for `lists.read_inputs`; read where a scorer that won needs them.

    Returns
    -------
    pyarrow.Table or pyspark.sql.DataFrame
        `origins_schema`, at most one row for a user and item: the history item with
        the largest part of the winning scorer's score, if that is above 0 and at least
        `SMALLEST_SHARE` of it. A frame where the relations are of Spark.
    """

    def read(time_window: str) -> Window:
        (found,) = read_fit_windows(
            interactions=interactions,
            users=users,
            items=items,
            time_windows=(time_window,),
        )
        return found

    window = read("serve")
    won = to_arrow(distinct_rows(scorer_parts, "is_winner", "part"))["part"].to_pylist()

    def reasons() -> Iterator[Reason]:
        for row in to_arrow(scorer_reasons.order("scorer")).to_pylist():
            scorer, table = row["scorer"], row["neighbor_table"]
            if scorer not in won or not table:
                continue
            if table == "itself":
                parts = None
            elif table == "own":
                parts = _own_parts(
                    scorer, window, read, settings, items, scorer_parts, inputs
                )
            else:
                parts = _neighbor_parts(table, scorer_neighbors, window)
            yield Reason(scorer, row["history_decay"], parts)

    if is_on_spark(scorer_parts):
        return on_executors(
            with_origins(
                scored_histories(interactions, users, "serve"),
                scorer_parts,
                returned_items,
            ),
            partial(_of_block, list(reasons()), window.eligible_items),
            origins_schema,
        )
    winners = scorer_parts.filter("is_winner").project("user_index, item_index, part")
    returned = to_arrow(returned_items.project("user_index, item_index"))
    return origins_of(window, to_arrow(winners), returned, reasons())


def origins_of(
    block: Window, won: pa.Table, returned: pa.Table, reasons: Iterable[Reason]
) -> pa.Table:
    """Return the history items that the recommendations of a block name.

    Parameters
    ----------
    block : Window
        `serve` or a block of its users.
    won : pyarrow.Table
        Columns user_index, item_index, part (the scorer that won).
    returned : pyarrow.Table
        Columns user_index, item_index: what is not named.
    reasons : iterable of Reason

    Returns
    -------
    pyarrow.Table
        `origins_schema`.
    """
    won = won.sort_by([("user_index", "ascending"), ("item_index", "ascending")])
    places = _pairs(returned)
    ones = np.ones(places[0].size)
    barred = csr_matrix((ones, places), shape=block.weights.shape)
    found = []
    for reason in reasons:
        pairs = _pairs(won.filter(pc.equal(won["part"], reason.scorer)))
        if not pairs[0].size:
            continue
        if reason.parts is None:
            found.append(_of_itself(*pairs, barred))
            continue
        history = block.recent_weights(reason.decay)
        found += _largest_parts(history, *pairs, reason.parts(block), barred)
    columns = [np.concatenate(column) for column in zip(*found, strict=True)]
    if not columns:
        return origins_schema.empty_table()
    return pa.table(columns, schema=origins_schema).sort_by(
        [("user_index", "ascending"), ("item_index", "ascending")]
    )


def _of_block(
    reasons: list[Reason], eligible: np.ndarray, rows: pa.Table
) -> Iterator[pa.RecordBatch]:
    """Yield what a block of users is told, on an executor."""
    is_won, is_returned = (pc.is_valid(rows[name]) for name in ("part", "is_returned"))
    histories = rows.filter(pc.invert(pc.or_(is_won, is_returned)))
    users = pc.unique(histories["user_index"]).to_numpy()
    block = block_of("serve", histories, users, eligible)
    # Of who is scored, as on one machine.
    is_known = pc.is_in(rows["user_index"], pa.array(users))
    won, returned = (
        by_place(rows.filter(pc.and_(is_known, kind)), users)
        for kind in (is_won, is_returned)
    )
    for batch in origins_of(block, won, returned, reasons).to_batches():
        yield by_name(batch, users)


def _pairs(won: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """Return users and items of a table."""
    return tuple(
        won[name].to_numpy().astype(np.int64) for name in ("user_index", "item_index")
    )


def _of_itself(users: np.ndarray, items: np.ndarray, barred: csr_matrix) -> tuple:
    is_named = ~_is_in(barred, users, items)
    users, items = users[is_named], items[is_named]
    return users, items, items, np.ones(users.size)


def _is_in(matrix: csr_matrix, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return whether each position is stored."""
    if not matrix.nnz or not rows.size:
        return np.zeros(rows.size, dtype=bool)
    return np.asarray(matrix[rows, columns]).ravel() > 0


def _own_parts(
    scorer: str,
    window: Window,
    read: Callable[[str], Window],
    settings: Any,
    items: Any,
    scorer_parts: Any,
    inputs: dict[str, Any],
) -> PartsOfBlock:
    """Return the parts of a scorer of the library for the items that it won."""
    own = read_settings(settings, scorer)
    functions = read_settings(settings, "library_function", with_shared=False)
    needed = inputs_of(functions[scorer])
    relations = {name: inputs[name] for key in needed for name in _RELATIONS[key]}
    if "item_cosine_neighbors" in relations:
        # Of the items alone that are to be explained.
        is_won = f"is_winner and part = '{scorer}'"
        won = distinct_rows(scorer_parts, is_won, "item_index").set_alias("won")
        near = relations["item_cosine_neighbors"].set_alias("near")
        relations["item_cosine_neighbors"] = near.join(
            won, "near.item_index = won.item_index", how="semi"
        )
    given = {
        **read_inputs(items, (window.time_window,), **relations)(window.time_window),
        # The fit of the lists begins where that of `test` ended.
        "before": lambda: fit(functions[scorer], read("test"), own, {}),
    }
    return own_parts(functions[scorer], window, own, given)


def _neighbor_parts(table: str, scorer_neighbors: Any, window: Window) -> PartsOfBlock:
    """Return the parts of a scorer that adds up similarities."""
    rows = scorer_neighbors.filter(f"neighbor_table = '{table}'")
    neighbors = to_arrow(rows.project("item_index, neighbor_index, similarity"))
    n_items = window.weights.shape[1]
    by_source = neighbor_matrix(neighbors, n_items, n_items, by_source=True)
    return same_for_all(ItemWeights(by_source=by_source))


def _largest_parts(
    history: csr_matrix,
    users: np.ndarray,
    items: np.ndarray,
    parts: Parts,
    barred: csr_matrix,
) -> Iterator[tuple]:
    """Yield users, items, history items and shares, a block of pairs at a time."""
    done = np.cumsum(np.diff(history.indptr)[users])
    # Between users: what a block shares of one is computed once.
    ends = np.append(np.flatnonzero(np.diff(users)) + 1, users.size)
    blocks = np.unique(done[ends - 1] // _ENTRIES, return_index=True)[1]
    starts = np.append(0, ends)[blocks]
    for start, end in zip(starts, np.append(starts[1:], users.size), strict=True):
        entries = entries_of(history, users[start:end], items[start:end])
        yield largest_parts(entries, parts(entries), barred)


def largest_parts(
    entries: Entries, parts: np.ndarray, barred: csr_matrix
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the history item with the largest part of each score, if it is enough.

    Parameters
    ----------
    entries : Entries
    parts : array of float64, shape (n_entries,)
        What each entry adds to its pair's score, in any unit.
    barred : csr_matrix, shape (n_users, n_items)
        Stored where the user is not to be reminded of the item.

    Returns
    -------
    users, items, sources : arrays of int64
        Of the pairs that a history item stands out for: the item itself where it is in
        the history and has enough of its own, else the largest part; of equal ones, to
        nine digits of the score, that with the lowest index.
    shares : array of float64
        The part of the score, at least `SMALLEST_SHARE`.

    Examples
    --------
    >>> history = csr_matrix([[1.0, 1.0, 1.0]])
    >>> entries = entries_of(history, np.array([0]), np.array([5]))
    >>> largest_parts(entries, np.array([3.0, 5.0, 2.0]), csr_matrix((1, 6)))[2:]
    (array([1]), array([0.5]))
    """
    totals = np.bincount(entries.pairs, parts, entries.users.size)[entries.pairs]
    shares = np.zeros(parts.size)
    np.divide(parts, totals, out=shares, where=totals > 0)
    shares = shares.round(9)
    named = np.flatnonzero(shares >= SMALLEST_SHARE)
    owners = entries.users[entries.pairs[named]]
    named = named[~_is_in(barred, owners, entries.sources[named])]
    pairs, sources = entries.pairs[named], entries.sources[named]
    # What the user knows best of an item is the item.
    is_other = sources != entries.items[pairs]
    named = named[np.lexsort((sources, -shares[named], is_other, pairs))]
    named = named[np.flatnonzero(np.diff(entries.pairs[named], prepend=-1))]
    pairs = entries.pairs[named]
    return (
        entries.users[pairs],
        entries.items[pairs],
        entries.sources[named],
        shares[named],
    )
