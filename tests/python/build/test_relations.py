import gc
import weakref

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from precision_marketing.algorithms.collaborative.neighbors import item_neighbors_schema
from precision_marketing.algorithms.kernels.top_items import scores_schema
from precision_marketing.build.relations import (
    TIME_WINDOWS,
    matrix,
    on_other_cursor,
    reader,
    scorer_schema,
    to_arrow,
    window_schema,
    window_tables,
    with_window,
)

NAMES = {"row": "user_index", "column": "item_index", "value": "weight"}


def interactions(users, items, weights):
    return pa.table({"user_index": users, "item_index": items, "weight": weights})


def scores(user_index):
    values = ([user_index], [3], [0.5], [1])
    arrays = [
        pa.array(value, field.type)
        for value, field in zip(values, scores_schema, strict=True)
    ]
    return pa.record_batch(arrays, schema=scores_schema)


def test_another_cursor_is_there_as_long_as_its_connection():
    """Relations of DuckDB 1.4 do not keep it, nor do those that are made of them."""

    class Session:
        def __init__(self, cursor):
            self._given = [cursor]

        def cursor(self):
            return self._given.pop()

    with duckdb.connect() as connection:
        cursor = connection.cursor()
        is_there = weakref.ref(cursor)
        session = Session(cursor)
        del cursor
        one = connection.sql("select 1 as item_index")
        made_of_it = on_other_cursor(one, session).project("item_index")
        gc.collect()
        assert is_there()
        assert made_of_it.fetchall() == [(1,)]
        del made_of_it, session
        gc.collect()
        assert not is_there()


def test_a_relation_becomes_a_table_with_its_types_and_order():
    with duckdb.connect() as connection:
        relation = connection.sql(
            "select range::int as item_index, 'serve' as time_window from range(5)"
        )
        kept = relation.filter("item_index > 2").order("item_index desc")
        table = to_arrow(kept)
    assert isinstance(table, pa.Table)
    assert table["item_index"].to_pylist() == [4, 3]
    assert table.schema.types == [pa.int32(), pa.string()]


def test_a_matrix_does_not_depend_on_the_order_of_rows():
    first = matrix(interactions([0, 0, 2], [1, 4, 0], [1, 2, 3]), **NAMES, shape=(3, 5))
    second = matrix(
        interactions([2, 0, 0], [0, 4, 1], [3, 2, 1]), **NAMES, shape=(3, 5)
    )
    assert first.dtype == np.float64
    assert second.has_canonical_format
    for name in ("data", "indices", "indptr"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))


def test_a_matrix_takes_duckdb_decimals_and_drops_zeros():
    table = to_arrow(
        duckdb.sql(
            "select * from (values (0::int, 1::bigint, 1.25), (1, 0, 0.00))"
            " t(user_index, item_index, weight)"
        )
    )
    found = matrix(table, **NAMES, shape=(2, 2))
    assert found.toarray().tolist() == [[0.0, 1.25], [0.0, 0.0]]
    assert found.nnz == 1


def test_an_empty_table_is_an_empty_matrix_of_its_shape():
    empty = interactions(*(pa.array([], pa.int32()) for _ in range(3)))
    assert matrix(empty, **NAMES, shape=(4, 0)).shape == (4, 0)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (([0, 0], [1, 1], [1.0, 2.0]), "more than once"),
        (([0, 0], [1, 1], [1.0, -1.0]), "more than once"),
        (([None], [1], [1.0]), "user_index has 1 nulls"),
        (([0], [1], [None]), "weight has 1 nulls"),
        (([3], [1], [1.0]), "user_index has a position outside 0 to 2"),
        (([0], [-1], [1.0]), "item_index has a position"),
        (([0], [1], [np.nan]), "not finite"),
    ],
)
def test_a_table_that_is_no_matrix_is_refused(columns, message):
    typed = [pa.array(columns[0], pa.int32()), pa.array(columns[1], pa.int32())]
    # from_pandas=False keeps NaN apart from null.
    table = interactions(*typed, pa.array(columns[2], pa.float64(), from_pandas=False))
    with pytest.raises(ValueError, match=message):
        matrix(table, **NAMES, shape=(3, 3))


def test_windows_come_in_order_and_each_once_even_when_empty():
    table = pa.table(
        {"item_index": [1, 2, 3], "time_window": ["serve", "train", "serve"]}
    )
    found = [(name, rows.to_pydict()) for name, rows in window_tables(table)]
    assert found == [
        ("train", {"item_index": [2]}),
        ("test", {"item_index": []}),
        ("serve", {"item_index": [1, 3]}),
    ]
    for _, rows in window_tables(table.slice(0, 0)):
        assert rows.schema.types == [pa.int64()]


@pytest.mark.parametrize("window", ["tomorrow", None])
def test_an_unknown_window_is_refused(window):
    table = pa.table({"time_window": pa.array(["test", window], pa.string())})
    with pytest.raises(ValueError, match="time_window must be one of train, test"):
        list(window_tables(table))


def test_a_scorers_batch_gets_exactly_the_common_shape():
    batch = with_window(scores(7), "test", "item_cosine")
    assert batch.schema == scorer_schema
    assert batch.to_pylist() == [
        {
            "time_window": "test",
            "scorer": "item_cosine",
            "user_index": 7,
            "item_index": 3,
            "score": 0.5,
            "scorer_rank": 1,
        }
    ]
    assert with_window(batch.slice(0, 0), "test").num_rows == 0


def test_a_neighbor_batch_gets_the_window_only():
    batch = item_neighbors_schema.empty_table().to_batches(max_chunksize=1)
    empty = pa.RecordBatch.from_pylist([], schema=item_neighbors_schema)
    assert batch == []
    assert with_window(empty, "train").schema == window_schema(item_neighbors_schema)


def test_duckdb_streams_a_reader_into_a_table_lazily():
    pulled = []

    def batches():
        for user_index, time_window in enumerate(TIME_WINDOWS):
            pulled.append(time_window)
            yield with_window(scores(user_index), time_window, "item_cosine")

    stream = reader(scorer_schema, batches())
    assert pulled == []
    with duckdb.connect() as connection:
        connection.register("stream", stream)
        connection.execute("create table scored as select * from stream")
        found = connection.execute(
            "select * from scored order by user_index"
        ).fetchall()
    assert found == [
        (window, "item_cosine", user_index, 3, 0.5, 1)
        for user_index, window in enumerate(TIME_WINDOWS)
    ]


def test_a_reader_without_batches_makes_a_typed_empty_table():
    with duckdb.connect() as connection:
        connection.register("stream", reader(scorer_schema, []))
        connection.execute("create table scored as select * from stream")
        types = connection.execute("select * from scored").description
    assert [(name, str(kind)) for name, kind, *_ in types] == [
        ("time_window", "VARCHAR"),
        ("scorer", "VARCHAR"),
        ("user_index", "INTEGER"),
        ("item_index", "INTEGER"),
        ("score", "DOUBLE"),
        ("scorer_rank", "INTEGER"),
    ]


def test_a_batch_of_another_type_is_refused_not_misread():
    # DuckDB alone would read the two int64 as the int32 1 and 0.
    schema = pa.schema([("item_index", pa.int32())])
    batch = pa.record_batch({"item_index": pa.array([1, 2], pa.int64())})
    with duckdb.connect() as connection:
        connection.register("stream", reader(schema, [batch]))
        with pytest.raises(duckdb.Error, match="a batch has schema item_index: int64"):
            connection.execute("select * from stream")
