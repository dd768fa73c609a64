"""The example on Spark: every mart is that of DuckDB. `make spark-test` runs it.

Real Spark takes longer than all other tests together, so that it is asked for by the
environment: on a cluster of two workers, of which one is killed midway, if
PRECISION_MARKETING_SPARK_TEST is `cluster`, and else in a local session.
"""

import os
import subprocess
import sys
import time
from contextlib import ExitStack

import duckdb
import pytest
from on_spark import needs_spark
from spark_cluster import spark_cluster
from whole_builds import PROJECT

from benchmarks.equal_marts import differences

pytestmark = needs_spark
ON_CLUSTER = os.environ.get("PRECISION_MARKETING_SPARK_TEST") == "cluster"
# Of some 350. Lists of scorers are being made on executors then.
TABLES_BEFORE_THE_KILL = 150


@pytest.fixture(scope="module")
def spark_build(tmp_path_factory):
    """The example, built and published by one command; its file and what it printed."""
    folder = tmp_path_factory.mktemp("spark")
    database, warehouse = folder / "shop.duckdb", folder / "warehouse"
    environment = os.environ | {
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "PRECISION_MARKETING_WAREHOUSE": str(warehouse),
        "PRECISION_MARKETING_METASTORE": str(folder / "metastore"),
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
    with ExitStack() as stack:
        if ON_CLUSTER:
            cluster = stack.enter_context(spark_cluster(folder / "cluster", 2, "3g"))
            environment |= cluster.settings
        printed = stack.enter_context((folder / "printed").open("w+"))
        build = subprocess.Popen(
            [
                *(sys.executable, "-m", "precision_marketing", "build"),
                *("--engine", "spark", "--database", str(database)),
            ],
            cwd=PROJECT,
            env=environment,
            stdout=printed,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if ON_CLUSTER:
            while len([*warehouse.glob("*/*")]) < TABLES_BEFORE_THE_KILL:
                assert build.poll() is None, (folder / "printed").read_text()[-5000:]
                time.sleep(1)
            cluster.kill_worker()
        status = build.wait()
        assert status == 0, (folder / "printed").read_text()[-5000:]
        if ON_CLUSTER:
            lost = cluster.events("ExecutorRemoved")
            assert [event for event in lost if "lost" in event["Removed Reason"]], lost
    return database, (folder / "printed").read_text()


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
