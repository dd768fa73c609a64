"""Every setting refuses what it must, in one sentence that names it and the fix."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
import yaml
from settings_in_jinja import (
    GIVEN,
    GIVEN_TO_ALL,
    MACROS,
    NAMED,
    TABLE,
    Refused,
    path_of,
)
from whole_builds import PROJECT

NAN, INFINITY = float("nan"), float("inf")

# What is wrong for a kind whatever its bounds and words are.
NO_NUMBER = [None, True, "1", "", [], {}, [1], {"days": 1}, NAN, INFINITY, -INFINITY]
NO_MAPPING = [None, True, 1, "", "view: 2", [], [{}], NAN]
WRONG = {
    "number": NO_NUMBER,
    "share": [*NO_NUMBER, -0.1, 1.1],
    "whole number": [*NO_NUMBER, 100.5, 100.0],
    "date": [
        *(None, True, 20250630, [], {}, NAN, "30.06.2025", "2025-6-30", "2025-13-01"),
        *("2025-02-29", "2025-06-31", "0000-01-01", " ", "2025-06-30 10:00:00"),
        datetime.datetime(2025, 6, 30, 10),
    ],
    "word": [None, True, 1, "", "any other", [], {}, ["new"], ["log"]],
    "words": [None, True, 1, "", "campaigns", [], {}, {"campaigns": True}, [None]],
    "flag": [None, 0, 1, "", "true", "yes", [], {}],
    "text": [None, True, 1, [], {}, ["a"], NAN, "a\nb", "a\x00b", "a" * 1001],
    "folder": [None, True, 1, [], {}, ["a"], " data", "data\n", "a\x00b"],
    "texts": [None, True, 1, "", "nan", {}, [1], [None], ["a\nb"], {"nan": True}],
    "time zone": [None, True, 1, "", "CEST", "Europe/Berlim", [], {}, ["UTC"]],
    "time formats": [
        *(None, True, 1, "", "%Y-%m-%d", {}, [None], ["%H:%M"], ["%Y %Q"], [""]),
        ["epoch_seconds", "epoch_milliseconds"],
    ],
    "relations": NO_MAPPING,
    "mapping of mappings": [*NO_MAPPING, {"ials": 1}, {"ials": None}],
    "event types": NO_MAPPING,
    "variant shares": NO_MAPPING,
    "channel caps": NO_MAPPING,
    "audience rules": NO_MAPPING,
    "feature gaps": NO_MAPPING,
    "rules": [None, True, 1, "", "tea", {}, {"rule": "pin"}],
    "accepted checks": [None, True, 1, "", "rows_fell", {}, {"rows_fell": True}],
    "thresholds": [*NO_MAPPING, 0.5, "never"],
}


def wrong_values(record: dict[str, Any]) -> list[Any]:
    values = list(WRONG[record["kind"]])
    is_text = record["kind"] == "text"
    if "lowest" in record:
        values += ["", "  "] if is_text else [record["lowest"] - 1, -1]
    if "highest" in record:
        values += [record["highest"] + 1, 1e300, 10**400]
    if record["kind"] == "words":
        values += [record["words"] * 2, [*record["words"], "unheard_of"]]
    return values


def right_values(record: dict[str, Any]) -> list[Any]:
    values = [
        record["default"],
        *([] if record["kind"] == "words" else record.get("words", [])),
    ]
    if record["kind"] == "words":
        values += [[word] for word in record["words"]]
    elif record["kind"] == "date":
        values += ["2024-02-29", datetime.date(2025, 6, 30)]
    elif record["kind"] == "flag":
        values += [True, False]
    elif record["kind"] == "thresholds":
        values += [{"stop": record["highest"]}, {"warn": "never"}, {}]
    elif record["kind"] != "text":
        values += [record[name] for name in ("lowest", "highest") if name in record]
    return values


def checked(record: dict[str, Any], value: Any) -> Any:
    given = value if record["key"] is None else {record["key"]: value}
    GIVEN.update({record["var"]: given})
    return MACROS.setting(record["var"], record["key"])


def refusal_of(name: str, *arguments: Any) -> str:
    with pytest.raises(Refused) as refused:
        getattr(MACROS, name)(*arguments)
    sentence = str(refused.value)
    assert re.fullmatch(r"(The|There) .*[.?]", sentence), sentence
    return sentence


@pytest.fixture(autouse=True)
def nothing_given():
    yield
    GIVEN.clear()
    GIVEN_TO_ALL.clear()


@pytest.mark.parametrize(
    ("record", "value"),
    [
        pytest.param(record, value, id=f"{path_of(record)}={value!r}")
        for record in TABLE
        for value in wrong_values(record)
    ],
)
def test_a_wrong_value_is_refused_with_the_setting_the_value_and_the_fix(record, value):
    with pytest.raises(Refused) as refused:
        checked(record, value)
    sentence = str(refused.value)
    shown = MACROS.shown_value(value)
    assert sentence.startswith(f"The var `{path_of(record)}` is `{shown}`: set it to ")
    assert sentence.endswith(".")
    fix = sentence.split("set it to ")[1]
    for name in ("lowest", "highest"):
        if name in record and record["kind"] != "text":
            assert f"{record[name]}" in fix
    for word in record.get("words", []):
        assert word in fix
    assert record.get("example", "") in fix


@pytest.mark.parametrize("record", TABLE, ids=path_of)
def test_the_default_the_bounds_and_every_word_are_taken(record):
    assert MACROS.setting(record["var"], record["key"]) == record["default"]
    for value in right_values(record):
        assert checked(record, value) == value


@pytest.mark.parametrize("value", [None, True, 5, 0.1, "x", [], ["label_share"], NAN])
@pytest.mark.parametrize("name", [name for name in NAMED if NAMED[name] != [None]])
def test_a_var_of_several_settings_must_be_a_mapping(name, value):
    GIVEN.update({name: value})
    for key in NAMED[name]:
        sentence = refusal_of("setting", name, key)
        assert sentence.startswith(f"The var `{name}` is `{MACROS.shown_value(value)}`")
        assert f"set it to a mapping such as {{{key}: " in sentence


@pytest.mark.parametrize("value", [None, 5, "campaigns", [], {"campaigns": True}])
def test_parts_are_checked_where_a_model_first_asks_for_them(value):
    GIVEN.update({"parts": value})
    sentence = refusal_of("has_part", "campaigns")
    assert sentence.startswith(f"The var `parts` is `{MACROS.shown_value(value)}`: set")


def test_keys_that_are_not_given_keep_their_defaults():
    GIVEN.update({"windows": {"label_share": 0.3}})
    assert MACROS.setting("windows", "label_share") == 0.3
    assert MACROS.setting("windows", "holdout_share") == 0.2


def misspelled(name: str) -> list[str]:
    swapped = name[:2] + name[3] + name[2] + name[4:] if len(name) > 3 else name + "s"
    return [name[:1] + name[2:], name + "x", swapped.upper().lower() + "_"]


@pytest.mark.parametrize("name", list(NAMED))
def test_an_unknown_var_is_refused_with_the_nearest(name):
    for wrong in misspelled(name):
        if wrong not in NAMED:
            GIVEN.clear()
            GIVEN.update({wrong: {}})
            sentence = refusal_of("validate_names")
            assert sentence == f"There is no var `{wrong}`: did you mean `{name}`?"


@pytest.mark.parametrize(
    ("name", "key"), [(n, key) for n, keys in NAMED.items() for key in keys if key]
)
def test_an_unknown_key_is_refused_with_the_nearest(name, key):
    for wrong in misspelled(key):
        GIVEN.update({name: {wrong: 1}})
        sentence = refusal_of("validate_names")
        assert sentence == (
            f"The var `{name}` has no key `{wrong}`: did you mean `{key}`?"
        )


def test_of_a_hosts_own_vars_only_those_named_like_ours_are_looked_at():
    GIVEN_TO_ALL.update({"as_of": "2025-06-30", "tune": "piano", "windws": 4})
    MACROS.validate_names()
    GIVEN_TO_ALL.update({"windows": {"lable_share": 0.2}})
    assert "did you mean `label_share`?" in refusal_of("validate_names")
    GIVEN_TO_ALL.update({"windows": 4})
    MACROS.validate_names()
    assert "set it to a mapping" in refusal_of("setting", "windows", "label_share")


def test_a_name_like_no_other_is_refused_with_all_names():
    GIVEN.update({"zzz": 1})
    sentence = refusal_of("validate_names")
    assert sentence == f"There is no var `zzz`: the vars are {', '.join(NAMED)}."
    GIVEN.clear()
    GIVEN.update({"lift": {"zzz": 1}})
    assert refusal_of("validate_names") == (
        "The var `lift` has no key `zzz`: its keys are history_days, variant_shares."
    )


FORMER = {
    "tune": (True, "tuning: {enabled: true}"),
    "input_relations": ({"events": "a.b"}, "inputs: {'events': 'a.b'}"),
    "label_share": (0.2, "windows: {label_share: 0.2}"),
    "recommendation_target": ("any", "recommendations: {target: 'any'}"),
    "feature_gaps": ({}, "learned: {feature_gaps: {}}"),
    "campaign_history_days": (30, "lift: {history_days: 30}"),
    "attribution_half_life_days": (2, "attribution: {half_life_days: 2}"),
    "frequency_cap": (3, "audiences: {frequency_cap: 3}"),
}


@pytest.mark.parametrize(
    ("former", "value", "now"), [(n, *v) for n, v in FORMER.items()]
)
def test_a_former_name_is_refused_with_what_to_write_now(former, value, now):
    GIVEN.update({former: value})
    sentence = refusal_of("validate_names")
    assert sentence == f"The var `{former}` is now `{now}`."


def test_every_former_name_leads_to_a_setting():
    places = MACROS.former_settings()
    assert len(places) == 18
    assert all(key in NAMED[name] for name, key in places.values())


def test_the_default_that_stands_in_the_project_file_too_is_the_tables():
    project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())
    in_table = {
        record["var"]: record["default"] for record in TABLE if record["key"] is None
    }
    in_file = project["vars"]["precision_marketing"]
    assert list(in_file) == ["parts"]
    assert in_file["parts"] == list(in_table["parts"])


def test_a_macro_that_reads_a_setting_that_is_not_there_stops():
    assert refusal_of("setting", "windows", "lable_share") == (
        "There is no setting `windows.lable_share`: did you mean `windows.label_share`?"
    )
    assert "did you mean `rules`?" in refusal_of("setting", "rule")
    assert refusal_of("setting", "windows").startswith("There is no setting `windows`")


@pytest.mark.parametrize(
    ("name", "key", "value", "expected"),
    [
        ("event_types", None, {"view": "high"}, "sets `view` to `high`: give a weight"),
        ("event_types", None, {"view": NAN}, "sets `view` to `nan`: give a weight of"),
        (
            "event_types",
            None,
            {"x": {"is_target": True}},
            "{weight: 2, is_target: true",
        ),
        ("event_types", None, {"x": {"weight": 1, "is_target": 1}}, "give a weight of"),
        ("lift", "variant_shares", {"c": {"control": 0.5}}, "give every arm a share"),
        ("lift", "variant_shares", {"c": 0.5}, "sets `c` to `0.5`: give every arm"),
        ("lift", "variant_shares", {"c": {"a": 0, "b": 1}}, "a share above 0"),
        ("lift", "variant_shares", {"c": {"a": NAN, "b": 1}}, "a share above 0"),
        ("lift", "variant_shares", {"c": {"a": "1", "b": 1}}, "a share above 0"),
        (
            "audiences",
            "channel_frequency_caps",
            {"email": 0},
            "sets `email` to `0`: give a number of contacts of at least 1",
        ),
        ("audiences", "channel_frequency_caps", {"sms": "3"}, "a number of contacts"),
        (
            "audiences",
            "addressed",
            {"c": {}},
            "give segments of customer_segments as a",
        ),
        ("audiences", "addressed", {"c": {"segments": "Lost"}}, "give segments of"),
        ("audiences", "addressed", {"c": {"segments": []}}, "give segments of"),
        ("audiences", "addressed", {"c": {"least_days": "60"}}, "and least_days and"),
        ("audiences", "addressed", {"c": {"least_day": 60}}, "and least_days and"),
        (
            "audiences",
            "addressed",
            {"c": {"segments": ["Lost", "Lots"]}},
            "The var `audiences.addressed` names `Lots`: did you mean `Lost`?",
        ),
        (
            "audiences",
            "addressed",
            {"c": {"segments": ["VIP"]}},
            "names `VIP`: the segments are About to sleep, At risk,",
        ),
        (
            "audiences",
            "addressed",
            {"c": {"least_days": 60, "most_days": 30}},
            "sets `c.least_days` to `60`: give at most the most_days of 30.",
        ),
        (
            "audiences",
            "addressed",
            {"c": {"segments": ["No purchase yet"], "most_days": 30}},
            "leave least_days and most_days out, since they have no last order.",
        ),
        (
            "learned",
            "feature_gaps",
            {"popularity__user": 0},
            "mean `popularity__users`?",
        ),
        (
            "learned",
            "feature_gaps",
            {"popularity__users": "x"},
            "give a number to fill",
        ),
        (
            "learned",
            "feature_gaps",
            {"popularity__users": INFINITY},
            "give a number to",
        ),
        ("rules", None, ["tea"], "has the rule `tea`: write {rule: pin, item_id: x"),
        (
            "rules",
            None,
            [{"rule": "cap", "brand": "a", "maximum": True}],
            "1 or more}.",
        ),
    ],
)
def test_what_a_mapping_or_list_holds_is_checked(name, key, value, expected):
    path = f"{name}.{key}" if key else name
    GIVEN.update({name: {key: value} if key else value})
    sentence = refusal_of("setting", name, key)
    assert sentence.startswith(f"The var `{path}` ")
    assert expected in sentence


def test_the_segments_of_settings_are_those_of_the_seed():
    seed = (PROJECT / "seeds" / "reference" / "rfm_segments.csv").read_text()
    named = {line.split(",")[2] for line in seed.splitlines()[1:]}
    assert sorted(MACROS.customer_segments()) == sorted(named | {"No purchase yet"})
