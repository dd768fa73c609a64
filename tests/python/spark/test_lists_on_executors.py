"""Lists made on executors are those of one machine. `make spark-test` runs it."""

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from on_spark import needs_spark, small_session
from small_shop import ITEMS, SCORERS, USERS, shop_tables

from dbt_spark_session.submission import Relation
from precision_marketing.build.fit_windows import FIT_USERS, read_fit_windows
from precision_marketing.scorers.lists import later_lists, train_lists

pytestmark = needs_spark


def given_to_all(shop):
    """Return what a scorer reads that is not left out."""
    return {
        name: shop[name]
        for name in ("settings", "decisions", "interactions", "users", "items")
    }


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    with small_session(tmp_path_factory) as made:
        yield made


@pytest.fixture
def shop(session):
    """Return the relations of one machine and those of Spark."""
    with duckdb.connect() as connection:
        found = {
            name: connection.from_arrow(table) for name, table in shop_tables().items()
        }
        frames = {
            name: Relation(connection, session.createDataFrame(table), name)
            for name, table in shop_tables().items()
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
    rows = shop_tables()
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
