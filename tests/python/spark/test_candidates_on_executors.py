"""Candidates, learned rankings and what is said of them, made on executors.

`make spark-test` runs it.
"""

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from on_spark import needs_spark, small_session
from small_candidates import PENALTY, SETTINGS, small_candidates
from small_propensities import FEATURES
from small_shop import candidate_tables, shop_tables

from dbt_spark_session.submission import Relation
from precision_marketing.candidates.blended_candidates import blended_candidates
from precision_marketing.candidates.origins import recommendation_origins
from precision_marketing.candidates.reranking import unchanged
from precision_marketing.learned.feature_contributions import explain
from precision_marketing.learned.learned_scores import score, score_served
from precision_marketing.learned.model_training import train
from precision_marketing.learned.propensity import learn, predict

pytestmark = needs_spark

# Two groups, of which one is the label.
CANDIDATES = small_candidates("""
    cast(case when item_index = user_index % 6 then 1e0 else 0e0 end as float)
        as feature_carries__signal,
    cast((user_index * 7 + item_index * 3) % 11 / 11e0 as float) as feature_noise__noise
""")


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    with small_session(tmp_path_factory) as made:
        yield made


@pytest.fixture
def on_both(session):
    """Return the function from tables to relations of one machine and of Spark."""
    with duckdb.connect() as connection:

        def relations(**tables):
            return (
                {name: connection.from_arrow(table) for name, table in tables.items()},
                {
                    name: Relation(connection, session.createDataFrame(table), name)
                    for name, table in tables.items()
                },
            )

        yield relations


def assert_equal(frame, wanted, keys):
    """Compare rows of a frame with those of a reader, doubles to 1e-9 of 1."""
    order = [(key, "ascending") for key in keys]
    found, wanted = frame.toArrow().sort_by(order), wanted.read_all().sort_by(order)
    assert wanted.num_rows
    assert found.schema.names == wanted.schema.names
    for name in wanted.column_names:
        if pa.types.is_floating(wanted[name].type):
            both = (rows[name].fill_null(-1.0).to_numpy() for rows in (found, wanted))
            # In units of a list's mean; factors and lists are in single precision.
            bound = 1e-6 if name.endswith(("scaled_score", "blend_score")) else 1e-9
            assert np.allclose(*both, rtol=0, atol=bound), name
        else:
            assert found[name].to_pylist() == wanted[name].to_pylist(), name


def test_candidates_are_those_of_one_machine(on_both):
    shop = shop_tables()
    names = ("interactions", "users", "items")
    tables = {**{name: shop[name] for name in names}, **candidate_tables(shop)}
    on_machine, on_spark = on_both(**tables)
    keys = ("time_window", "user_index", "item_index")
    assert_equal(blended_candidates(**on_spark), blended_candidates(**on_machine), keys)


def test_history_items_behind_are_those_of_one_machine(on_both):
    """By a fit, by a table, by the item itself; some have been returned."""
    shop = shop_tables()
    names = ("interactions", "users", "items")
    tables = {name: shop[name] for name in names}
    tables |= {
        name: candidate_tables(shop)[name] for name in ("settings", "ials_factors")
    }
    # Of who is scored: all but every fourth.
    users = [user for user in range(60) if user % 4]
    kinds = ["ials", "item_cosine", "buy_again", "ease"]
    rows = [(user, user % 15, kinds[user % 7 % 4], user % 5 > 0) for user in users]
    rows += [(user, 6, "ials", True) for user in users if user % 15 != 6]
    names = ("user_index", "item_index", "part", "is_winner")
    tables["scorer_parts"] = pa.table(
        dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    )
    tables["scorer_reasons"] = pa.table(
        {
            "scorer": kinds,
            "neighbor_table": ["own", "near", "itself", "own"],
            "history_decay": [0.5, 1.0, 1.0, 1.0],
        }
    )
    tables["scorer_neighbors"] = pa.table(
        {
            "neighbor_table": ["near"] * 15,
            "item_index": list(range(15)),
            "neighbor_index": [(item * 2) % 15 for item in range(15)],
            "similarity": [0.5] * 15,
        }
    )
    tables["returned_items"] = pa.table(
        {"user_index": users, "item_index": [user % 15 for user in users]}
    ).slice(0, 20)
    on_machine, on_spark = on_both(**tables)
    wanted = recommendation_origins(**on_machine)
    assert wanted.num_rows > 20
    frame = recommendation_origins(**on_spark)
    assert_equal(frame, wanted.to_reader(), ("user_index", "item_index"))


def test_lists_as_they_are_ranked_never_pass_through_the_driver(on_both):
    served = pa.table(
        {
            "scorer": ["blend"] * 3,
            "user_index": [7, 7, 9],
            "item_index": [4, 5, 4],
            "score": [0.5, 0.25, 0.125],
            "ranking_rank": [1, 2, 1],
            "scored_by": ["blend"] * 3,
        }
    )
    on_machine, on_spark = on_both(served=served)
    wanted = unchanged(on_machine["served"], 1).to_arrow_table()
    assert wanted.num_rows == 2
    assert_equal(unchanged(on_spark["served"], 1), wanted.to_reader(), ("user_index",))


@pytest.fixture
def learned(on_both):
    """Return what the learned rankings read, on both."""
    with duckdb.connect() as connection:
        features = connection.sql(CANDIDATES)
        models = train(features, SETTINGS, PENALTY)
        return on_both(features=features.to_arrow_table(), models=models)


@pytest.mark.parametrize("scorer", [None, "neural", "learned_mean"])
def test_learned_rankings_are_those_of_one_machine(learned, scorer):
    """Of `train` and `test` without a scorer, of `serve` by one."""
    wanted, found = (
        score(*given.values())
        if scorer is None
        else score_served(*given.values(), scorer)
        for given in learned
    )
    assert_equal(found, wanted, ("time_window", "scorer", "user_index", "scorer_rank"))


def test_contributions_are_those_of_one_machine(learned, on_both):
    with duckdb.connect() as connection:
        published = connection.sql("""
            select cast(range % 90 as integer) as user_index,
                cast(range % 6 as integer) as item_index,
                'neural' as published_ranking
            from range(90)
        """).to_arrow_table()
    both = zip(on_both(published=published), learned, strict=True)
    wanted, found = (
        explain(given["published"], of["features"], of["models"]) for given, of in both
    )
    assert_equal(found, wanted, ("user_index", "item_index", "part"))


def test_propensities_are_those_of_one_machine(on_both):
    with duckdb.connect() as connection:
        features = connection.sql(FEATURES.format(users=400)).to_arrow_table()
        models = learn(connection.from_arrow(features))
    both = on_both(features=features, models=models)
    wanted, found = (predict(*given.values()) for given in both)
    assert_equal(found, wanted, ("time_window", "target_index", "user_index"))


def test_only_the_rows_of_a_condition_are_loaded(session):
    with duckdb.connect() as connection:
        frame = session.createDataFrame(pa.table({"n": [1, 2, 3]}))
        found = Relation(connection, frame, "rows").filter("n > 1")
        assert sorted(found.project("n * 2").fetchall()) == [(4,), (6,)]
        assert not connection.sql("show tables").fetchall()
