"""A host project installs the package and builds on it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[3]


def run_dbt(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    ours = ("DBT_", "PRECISION_MARKETING_")
    return subprocess.run(
        [sys.executable, "-m", "dbt.cli.main", "--no-use-colors", *arguments],
        cwd=folder,
        env={k: v for k, v in os.environ.items() if not k.startswith(ours)},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture(scope="module")
def host(tmp_path_factory) -> Path:
    """Install the package in a copy of the host's folder and build everything."""
    folder = tmp_path_factory.mktemp("host") / "integration_tests"
    built = shutil.ignore_patterns("target", "logs", "dbt_packages", "*.duckdb")
    shutil.copytree(PROJECT / "integration_tests", folder, ignore=built)
    packages = folder / "packages.yml"
    packages.write_text(packages.read_text().replace("../", f"{PROJECT}/"))
    for command in (["deps"], ["seed"], ["build", "--exclude-resource-type", "seed"]):
        finished = run_dbt(folder, *command)
        assert finished.returncode == 0, finished.stdout[-4000:]
    return folder


@pytest.fixture(scope="module")
def database(host) -> Path:
    return host / "tea_shop.duckdb"


def test_the_package_lives_beside_the_hosts_own_models(database, fetch):
    query = "select table_schema, table_name from information_schema.tables"
    relations = set(fetch(database, query))
    assert ("shop_reporting", "stg_events") in relations
    assert ("shop_staging", "stg_events") in relations
    assert ("shop_marts", "recommendations") in relations
    assert not [schema for schema, _ in relations if "example" in schema]


def test_the_host_can_build_on_the_marts(database, fetch):
    query = "select count(*), count(item_id) from shop_reporting.newsletter"
    assert fetch(database, query) == [(12, 12)]


def test_a_model_of_the_host_is_never_taken_for_ours_in_silence(host):
    settings = host / "dbt_project.yml"
    flag = "  require_ref_searches_node_package_before_root: true\n"
    text = settings.read_text()
    assert flag in text
    settings.write_text(text.replace(flag, ""))
    finished = run_dbt(host, "build", "--select", "stg_event_types")
    settings.write_text(text)
    assert finished.returncode != 0
    assert "both have a model `stg_events`" in finished.stdout


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("windws: {}", "There is no var `windws`: did you mean `windows`?"),
        ("windows: {label_share: 0.9}", "set it to a share of at least 0.01 and at"),
    ],
)
def test_a_wrong_setting_of_a_host_stops_its_build_with_the_fix(host, given, expected):
    settings = host / "dbt_project.yml"
    text = settings.read_text()
    settings.write_text(text.replace("    inputs:\n", f"    {given}\n    inputs:\n"))
    finished = run_dbt(host, "build", "--select", "stg_event_types")
    settings.write_text(text)
    assert finished.returncode != 0
    assert expected in " ".join(finished.stdout.split())
