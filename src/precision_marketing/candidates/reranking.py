"""The lists that are published: the ranking after rules, diversity and exploration.

What they mean: docs/business_rules.md.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.blending.reranking import (
    PLACEMENT_RULES,
    RerankedLists,
    rerank_lists,
)
from precision_marketing.algorithms.collaborative.neighbors import neighbor_matrix
from precision_marketing.build.build_log import show_log_in_dbt
from precision_marketing.build.relations import to_arrow

# Of each kind of likeness so many nearest items count.
NEIGHBORS = 50
# Items with events of fewer users are hardly known.
KNOWN_FROM_USERS = 5
# A ranking 100 deep takes 80 MB.
USERS_PER_BLOCK = 50_000
# What a rule names items by; of the last two a list may be capped.
_NAMED = ("item_id", "category", "brand")
_GROUPS = _NAMED[1:]
# No cap: more room than a list has places.
_NO_MAXIMUM = 1_000

reranked_schema = pa.schema(
    [
        ("user_index", pa.int32()),
        ("item_index", pa.int32()),
        ("ranking_rank", pa.int32()),
        ("score", pa.float64()),
        ("published_ranking", pa.string()),
        ("ranking_rank_before", pa.int32()),
        ("rule", pa.string()),
    ]
)


@dataclass(frozen=True)
class ItemRules:
    """What the rules say of each item.

    Attributes
    ----------
    is_shown : array of bool, shape (n_items,)
        Available and not excluded.
    groups : array of int32, shape (n_items, 2)
        Number of the category and of the brand, -1 for none.
    maxima : array of int64, shape (n_items, 2)
        Items of its category and brand in a list, by the smallest cap; 1000 without.
    pinned : array of int32, shape (length,)
        Item that is pinned to each place, -1 for none.
    """

    is_shown: np.ndarray
    groups: np.ndarray
    maxima: np.ndarray
    pinned: np.ndarray


def unchanged(served: Any, length: int) -> Any:
    """Return the first ranks of the published ranking as they are.

    Parameters
    ----------
    served : duckdb.DuckDBPyRelation
        `served_rankings`.
    length : int
        Longest list.

    Returns
    -------
    duckdb.DuckDBPyRelation
        Columns of `reranked_schema`.

    Examples
    --------
    >>> import duckdb
    >>> served = duckdb.sql(
    ...     "select 'blend' as scorer, 7 as user_index, unnest([4, 5]) as item_index,"
    ...     " 0.5 as score, item_index - 3 as ranking_rank"
    ... )
    >>> unchanged(served, 1).fetchall()
    [(7, 4, 1, Decimal('0.5'), 'blend', 1, 'organic')]
    """
    return served.filter(f"ranking_rank <= {length}").project(
        "user_index, item_index, ranking_rank, score, scorer as published_ranking,"
        f" ranking_rank as ranking_rank_before, '{PLACEMENT_RULES[0]}' as rule"
    )


def read_items(items: Any, features: Any) -> pa.Table:
    """Return the catalogue as the rules look at it; row i is item_index i.

    Parameters
    ----------
    items, features : duckdb.DuckDBPyRelation
        `int_items` and `int_item_features`.

    Returns
    -------
    pyarrow.Table
        Columns item_id, category, brand, is_eligible, user_count, turn. By turn, an
        order that says nothing about the items, they are tried out.
    """
    joined = items.join(features.filter("time_window = 'serve'"), "item_index")
    return to_arrow(
        joined.project(
            "item_index, item_id, category, brand, is_eligible, user_count,"
            " row_number() over (order by md5(item_id), item_id) as turn"
        ).order("item_index")
    )


def item_rules(
    rules: list[Mapping[str, Any]], items: pa.Table, length: int
) -> ItemRules:
    """Return what the rules say of each item.

    Parameters
    ----------
    rules : list of mapping
        Rows of `recommendation_rules`.
    items : pyarrow.Table
        As `read_items` returns.
    length : int
        Places of a list.

    Returns
    -------
    ItemRules

    Examples
    --------
    >>> items = pa.table(
    ...     {"item_id": ["a", "b"], "category": ["tea", None], "brand": ["x", "x"],
    ...      "is_eligible": [True, True]}
    ... )
    >>> cap = {"rule": "cap", "item_id": None, "category": "*", "brand": None}
    >>> item_rules([cap | {"maximum": 2}], items, length=3).maxima.tolist()
    [[2, 1000], [1000, 1000]]
    """
    is_shown = _booleans(items["is_eligible"])
    maxima = np.full((items.num_rows, len(_GROUPS)), _NO_MAXIMUM)
    pins = []
    for rule in rules:
        kind = next(name for name in _NAMED if rule[name] is not None)
        column = items[kind]
        if rule["rule"] == "cap" and rule[kind] == "*":
            is_concerned = _booleans(pc.is_valid(column))
        else:
            is_concerned = _booleans(pc.equal(column, rule[kind]))
        if rule["rule"] == "exclude":
            is_shown &= ~is_concerned
        elif rule["rule"] == "cap":
            of_kind = maxima[:, _GROUPS.index(kind)]
            of_kind[is_concerned] = np.minimum(of_kind[is_concerned], rule["maximum"])
        else:
            pins.append((rule["pinned_rank"] - 1, is_concerned))
    pinned = np.full(length, -1, np.int32)
    for place, is_concerned in pins:
        # One item of the id, or none.
        for item in np.flatnonzero(is_concerned & is_shown):
            pinned[place] = item
    return ItemRules(is_shown, _group_numbers(items), maxima, pinned)


def _booleans(column: pa.ChunkedArray) -> np.ndarray:
    """Return a column of booleans as an array, null as False."""
    return pc.fill_null(column, False).to_numpy().copy()


def _group_numbers(items: pa.Table) -> np.ndarray:
    """Return the number of each item's category and brand, -1 for null."""
    numbers = np.full((items.num_rows, len(_GROUPS)), -1, np.int32)
    used = 0
    for kind, name in enumerate(_GROUPS):
        values = items[name].combine_chunks().dictionary_encode()
        codes = values.indices.fill_null(-1).to_numpy()
        numbers[codes >= 0, kind] = codes[codes >= 0] + used
        used += len(values.dictionary)
    return numbers


