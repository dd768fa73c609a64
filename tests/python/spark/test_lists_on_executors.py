"""Lists made on executors are those of one machine. `make spark-test` runs it."""

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from macro_values import MacroValues
from on_spark import needs_spark

from dbt_spark_session.submission import Relation
from precision_marketing.build.executors import FIT_USERS, read_fit_windows
from precision_marketing.scorers.lists import later_lists, train_lists

pytestmark = needs_spark

USERS, ITEMS = 60, 15
# Those that need neither text nor neighbors.
SCORERS = ("ease", "ials", "spectral", "user_cosine")
SMALL = {"factors": 4, "rank": 3, "neighbors": 9}


def tables():
    """Return the tables of a shop; nobody knows the last user."""
    draws = np.random.default_rng(5)
    rows = [
        (window, user, item, draws.random() + 0.1, draws.random() < 0.3, day)
        for window in ("train", "test", "serve")
        for user in range(USERS - 1)
        for day, item in enumerate(draws.choice(ITEMS, 5, replace=False), 1)
    ]
    columns = ("time_window", "user_index", "item_index", "interaction_weight",
               "is_excluded", "recency_position")  # fmt: skip
    windows = ["train", "test", "serve"]
    records = {record["name"]: record for record in MacroValues().scorer_records()}
    settings = [("every_scorer", "candidates", 5.0, None)]
    settings += [("library_function", name, None, name) for name in SCORERS]
    for name in SCORERS:
        for setting, record in records[name]["settings"].items():
            value = SMALL.get(setting, record["default"])
            is_text = isinstance(value, str)
            pair = (None, value) if is_text else (float(value), None)
            settings.append((name, setting, *pair))
    names = ("scorer", "setting", "setting_value", "setting_text")
    return {
        "interactions": pa.table(
            dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True))
        ),
        "users": pa.table(
            {
                "time_window": np.repeat(windows, USERS),
                "user_index": np.tile(np.arange(USERS), 3),
                "is_scored": np.tile(np.arange(USERS) % 4 > 0, 3),
            }
        ),
        "items": pa.table(
            {
                "time_window": np.repeat(windows, ITEMS),
                "item_index": np.tile(np.arange(ITEMS), 3),
                "is_eligible": np.tile(np.arange(ITEMS) != 3, 3),
            }
        ),
        "settings": pa.table(
            dict(zip(names, map(list, zip(*settings, strict=True)), strict=True))
        ),
        "decisions": pa.table(
            {"scorer": SCORERS, "is_left_out": [False, False, False, False]}
        ),
        "left_out": pa.table({"scorer": SCORERS, "is_left_out": [True] * 4}),
        "alone": pa.table({"time_window": ["serve"] * 2, "user_index": [5, 7]}),
    }


def given_to_all(shop):
    """Return what a scorer reads that is not left out."""
    return {
        name: shop[name]
        for name in ("settings", "decisions", "interactions", "users", "items")
    }


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    from pyspark.sql import SparkSession

    made = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "3")
        .config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("session")))
        .getOrCreate()
    )
    yield made
    made.stop()


@pytest.fixture
def shop(session):
    """Return the relations of one machine and those of Spark."""
    with duckdb.connect() as connection:
        found = {name: connection.from_arrow(table) for name, table in tables().items()}
        frames = {
            name: Relation(connection, session.createDataFrame(table), name)
            for name, table in tables().items()
        }
        yield found, frames


def by_place(table):
    keys = ["time_window", "scorer", "user_index", "scorer_rank"]
    return table.sort_by([(key, "ascending") for key in keys]).to_pylist()


@pytest.mark.parametrize("scorer", SCORERS)
def test_lists_of_later_windows_are_those_of_one_machine(shop, scorer):
    on_machine, on_spark = map(given_to_all, shop)
    wanted = later_lists(scorer, **on_machine).read_all()
    assert pc.count_distinct(wanted["user_index"]).as_py() > USERS / 2
    found = later_lists(scorer, **on_spark).toArrow()
    assert found.schema.names == wanted.schema.names
    assert by_place(found) == by_place(wanted)


def test_who_is_left_out_ranks_for_those_whom_content_alone_can_serve(shop):
    found = []
    for relations in shop:
        given = given_to_all(relations) | {"decisions": relations["left_out"]}
        found.append(
            later_lists("ease", content_only_users=relations["alone"], **given)
        )
    wanted, frame = found[0].read_all(), found[1].toArrow()
    assert set(wanted["user_index"].to_pylist()) == {5, 7}
    assert by_place(frame) == by_place(wanted)


def test_lists_of_train_are_those_of_one_machine(shop):
    names = ("settings", "interactions", "users", "items")
    wanted, found = (train_lists(**{n: given[n] for n in names}) for given in shop)
    assert by_place(found.toArrow()) == by_place(wanted.read_all())


def test_a_fit_reads_so_many_users_at_most_and_the_others_have_lists(shop, session):
    _, on_spark = shop
    given = {name: on_spark[name] for name in ("interactions", "users", "items")}
    session.conf.set(FIT_USERS, "25")
    try:
        windows = list(read_fit_windows(**given, time_windows=("test", "serve")))
        rows = later_lists("user_cosine", **given_to_all(on_spark)).toArrow()
    finally:
        session.conf.unset(FIT_USERS)
    for window in windows:
        assert window.weights.shape == (25, ITEMS)
        assert window.numbers.tolist() == windows[0].numbers.tolist()
    listed = set(rows["user_index"].to_pylist())
    assert len(listed) > 25
    assert listed - set(windows[0].numbers.tolist())


def test_nobody_is_the_own_neighbor_where_not_all_are_known(shop, session):
    """Lists of the sampled users are those of a shop that has only these."""
    _, on_spark = shop
    given = {name: on_spark[name] for name in ("interactions", "users", "items")}
    session.conf.set(FIT_USERS, "25")
    try:
        (window,) = read_fit_windows(**given, time_windows=("serve",))
        found = later_lists("user_cosine", **given_to_all(on_spark)).toArrow()
    finally:
        session.conf.unset(FIT_USERS)
    known = pa.array(window.numbers)
    rows = tables()
    with duckdb.connect() as connection:
        small = dict(rows)
        for name in ("interactions", "users"):
            table = rows[name].filter(pc.is_in(rows[name]["user_index"], known))
            places = np.searchsorted(window.numbers, table["user_index"].to_numpy())
            place = table.schema.get_field_index("user_index")
            small[name] = table.set_column(place, "user_index", pa.array(places))
        relations = {n: connection.from_arrow(table) for n, table in small.items()}
        made = later_lists("user_cosine", **given_to_all(relations))
        wanted = made.read_all().to_pylist()
    wanted = [
        {**row, "user_index": int(window.numbers[row["user_index"]])} for row in wanted
    ]
    of_known = found.filter(pc.is_in(found["user_index"], known.cast(pa.int32())))
    order = by_place(pa.Table.from_pylist(wanted, schema=found.schema))
    assert by_place(of_known) == order
