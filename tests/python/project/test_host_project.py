"""A host project installs the package, builds on it and publishes, in one run."""

from __future__ import annotations

import gc
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from precision_marketing.command_line.main import main

PROJECT = Path(__file__).parents[3]
LIBRARY = "model.precision_marketing.int_python_library"


def run_module(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    ours = ("DBT_", "PRECISION_MARKETING_")
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env={k: v for k, v in os.environ.items() if not k.startswith(ours)},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def run_dbt(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_module(folder, "dbt.cli.main", "--no-use-colors", *arguments)


@pytest.fixture(scope="module")
def host(tmp_path_factory) -> Path:
    """Install the package in a copy of the host's folder and build everything."""
    folder = tmp_path_factory.mktemp("host") / "integration_tests"
    built = shutil.ignore_patterns("target", "logs", "dbt_packages", "*.duckdb")
    shutil.copytree(PROJECT / "integration_tests", folder, ignore=built)
    packages = folder / "packages.yml"
    packages.write_text(packages.read_text().replace("../", f"{PROJECT}/"))
    finished = run_dbt(folder, "deps")
    assert finished.returncode == 0, finished.stdout[-4000:]
    # From another folder, as a scheduler would.
    finished = run_module(
        folder.parent,
        *("precision_marketing", "build", "--project-dir", str(folder)),
        *("--database", str(folder / "tea_shop.duckdb"), "--schema", "shop_marts"),
    )
    assert finished.returncode == 0, finished.stdout[-4000:] + finished.stderr
    assert "All tables: " in finished.stdout
    assert (folder / "published" / "tea_shop.duckdb").is_file()
    return folder


@pytest.fixture(scope="module")
def database(host) -> Path:
    return host / "tea_shop.duckdb"


@pytest.fixture(scope="module")
def manifest(host) -> dict[str, Any]:
    return json.loads((host / "target" / "manifest.json").read_text())


def nodes_of_ours(manifest: dict[str, Any], resource_type: str) -> dict[str, Any]:
    return {
        key: node
        for key, node in manifest["nodes"].items()
        if node["package_name"] == "precision_marketing"
        and node["resource_type"] == resource_type
    }


def test_the_package_lives_beside_the_hosts_own_models_of_its_names(database, fetch):
    query = "select table_schema, table_name from information_schema.tables"
    relations = set(fetch(database, query))
    for ours, name in [
        ("shop_staging", "stg_events"),
        ("shop_marts", "recommendations"),
        ("shop_marts", "campaigns"),
    ]:
        assert {(ours, name), ("shop_reporting", name)} <= relations
    assert not [schema for schema, _ in relations if "example" in schema]


def test_the_package_reads_and_tests_its_own_models_of_those_names(manifest):
    hosts = {
        f"model.tea_shop.{name}"
        for name in ("stg_events", "recommendations", "campaigns")
    }
    models = nodes_of_ours(manifest, "model").values()
    assert not [node for node in models if hosts & set(node["depends_on"]["nodes"])]
    tests = nodes_of_ours(manifest, "test").values()
    # Those of models that are disabled here stay, and read nothing.
    generic = [
        node
        for node in tests
        if node.get("test_metadata") and node["depends_on"]["nodes"]
    ]
    assert len(generic) > 100
    for node in generic:
        assert node["attached_node"] in node["depends_on"]["nodes"], node["name"]


def test_the_host_can_build_on_the_marts(database, fetch):
    query = "select count(*), count(item_id) from shop_reporting.newsletter"
    assert fetch(database, query) == [(12, 12)]
    query = "select sum(customer_count) from shop_reporting.recommendations"
    assert fetch(database, query) == fetch(
        database, "select count(*) from shop_marts.recommendations"
    )


def test_inputs_are_edges_of_the_graph(manifest):
    staged = {
        name: manifest["parent_map"][f"model.precision_marketing.stg_{name}_checked"]
        for name in ("events", "items")
    }
    assert "model.tea_shop.stg_web_events" in staged["events"]
    assert "source.tea_shop.shop.catalogue" in staged["items"]


def test_an_input_that_is_not_built_is_named_with_what_to_do(host, database):
    away = database.rename(host / "away.duckdb")
    finished = run_dbt(host, "compile", "--select", "stg_events_checked")
    database.unlink(missing_ok=True)
    away.rename(database)
    assert finished.returncode != 0
    assert "Input `events` (" in finished.stdout
    assert "is not in the database yet: `dbt build` makes a model" in finished.stdout


def test_a_host_cannot_build_on_what_is_no_mart(host):
    model = host / "models" / "too_close.sql"
    model.write_text('select * from {{ ref("precision_marketing", "int_events") }}\n')
    finished = run_dbt(host, "parse")
    model.unlink()
    assert finished.returncode != 0
    assert "int_events" in finished.stdout
    assert "is protected to the 'precision_marketing' package" in finished.stdout


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("windws: {}", "There is no var `windws`: did you mean `windows`?"),
        ("windows: {label_share: 0.9}", "set it to a share of at least 0.01 and at"),
    ],
)
def test_a_wrong_setting_of_a_host_stops_its_build_with_the_fix(
    host, monkeypatch, given, expected
):
    """With the graph of the build before: these settings change nothing in it.

    Of other settings dbt would parse all anew, for half a minute.
    """
    parsed = (host / "target" / "partial_parse.msgpack").read_bytes()
    manifest = Manifest.from_msgpack(parsed)
    manifest.build_flat_graph()
    settings = host / "dbt_project.yml"
    text = settings.read_text()
    monkeypatch.chdir(host)
    for name in filter(lambda n: n.startswith(("DBT_", "PRECISION_")), [*os.environ]):
        monkeypatch.delenv(name)
    settings.write_text(text.replace("    inputs:\n", f"    {given}\n    inputs:\n"))
    said: list[str] = []
    stopped = dbtRunner(
        manifest=manifest,
        callbacks=[lambda event: said.append(event.info.msg)],
    ).invoke(
        [
            *("build", "--select", "stg_event_types", "--no-write-json", "--quiet"),
            *("--target-path", str(host / "other"), "--log-path", str(host)),
        ]
    )
    settings.write_text(text)
    DuckDBConnectionManager.close_all_connections()
    gc.collect()
    assert not stopped.success
    assert expected in " ".join(" ".join(said).split())


