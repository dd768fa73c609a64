"""A double becomes the same decimal on both engines, halves among them."""

import duckdb
import numpy as np
import pandas as pd
import pytest
from macros_in_duckdb import SqlMacros

TYPES = ["decimal(18, 4)", "decimal(18, 12)", "decimal(18, 15)", "decimal(38, 18)"]


@pytest.mark.parametrize("type_", TYPES)
def test_spark_rounds_the_halves_that_duckdb_rounds(type_):
    """Spark's words mean on DuckDB what they mean there."""
    digits = int(type_.split(",")[1].strip(" )"))
    generator = np.random.default_rng(digits)
    halves = np.arange(50_005, 2_000_000, 10) / 1e5
    # As they are written, and one bit above and below.
    below, above = np.nextafter(halves, 0), np.nextafter(halves, 9)
    numbers = np.concatenate([halves, below, above, generator.random(50_000)])
    numbers = np.concatenate([numbers, -numbers]) * min(1, 10.0 ** (4 - digits))
    rows = pd.DataFrame({"x": numbers})  # noqa: F841
    of_duckdb, of_spark = (
        SqlMacros("compat", engine=engine).decimal_of("x", type_)
        for engine in ("default", "spark")
    )
    unequal = f"from rows where ({of_duckdb}) is distinct from ({of_spark})"
    assert duckdb.sql(f"select x, {of_duckdb}, {of_spark} {unequal}").fetchall() == []


def test_what_has_no_whole_number_is_left_to_the_engine():
    of_spark = SqlMacros("compat", engine="spark").decimal_of(
        "x", "decimal(18, 4)", "try_cast"
    )
    found = duckdb.sql(
        f"select {of_spark} from (values (1e300), (cast(null as double))) as t (x)"
    )
    assert found.fetchall() == [(None,), (None,)]
