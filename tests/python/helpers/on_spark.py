"""Tests that need real Spark: skipped, with the reason, where nobody asks for them."""

import os

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