def hardly_known(items: pa.Table, is_shown: np.ndarray) -> np.ndarray:
    """Return the items to try out, in the order in which they take turns.

    Parameters
    ----------
    items : pyarrow.Table
        As `read_items` returns.
    is_shown : array of bool, shape (n_items,)

    Returns
    -------
    array of int64, shape (n,)
        With events of fewer than 5 users.
    """
    by_turn = np.argsort(items["turn"].to_numpy())
    is_tried = is_shown & (items["user_count"].to_numpy() < KNOWN_FROM_USERS)
    return by_turn[is_tried[by_turn]]


def read_likeness(by_choice: Any, by_text: Any, n_items: int) -> csr_matrix:
    """Return how alike items are: by who chose them, and by text.

    Parameters
    ----------
    by_choice, by_text : duckdb.DuckDBPyRelation
        `item_cosine_neighbors` and `content_tfidf_neighbors`.
    n_items : int

    Returns
    -------
    csr_matrix, shape (n_items, n_items)
        The larger of both, at most 1, of each item's nearest 50 by each. Damped cosines
        of who chose them are small: 1 is what an item's nearest has on average.
    """
    choice, text = (
        neighbor_matrix(
            to_arrow(
                relation.filter(
                    f"time_window = 'serve' and neighbor_rank <= {NEIGHBORS}"
                ).project("item_index, neighbor_index, similarity")
            ),
            n_items,
            n_items,
        )
        for relation in (by_choice, by_text)
    )
    strongest = choice.max(axis=1).toarray()[np.diff(choice.indptr) > 0]
    if strongest.size:
        # To a billionth, so that the sum is the same in any order.
        choice.data /= np.round(strongest * 1e9).sum() / 1e9 / strongest.size
    likeness = choice.maximum(text).tocsr()
    np.minimum(likeness.data, 1.0, out=likeness.data)
    likeness.sort_indices()
    return likeness


