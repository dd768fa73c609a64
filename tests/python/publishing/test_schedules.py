"""Whatever befalls a shop between its nights, each is a build of everything that day.

Schedules are drawn by hypothesis, the same ones each time and of what a night keeps;
SCHEDULES in the environment draws so many, of all marts and of three nights.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from random_schedules import LEARN
from whole_builds import PROJECT

SCHEDULES = os.environ.get("SCHEDULES", "")
DRAWN = (SCHEDULES, "3", "all") if SCHEDULES else ("1", "1", "learned")


@pytest.fixture(scope="module")
def finished(
    tmp_path_factory, shared_folder, dbt_project
) -> subprocess.CompletedProcess:
    folder: Path = tmp_path_factory.mktemp("schedules")
    project = type(dbt_project)(folder, shared_folder / "parsed_weekly", windows=LEARN)
    project.manifest()
    ours = ("DBT_", "PRECISION_MARKETING_")
    return subprocess.run(
        [
            *(sys.executable, "-W", "ignore"),
            str(PROJECT / "tests/python/helpers/random_schedules.py"),
            *(str(folder / "shops"), *DRAWN, str(project.parsed)),
        ],
        env={k: v for k, v in os.environ.items() if not k.startswith(ours)}
        | {"PYTHONPATH": os.pathsep.join((str(PROJECT), str(PROJECT / "src")))},
        capture_output=True,
        text=True,
        check=False,
    )


def test_each_night_of_a_random_schedule_is_a_build_of_everything(finished):
    assert finished.returncode == 0, finished.stderr[-8000:]
    found = json.loads(finished.stdout.splitlines()[-1])
    assert found["schedules"] >= int(DRAWN[0])
    # Each of them ends with a night.
    assert found["builds that kept"] + found["builds that learned"] >= int(DRAWN[0])
