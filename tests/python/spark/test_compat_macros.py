"""What is spelled otherwise on Spark means the same: each macro on both engines.

`make spark-test` runs it, in one session without dbt.
"""

import duckdb
import pytest
from macros_in_duckdb import SqlMacros
from on_spark import needs_spark

pytestmark = needs_spark

# Macro, its arguments as SQL.
NUMBERS = [
    *(("log_gamma", [x]) for x in ("1e0", "0.5e0", "7e0", "171.5e0", "1e6")),
    ("fisher_p", ["3", "40", "9", "35"]),
    ("fisher_p", ["0", "5", "5", "5"]),
    ("rates_p", ["300", "4000", "350", "4100"]),
    ("normal_upper_tail", ["1.7e0"]),
    ("student_quantile", ["12e0"]),
    ("log_choices", ["20", "7"]),
    ("hash_share", ["'user 7'"]),
    ("days_between", ["timestamp '2025-01-01 06:00:00'", "timestamp '2025-03-01'"]),
    ("months_between", ["date '2024-11-30'", "date '2025-02-01'"]),
    ("squared_length", ["{list}"]),
    ("list_length", ["{list}"]),
    ("sum_over_steps", ["1", "4", "step * 2e0"]),
    ("sum_over_values", [["1e0", "2.5e0"], "value * value"]),
    ("exact_sum", ["0.1234567894e0"]),
    ("fine_exact_sum", ["1e0 / 3e0"]),
]
DECIMALS = [
    # The double below the half, and the one that is printed as it.
    *(
        (number, "decimal(18, 4)")
        for number in ("1.1612499999999998e0", "1.16125e0", "-1.16125e0", "2.00005e0")
    ),
    ("12345678901234.56785e0", "decimal(18, 4)"),
    ("1e0 / 3e0", "decimal(18, 15)"),
    ("2e0 / 3e0", "decimal(38, 18)"),
]
TEXTS = [
    *(("trimmed", [f"'{text}'"]) for text in ("a b", " a ", "\u00a0a\u200b", "\t\n")),
    *(("bare_word", [f"'{text}'"]) for text in ("In Stock", "1.0", "out_of-stock")),
    *(("bare_number", [f"'{text}'"]) for text in ("EUR 12.50", "12,50 €", "12")),
    ("number_text", ["'1.234,50'", "comma"]),
    ("one_line", ["'a  b\n c'"]),
    ("first_characters", ["'Schöne Grüße'", 7]),
    ("without_last_word", ["'red shoes, worn'"]),
    ("id_shape", ["'AB-12é'"]),
    ("sha256_of", ["'u1'"]),
    ("id_key", ["'User1'"]),
    ("month_start", ["date '2025-02-17'"]),
]


def on_duckdb(expression):
    with duckdb.connect() as connection:
        return connection.execute(f"select {expression}").fetchone()[0]


@pytest.fixture(scope="module")
def on_spark(tmp_path_factory):
    """Return the value of an expression in a local session."""
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("session")
    session = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.ansi.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.warehouse.dir", str(folder))
        .getOrCreate()
    )
    yield lambda expression: session.sql(f"select {expression}").collect()[0][0]
    session.stop()


def both(name, arguments):
    """Return the macro's SQL on DuckDB and on Spark."""
    rendered = []
    for engine, numbers in (("default", "[3e0, 4e0]"), ("spark", "array(3e0, 4e0)")):
        macros = SqlMacros("compat", "statistics", engine=engine)
        given = [
            argument.replace("{list}", numbers)
            if isinstance(argument, str)
            else argument
            for argument in arguments
        ]
        rendered.append(getattr(macros, name)(*given))
    return rendered


@pytest.mark.parametrize(("name", "arguments"), NUMBERS)
def test_a_number_is_the_same(on_spark, name, arguments):
    of_duckdb, of_spark = both(name, arguments)
    assert on_spark(of_spark) == pytest.approx(on_duckdb(of_duckdb), rel=1e-12)


@pytest.mark.parametrize(("number", "type_"), DECIMALS)
def test_a_double_is_the_same_decimal(on_spark, number, type_):
    of_duckdb, of_spark = both("decimal_of", [number, type_])
    assert on_spark(of_spark) == on_duckdb(of_duckdb)


@pytest.mark.parametrize(("name", "arguments"), TEXTS)
def test_a_text_is_the_same(on_spark, name, arguments):
    of_duckdb, of_spark = both(name, arguments)
    assert on_spark(of_spark) == on_duckdb(of_duckdb)


def test_no_numbers_up_to_none(on_spark):
    for last, wanted in ((0, []), (1, [1]), (3, [1, 2, 3])):
        of_duckdb, of_spark = both("numbers_up_to", [str(last)])
        with duckdb.connect() as connection:
            found = connection.execute(f"select {of_duckdb}").fetchall()
        assert [number for (number,) in found] == wanted
        assert on_spark(f"(select collect_list(n) from (select {of_spark} as n))") == (
            wanted
        )
