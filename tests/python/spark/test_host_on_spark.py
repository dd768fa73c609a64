"""A host project on Spark: the package beside its own models, equal to DuckDB's marts.

`make spark-test` runs it.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from on_spark import lake, needs_spark
from whole_builds import PROJECT

from benchmarks.equal_marts import differences

pytestmark = needs_spark

# What the host has in files on DuckDB is in tables of the lake here.
LAKE = """
spark.sql("create database shop")
for name in ("catalogue", "forget_me"):
    rows = spark.read.csv(f"{data}/{name}.csv", header=True)
    rows.write.saveAsTable(f"shop.{name}")
"""
DISPATCH = """
dispatch:
  - macro_namespace: dbt
    search_order: [tea_shop, precision_marketing, dbt]
"""
INPUTS = """
inputs:
  events: {ref: stg_web_events}
  items: {source: [shop, catalogue]}
  erasure_requests: shop.forget_me
"""


def installed_host(folder: Path) -> Path:
    """Return a copy of the host's folder in which the package is installed."""
    host = folder / "integration_tests"
    built = shutil.ignore_patterns("target", "logs", "dbt_packages", "*.duckdb")
    shutil.copytree(PROJECT / "integration_tests", host, ignore=built)
    packages = host / "packages.yml"
    packages.write_text(packages.read_text().replace("../", f"{PROJECT}/"))
    run(host, {}, "dbt.cli.main", "--no-use-colors", "deps")
    return host


def add_dispatch(host: Path) -> None:
    """Have seeds loaded by the package's macro, as docs/spark.md says."""
    project = host / "dbt_project.yml"
    project.write_text(project.read_text() + DISPATCH)


def run(folder: Path, environment: dict[str, str], *command: str) -> str:
    """Run a module of Python as a host would; return what it printed."""
    ours = ("DBT_", "PRECISION_MARKETING_")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    finished = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=kept | environment,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert finished.returncode == 0, finished.stdout[-5000:] + finished.stderr[-2000:]
    return finished.stdout


@pytest.fixture(scope="module")
def databases(tmp_path_factory):
    """Return the host's databases of DuckDB and of Spark."""
    folder = tmp_path_factory.mktemp("host")
    host = installed_host(folder)
    command = ("precision_marketing", "build", "--project-dir", str(host))
    command += ("--schema", "shop_marts", "--database")
    # The first stands where the host's profile says.
    on_duckdb, on_spark = host / "tea_shop.duckdb", folder / "tea_lake.duckdb"
    run(host, {}, *command, str(on_duckdb))
    add_dispatch(host)
    environment = lake(folder, f'data = "{host}/data"' + LAKE)
    options = ("--engine", "spark", "--vars", INPUTS)
    run(host, environment, *command, str(on_spark), *options)
    return on_duckdb, on_spark, folder / "warehouse"


def test_every_mart_of_the_host_is_equal_on_both_engines(databases):
    on_duckdb, on_spark, _ = databases
    assert differences(on_duckdb, on_spark, schema="shop_marts") == {}


def test_the_hosts_own_models_of_our_names_stand_beside_ours(databases):
    _, _, warehouse = databases
    for schema in ("shop_reporting", "shop_marts"):
        for name in ("recommendations", "campaigns"):
            assert [*(warehouse / f"{schema}.db" / name).glob("*.parquet")], schema
    newsletter = warehouse / "shop_reporting.db" / "newsletter" / "*.parquet"
    rows = duckdb.sql(f"select count(*), count(item_id) from '{newsletter}'")
    assert rows.fetchall() == [(12, 12)]
