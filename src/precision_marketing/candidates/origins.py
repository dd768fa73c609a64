"""The history item behind a recommendation: the largest part of the scorer's score."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.kernels.neighbor_matrix import neighbor_matrix
from precision_marketing.algorithms.kernels.pair_scores import ItemWeights
from precision_marketing.build.relations import to_arrow
from precision_marketing.build.windows import Window, read_settings, read_windows
from precision_marketing.candidates.history_parts import (
    Entries,
    Parts,
    by_item_weights,
    entries_of,
    inputs_of,
    own_parts,
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
) -> pa.Table:
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
    pyarrow.Table
        `origins_schema`, at most one row for a user and item: the history item with
        the largest part of the winning scorer's score, if that is above 0 and at least
        `SMALLEST_SHARE` of it.
    """
    winners = scorer_parts.filter("is_winner")
    won = to_arrow(
        winners.project("user_index, item_index, part").order("user_index, item_index")
    )

    def read(time_window: str) -> Window:
        (found,) = read_windows(
            interactions=interactions,
            users=users,
            items=items,
            time_windows=(time_window,),
        )
        return found

    window = read("serve")
    barred = _barred(returned_items, window)
    found = []
    for reason in to_arrow(scorer_reasons.order("scorer")).to_pylist():
        scorer, table = reason["scorer"], reason["neighbor_table"]
        pairs = _pairs(won.filter(pc.equal(won["part"], scorer)))
        if not table or not pairs[0].size:
            continue
        if table == "itself":
            found.append(_of_itself(*pairs, barred))
            continue
        if table == "own":
            of_scorer = winners.filter(f"part = '{scorer}'")
            parts = _own_parts(scorer, window, read, settings, items, of_scorer, inputs)
        else:
            parts = _neighbor_parts(table, scorer_neighbors, window)
        history = window.recent_weights(reason["history_decay"])
        found += _largest_parts(history, *pairs, parts, barred)
    columns = [np.concatenate(column) for column in zip(*found, strict=True)]
    if not columns:
        return origins_schema.empty_table()
    return pa.table(columns, schema=origins_schema).sort_by(
        [("user_index", "ascending"), ("item_index", "ascending")]
    )


def _pairs(won: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """Return users and items of a table."""
    return tuple(
        won[name].to_numpy().astype(np.int64) for name in ("user_index", "item_index")
    )


def _barred(returned_items: Any, window: Window) -> csr_matrix:
    """Return 1 where a user is not to be reminded of an item."""
    positions = _pairs(to_arrow(returned_items.project("user_index, item_index")))
    ones = np.ones(positions[0].size)
    return csr_matrix((ones, positions), shape=window.weights.shape)


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
    winners: Any,
    inputs: dict[str, Any],
) -> Parts:
    """Return the parts of a scorer of the library for the items that it won."""
    own = read_settings(settings, scorer)
    functions = read_settings(settings, "library_function", with_shared=False)
    needed = inputs_of(functions[scorer])
    relations = {name: inputs[name] for key in needed for name in _RELATIONS[key]}
    if "item_cosine_neighbors" in relations:
        # Of the items alone that are to be explained.
        near = relations["item_cosine_neighbors"].set_alias("near")
        relations["item_cosine_neighbors"] = near.join(
            winners.set_alias("winners"),
            "near.item_index = winners.item_index",
            how="semi",
        )
    given = {
        **read_inputs(items, (window.time_window,), **relations)(window.time_window),
        # The fit of the lists begins where that of `test` ended.
        "before": lambda: fit(functions[scorer], read("test"), own, {}),
    }
    return own_parts(functions[scorer], window, own, given)


def _neighbor_parts(table: str, scorer_neighbors: Any, window: Window) -> Parts:
    """Return the parts of a scorer that adds up similarities."""
    rows = scorer_neighbors.filter(f"neighbor_table = '{table}'")
    neighbors = to_arrow(rows.project("item_index, neighbor_index, similarity"))
    n_items = window.weights.shape[1]
    by_source = neighbor_matrix(neighbors, n_items, n_items, by_source=True)
    return by_item_weights(ItemWeights(by_source=by_source))


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
