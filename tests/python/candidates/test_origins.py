"""The history item that a reason names, and when none is named."""

import functools

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.collaborative import spectral
from precision_marketing.candidates.history_parts import entries_of
from precision_marketing.candidates.origins import (
    largest_parts,
    origins_schema,
    recommendation_origins,
)
from precision_marketing.scorers import collaborative
from precision_marketing.scorers.ials_factors import later_factors, read_factors
from precision_marketing.scorers.lists import later_lists

NOBODY = csr_matrix((3, 9))


def named(parts, *, history=(1, 2, 3), item=8, barred=NOBODY) -> list[tuple]:
    """Return what user 0 is told of an item, history items and shares."""
    weights = np.zeros((3, 9))
    weights[0, list(history)] = 1.0
    entries = entries_of(csr_matrix(weights), np.array([0]), np.array([item]))
    found = largest_parts(entries, np.array(parts, dtype=float), barred)
    return list(zip(*(column.tolist() for column in found[2:]), strict=True))


def test_the_largest_part_is_named():
    assert named([1, 5, 4]) == [(2, 0.5)]


def test_of_equal_parts_the_first_item_is_named():
    assert named([5, 5.0000000001, 1]) == [(1, pytest.approx(5 / 11))]


def test_a_tenth_of_the_score_is_enough_and_less_is_not():
    many = dict(history=tuple(range(9)), item=8)
    assert named([1] * 8 + [0], **many) == [(0, 0.125)]
    weights = csr_matrix(np.ones((1, 11)))
    entries = entries_of(weights, np.array([0]), np.array([0]))
    assert [len(column) for column in largest_parts(entries, np.ones(11), NOBODY)] == [
        0,
        0,
        0,
        0,
    ]
    ten = entries_of(csr_matrix(np.ones((1, 10))), np.array([0]), np.array([0]))
    assert largest_parts(ten, np.ones(10), NOBODY)[2].tolist() == [0]


def test_nothing_that_speaks_against_an_item_is_named():
    assert named([-3, -2, -1]) == []
    assert named([-3, 0, 4]) == [(3, 4.0)]


def test_what_was_returned_is_not_named_and_the_next_is_if_it_is_enough():
    returned = csr_matrix(([1.0], ([0], [2])), shape=(3, 9))
    assert named([1, 5, 4], barred=returned) == [(3, 0.4)]
    assert named([0.5, 9, 0.5], barred=returned) == []


def test_the_item_itself_goes_before_larger_parts_of_others():
    assert named([1, 5, 4], item=1) == [(1, 0.1)]
    assert named([0.5, 5, 4.5], item=1) == [(2, 0.5)]


SETTINGS = [
    ("every_scorer", "candidates", 9.0, None),
    *(
        ("ials", name, value, None)
        for name, value in {
            "decay": 0.5,
            "factors": 2.0,
            "iterations": 20.0,
            "unobserved_strength": 1.0,
            "regularization": 0.023,
            "seed": 0.0,
        }.items()
    ),
    *(
        ("spectral", name, value, None)
        for name, value in {
            "decay": 0.5,
            "rank": 2.0,
            "spectrum_exponent": 0.5,
            "user_degree_exponent": 0.5,
            "item_degree_exponent": 0.5,
            "neighbors": 3.0,
        }.items()
    ),
    ("library_function", "ials", None, "ials"),
    ("library_function", "spectral", None, "spectral"),
]
PEOPLE = {0: (0, 1, 2), 1: (0, 1), 2: (1, 2, 3), 3: (3, 4), 4: (0, 4)}


@pytest.fixture
def shop():
    """Return the relations of a shop whose windows are all alike."""
    with duckdb.connect() as connection:
        connection.execute(
            """
            create table windows as select unnest(['train', 'test', 'serve'])
                as time_window;
            create table history (user_index integer, item_index integer);
            """
        )
        pairs = [(user, item) for user, items in PEOPLE.items() for item in items]
        connection.executemany("insert into history values (?, ?)", pairs)
        columns = ("scorer", "setting", "setting_value", "setting_text")
        settings = pa.table(
            dict(zip(columns, zip(*SETTINGS, strict=True), strict=True))
        )
        yield {
            "connection": connection,
            "settings": connection.from_arrow(settings),
            "decisions": connection.sql(
                "select 'ials' as scorer, false as is_left_out"
            ),
            "interactions": connection.sql(
                "select *, 1.0 as interaction_weight, false as is_excluded,"
                " 1 + item_index as recency_position from windows cross join history"
            ),
            "users": connection.sql(
                "select *, true as is_scored from windows"
                " cross join (select unnest(range(5)) as user_index)"
            ),
            "items": connection.sql(
                "select *, true as is_eligible from windows"
                " cross join (select unnest(range(6)) as item_index)"
            ),
        }


def read(shop, *names):
    return {name: shop[name] for name in names}


WINDOW = ("settings", "interactions", "users", "items")


