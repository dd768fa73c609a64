"""The bridge between dbt's relations and the algorithms' matrices and batches.

Read every input before a model returns its reader, or read it `on_other_cursor`. DuckDB
pulls batches while it inserts, and a query of the same connection at that time hangs
for ever on duckdb 1.5.6 (2.0.0 raises "code running inside a query cannot use that
query's connection").
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import csr_matrix

TIME_WINDOWS = ("train", "test", "serve")

# A relation of DuckDB 1.4 does not keep its cursor, which closes when it is forgotten,
# nor do relations that are made of it: each is kept as long as its connection.
_cursors: WeakKeyDictionary[Any, list[Any]] = WeakKeyDictionary()

scorer_schema = pa.schema(
    [
        ("time_window", pa.string()),
        ("scorer", pa.string()),
        ("user_index", pa.int32()),
        ("item_index", pa.int32()),
        ("score", pa.float64()),
        ("scorer_rank", pa.int32()),
    ]
)


def is_on_spark(relation: Any) -> bool:
    """Return whether a relation is of a Spark table, as a model is given it there."""
    return hasattr(relation, "spark_frame")


def to_arrow(relation: Any) -> pa.Table:
    """Return a DuckDB relation as an arrow table, read completely.

    Parameters
    ----------
    relation : duckdb.DuckDBPyRelation
        Such as `dbt.ref("...")` or `dbt.ref("...").order("user_index")`.

    Returns
    -------
    pyarrow.Table

    Examples
    --------
    >>> import duckdb
    >>> to_arrow(duckdb.sql("select 1 as item_index"))["item_index"].to_pylist()
    [1]
    """
    # `arrow` is a table in duckdb 1.3 and a reader in 1.5; this is a table in all.
    return relation.to_arrow_table()


def arrow_batches(relation: Any, rows: int) -> Iterator[pa.RecordBatch]:
    """Yield a DuckDB relation in batches, without having all of it in memory.

    Parameters
    ----------
    relation : duckdb.DuckDBPyRelation
        While it is read, its connection can do nothing else.
    rows : int
        Per batch, at most.

    Yields
    ------
    pyarrow.RecordBatch
        None for a relation without rows.

    Examples
    --------
    >>> import duckdb
    >>> rows = duckdb.sql("select range as item_index from range(5000)")
    >>> sum(batch.num_rows for batch in arrow_batches(rows, 2048))
    5000
    """
    # Older than 1.5, duckdb has the other name only.
    has_new_name = hasattr(relation, "to_arrow_reader")
    read = relation.to_arrow_reader if has_new_name else relation.fetch_arrow_reader
    for batch in read(rows):
        if batch.num_rows:
            yield batch


def on_other_cursor(relation: Any, connection: Any) -> Any:
    """Return a relation that can be read while the connection inserts.

    Parameters
    ----------
    relation : duckdb.DuckDBPyRelation
        Of a table that is committed, such as `dbt.ref("...")`. One of Spark is returned
        as it is: what a model returns is read while nothing is inserted.
    connection : duckdb.DuckDBPyConnection
        The relation's, such as the `session` of a dbt Python model.

    Returns
    -------
    duckdb.DuckDBPyRelation

    Examples
    --------
    >>> import duckdb
    >>> connection = duckdb.connect()
    >>> _ = connection.execute("create table items as select 7 as item_index")
    >>> items = on_other_cursor(connection.table("items"), connection)
    >>> schema = pa.schema([("item_index", pa.int32())])
    >>> batches = reader(schema, arrow_batches(items, 9))
    >>> connection.sql("select * from batches").fetchall()
    [(7,)]
    """
    if is_on_spark(relation):
        return relation
    cursor = connection.cursor()
    _cursors.setdefault(connection, []).append(cursor)
    return cursor.sql(relation.sql_query())


def row_count(relation: Any) -> int:
    """Return the rows of a DuckDB relation.

    Examples
    --------
    >>> import duckdb
    >>> row_count(duckdb.sql("select unnest([7, 8]) as item_index"))
    2
    """
    return one_value(relation, "count(*)")


def one_value(relation: Any, expression: str) -> Any:
    """Return an aggregate over all rows, computed where the rows are.

    Parameters
    ----------
    relation : duckdb.DuckDBPyRelation
    expression : str
        SQL of both engines.

    Examples
    --------
    >>> import duckdb
    >>> one_value(duckdb.sql("select unnest([7, 8]) as item_index"), "max(item_index)")
    8
    """
    if is_on_spark(relation):
        return relation.spark_frame.selectExpr(expression).first()[0]
    found = to_arrow(relation.aggregate(f"{expression} as found"))
    return found["found"][0].as_py()


def distinct_rows(relation: Any, condition: str, column: str) -> Any:
    """Return the distinct values of a column, looked for where the rows are.

    Parameters
    ----------
    relation : duckdb.DuckDBPyRelation
    condition : str
        On the rows; SQL of both engines.
    column : str

    Returns
    -------
    duckdb.DuckDBPyRelation

    Examples
    --------
    >>> import duckdb
    >>> rows = duckdb.sql("select unnest([7, 8, 8]) as item_index")
    >>> distinct_rows(rows, "item_index > 7", "item_index").fetchall()
    [(8,)]
    """
    if is_on_spark(relation):
        return relation.of(
            relation.spark_frame.filter(condition).select(column).distinct()
        )
    return relation.filter(condition).project(column).distinct()


def of_time_windows(time_windows: Iterable[str]) -> str:
    """Return the condition on rows to be of one of the windows, as SQL.

    Examples
    --------
    >>> of_time_windows(["test", "serve"])
    "time_window in ('test', 'serve')"
    """
    quoted = ", ".join(f"'{name}'" for name in time_windows)
    return f"time_window in ({quoted})"


def item_counts(
    items: Any, time_windows: Sequence[str] = TIME_WINDOWS
) -> dict[str, int]:
    """Return how many items each time window has: some came after `test`.

    Parameters
    ----------
    items : duckdb.DuckDBPyRelation
        `int_item_features`: one row per window and item.
    time_windows : sequence of str
        Those to count.

    Examples
    --------
    >>> import duckdb
    >>> rows = duckdb.sql("select unnest(['test', 'serve', 'serve']) as time_window")
    >>> item_counts(rows, ("test", "serve"))
    {'test': 1, 'serve': 2}
    """
    counted = to_arrow(items.aggregate("time_window, count(*) as items")).to_pylist()
    found = {row["time_window"]: row["items"] for row in counted}
    return {name: found.get(name, 0) for name in time_windows}


def matrix(
    table: pa.Table, row: str, column: str, value: str, shape: tuple[int, int]
) -> csr_matrix:
    """Return three columns of a table as a sparse matrix.

    Parameters
    ----------
    table : pyarrow.Table
        In any order of rows; the result does not depend on it.
    row, column : str
        Columns of 0-based positions.
    value : str
        Column of numbers.
    shape : tuple of int
        Rows and columns of the matrix.

    Returns
    -------
    csr_matrix, float64
        Sorted indices, no duplicates; values of 0 are not stored.

    Raises
    ------
    ValueError
        If a column has a null, a position is outside `shape`, a value is not finite,
        or a position occurs twice.

    Examples
    --------
    >>> table = pa.table({"u": [1, 0], "i": [0, 2], "w": [5, 1]})
    >>> matrix(table, "u", "i", "w", shape=(2, 3)).toarray().tolist()
    [[0.0, 0.0, 1.0], [5.0, 0.0, 0.0]]
    """
    for name in (row, column, value):
        if table[name].null_count:
            raise ValueError(f"column {name} has {table[name].null_count} nulls")
    rows = _numbers(table, row, np.int64)
    columns = _numbers(table, column, np.int64)
    values = _numbers(table, value, np.float64)
    if not np.isfinite(values).all():
        raise ValueError(f"column {value} has a value that is not finite")
    for name, positions, size in ((row, rows, shape[0]), (column, columns, shape[1])):
        if positions.size and (positions.min() < 0 or positions.max() >= size):
            raise ValueError(f"column {name} has a position outside 0 to {size - 1}")
    result = csr_matrix((values, (rows, columns)), shape=shape)
    if result.nnz < values.size:
        raise ValueError(f"a pair of {row} and {column} occurs more than once")
    result.sort_indices()
    result.eliminate_zeros()
    return result


def window_tables(table: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """Yield the part of a table for each of the three time windows.

    Parameters
    ----------
    table : pyarrow.Table
        With a string column time_window of train, test and serve.

    Yields
    ------
    time_window : str
        train, test, serve, in this order, each exactly once.
    rows : pyarrow.Table
        Its rows, without time_window, in their order; empty and typed where a window
        has none.

    Raises
    ------
    ValueError
        If time_window is null or another word.

    Examples
    --------
    >>> table = pa.table({"time_window": ["serve", "train"], "item_index": [7, 8]})
    >>> {name: rows["item_index"].to_pylist() for name, rows in window_tables(table)}
    {'train': [8], 'test': [], 'serve': [7]}
    """
    windows = table["time_window"].cast(pa.string())
    known = pc.is_in(windows, value_set=pa.array(TIME_WINDOWS))
    if not pc.all(known, min_count=0).as_py():
        raise ValueError(f"time_window must be one of {', '.join(TIME_WINDOWS)}")
    rest = table.drop_columns("time_window")
    for time_window in TIME_WINDOWS:
        yield time_window, rest.filter(pc.equal(windows, time_window))


def with_window(
    batch: pa.RecordBatch, time_window: str, scorer: str | None = None
) -> pa.RecordBatch:
    """Return a batch with time_window, and scorer if given, as its first columns.

    Parameters
    ----------
    batch : pyarrow.RecordBatch
        Such as `iterate_top_items` yields.
    time_window : str
        train, test or serve.
    scorer : str, optional
        Name of the scorer. Without it only time_window is added, as for neighbors.

    Returns
    -------
    pyarrow.RecordBatch
        For scores: `scorer_schema`.

    Examples
    --------
    >>> batch = pa.record_batch({"item_index": pa.array([3], pa.int32())})
    >>> with_window(batch, "serve", "item_cosine").to_pylist()
    [{'time_window': 'serve', 'scorer': 'item_cosine', 'item_index': 3}]
    """
    constants = {"time_window": time_window}
    if scorer is not None:
        constants["scorer"] = scorer
    arrays = [
        pa.repeat(pa.scalar(value, pa.string()), batch.num_rows)
        for value in constants.values()
    ]
    schema = window_schema(batch.schema, has_scorer=scorer is not None)
    return pa.record_batch([*arrays, *batch.columns], schema=schema)


def one_window(table: pa.Table, time_window: str) -> pa.RecordBatchReader:
    """Return a table of one time window, as a dbt Python model returns it.

    Examples
    --------
    >>> table = pa.table({"item_index": pa.array([3], pa.int32())})
    >>> one_window(table, "serve").read_all().to_pylist()
    [{'time_window': 'serve', 'item_index': 3}]
    """
    batches = (with_window(batch, time_window) for batch in table.to_batches())
    return reader(window_schema(table.schema), batches)


def window_schema(schema: pa.Schema, *, has_scorer: bool = False) -> pa.Schema:
    """Return `schema` with the columns in front that `with_window` adds.

    Parameters
    ----------
    schema : pyarrow.Schema
    has_scorer : bool
        Whether the scorer's column is added too.

    Returns
    -------
    pyarrow.Schema

    Examples
    --------
    >>> window_schema(pa.schema([("item_index", pa.int32())])).names
    ['time_window', 'item_index']
    """
    names = ("time_window", "scorer") if has_scorer else ("time_window",)
    return pa.schema([*((name, pa.string()) for name in names), *schema])


def reader(
    schema: pa.Schema, batches: Iterable[pa.RecordBatch]
) -> pa.RecordBatchReader:
    """Return batches as a reader, which a dbt Python model may return.

    DuckDB pulls one batch at a time, so a result larger than memory streams into its
    table. A reader without batches makes an empty table with the types of `schema`.

    Parameters
    ----------
    schema : pyarrow.Schema
        The schema of every batch.
    batches : iterable of pyarrow.RecordBatch
        May be a generator; it must not query DuckDB. Can be read once.

    Returns
    -------
    pyarrow.RecordBatchReader

    Raises
    ------
    ValueError
        While reading, if a batch has another schema.

    Examples
    --------
    >>> reader(scorer_schema, []).read_all().num_rows
    0
    """
    return pa.RecordBatchReader.from_batches(schema, _checked(schema, batches))


def _checked(
    schema: pa.Schema, batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Yield the batches; DuckDB would misread a batch of other types in silence."""
    for batch in batches:
        if not batch.schema.equals(schema):
            raise ValueError(f"a batch has schema {batch.schema}, not {schema}")
        yield batch


def _numbers(table: pa.Table, name: str, dtype: type) -> np.ndarray:
    """Return a column without nulls as a numpy array."""
    return table[name].to_numpy().astype(dtype)
