"""The content scorers over a window: fields, blocks of users, learned weights."""

from functools import partial

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from scipy.sparse import csr_matrix

from precision_marketing.build.documents import (
    FIELDS,
    item_term_batches,
    read_fields,
    read_item_fields,
    terms_schema,
)
from precision_marketing.build.windows import Window
from precision_marketing.scorers import content_products
from precision_marketing.scorers.content import content_scorers
from precision_marketing.scorers.content_products import user_blocks
from precision_marketing.scorers.linear_svm import learn_feature_weights, svm_features
from precision_marketing.scorers.registry import make_lists

LIMITS = {
    "minimum_document_frequency": 1,
    "maximum_document_frequency": 1000,
    "maximum_terms": 1000,
}
WEIGHTS = {f"{field}_weight": 1.0 for field in FIELDS}
SETTINGS = {"decay": 0.9, "smoothing": 0.5, "candidates": 5, **WEIGHTS}
SVM_SETTINGS = SETTINGS | {
    "penalty": 1.0,
    "training_users": 500,
    "negatives": 10,
    "seed": 0,
}


def lists_of(name, settings, window, fields):
    """Return a content scorer's lists."""
    return make_lists(name, window, settings, {"fields": lambda: fields})


SCORERS = [
    partial(lists_of, "content_tfidf", SETTINGS),
    partial(lists_of, "naive_bayes", SETTINGS),
    partial(lists_of, "linear_svm", SVM_SETTINGS),
]
COLUMNS = ("title", "description", "category", "brand", "tags")


def fields_of(items):
    """Return the fields of items, given as dictionaries, through the table of terms."""
    columns = {name: [item.get(name) for item in items] for name in COLUMNS}
    schema = pa.schema([(name, pa.string()) for name in COLUMNS])
    batches = item_term_batches(pa.table(columns, schema=schema), LIMITS)
    table = pa.Table.from_batches(batches, schema=terms_schema)
    with duckdb.connect() as connection:
        return read_item_fields(connection.from_arrow(table), len(items))


def window_of(weights, positions=None):
    """Return a window of a dense matrix of weights, all items and users in it."""
    history = csr_matrix(np.asarray(weights, dtype=float))
    pattern = (history != 0).astype(float)
    return Window(
        time_window="test",
        weights=history,
        recency_positions=pattern if positions is None else csr_matrix(positions),
        excluded=pattern,
        scored_users=np.arange(history.shape[0]),
        eligible_items=np.ones(history.shape[1], dtype=bool),
    )


def rows_of(batches):
    """Return the rows of batches of scores."""
    return [row for batch in batches for row in batch.to_pylist()]


TEAS = [
    {"title": 'Tea, "green" 绿茶 🍵', "category": "tea", "brand": "Hill"},
    {"title": "绿茶礼盒", "category": "tea", "brand": "Hill"},
    {"title": "Cup", "category": "crockery", "brand": "Oak"},
    {"title": "Cups of oak", "category": "crockery", "brand": "Oak"},
    {},
]


@pytest.mark.parametrize("scorer", SCORERS)
def test_an_item_that_nobody_touched_is_found_by_its_text(scorer):
    # Of what user 0 has, nobody has anything else: only its text leads to item 1. The
    # others teach the SVM that people stay with a kind.
    window = window_of([[1, 0, 0, 0, 0], [0, 0, 1, 1, 0], [0, 0, 1, 1, 0]])
    best = {
        row["user_index"]: row["item_index"]
        for row in rows_of(scorer(window, fields_of(TEAS)))
        if row["scorer_rank"] == 1
    }
    assert best[0] == 1


@pytest.mark.parametrize("scorer", SCORERS)
def test_an_item_without_text_gets_no_score_and_gives_none(scorer):
    window = window_of(
        [[1, 0, 0, 0, 0], [1, 1, 0, 0, 1], [0, 0, 1, 1, 0], [0, 0, 0, 0, 1]]
    )
    rows = rows_of(scorer(window, fields_of(TEAS)))
    assert 0 in {row["user_index"] for row in rows}
    assert 3 not in {row["user_index"] for row in rows}
    assert 4 not in {row["item_index"] for row in rows}


@pytest.mark.parametrize("scorer", SCORERS)
@pytest.mark.parametrize("items", [[], [{}, {}], [{"title": "1995"}, {"title": "…"}]])
def test_a_catalogue_without_text_gives_empty_lists(scorer, items):
    window = window_of(np.ones((2, len(items))))
    assert fields_of(items) == {}
    assert rows_of(scorer(window, fields_of(items))) == []


@pytest.mark.parametrize("scorer", SCORERS)
def test_nobody_to_score_is_no_error(scorer):
    window = window_of(np.zeros((0, len(TEAS))))
    assert rows_of(scorer(window, fields_of(TEAS))) == []


def test_fields_are_cut_each_in_their_own_way():
    fields = fields_of([{"title": "Teas", "brand": "Leaf & Letter", "tags": "a, b c"}])
    assert list(fields) == ["words", "title", "title_pieces", "brand", "tags"]
    widths = {name: field.counts.shape[1] for name, field in fields.items()}
    # teas leaf letter a b c; teas; seven pieces; the brand and two words; a, b c, b, c.
    assert widths == {
        "words": 6, "title": 1, "title_pieces": 7, "brand": 3, "tags": 4
    }  # fmt: skip