def read_users(users: Any, all_users: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return who gets a list, and when each explores.

    Parameters
    ----------
    users, all_users : duckdb.DuckDBPyRelation
        `int_window_users` and `int_users`.

    Returns
    -------
    users : array of int64, shape (n,)
        Ascending.
    turns : array of int64, shape (n,)
        By hash: every second user explores at every other rank than the rest.
    """
    scored = users.filter("time_window = 'serve' and is_scored").project("user_index")
    turns = all_users.project("user_index, cast(md5(user_id) >= '8' as bigint) as turn")
    table = to_arrow(scored.join(turns, "user_index").order("user_index"))
    return table["user_index"].to_numpy().astype(np.int64), table["turn"].to_numpy()


def reranked_batches(
    served: Any,
    interactions: Any,
    users: np.ndarray,
    turns: np.ndarray,
    rules: ItemRules,
    likeness: csr_matrix | None,
    explored: Callable[[np.ndarray], np.ndarray] | None,
    *,
    published_ranking: str,
    diversity: float,
    explored_count: int,
) -> Iterator[pa.RecordBatch]:
    """Yield the lists of all users, in blocks.

    Parameters
    ----------
    served, interactions : duckdb.DuckDBPyRelation
        `served_rankings` and `int_user_item_matrix`, on another cursor than the one
        that inserts (`relations.on_other_cursor`).
    users, turns : array of int64, shape (n,)
        As `read_users` returns.
    rules : ItemRules
    likeness : csr_matrix, shape (n_items, n_items), or None
        As `read_likeness` returns; None where diversity is 0.
    explored : callable or None
        As `exploration` returns; None where nothing is explored.
    published_ranking : str
        Name of the ranking.
    diversity : float
        0 to 1.
    explored_count : int
        Places of a list for items hardly known.

    Yields
    ------
    pyarrow.RecordBatch
        `reranked_schema`. A place that nothing was left for is closed up; the score of
        an item that the ranking does not list is 0.
    """
    show_log_in_dbt()
    pins = ", ".join(map(str, rules.pinned))
    owned_pins = interactions.filter(f"is_excluded and item_index in ({pins})")
    for start in range(0, users.size, USERS_PER_BLOCK):
        block = slice(start, start + USERS_PER_BLOCK)
        asked = users[block]
        ranked, scores = _ranking(served, asked, rules.is_shown)
        pinned = np.tile(rules.pinned, (asked.size, 1))
        rows, owned = _rows_of(owned_pins, asked, "item_index")
        places = np.argmax(owned["item_index"][:, None] == rules.pinned, axis=1)
        pinned[rows, places] = -1
        nothing = np.empty((asked.size, 0), np.int32)
        found = rerank_lists(
            ranked,
            scores,
            pinned,
            explored(asked) if explored else nothing,
            turns[block],
            rules.groups,
            rules.maxima,
            likeness,
            diversity=diversity,
            explored_count=explored_count,
        )
        yield _batch(found, asked, scores, published_ranking)


def _batch(
    found: RerankedLists, users: np.ndarray, scores: np.ndarray, published_ranking: str
) -> pa.RecordBatch:
    """Return the lists of a block as a batch."""
    row, place = np.nonzero(found.items >= 0)
    before = found.ranks_before[row, place]
    counts = np.bincount(row, minlength=users.size)
    first = np.repeat(np.cumsum(counts) - counts, counts)
    columns = [
        users[row].astype(np.int32),
        found.items[row, place],
        (np.arange(row.size) - first + 1).astype(np.int32),
        np.where(before > 0, scores[row, before - 1], 0.0),
        pa.repeat(pa.scalar(published_ranking), row.size),
        pa.array(before, mask=before == 0),
        pa.array(PLACEMENT_RULES).take(pa.array(found.rules[row, place])),
    ]
    return pa.record_batch(columns, schema=reranked_schema)


def _ranking(
    served: Any, users: np.ndarray, is_shown: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the ranking of some users, items (-1 for none) and scores by rank."""
    rows, served_rows = _rows_of(served, users, "item_index, score, ranking_rank")
    place = served_rows["ranking_rank"] - 1
    items = served_rows["item_index"]
    shape = (users.size, int(place.max(initial=0)) + 1)
    ranked, scores = np.full(shape, -1, np.int32), np.zeros(shape)
    ranked[rows, place] = np.where(is_shown[items], items, -1)
    scores[rows, place] = served_rows["score"]
    return ranked, scores


def _rows_of(
    relation: Any, users: np.ndarray, columns: str
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return the `serve` rows of some users: the position of each's user, columns."""
    first, last = int(users[0]), int(users[-1])
    table = to_arrow(
        relation.filter(
            f"time_window = 'serve' and user_index between {first} and {last}"
        ).project(f"user_index, {columns}")
    )
    position = np.full(last - first + 1, -1)
    position[users - first] = np.arange(users.size)
    rows = position[table["user_index"].to_numpy() - first]
    is_asked = rows >= 0
    return rows[is_asked], {
        name: table[name].to_numpy()[is_asked]
        for name in table.column_names
        if name != "user_index"
    }
