"""The versions that are asked for are those that `make compatibility` builds with."""

import tomllib

import locked
import yaml
from compatibility import PAIRS
from whole_builds import PROJECT

LOWEST = PAIRS[0]


def test_the_floors_are_the_lowest_pair():
    library = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    asked = [
        text.split(",")[0].replace(">=", "==")
        for text in library["project"]["dependencies"]
        if text.startswith(("dbt-", "duckdb"))
    ]
    assert sorted(asked) == sorted(LOWEST.packages)


def test_the_package_asks_for_the_same_dbt():
    package = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())
    assert package["require-dbt-version"][0] == f">={LOWEST.dbt_core}"


def test_the_locked_versions_are_a_pair():
    pinned = {str(pin) for pin in locked.pins("runtime")}
    assert any(set(pair.packages) <= pinned for pair in PAIRS)
