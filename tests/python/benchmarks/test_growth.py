"""The exponent of growth, and where a build's time went."""

import json

import pytest

from benchmarks.builds import layer_seconds, slowest_models
from benchmarks.growth import exponents


def part(size, events, seconds):
    times = {"wall_seconds": seconds, "cpu_seconds": seconds**2}
    return {"size": size, "events": events, **times}


def test_exponent_is_the_ratio_of_logarithms_in_order_of_events():
    parts = {
        "10m": part("10m", 10_000_000, 400.0),
        "0.1m": part("0.1m", 100_000, 10.0),
        "1m": part("1m", 1_000_000, 40.0),
    }
    found = exponents(parts)
    assert [(s["smaller"], s["larger"]) for s in found] == [
        ("0.1m", "1m"),
        ("1m", "10m"),
    ]
    # log10(4) and log10(10).
    assert [s["exponent"] for s in found] == pytest.approx([0.6020599913, 1.0])
    assert [s["cpu_exponent"] for s in found] == pytest.approx([1.2041199827, 2.0])


def test_one_size_has_no_exponent():
    assert exponents({"1m": part("1m", 1_000_000, 40.0)}) == []


def test_slowest_models_leave_out_tests(tmp_path):
    results = [
        {
            "unique_id": f"{kind}.p.{name}",
            "execution_time": s,
            "relation_name": relation,
        }
        for kind, name, s, relation in (
            ("model", "slow", 9.0, '"d"."scorers"."slow"'),
            ("model", "fast", 1.0, '"d"."marts"."fast"'),
            ("test", "slower", 99.0, None),
            ("model", "medium", 5.0, '"d"."marts"."medium"'),
        )
    ]
    path = tmp_path / "run_results.json"
    path.write_text(json.dumps({"results": results}))
    assert list(slowest_models(path, 2).items()) == [
        ("scorers.slow", 9.0),
        ("marts.medium", 5.0),
    ]


def test_what_dbt_names_and_does_nothing_for_is_no_layer(tmp_path):
    results = [
        {
            "unique_id": f"{kind}.precision_marketing.{name}",
            "execution_time": seconds,
            "status": status,
        }
        for kind, name, seconds, status in (
            ("test", "looks", 2.0, "pass"),
            ("saved_query", "asks", 0.0, "no-op"),
        )
    ]
    path = tmp_path / "run_results.json"
    path.write_text(json.dumps({"results": results}))
    assert layer_seconds(path) == {"tests": 2.0}
