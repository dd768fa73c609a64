"""The ways into the published file that docs/connect.md names, where they are there."""

from __future__ import annotations

import re
import shutil
import subprocess
import textwrap
from pathlib import Path

import duckdb
import pytest
from parsed import manifest
from whole_builds import PROJECT

from examples.superset import CHARTS, DATA_SETS, bundle

PAGE = (PROJECT / "docs" / "connect.md").read_text(encoding="utf-8")
BLOCKS = [
    textwrap.dedent(block) for block in re.findall(r"(?:^ {4}.*\n|^\n)+", PAGE, re.M)
]
SCRIPTS = [block for block in BLOCKS if block.strip().startswith("import ")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with a published file of empty marts."""
    database = tmp_path / "published" / "precision_marketing.duckdb"
    database.parent.mkdir()
    with duckdb.connect() as connection:
        connection.execute(f"attach '{database}' as file (storage_version 'v1.4.0')")
        connection.execute("create schema file.marts")
        for node in manifest()["nodes"].values():
            if node["fqn"][1:2] == ["marts"] and node["resource_type"] == "model":
                columns = ", ".join(
                    f"{c['name']} {c['data_type']}" for c in node["columns"].values()
                )
                connection.execute(
                    f"create table file.marts.{node['name']} ({columns})"
                )
    return tmp_path


def test_the_page_has_a_script_for_each_library():
    text = "\n".join(SCRIPTS)
    assert [n for n in ("duckdb", "polars", "sqlalchemy") if f"import {n}" in text] == [
        "duckdb",
        "polars",
        "sqlalchemy",
    ]


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_of_the_page_reads_the_published_file(script, folder, monkeypatch):
    for module in re.findall(r"^import (\w+)", script, re.M):
        pytest.importorskip(module, reason=f"{module} is not installed")
    if "sqlalchemy" in script:
        try:
            __import__("duckdb_engine")
        except ModuleNotFoundError:
            pytest.importorskip("duckdb_sqlalchemy", reason="no driver is installed")
    monkeypatch.chdir(folder)
    exec(script, {})


def test_the_command_for_spreadsheets_writes_csv(folder):
    if shutil.which("duckdb") is None:
        pytest.skip("the DuckDB CLI is not installed: pip install duckdb-cli")
    command = next(block for block in BLOCKS if block.strip().startswith("duckdb "))
    subprocess.run(command, shell=True, cwd=folder, check=True)
    header = (folder / "channel_performance.csv").read_text().splitlines()[0]
    assert header.startswith("channel,currency,")


def test_charts_for_superset_ask_for_what_the_marts_have(folder):
    database = folder / "published" / "precision_marketing.duckdb"
    files = bundle(database)
    assert files == bundle(database)
    uuids = {content["uuid"] for content in files.values() if "uuid" in content}
    assert len(uuids) == 2 + len(DATA_SETS) + len(CHARTS)
    with duckdb.connect(str(database), read_only=True) as connection:
        for mart, (time_column, metrics) in DATA_SETS.items():
            asked = ", ".join(["count(*)", *metrics.values()])
            connection.execute(f"select {asked} from marts.{mart}")
            connection.execute(f"select {time_column or '*'} from marts.{mart}")
        for _, _, mart, columns, metrics in CHARTS:
            known = DATA_SETS[mart][1]
            asked = [*columns, *(known[name] for name in metrics)]
            group = f"group by {', '.join(columns)}" if columns and metrics else ""
            connection.execute(f"select {', '.join(asked)} from marts.{mart} {group}")
