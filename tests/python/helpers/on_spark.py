"""Tests that need real Spark: skipped, with the reason, where nobody asks for them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
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
