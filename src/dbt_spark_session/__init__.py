"""Python models on the session of dbt-spark: a plugin of dbt-core.

dbt-spark runs Python models on Databricks alone (dbt-spark#415, dbt-adapters#1146). dbt
imports every top-level module named `dbt_*` and starts the classes in its list
`plugins`: this one adds two submission methods to `type: spark, method: session`, and
`adapter.csv_texts` for seeds.

- `session`: `dbt.ref()` is a Spark frame, and `session` the SparkSession.
- `session_duckdb`: `dbt.ref()` is a relation of DuckDB in the driver's memory, and
  `session` its connection, as in dbt-duckdb. The tables that a model reads and what it
  returns have to fit there. A table is loaded when its relation is first read; its
  Spark frame is the relation's `spark_frame`, and a model may return a frame too.
"""

import os
import sys

from dbt.plugins.manager import dbtPlugin

METHODS = ("session", "session_duckdb")


class SparkSessionPlugin(dbtPlugin):
    """Teaches the adapter, where dbt has loaded it, to run Python models itself."""

    def initialize(self) -> None:
        """Add the submission methods to dbt-spark's; nothing on another engine."""
        adapter = sys.modules.get("dbt.adapters.spark.impl")
        if adapter and not hasattr(adapter.SparkAdapter, "runs_models_in_session"):
            from dbt_spark_session import submission

            submission.add_to(adapter.SparkAdapter)
            # Or workers of a cluster take the `python3` of their PATH, which has not
            # what this one has.
            os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
            try:
                from dbt.adapters.spark import session
            except ImportError:
                # Without PySpark there is no session; other methods need none.
                return
            submission.leave_out_commits(session.SessionConnectionWrapper)


plugins = [SparkSessionPlugin]
