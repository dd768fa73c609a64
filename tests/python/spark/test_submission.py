"""The plugin that runs Python models on the session of dbt-spark."""

import datetime as dt
import os
import sys
import types

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from dbt_spark_session import SparkSessionPlugin, submission
from dbt_spark_session.submission import (
    DuckdbSessionJob,
    Relation,
    SessionJob,
    add_to,
    csv_texts,
    leave_out_commits,
    relation,
    spark_frame,
)

UTC = pa.timestamp("us", "UTC")


class Frame:
    """A Spark frame as far as it is read; counts how often."""

    def __init__(self, table):
        self.table = table
        self.reads = 0

    def toArrow(self):  # noqa: N802
        self.reads += 1
        return self.table

    def filter(self, condition):
        assert condition == "n > 1"
        return Frame(self.table.filter(pc.greater(self.table["n"], 1)))


class Spark:
    """A session that makes frames of Arrow tables."""

    def createDataFrame(self, table):  # noqa: N802
        return Frame(table)


def test_a_table_of_spark_is_loaded_once_and_seen_by_other_cursors():
    frame = Frame(pa.table({"at": pa.array([0], UTC), "user_index": [7]}))
    with duckdb.connect() as connection:
        first = relation(connection, frame, "`scorers`.`ials_factors`")
        relation(connection, frame, "`scorers`.`ials_factors`")
        assert frame.reads == 1
        assert first.fetchall() == [(dt.datetime(1970, 1, 1), 7)]
        other = connection.cursor().sql(first.sql_query())
        assert other.fetchall() == first.fetchall()


def test_a_table_is_loaded_once_its_relation_is_read_and_never_for_its_frame():
    frame = Frame(pa.table({"n": [1, 7]}))
    with duckdb.connect() as connection:
        made = Relation(connection, frame, "`marts`.`items`")
        assert made.spark_frame is frame
        assert frame.reads == 0
        assert made.project("n + 1").fetchall() == [(2,), (8,)]
        assert frame.reads == 1


def test_of_a_condition_the_rows_alone_are_loaded():
    at = pa.array([0, 5], UTC)
    frame = Frame(pa.table({"at": at, "n": [1, 7]}))
    with duckdb.connect() as connection:
        found = Relation(connection, frame, "`marts`.`items`").filter("n > 1")
        assert frame.reads == 0
        assert found.project('n, "at"').fetchall() == [
            (7, dt.datetime(1970, 1, 1, 0, 0, 0, 5))
        ]


def test_a_condition_with_a_name_in_quotes_is_left_to_duckdb():
    """To Spark the name would be a text."""
    frame = Frame(pa.table({"n": [1, 7]}))
    with duckdb.connect() as connection:
        found = Relation(connection, frame, "`marts`.`items`").filter('"n" > 1')
        assert found.fetchall() == [(7,)]
        assert frame.reads == 1


def test_a_model_of_duckdb_may_return_a_spark_frame():
    frame = Frame(pa.table({"n": [1]}))
    frame.sparkSession = Spark()
    job = DuckdbSessionJob.__new__(DuckdbSessionJob)
    returned = job.run(lambda dbt, session: frame, lambda load: None, Spark())
    assert returned is frame
    assert frame.reads == 0


def test_tables_of_one_name_in_two_schemas_are_two():
    with duckdb.connect() as connection:
        for schema, number in (("a", 1), ("b", 2)):
            frame = Frame(pa.table({"n": [number]}))
            assert relation(connection, frame, f"{schema}.t").fetchall() == [(number,)]


@pytest.mark.parametrize("form", ["table", "reader", "relation", "pandas"])
def test_whatever_a_model_returns_its_times_are_instants(form):
    table = pa.table({"at": pa.array([5], pa.timestamp("us")), "n": [1]})
    with duckdb.connect() as connection:
        made = {
            "table": table,
            "reader": table.to_reader(),
            "relation": connection.from_arrow(table),
            "pandas": table.to_pandas(),
        }[form]
        written = spark_frame(Spark(), made).table
    assert written.schema.field("at").type == UTC
    assert written["n"].to_pylist() == [1]


class Adapter:
    """As much of dbt-spark's adapter as the plugin changes."""

    method = "session"
    _available_ = frozenset({"execute"})

    @property
    def config(self):
        return self

    @property
    def credentials(self):
        return self

    @property
    def python_submission_helpers(self):
        return {"job_cluster": object}

    @property
    def default_python_submission_method(self):
        return "job_cluster"


def test_the_methods_are_added_for_a_session_and_for_no_other():
    own = type("Own", (Adapter,), dict(vars(Adapter)))
    add_to(own)
    assert own().default_python_submission_method == "session"
    assert own().python_submission_helpers["session"] is SessionJob
    assert own._available_ == {"execute", "csv_texts"}
    own.method = "thrift"
    assert own().default_python_submission_method == "job_cluster"
    assert list(own().python_submission_helpers) == ["job_cluster"]


def test_only_a_commit_is_left_out():
    class Wrapper:
        said = ()

        def execute(self, sql, bindings=None):
            self.said = (*self.said, sql)

    leave_out_commits(Wrapper)
    wrapper = Wrapper()
    wrapper.execute('/* {"app": "dbt"} */\n  commit;')
    wrapper.execute("select 'commit'")
    assert wrapper.said == ("select 'commit'",)


def test_workers_have_the_python_of_the_driver_unless_another_is_named(monkeypatch):
    monkeypatch.setattr(submission, "add_to", lambda adapter: None)
    monkeypatch.setattr(submission, "leave_out_commits", lambda wrapper: None)
    loaded = types.SimpleNamespace(SparkAdapter=object)
    monkeypatch.setitem(sys.modules, "dbt.adapters.spark.impl", loaded)
    for named, used in (("", sys.executable), ("/opt/python", "/opt/python")):
        monkeypatch.setenv("PYSPARK_PYTHON", named)
        if not named:
            monkeypatch.delenv("PYSPARK_PYTHON")
        SparkSessionPlugin("shop")
        assert os.environ["PYSPARK_PYTHON"] == used


def test_texts_of_a_file_are_as_they_are_written(tmp_path):
    file = tmp_path / "seed.csv"
    file.write_text('a,b\n  ,"x ""y"", z"\n,"two\nlines"\n', "utf-8-sig")
    assert csv_texts(str(file)) == [["  ", 'x "y", z'], [None, "two\nlines"]]
