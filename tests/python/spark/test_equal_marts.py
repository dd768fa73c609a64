"""The example on Spark: every mart is that of DuckDB. `make spark-test` runs it.

Real Spark takes longer than all other tests together, so that it is asked for by the
environment.
"""

import os
import subprocess
import sys

import duckdb
import pytest
from on_spark import needs_spark
from whole_builds import PROJECT

from benchmarks.equal_marts import differences

pytestmark = needs_spark


@pytest.fixture(scope="module")
def spark_build(tmp_path_factory):
    """The example, built and published by one command; its file and what it printed."""
    folder = tmp_path_factory.mktemp("spark")
    database = folder / "shop.duckdb"
    finished = subprocess.run(
        [
            *(sys.executable, "-m", "precision_marketing", "build"),
            *("--engine", "spark", "--database", str(database)),
        ],
        cwd=PROJECT,
        env=os.environ
        | {
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
            "PRECISION_MARKETING_WAREHOUSE": str(folder / "warehouse"),
            "PRECISION_MARKETING_METASTORE": str(folder / "metastore"),
            "SPARK_LOCAL_IP": "127.0.0.1",
        },
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 0, finished.stdout[-5000:] + finished.stderr[-3000:]
    return database, finished.stdout


def test_every_mart_is_equal_on_both_engines(example_build, spark_build):
    database, _ = spark_build
    assert differences(example_build.database, database) == {}


def test_what_is_published_says_that_all_tests_passed(spark_build):
    database, printed = spark_build
    published = database.parent / "published" / database.name
    with duckdb.connect(str(published), read_only=True) as connection:
        passed, not_run = connection.execute(
            "select tests_passed, tests_not_run from publication.build"
        ).fetchone()
    assert passed > 100
    assert not_run == 0
    assert "Published" in printed
