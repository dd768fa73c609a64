"""The rates that the campaign marts promise, each on campaigns whose truth is known."""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.builds import Dbt
from benchmarks.campaigns.filling import STANDING_ON_THEM
from benchmarks.campaigns.idle_campaigns import Trials
from benchmarks.campaigns.programme import FILLED
from benchmarks.campaigns.section import (
    WITHOUT_TESTS,
    StackOnDisk,
    cost_of,
    environment,
)
from benchmarks.campaigns.stacking import Stack
from benchmarks.machine import PROJECT, describe
from benchmarks.measuring import measure
from benchmarks.targets import CALIBRATED_USERS

VALUE = Stack(shops=24, users=900, campaign_sets=24)
PROGRAMME = Stack(shops=100, users=600, campaign_sets=100, holdout_share=0.25)


def measure_value(dbt: Dbt, folder: Path) -> dict:
    """Build the audiences of many shops and compare their value with the truth.

    Parameters
    ----------
    dbt : Dbt
        Its variables must name `folder` as `input_dir`, and the parts `campaigns` and
        `audiences`.
    folder : Path
        Folder of the shops; kept, and not generated anew where it is complete.

    Returns
    -------
    dict
        JSON-ready: `value`, what `value.summarize` returns; sizes, seconds, memory.

    Raises
    ------
    CommandFailedError
        If the generator or dbt fails.
    CalledProcessError
        If a mart lacks a column, or an audience its value.
    """
    StackOnDisk(folder, VALUE).make(dbt.threads)
    machine = describe()
    build = dbt.build("--select", "+audience_summary", *WITHOUT_TESTS)
    found = _told("value", "--database", dbt.database, "--stack", folder)
    sizes = {"shops": VALUE.shops, "campaigns": 10 * VALUE.shops}
    return sizes | found | {"machine": machine, **cost_of(build)}


def measure_programme(dbt: Dbt, folder: Path) -> dict:
    """Compare what all campaigns of many shops changed with what the marts say.

    Parameters and errors as in `measure_value`.

    Returns
    -------
    dict
        JSON-ready: what `programme.summarize` returns, and the number of shops.
    """
    StackOnDisk(folder, PROGRAMME).make(dbt.threads)
    machine = describe()
    dbt.build("--select", "+programme_lift", "+incrementality_factors", *WITHOUT_TESTS)
    _run("programme", *_of(dbt, folder), "--fill", str(PROGRAMME.holdout_share))
    standing = ("--select", f"{FILLED}+,+programme_lift", "--exclude", FILLED)
    dbt.build(*standing, *WITHOUT_TESTS, anew=False)
    found = _told("programme", *_of(dbt, folder))
    return {"shops": PROGRAMME.shops, **found, "machine": machine}


def measure_stamped(dbt: Dbt, folder: Path, campaigns: int) -> dict:
    """Count false verdicts where the treated alone are stamped at the send.

    Parameters
    ----------
    dbt : Dbt
        Its variables must name `folder` as `input_dir`.
    folder : Path
        Where the inputs are written.
    campaigns : int
        Of each kind.

    Returns
    -------
    dict
        JSON-ready: `verdicts`, as `stamped.count` returns them, and `from_the_draw`,
        the same if each user were measured from the own draw.

    Raises
    ------
    CommandFailedError
        If dbt fails.
    CalledProcessError
        If the mart lacks a column.
    """
    machine = describe()
    _run("stamped", "--out", folder, "--campaigns", str(campaigns))
    dbt.build("--select", "+campaign_lift", *WITHOUT_TESTS)
    database = ("--database", dbt.database)
    verdicts = _told("stamped", *database)["verdicts"]
    _run("stamped", *database, "--from-the-draw")
    standing = ("--select", "int_campaign_draws+,+campaign_lift")
    standing += ("--exclude", "int_campaign_draws")
    dbt.build(*standing, *WITHOUT_TESTS, anew=False)
    before = _told("stamped", *database)["verdicts"]
    return {"verdicts": verdicts, "from_the_draw": before, "machine": machine}


def measure_idle(dbt: Dbt, folder: Path, trials: Trials) -> dict:
    """Build the lift of thousands of campaigns that do nothing; count false verdicts.

    Parameters
    ----------
    dbt : Dbt
        Its variables must name `folder` as `input_dir`.
    folder : Path
        Where the inputs are written.
    trials : Trials
        Which cells, how many campaigns of each and of how many users.

    Returns
    -------
    dict
        JSON-ready: `cells`, as `false_verdicts` counts them; sizes, seconds and memory
        of the second build, in which the lift is measured.

    Raises
    ------
    CommandFailedError
        If dbt fails.
    CalledProcessError
        If tables have columns that are not known here, or the mart lacks one.
    """
    sizes = ["--kind", trials.kind, "--draws", str(trials.draws)]
    drawn = [*sizes, "--users", str(trials.users)]
    machine = describe()
    _run("filling", *drawn, "--out", folder)
    print(f"{trials.kind}: dbt build of the campaigns' names", flush=True)
    dbt.build("--select", "+campaign_lift", *WITHOUT_TESTS)
    print(f"{trials.kind}: drawing the users", flush=True)
    _run("filling", *drawn, "--database", dbt.database)
    print(f"{trials.kind}: dbt build of the lift", flush=True)
    build = dbt.build(*STANDING_ON_THEM, *WITHOUT_TESTS, anew=False)
    cells = _told("false_verdicts", *sizes, "--database", dbt.database)
    return {
        "draws": trials.draws,
        "users": trials.users,
        "cells": cells,
        "machine": machine,
        **cost_of(build),
    }


def measure_calibration(dbt: Dbt, folder: Path) -> dict:
    """Build shops of three sizes whole; compare what was foretold with what happened.

    Parameters
    ----------
    dbt : Dbt
        Its variables must name `folder` as `input_dir`.
    folder : Path
        Where each shop is written in its turn.

    Returns
    -------
    dict
        JSON-ready: `shops`, by number of users what `foretold.summarize` returns and
        the cost of the build.

    Raises
    ------
    CommandFailedError
        If the generator or dbt fails.
    CalledProcessError
        If the mart lacks a column.
    """
    machine, shops = describe(), {}
    for users in CALIBRATED_USERS:
        print(f"calibration: a shop of {users:,} users", flush=True)
        command = [sys.executable, "-m", "examples.example_data"]
        command += ["--users", str(users), "--out", str(folder)]
        measure(command, environment(), PROJECT)
        build = dbt.build("--select", "+propensity_calibration", *WITHOUT_TESTS)
        found = _told("foretold", "--database", dbt.database)
        shops[str(users)] = found | cost_of(build)
    return {"shops": shops, "machine": machine}


def _of(dbt: Dbt, folder: Path) -> tuple[str | Path, ...]:
    return "--database", dbt.database, "--stack", folder


def _command(module: str, *options: str | Path) -> list[str]:
    return [sys.executable, "-m", f"benchmarks.campaigns.{module}", *map(str, options)]


def _run(module: str, *options: str | Path) -> None:
    # In a process of its own: whoever measures must be small.
    command = _command(module, *options)
    subprocess.run(command, cwd=PROJECT, env=environment(), check=True)


def _told(module: str, *options: str | Path) -> dict | list:
    command = _command(module, *options)
    return json.loads(
        subprocess.check_output(command, cwd=PROJECT, env=environment(), text=True)
    )
