"""What a build cost is what dbt wrote down: seconds by layer, memory, the slowest."""

import json

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


def report(command: str, seconds: float) -> str:
    found = {
        "command_name": command,
        "command_wall_clock_time": seconds,
        "process_user_time": 20.5,
        "process_kernel_time": 1.5,
        "process_mem_max_rss": str(3 * 2**19),
    }
    line = f"[debug] [MainThread]: Resource report: {json.dumps(found)}"
    return f"10:00:00 {line}\n"


def test_seconds_are_added_by_layer_and_the_slowest_five_named(target):
    text = build_costs(target, target / "no.log")
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


def test_memory_and_seconds_are_those_of_the_last_build_of_the_log(target):
    log = target / "dbt.log"
    log.write_text(report("build", 99.0) + report("build", 12.0) + report("list", 1.0))
    first = build_costs(target, log).splitlines()[0]
    assert first == "12 s, 22 s of the processor, at most 1.5 GB of memory."
