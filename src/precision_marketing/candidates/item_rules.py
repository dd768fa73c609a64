"""What the rules for the published lists say of each item of the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from precision_marketing.build.relations import to_arrow

# Items with events of fewer users are hardly known.
KNOWN_FROM_USERS = 5
# No cap: more room than a list has places.
NO_MAXIMUM = 1_000
# What a rule names items by; of the last two a list may be capped.
_NAMED = ("item_id", "category", "brand")
_GROUPS = _NAMED[1:]


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


def read_items(items: Any, features: Any) -> pa.Table:
    """Return the catalogue as the rules look at it; row i is item_index i.

    Parameters
    ----------
    items, features : duckdb.DuckDBPyRelation
        `int_items` and `int_item_features`.

    Returns
    -------
    pyarrow.Table
        item_index, item_id, category, brand, is_eligible, user_count, turn. By turn, an
        order that says nothing about the items, they are tried out.

    Examples
    --------
    >>> import duckdb
    >>> items = duckdb.sql(
    ...     "select 0 as item_index, 'a' as item_id, 'tea' as category, 'x' as brand"
    ... )
    >>> features = duckdb.sql(
    ...     "select 'serve' as time_window, 0 as item_index, true as is_eligible,"
    ...     " 4 as user_count"
    ... )
    >>> list(read_items(items, features).to_pylist()[0].values())
    [0, 'a', 'tea', 'x', True, 4, 1]
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
    maxima = np.full((items.num_rows, len(_GROUPS)), NO_MAXIMUM)
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

    Examples
    --------
    >>> items = pa.table({"user_count": [4, 9, 0], "turn": [2, 3, 1]})
    >>> hardly_known(items, np.array([True, True, True])).tolist()
    [2, 0]
    """
    by_turn = np.argsort(items["turn"].to_numpy())
    is_tried = is_shown & (items["user_count"].to_numpy() < KNOWN_FROM_USERS)
    return by_turn[is_tried[by_turn]]
