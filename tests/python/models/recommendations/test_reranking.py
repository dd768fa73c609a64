"""Lists after rules, diversity and exploration, beside a greedy loop in Python."""

import itertools
import json
from pathlib import Path

import duckdb
import numpy as np
import pytest

USERS, ITEMS, LENGTH, DEPTH, EXPLORED = 40, 60, 8, 20, 2
DIVERSITIES = (0, 0.4, 0.9)


def generated(database: Path) -> tuple[dict, dict]:
    """Write candidates and similarities; return both as the loop below reads them."""
    random = np.random.default_rng(11)
    category = random.integers(0, 5, ITEMS).tolist()
    brands = random.integers(0, 10, ITEMS).tolist()
    brand = [None if value > 7 else value for value in brands]
    candidates = {}
    for user in range(USERS):
        items = random.permutation(ITEMS)[: DEPTH + 5].tolist()
        # Coarse scores, so that many tie.
        scores = np.sort(random.integers(1, 9, DEPTH) / 8)[::-1]
        candidates[user] = {
            item: {
                "item": item,
                "ranking_rank": rank + 1 if rank < DEPTH else None,
                "pinned_rank": 3 if rank == DEPTH else None,
                "explored_rank": rank - DEPTH if rank > DEPTH else None,
                "turn": user % 2,
                "category": category[item],
                "brand": brand[item],
                "relevance": float(scores[rank] / scores[0]) if rank < DEPTH else 1.0,
            }
            for rank, item in enumerate(items)
        }
    similarities = {}
    for left, right in itertools.combinations(range(ITEMS), 2):
        if random.random() < 0.2:
            value = float(random.integers(1, 9) / 8)
            similarities[left, right] = similarities[right, left] = value
    database.parent.mkdir(parents=True)
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "create schema candidates; create table candidates.reranking_candidates ("
            "user_index integer, item_index integer, ranking_rank bigint,"
            " pinned_rank integer, explored_rank bigint, exploration_turn integer,"
            " category_number bigint, brand_number bigint, relevance double,"
            " category_maximum integer, brand_maximum integer);"
            "create table candidates.item_similarities ("
            "item_index integer, neighbor_index integer, similarity double)"
        )
        rows = [
            (user, *item.values(), 3, 2)
            for user, items in candidates.items()
            for item in items.values()
        ]
        marks = ", ".join("?" * 11)
        connection.executemany(
            f"insert into candidates.reranking_candidates values ({marks})", rows
        )
        connection.executemany(
            "insert into candidates.item_similarities values (?, ?, ?)",
            [(*pair, value) for pair, value in similarities.items()],
        )
    return candidates, similarities


def alike(left: dict, right: dict, similarities: dict) -> float:
    """Return how alike two items are."""
    same_category = left["category"] == right["category"]
    same_brand = left["brand"] is not None and left["brand"] == right["brand"]
    return max(
        similarities.get((left["item"], right["item"]), 0.0),
        0.5 * same_category + 0.5 * same_brand,
    )


def greedy(items: dict, similarities: dict, diversity: float) -> dict:
    """Fill one user's list place by place; return item by place."""
    places = {i["pinned_rank"]: i for i in items.values() if i["pinned_rank"]}
    for rank in range(1, LENGTH + 1):
        taken = list(places.values())
        is_turn = rank > LENGTH - 2 * EXPLORED
        open_items = [
            item
            for item in items.values()
            if item not in taken
            and sum(item["category"] == t["category"] for t in taken) < 3
            and sum(item["brand"] == t["brand"] is not None for t in taken) < 2
        ]

        def order(item: dict, taken: list = taken) -> tuple:
            nearest = max([alike(item, other, similarities) for other in taken] + [0.0])
            marginal = (1 - diversity) * item["relevance"] - diversity * nearest
            return (-round(marginal, 9) if diversity else 0, item["ranking_rank"])

        tried = [
            item
            for item in open_items
            if item["explored_rank"] and is_turn and (LENGTH - rank) % 2 == item["turn"]
        ]
        listed = [item for item in open_items if item["ranking_rank"]]
        if rank in places:
            continue
        if tried:
            places[rank] = min(tried, key=lambda item: item["explored_rank"])
        elif listed:
            places[rank] = min(listed, key=order)
    return {rank: item["item"] for rank, item in places.items()}


@pytest.fixture(scope="module", params=DIVERSITIES)
def shown(request, dbt_project, tmp_path_factory, fetch):
    """Give a diversity, the lists by SQL (item by place, by user), and their data."""
    database = tmp_path_factory.mktemp("rerank") / "build" / "inputs.duckdb"
    candidates, similarities = generated(database)
    errors = dbt_project.run(
        *("run", "--select", "reranked_places"),
        database=database,
        input_dir="tests/inputs/empty",
        variables=json.dumps(
            {
                "recommendations": {
                    "per_user": LENGTH,
                    "diversity": request.param,
                    "exploration_share": EXPLORED / LENGTH,
                },
                "rules": [
                    {"rule": "pin", "item_id": "x", "rank": 3},
                    {"rule": "cap", "category": "*", "maximum": 3},
                    {"rule": "cap", "brand": "*", "maximum": 2},
                ],
            }
        ),
    )
    assert not errors, errors
    found: dict = {user: {} for user in range(USERS)}
    for user, item, place in fetch(
        database,
        "select user_index, item_index, place from candidates.reranked_places",
    ):
        found[user][place] = item
    return request.param, found, candidates, similarities


@pytest.fixture(scope="module")
def means() -> dict:
    """Give where the tests of this module note how alike the items of lists are."""
    return {}


def test_sql_fills_the_same_places_as_a_greedy_loop(shown):
    diversity, found, candidates, similarities = shown
    assert found == {
        user: greedy(items, similarities, diversity)
        for user, items in candidates.items()
    }
    assert sum(len(places) for places in found.values()) > 0.9 * USERS * LENGTH


def test_items_of_a_list_are_less_alike_the_more_diversity_is_asked_for(shown, means):
    diversity, found, candidates, similarities = shown
    means[diversity] = np.mean(
        [
            alike(candidates[user][left], candidates[user][right], similarities)
            for user, places in found.items()
            for left, right in itertools.combinations(places.values(), 2)
        ]
    )
    assert sorted(means.values(), reverse=True) == list(means.values()), means
    assert len(set(means.values())) == len(means)