def test_lists_made_of_the_kept_factors_are_those_of_the_fit(shop):
    given = read(shop, *WINDOW, "decisions")
    rows = later_factors(**given).read_all()
    kept = shop["connection"].from_arrow(rows)
    fitted = later_lists("ials", **given).read_all()
    assert fitted.num_rows > 0
    assert later_lists("ials", **given, ials_factors=kept).read_all() == fitted
    # Item 5 has nobody: it has no row, and comes back with factors of 0.
    factors = read_factors(kept, "serve")
    assert factors.shape == (6, 2)
    assert not factors[5].any()


def test_a_scorer_that_is_left_out_is_not_fitted(shop):
    left_out = shop["connection"].sql("select 'ials' as scorer, true as is_left_out")
    given = read(shop, *WINDOW) | {"decisions": left_out}
    kept = later_factors(**given).read_all()
    assert kept.num_rows == 0
    relation = shop["connection"].from_arrow(kept)
    assert read_factors(relation, "serve").size == 0
    lists = later_lists("ials", **given, ials_factors=relation)
    assert lists.read_all().num_rows == 0


def test_each_winner_is_looked_up_in_its_own_way(shop):
    """User 0: iALS. 1: the item itself. 2: a table. 3: returned. 4: no origin."""
    connection = shop["connection"]
    factors = later_factors(**read(shop, *WINDOW, "decisions")).read_all()
    origins = recommendation_origins(
        **read(shop, *WINDOW),
        scorer_parts=connection.sql(
            """
            select * from (values (0, 3, 'ials', true), (0, 3, 'popularity', false),
                (1, 0, 'buy_again', true), (2, 5, 'item_cosine', true),
                (3, 3, 'buy_again', true), (4, 1, 'popularity', true)
            ) as parts(user_index, item_index, part, is_winner)
            """
        ),
        scorer_reasons=connection.sql(
            """
            select * from (values ('ials', 'own', 0.5), ('buy_again', 'itself', 1.0),
                ('item_cosine', 'some_neighbors', 1.0), ('popularity', '', 1.0)
            ) as reasons(scorer, neighbor_table, history_decay)
            """
        ),
        scorer_neighbors=connection.sql(
            """
            select * from (values ('some_neighbors', 5, 3, 0.4),
                ('some_neighbors', 5, 2, 0.6), ('some_neighbors', 5, 4, 0.9),
                ('other_neighbors', 5, 1, 0.9)
            ) as neighbors(neighbor_table, item_index, neighbor_index, similarity)
            """
        ),
        returned_items=connection.sql("select 3 as user_index, 3 as item_index"),
        ials_factors=connection.from_arrow(factors),
    )
    assert origins.schema == origins_schema
    rows = [tuple(row.values()) for row in origins.to_pylist()]
    assert [row[:2] for row in rows] == [(0, 3), (1, 0), (2, 5)]
    assert rows[0][2] in PEOPLE[0]
    assert rows[0][3] >= 0.1
    assert rows[1][2:] == (0, 1.0)
    assert rows[2][2:] == (2, pytest.approx(0.6))


def test_spectral_is_taken_apart_by_the_fit_that_made_its_lists(shop, monkeypatch):
    connection, fits = shop["connection"], []

    @functools.wraps(collaborative.fit_spectral)
    def fit(*arguments, **settings):
        fits.append(settings["start"])
        return spectral.fit_spectral(*arguments, **settings)

    monkeypatch.setattr(collaborative, "fit_spectral", fit)
    later_lists(
        "spectral",
        **read(shop, *WINDOW),
        decisions=connection.sql("select 'spectral' as scorer, false as is_left_out"),
    ).read_all()
    assert [start is None for start in fits] == [True, False]
    origins = recommendation_origins(
        **read(shop, *WINDOW),
        scorer_parts=connection.sql(
            "select 0 as user_index, 3 as item_index, 'spectral' as part,"
            " true as is_winner"
        ),
        scorer_reasons=connection.sql(
            "select 'spectral' as scorer, 'own' as neighbor_table, 0.5 as history_decay"
        ),
        scorer_neighbors=connection.sql("select 1 as neighbor_table where false"),
        returned_items=connection.sql(
            "select 1 as user_index, 1 as item_index where false"
        ),
    )
    assert origins.num_rows == 1
    assert len(fits) == 2


def test_without_winners_there_are_no_origins(shop):
    connection = shop["connection"]
    nothing = connection.sql(
        "select 0 as user_index, 0 as item_index, 'ials' as part, false as is_winner"
    )
    origins = recommendation_origins(
        **read(shop, *WINDOW),
        scorer_parts=nothing,
        scorer_reasons=connection.sql(
            "select 'ials' as scorer, 'own' as neighbor_table, 0.5 as history_decay"
        ),
        scorer_neighbors=nothing,
        returned_items=nothing.filter("item_index = 1"),
    )
    assert origins == origins_schema.empty_table()
