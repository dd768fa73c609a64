"""Records of the scorers are whole, and say of the scorers what their functions do."""

import pickle
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from macro_values import MacroValues
from scipy.sparse import csr_matrix, random_array

from precision_marketing.build.documents import (
    item_term_batches,
    read_item_fields,
    terms_schema,
)
from precision_marketing.build.windows import Window
from precision_marketing.scorers import collaborative
from precision_marketing.scorers.content import content_scorers
from precision_marketing.scorers.registry import SCORERS as REGISTRY
from precision_marketing.scorers.registry import fit, lists_by, make_lists

PROJECT = Path(__file__).parents[3]
MACROS = MacroValues()
RECORDS = {record["name"]: record for record in MACROS.scorer_records()}
SCORERS = {scorer["name"]: scorer for scorer in MACROS.scorers()}
SETTINGS = [
    (record["name"], name, setting)
    for record in RECORDS.values()
    for name, setting in record["settings"].items()
]
N_USERS, N_ITEMS = 60, 20
# These are SQL models, with unit tests of their own.
IN_SQL = {"popularity", "buy_again"}


def defaults(name: str) -> dict:
    """Return a record's settings, sizes made small."""
    settings = {
        setting: value["default"]
        for setting, value in RECORDS[name]["settings"].items()
    }
    small = {"factors": 4, "rank": 3, "neighbors": 9, "minimum_document_frequency": 1}
    return {**settings, **{k: v for k, v in small.items() if k in settings}}


def window_of(days: int) -> Window:
    """Return a window whose histories lie on so many days."""
    generator = np.random.default_rng(0)
    weights = csr_matrix(random_array((N_USERS, N_ITEMS), density=0.4, rng=generator))
    positions = weights.copy()
    positions.data = np.ceil(days * generator.random(weights.nnz))
    return Window(
        time_window="train",
        weights=weights,
        recency_positions=positions,
        excluded=csr_matrix(weights.shape),
        scored_users=np.arange(N_USERS),
        eligible_items=np.ones(N_ITEMS, dtype=bool),
    )


def item_fields():
    """Return the fields of items of a few words each."""
    generator = np.random.default_rng(1)
    words = np.array(["green", "black", "tea", "cup", "oven", "iron", "small", "large"])
    titles = [" ".join(generator.choice(words, 3)) for _ in range(N_ITEMS)]
    names = ("title", "description", "category", "brand", "tags")
    items = pa.table(
        {name: titles if name == "title" else [None] * N_ITEMS for name in names},
        schema=pa.schema([(name, pa.string()) for name in names]),
    )
    batches = item_term_batches(items, defaults("content_terms"))
    table = pa.Table.from_batches(batches, schema=terms_schema)
    with duckdb.connect() as connection:
        return read_item_fields(connection.from_arrow(table), N_ITEMS)


def inputs_of(window: Window) -> dict:
    """Return what scorers of the library need beside window and settings."""
    of_items, follow = defaults("item_cosine"), collaborative.next_basket_neighbors_of
    generator = np.random.default_rng(2)
    return {
        "neighbors": lambda: collaborative.item_cosine_neighbors(window, of_items),
        "followers": lambda: follow(window, defaults("next_basket")),
        "fields": item_fields,
        "embeddings": lambda: generator.random((N_ITEMS, 3)).astype(np.float32),
    }


def lists(name: str, window: Window) -> list[dict]:
    """Return what a scorer of the library lists, by its record's settings."""
    settings, function = settings_of(name), SCORERS[name]["library_function"]
    batches = make_lists(function, window, settings, inputs_of(window))
    return [row for batch in batches for row in batch.to_pylist()]


def settings_of(name: str) -> dict:
    return {**defaults(name), "candidates": 5}


@pytest.mark.parametrize("name", SCORERS)
def test_a_scorer_that_decays_its_history_explains_by_its_recent_end(name):
    scorer = SCORERS[name]
    assert ("decay" in scorer["settings"]) == (scorer["history_view"] == "recent")


@pytest.mark.parametrize("name", [name for name in SCORERS if name not in IN_SQL])
def test_the_days_of_a_history_matter_where_the_record_says_so(name):
    on_one_day, on_days = window_of(1), window_of(4)
    changes = lists(name, on_days) != lists(name, on_one_day)
    assert changes == (SCORERS[name]["history_view"] != "whole")


@pytest.mark.parametrize("name", sorted(SCORERS.keys() - IN_SQL))
def test_a_list_is_the_same_in_whatever_block_its_user_is_and_process(name):
    window, settings = window_of(4), settings_of(name)
    function = SCORERS[name]["library_function"]
    fitted = fit(function, window, settings, inputs_of(window))
    fitted = pickle.loads(pickle.dumps(fitted))
    found = []
    for users in np.array_split(np.random.default_rng(3).permutation(N_USERS), 7):
        # All that another process gets of the users.
        block = window.of_users(users)
        assert block.weights.shape == (users.size, N_ITEMS)
        for batch in lists_by(function, block, settings, fitted):
            found += [
                {**row, "user_index": users[row["user_index"]]}
                for row in batch.to_pylist()
            ]
    wanted = lists(name, window)
    assert len(wanted) > N_USERS
    assert sorted(found, key=place_of) == sorted(wanted, key=place_of)


def place_of(row: dict) -> tuple:
    return row["user_index"], row["scorer_rank"]


def test_names_are_unique():
    names = [record["name"] for record in MACROS.scorer_records()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_names_a_page(name):
    assert (PROJECT / "docs" / RECORDS[name]["page"]).is_file()


@pytest.mark.parametrize("name", SCORERS)
def test_a_scorer_has_one_relation_and_its_neighbors_have_one(name):
    def files(relation):
        return [
            *(PROJECT / "models").rglob(f"{relation}.sql"),
            *(PROJECT / "python_models").rglob(f"{relation}.py"),
        ]

    assert len(files(f"{name}_scores")) == 1
    neighbors = SCORERS[name]["neighbors"]
    assert neighbors in ("", "itself", "own") or len(files(neighbors)) == 1


@pytest.mark.parametrize(("of", "name", "setting"), SETTINGS)
def test_defaults_and_tried_values_are_of_their_kind_and_range(of, name, setting):
    tried = setting.get("tried", [])
    for value in [setting["default"], *tried]:
        assert MACROS.is_setting_value(setting, value), (of, name, value)
    assert len({setting["default"], *tried}) == 1 + len(tried), (of, name)


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("count", [1, 200], [0, 5.0, 2.5, "ten", True, None]),
        ("share", [0, 0.5, 1], [-0.1, 1.1, "half"]),
        ("positive", [0.001], [0, -1]),
        ("number", [0, 1e6], [-1, 1e9, False]),
    ],
)
def test_a_value_is_taken_within_its_range_alone(kind, right, wrong):
    setting = MACROS.setting_kinds()[kind]
    assert [MACROS.is_setting_value(setting, value) for value in right] == [True] * len(
        right
    )
    assert not any(MACROS.is_setting_value(setting, value) for value in wrong)


def test_the_library_has_the_content_scorers_of_the_records():
    of_library = content_scorers(None, lambda scorer: {})
    of_records = {name for name in SCORERS if SCORERS[name]["is_content"]}
    assert set(of_library) == of_records


def test_the_library_lists_train_for_all_scorers_but_those_in_sql():
    droppable = {n for n, scorer in SCORERS.items() if scorer["is_droppable"]}
    assert droppable == SCORERS.keys() - IN_SQL
    assert {SCORERS[name]["library_function"] for name in droppable} == set(REGISTRY)
