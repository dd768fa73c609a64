"""Builds and publications are killed or find the disk full, beside four readers."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from whole_builds import PROJECT

KILLED = -signal.SIGKILL
BUILDS, PUBLICATIONS = 10, 10


@pytest.fixture(scope="module")
def found(tmp_path_factory, dbt_parts) -> dict:
    folder: Path = tmp_path_factory.mktemp("killed")
    campaigns = dbt_parts(("campaigns",))
    campaigns.manifest()
    ours = ("DBT_", "PRECISION_MARKETING_")
    finished = subprocess.run(
        [
            *(sys.executable, "-W", "ignore"),
            str(PROJECT / "tests/python/helpers/killed_builds.py"),
            *(str(folder), str(BUILDS), str(PUBLICATIONS), str(campaigns.parsed)),
        ],
        env={k: v for k, v in os.environ.items() if not k.startswith(ours)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr[-4000:]
    return json.loads(finished.stdout.splitlines()[-1]) | {"said": finished.stderr}


def test_no_reader_fails_or_sees_marts_of_two_builds(found):
    assert found["failed_reads"] == []
    assert found["mixed_reads"] == 0
    assert min(found["reads"]) > 50, "the readers saw too little to show anything"


def test_what_a_killed_build_left_is_not_published(found):
    # The first is killed before it has touched anything: the build before it is whole.
    assert found["killed_builds"] == [[KILLED, 0], *[[KILLED, 1]] * (BUILDS - 1)]


def test_a_full_disk_stops_builds_and_publications_in_words(found):
    assert found["full_builds"] == [[1, 1]]
    assert found["full_publications"] == [1, 1]
    assert found["said"].count("the disk is full: free space there") == 2


def test_a_killed_publication_is_made_good_by_the_next(found):
    assert found["killed_publications"] == [KILLED] * PUBLICATIONS
    assert (found["last_build"], found["last_publication"]) == ([0], [0])