def test_each_window_has_the_reviews_of_its_own_history():
    with duckdb.connect() as connection:
        table = connection.sql(
            """
            select 'reviews' as field, * from (values
                ('test', 1, 0, 'bitter', 2, 1e0),
                ('serve', 0, 1, 'fresh', 1, 1e0), ('serve', 1, 0, 'bitter', 2, 1e0)
            ) as rows(
                time_window, item_index, term_index, term, term_count, tfidf_weight
            )
            """
        )
        own = table.filter("time_window = 'serve'")
        own = own.project("* exclude (time_window) replace ('title' as field)")
        counts = {"train": 2, "test": 3, "serve": 3}
        fields = read_fields(own, table, counts)
        # Newcomers have places behind those of a window that is read by itself.
        alone = read_fields(own, table, {"train": 1})["train"]
    assert alone["title"].counts.toarray().tolist() == [[0, 1]]
    assert set(fields["train"]) == {"title"}
    assert fields["train"]["title"].counts.toarray().tolist() == [[0, 1], [2, 0]]
    assert fields["serve"]["title"].counts.shape == (3, 2)
    assert fields["test"]["reviews"].counts.toarray().tolist() == [[0], [2], [0]]
    assert fields["serve"]["reviews"].counts.nnz == 2


def test_the_svm_learns_the_field_that_matters():
    # Everybody stays with a brand; categories are drawn at random.
    generator = np.random.default_rng(0)
    brands = np.repeat(np.arange(8), 10)
    items = [
        {"brand": f"brand {'abcdefgh'[brand]}", "category": f"kind {letter}"}
        for brand, letter in zip(
            brands, generator.choice(list("stuv"), 80), strict=True
        )
    ]
    weights = np.zeros((200, 80))
    for user in range(200):
        own = np.flatnonzero(brands == user % 8)
        weights[user, generator.choice(own, 4, replace=False)] = 1
    fields = fields_of(items)
    fields = {name: fields[name] for name in ("category", "brand")}
    lefts, rights = svm_features(fields, smoothing=0.5)
    window = window_of(weights)
    category, category_odds, brand, brand_odds = learn_feature_weights(
        window, lefts, rights, SVM_SETTINGS
    )
    assert brand + brand_odds > 5 * (category + category_odds)
    rows = rows_of(SCORERS[2](window, fields))
    assert {brands[row["item_index"]] == row["user_index"] % 8 for row in rows} == {
        True
    }


def test_users_of_one_item_teach_the_svm_nothing_and_get_no_list():
    window = window_of(np.eye(5))
    assert rows_of(SCORERS[2](window, fields_of(TEAS))) == []


def test_blocks_of_users_are_bounded_by_their_terms_and_keep_the_order():
    weights = csr_matrix(np.ones((7, 3)))
    item_terms = csr_matrix(np.ones((3, 4)))  # 12 entries a user
    users = np.array([0, 2, 3, 5, 6])
    blocks = user_blocks(weights, item_terms, users, maximum_entries=25)
    assert np.concatenate(blocks).tolist() == users.tolist()
    assert max(len(block) for block in blocks) == 2
    assert user_blocks(weights, item_terms, users[:0]) == []


@pytest.mark.parametrize("name", ["content_tfidf", "naive_bayes", "linear_svm"])
def test_blocks_and_threads_change_nothing(name, monkeypatch):
    generator = np.random.default_rng(2)
    words = [f"word{letter}" for letter in "abcdefgh"]
    items = [{"title": " ".join(generator.choice(words, 3))} for _ in range(30)]
    window = window_of(generator.random((40, 30)) < 0.2)
    scorer = content_scorers(None, lambda _: SVM_SETTINGS)[name]
    together = rows_of(scorer(window, fields_of(items)))
    monkeypatch.setattr(user_blocks, "__defaults__", (100,))
    monkeypatch.setenv("PRECISION_MARKETING_THREADS", "3")
    assert rows_of(scorer(window, fields_of(items))) == together
    assert len({row["user_index"] for row in together}) > 30


@pytest.mark.parametrize("scorer", SCORERS[:2])
def test_whichever_way_the_text_is_multiplied_the_lists_are_equal(scorer, monkeypatch):
    generator = np.random.default_rng(4)
    words = [f"word{n}" for n in range(40)]
    items = [{"title": " ".join(generator.choice(words, 6))} for _ in range(90)]
    window = window_of(generator.random((130, 90)) < 0.1)
    tables, used = [], []
    original = content_products.dense_product
    monkeypatch.setattr(
        content_products,
        "dense_product",
        lambda *arrays: used.append(1) or original(*arrays),
    )
    for gain in (0.0, 1e9):
        monkeypatch.setattr(content_products, "_DENSE_GAIN", gain)
        batches = list(scorer(window, fields_of(items)))
        tables.append(pa.Table.from_batches(batches).combine_chunks())
        assert bool(used) == (gain > 0.0)
    assert tables[0].num_rows > 500
    assert tables[0].equals(tables[1])
