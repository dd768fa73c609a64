"""Hundreds of campaigns that do nothing, through the package's own SQL.

A small version of the parts `tails` and `looks` of `make benchmark ONLY=campaigns`. The
bounds are those of chance: the promised rate and three standard errors of so few
campaigns. They are the same every time, so that a sound build never fails.
"""

from __future__ import annotations

from math import sqrt
from pathlib import Path

import numpy as np
import pytest

from benchmarks.campaigns.false_verdicts import (
    METRICS,
    count_looks,
    count_tails,
    read_verdicts,
)
from benchmarks.campaigns.filling import STANDING_ON_THEM, fill
from benchmarks.campaigns.idle_campaigns import Trials, write_inputs
from benchmarks.targets import FALSE_BROKEN, FALSE_LOOKS, FALSE_TAIL

TRIALS = {
    "tails": Trials("tails", draws=20, users=500),
    "looks": Trials("looks", draws=20, users=300),
}
COUNTS = {"tails": count_tails, "looks": count_looks}
WITHOUT_TESTS = ("--exclude-resource-type", "test", "unit_test")


@pytest.fixture(scope="module")
def counted(dbt_project, tmp_path_factory: pytest.TempPathFactory):
    """Give what was counted of a kind of trials, each built once."""
    folder, found = tmp_path_factory.mktemp("idle"), {}

    def build(database: Path, inputs: Path, *flags: str) -> None:
        errors = dbt_project.run(
            *("build", *flags, *WITHOUT_TESTS), database=database, input_dir=inputs
        )
        assert not errors, errors

    def count(kind: str) -> list[dict]:
        if kind not in found:
            trials = TRIALS[kind]
            inputs, database = folder / kind, folder / f"{kind}_build" / "inputs.duckdb"
            database.parent.mkdir()
            write_inputs(trials, inputs)
            build(database, inputs, "--select", "+campaign_lift")
            fill(database, trials)
            build(database, inputs, *STANDING_ON_THEM)
            found[kind] = COUNTS[kind](read_verdicts(database), trials.draws)
        return found[kind]

    return count


def shares(cells: list[dict], key: tuple[str, str], name: str) -> list[float]:
    """A share of every cell of a metric and method."""
    return [row[name] for row in cells if (row["metric"], row["method"]) == key]


@pytest.mark.parametrize("tail", ["works", "harms"])
@pytest.mark.parametrize("key", METRICS)
def test_who_did_nothing_is_seldom_said_to_work_or_to_harm(counted, key, tail):
    found = shares(counted("tails"), key, tail)
    campaigns = TRIALS["tails"].draws * len(found)
    chance = 3 * sqrt(FALSE_TAIL * (1 - FALSE_TAIL) / campaigns)
    assert np.mean(found) <= FALSE_TAIL + chance


@pytest.mark.parametrize("key", METRICS)
def test_most_campaigns_have_a_p_value(counted, key):
    """A method that says nothing would never say anything false."""
    assert np.mean(shares(counted("tails"), key, "decided")) > 0.5


def test_arms_that_were_drawn_well_are_seldom_called_broken(counted):
    cells = shares(counted("tails"), ("revenue", "raw"), "broken")
    campaigns = TRIALS["tails"].draws * len(cells)
    assert np.mean(cells) <= FALSE_BROKEN + 3 * sqrt(FALSE_BROKEN / campaigns)


@pytest.mark.parametrize("key", METRICS)
def test_who_looks_daily_is_seldom_told_of_an_effect_that_is_none(counted, key):
    found = shares(counted("looks"), key, "any_look")
    campaigns = TRIALS["looks"].draws * len(found)
    chance = 3 * sqrt(FALSE_LOOKS * (1 - FALSE_LOOKS) / campaigns)
    assert np.mean(found) <= FALSE_LOOKS + chance