def test_a_hosts_marts_are_published_as_marts(host, database, fetch):
    published = host / "published" / "shop.duckdb"
    arguments = ["publish", "--database", str(database), "--published", str(published)]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    query = "select count(*), count(distinct user_id) from {}.recommendations"
    assert fetch(published, query.format("marts")) == fetch(
        database, query.format("shop_marts")
    )
    comments = "select count(*) from duckdb_tables() where comment is null"
    assert fetch(published, comments) == [(0,)]
    refused = CliRunner().invoke(main, [*arguments, "--schema", "shop"])
    assert refused.exit_code == 2
    assert "`shop_marts`" in refused.stderr


def test_marts_are_public_and_all_else_protected(manifest):
    for node in nodes_of_ours(manifest, "model").values():
        is_mart = node["fqn"][1] == "marts"
        assert node["access"] == ("public" if is_mart else "protected"), node["name"]
        assert node["group"] == "precision_marketing"
        assert node["schema"] == f"shop_{node['config']['schema']}"


def test_every_mart_is_in_the_exposure_of_its_folder(manifest):
    exposed = {
        (exposure["fqn"][2], mart)
        for exposure in manifest["exposures"].values()
        if exposure["name"].startswith("published_")
        for mart in exposure["depends_on"]["nodes"]
    }
    marts = {
        (node["fqn"][2], key)
        for key, node in nodes_of_ours(manifest, "model").items()
        if node["fqn"][1] == "marts"
    }
    assert exposed == marts


def test_every_python_model_stands_behind_the_comparison_of_versions(manifest):
    models = nodes_of_ours(manifest, "model")

    def stands_behind(key: str) -> bool:
        return key == LIBRARY or any(
            map(
                stands_behind,
                models[key]["depends_on"]["nodes"] if key in models else [],
            )
        )

    python = [key for key, node in models.items() if node["language"] == "python"]
    assert len(python) > 20
    assert [key for key in python if not stands_behind(key)] == []
    assert models[LIBRARY]["config"]["meta"]["package_version"] == "0.1.0"
