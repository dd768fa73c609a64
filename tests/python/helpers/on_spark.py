"""Tests that need real Spark: skipped, with the reason, where nobody asks for them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from precision_marketing.spark.machine import SparkError, check_machine


def _missing() -> str:
    """Return why Spark is not to be started, or ''."""
    if not os.environ.get("PRECISION_MARKETING_SPARK_TEST"):
        return "only with PRECISION_MARKETING_SPARK_TEST=1 (`make spark-test`)"
    try:
        check_machine()
    except SparkError as error:
        return str(error)
    return ""


REASON = _missing()
needs_spark = pytest.mark.skipif(bool(REASON), reason=REASON)


@contextmanager
def small_session(folders: pytest.TempPathFactory) -> Iterator[Any]:
    """Yield a local session of two cores."""
    from pyspark.sql import SparkSession

    made = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "3")
        .config("spark.sql.warehouse.dir", str(folders.mktemp("session")))
        .getOrCreate()
    )
    yield made
    made.stop()


def lake(folder: Path, statements: str) -> dict[str, str]:
    """Run statements of Python on `spark`, whose tables a build then finds.

    In a process of its own: Derby lets one at a time in.

    Returns
    -------
    dict of str to str
        The environment of the build.
    """
    session = f"""
from pyspark.sql import SparkSession
spark = (
    SparkSession.builder.master("local[1]").enableHiveSupport()
    .config("spark.ui.enabled", "false")
    .config("spark.sql.warehouse.dir", "{folder}/warehouse")
    .config("spark.hadoop.javax.jdo.option.ConnectionURL",
        "jdbc:derby:;databaseName={folder}/metastore;create=true")
    .getOrCreate()
)
"""
    made = subprocess.run(
        [sys.executable, "-c", session + statements + "\nspark.stop()"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr[-2000:]
    return {
        "PRECISION_MARKETING_WAREHOUSE": f"{folder}/warehouse",
        "PRECISION_MARKETING_METASTORE": f"{folder}/metastore",
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
