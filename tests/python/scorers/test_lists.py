"""Lists as the Python models make them, and whom a scorer left out still ranks."""

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from precision_marketing.algorithms.collaborative.neighbors import item_neighbors_schema
from precision_marketing.build.documents import (
    item_term_batches,
    review_term_batches,
    terms_schema,
)
from precision_marketing.build.relations import TIME_WINDOWS, window_schema
from precision_marketing.build.windows import read_settings
from precision_marketing.scorers.lists import later_lists, read_inputs, train_lists

# Users 0 to 2 share items 0 to 2; user 3 alone has items 4 and 5; 3 and 6 are new.
HISTORIES = [(0, 0), (0, 1), (1, 1), (1, 2), (2, 0), (2, 2), (3, 4), (3, 5)]
TITLES = ["green tea", "black tea", "tea", "tea pot", "oven", "iron oven", "small oven"]
SETTINGS = [
    ("every_scorer", "candidates", 5.0, None),
    ("content_terms", "minimum_document_frequency", 1.0, None),
    ("content_terms", "maximum_document_frequency", 99.0, None),
    ("content_terms", "maximum_terms", 99.0, None),
    ("item_cosine", "neighbors", 5.0, None),
    ("ease", "penalty", 1.0, None),
    ("ease", "user_degree_exponent", 0.5, None),
    ("ease", "maximum_items", 99.0, None),
    ("content_tfidf", "decay", 1.0, None),
    *(
        ("content_tfidf", f"{field}_weight", 1.0, None)
        for field in (
            *("words", "title", "title_pieces", "category", "brand", "tags", "reviews"),
        )
    ),
    ("library_function", "ease", None, "ease"),
    ("library_function", "content_tfidf", None, "content_tfidf"),
]


@pytest.fixture
def shop():
    """Return the relations of a shop whose windows are all alike."""
    with duckdb.connect() as connection:
        windows = "(values ('train'), ('test'), ('serve')) as windows(time_window)"
        columns = ("scorer", "setting", "setting_value", "setting_text")
        settings = connection.from_arrow(
            pa.table(dict(zip(columns, zip(*SETTINGS, strict=True), strict=True)))
        )
        own = read_settings(settings, "content_terms")
        names = ("title", "description", "category", "brand", "tags")
        items = pa.table(
            {n: TITLES if n == "title" else [None] * len(TITLES) for n in names},
            schema=pa.schema([(n, pa.string()) for n in names]),
        )
        reviews = pa.table(
            {"time_window": [], "item_index": [], "review_text": []},
            schema=pa.schema(
                [
                    ("time_window", pa.string()),
                    ("item_index", pa.int32()),
                    ("review_text", pa.string()),
                ]
            ),
        )
        pairs = ", ".join(f"({user}, {item})" for user, item in HISTORIES)
        yield {
            "settings": settings,
            "interactions": connection.sql(
                "select time_window, user_index, item_index, 1e0 as interaction_weight,"
                " true as is_excluded, 1 as recency_position"
                f" from {windows}, (values {pairs}) as pairs(user_index, item_index)"
            ),
            "users": connection.sql(
                "select time_window, user_index, true as is_scored"
                f" from {windows}, range(4) as users(user_index)"
            ),
            "items": connection.sql(
                "select time_window, item_index, true as is_eligible"
                f" from {windows}, range({len(TITLES)}) as items(item_index)"
            ),
            "content_terms": connection.from_arrow(
                pa.Table.from_batches(item_term_batches(items, own), terms_schema)
            ),
            "content_review_terms": connection.from_arrow(
                pa.Table.from_batches(
                    review_term_batches(
                        reviews, dict.fromkeys(TIME_WINDOWS, len(TITLES)), own
                    ),
                    window_schema(terms_schema),
                )
            ),
            "alone": connection.sql(
                f"select time_window, 3 as user_index from {windows}"
            ),
            "nobody": connection.sql(
                f"select time_window, 3 as user_index from {windows} where false"
            ),
            "decisions": lambda *left_out: connection.sql(
                "select scorer, list_contains("
                f"{list(left_out)}::varchar[], scorer) as is_left_out"
                " from (values ('ease'), ('content_tfidf')) as scorers(scorer)"
            ),
        }


def of(shop, *names):
    return {name: shop[name] for name in names}


WINDOW = ("settings", "interactions", "users", "items")
TEXT = ("content_terms", "content_review_terms")


