"""A build on Apache Spark: what it needs, and its tables as a DuckDB file."""
