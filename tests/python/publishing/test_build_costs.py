"""What a build cost: seconds by layer, the slowest nodes, memory of the command."""

import json
import subprocess
import sys

import pytest

from precision_marketing.publishing.build_costs import build_costs

NODES = [
    ("model.p.stg_events", 1.5, '"shop"."staging"."stg_events"'),
    ("model.p.recommendations", 4.0, '"shop"."marts"."recommendations"'),
    ("model.p.campaigns", 0.25, '"shop"."marts"."campaigns"'),
    ("model.p.campaign_daily", 0.5, '"shop"."marts"."campaign_daily"'),
    ("test.p.one_row_x.1a2b", 3.0, None),
    ("unit_test.p.campaigns.claim", 2.0, None),
    ("seed.p.currencies", 0.1, '"shop"."reference"."currencies"'),
    ("operation.p.hook", 0.0, None),
]


@pytest.fixture
def target(tmp_path):
    results = [
        {"unique_id": key, "execution_time": seconds, "relation_name": relation}
        for key, seconds, relation in NODES
    ]
    run = {"elapsed_time": 9.4, "results": results}
    (tmp_path / "run_results.json").write_text(json.dumps(run))
    return tmp_path


def test_seconds_are_added_by_layer_and_the_slowest_five_named(target):
    text = build_costs(target)
    rows = [line.split() for line in text.splitlines()]
    assert ["marts", "3", "4.8"] in rows
    assert ["staging", "1", "1.5"] in rows
    assert ["data", "tests", "1", "3.0"] in rows
    assert ["unit", "tests", "1", "2.0"] in rows
    assert ["seeds", "1", "0.1"] in rows
    assert [row[0] for row in rows[-5:]] == [
        *("recommendations", "one_row_x.1a2b", "campaigns.claim"),
        *("stg_events", "campaign_daily"),
    ]
    assert text.startswith("9 s, memory not known")


def test_memory_and_seconds_are_those_of_the_measured_command(target):
    cost = {"wall_seconds": 12.0, "cpu_seconds": 22.0, "peak_bytes": 3 * 2**29}
    (target / "build_cost.json").write_text(json.dumps(cost))
    first = build_costs(target).splitlines()[0]
    assert first == "12 s, 22 s of the processor, at most 1.5 GB of memory."


def test_the_cost_of_a_command_is_its_own_and_so_is_its_exit_status(tmp_path):
    report = tmp_path / "new" / "cost.json"
    work = "held = b'x' * 300_000_000; sum(range(3_000_000)); raise SystemExit({})"

    def run(status: int) -> int:
        # By a process of its own: a child's peak is at least that of its parent.
        measure = (
            "import sys; from pathlib import Path\n"
            "from precision_marketing.publishing.command_cost import run_command\n"
            "sys.exit(run_command(Path(sys.argv[1]), sys.argv[2:]))"
        )
        program = [sys.executable, "-c", work.format(status)]
        command = [sys.executable, "-c", measure, report, *program]
        return subprocess.run(command, check=False).returncode

    assert run(0) == 0
    cost = json.loads(report.read_text())
    assert 300e6 < cost["peak_bytes"] < 400e6
    assert 0 < cost["cpu_seconds"] < 60
    assert 0 < cost["wall_seconds"] < 60
    assert run(3) == 3
    assert not report.exists()