def test_train_has_the_lists_of_all_scorers_and_of_no_other_window(shop):
    rows = train_lists(**of(shop, *WINDOW, *TEXT)).read_all().to_pylist()
    assert {(row["time_window"], row["scorer"]) for row in rows} == {
        ("train", "ease"),
        ("train", "content_tfidf"),
    }


def test_who_is_not_left_out_ranks_test_and_serve_for_all(shop):
    found = later_lists("ease", decisions=shop["decisions"](), **of(shop, *WINDOW))
    rows = found.read_all().to_pylist()
    assert {row["time_window"] for row in rows} == {"test", "serve"}
    assert {row["user_index"] for row in rows} >= {0, 1, 2}


@pytest.mark.parametrize("scorer", ["ease", "content_tfidf"])
def test_where_the_lists_of_test_are_kept_those_of_serve_are_the_same(shop, scorer):
    given = of(shop, *WINDOW) | {"decisions": shop["decisions"]()}
    if scorer != "ease":
        given |= of(shop, *TEXT)
    kept = duckdb.sql(f"select '{scorer}_scores' as table_name, true as is_kept")
    all_rows = later_lists(scorer, **given).read_all()
    rows = later_lists(scorer, kept_tables=kept, **given).read_all()
    of_serve = all_rows.filter(pc.equal(all_rows["time_window"], "serve"))
    assert 0 < of_serve.num_rows < all_rows.num_rows
    assert rows == of_serve


def test_later_lists_are_those_that_train_would_have(shop):
    """The windows are alike, so the lists must be."""
    train = train_lists(**of(shop, *WINDOW, *TEXT)).read_all().to_pylist()
    later = later_lists("ease", decisions=shop["decisions"](), **of(shop, *WINDOW))
    serve = [
        row for row in later.read_all().to_pylist() if row["time_window"] == "serve"
    ]
    expected = [row for row in train if row["scorer"] == "ease"]
    assert [{**row, "time_window": "train"} for row in serve] == expected


def test_who_is_left_out_ranks_nobody_and_reads_nothing(shop):
    unread = dict.fromkeys(WINDOW)
    found = later_lists("ease", decisions=shop["decisions"]("ease"), **unread)
    assert found.read_all().num_rows == 0


def test_a_content_scorer_left_out_ranks_whom_only_content_can_serve(shop):
    given = of(shop, *WINDOW, *TEXT)
    whole = later_lists("content_tfidf", decisions=shop["decisions"](), **given)
    kept = later_lists(
        "content_tfidf",
        decisions=shop["decisions"]("content_tfidf"),
        content_only_users=shop["alone"],
        **given,
    )
    rows = kept.read_all().to_pylist()
    assert rows == [r for r in whole.read_all().to_pylist() if r["user_index"] == 3]
    assert {row["time_window"] for row in rows} == {"test", "serve"}
    # The oven that nobody has yet.
    assert {row["item_index"] for row in rows if row["scorer_rank"] == 1} == {6}


def test_where_content_need_not_serve_anybody_it_is_not_read(shop):
    found = later_lists(
        "content_tfidf",
        decisions=shop["decisions"]("content_tfidf"),
        content_only_users=shop["nobody"],
        **dict.fromkeys(WINDOW),
    )
    assert found.read_all().num_rows == 0


def test_of_millions_of_neighbors_only_those_of_the_window_that_are_near_are_read():
    with duckdb.connect() as connection:
        neighbors = connection.sql(
            "select windows.time_window, 0::integer as item_index,"
            " n::integer as neighbor_index, 1e0 / n as similarity,"
            " n::integer as neighbor_rank"
            " from (values ('train'), ('test'), ('serve')) as windows(time_window),"
            " range(1, 4) as ranks(n)"
        )
        items = connection.sql("select 'test' as time_window, 0 as item_index")
        inputs = read_inputs(
            items, ("test", "serve"), nearest=2, item_cosine_neighbors=neighbors
        )
        for name in ("test", "serve"):
            found = inputs(name)["neighbors"]()
            assert found.schema.equals(item_neighbors_schema)
            assert found["neighbor_rank"].to_pylist() == [1, 2]
        with pytest.raises(KeyError, match="train"):
            inputs("train")["neighbors"]()
        whole = read_inputs(items, ("test",), item_cosine_neighbors=neighbors)
        assert whole("test")["neighbors"]().num_rows == 3
