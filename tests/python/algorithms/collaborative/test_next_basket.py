"""Items that follow others, against a plain count, and on inputs that break others."""

from collections import defaultdict

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.collaborative.next_basket import (
    next_basket_neighbors,
)

SETTINGS = {
    "reach": 2,
    "decay": 0.5,
    "user_degree_exponent": 0.5,
    "target_exponent": 0.45,
    "source_exponent": 0.5,
    "shrinkage": 2.0,
}


def positions_of(baskets: list[list[list[int]]], n_items: int) -> csr_matrix:
    """Return the matrix of users' baskets, each user's last one first."""
    entries = [
        (user, item, place)
        for user, of_user in enumerate(baskets)
        for place, items in enumerate(of_user, start=1)
        for item in items
    ]
    users, items, places = zip(*entries, strict=True)
    return csr_matrix((places, (users, items)), shape=(len(baskets), n_items))


def counted(positions: csr_matrix, settings: dict) -> dict[tuple[int, int], float]:
    """Return every similarity above 0 by its definition."""
    dense = positions.toarray()
    found: dict = defaultdict(float)
    for row in dense:
        items = np.flatnonzero(row)
        for target in items:
            for source in items:
                gap = row[source] - row[target]
                if 1 <= gap <= settings["reach"]:
                    weight = items.size ** -settings["user_degree_exponent"]
                    found[target, source] += weight * settings["decay"] ** (gap - 1)
    users = (dense > 0).sum(axis=0)
    return {
        (target, source): value
        / (
            users[target] ** settings["target_exponent"]
            * users[source] ** settings["source_exponent"]
            + settings["shrinkage"]
        )
        for (target, source), value in found.items()
    }


@pytest.fixture(scope="module")
def positions() -> csr_matrix:
    generator = np.random.default_rng(0)
    baskets = []
    for _ in range(60):
        items = generator.permutation(15)[: generator.integers(1, 9)]
        cuts = np.sort(generator.integers(1, 9, size=3))
        parts = [part.tolist() for part in np.split(items, cuts) if part.size]
        baskets.append(parts)
    return positions_of(baskets, 15)


def test_similarities_are_those_of_the_definition(positions):
    table = next_basket_neighbors(positions, top_k=15, **SETTINGS)
    found = {
        (row["item_index"], row["neighbor_index"]): row["similarity"]
        for row in table.to_pylist()
    }
    assert found == pytest.approx(counted(positions, SETTINGS), rel=1e-6)


def test_what_comes_later_is_no_source():
    # Item 1 always follows item 0.
    table = next_basket_neighbors(
        positions_of([[[1], [0]], [[1], [0]]], 2), top_k=2, **SETTINGS
    )
    assert table.select(["item_index", "neighbor_index"]).to_pylist() == [
        {"item_index": 1, "neighbor_index": 0}
    ]


def test_items_of_one_basket_do_not_follow_each_other():
    table = next_basket_neighbors(positions_of([[[0, 1, 2]]], 3), top_k=3, **SETTINGS)
    assert table.num_rows == 0


def test_baskets_beyond_reach_do_not_count():
    far = positions_of([[[0], [1], [2], [3]]], 4)
    table = next_basket_neighbors(far, top_k=4, **SETTINGS | {"reach": 1})
    sources = dict(
        zip(*(table[name].to_pylist() for name in table.column_names[:2]), strict=True)
    )
    assert sources == {0: 1, 1: 2, 2: 3}


def test_only_the_strongest_sources_of_each_target_are_kept(positions):
    all_of_them = counted(positions, SETTINGS)
    table = next_basket_neighbors(positions, top_k=2, **SETTINGS)
    for target in range(15):
        values = sorted(v for (i, _), v in all_of_them.items() if i == target)
        rows = [row for row in table.to_pylist() if row["item_index"] == target]
        assert [row["similarity"] for row in rows] == pytest.approx(values[:-3:-1])


@pytest.mark.parametrize("shape", [(0, 0), (1, 1), (3, 0), (0, 3)])
def test_nothing_follows_without_a_history(shape):
    assert next_basket_neighbors(csr_matrix(shape), top_k=1, **SETTINGS).num_rows == 0


@pytest.mark.parametrize(
    ("setting", "value"), [("reach", 0), ("decay", -1.0), ("shrinkage", -1.0)]
)
def test_a_setting_out_of_range_is_named(positions, setting, value):
    with pytest.raises(ValueError, match=setting):
        next_basket_neighbors(positions, top_k=1, **SETTINGS | {setting: value})
