"""Measure the package: quality, speed and memory, growth, and what a build costs.

Run `make benchmark` or `python -m benchmarks --help`; docs/benchmarks.md explains.
"""
