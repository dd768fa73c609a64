"""Algorithms and tools behind the dbt package `precision_marketing`."""
