"""Random values for every setting: what is right is taken, all else is refused.

What is right is said here once more, in Python, and so of kinds, not of settings: a new
record is tried by itself.
"""

from __future__ import annotations

import datetime
import math
import random
import re
from collections.abc import Callable
from typing import Any

import pytest
import pytz
from settings_in_jinja import GIVEN, MACROS, TABLE, Refused, path_of

TRIED_OF_EACH = 60
CHECKS = {record["key"] for record in TABLE if record["kind"] == "thresholds"}
INPUTS = set(MACROS.input_contract())
FEATURES = [name for name, *_ in MACROS.candidate_features()]
SEGMENTS = MACROS.customer_segments()
SCORERS = {
    record["name"]: record["settings"]
    for record in MACROS.scorer_records()
    if record["settings"]
}
UNITS = ["epoch_seconds", "epoch_milliseconds", "epoch_microseconds"]
CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
TEXTS = [
    *("", " ", "a", "view", "O'Brien", 'say "no"', "a; drop table x", "-- a", "a\nb"),
    *("a\tb", "a\x00b", " a", "a ", "緑茶", "é" * 200, "x" * 1001, "1", "0.5", "nan"),
    *("true", "null", "2025-06-30", "2025-02-30", "1601-01-01", "3000-01-01", "drop"),
    *("never", "log", "any", "new", "*", "events", "events.csv", "shop.events", "data"),
    *("a.b.c.d", '"my shop".events', "read_csv('it''s.csv', header = true)", "{{ x"),
    *("read_csv('a'); select 1", "(select 1)", "a b", "a'b", "rows_fell", "{% x %}"),
    *("rows_fell.events", "rows_fell.event", "rows_fel", "data/*", "../data", "}}"),
]
NUMBERS = [
    *(0, 1, 2, 5, 100, -1, -0.0, 0.5, 0.1, 0.3, 1.0, 100.0, 1e-7, 1e-300, 1e300, 2**63),
    *(10**30, 10**400, -(10**30), float("nan"), float("inf"), float("-inf"), 1e15),
]
OTHERS = [
    *(None, True, False, datetime.date(2025, 6, 30), datetime.date(1601, 1, 1)),
    *(datetime.datetime(2025, 6, 30, 1), [], {}, [[]], [{}], [None], {None: None}),
]


def is_number(value: Any, lowest: float, highest: float) -> bool:
    return (
        type(value) in (int, float)
        and (type(value) is int or math.isfinite(value))
        and lowest <= value <= highest
    )


def is_text(value: Any) -> bool:
    return type(value) is str and not CONTROLS.search(value) and len(value) <= 1000


def is_pattern(value: Any) -> bool:
    """Return whether a text is a pattern of strptime with a year and known parts."""
    if type(value) is not str:
        return False
    parts = re.split("%(-?.?)", value)[1::2]
    known = {*"aAbBdfHIjmMnpSyYzZ%", *(f"-{part}" for part in "dHIjmMSy")}
    years = {"y", "Y", "-y"}
    return "\n" not in value and known.issuperset(parts) and bool(years & {*parts})


def is_name(value: Any) -> bool:
    if type(value) is int:
        return len(str(value)) <= 20
    return is_text(value) and 0 < len(value) <= 200 and value == value.strip()


def are_names(values: Any) -> bool:
    return all(map(is_name, values)) and len({*map(str, values)}) == len([*values])


def is_date(value: Any) -> bool:
    if type(value) is not datetime.date:
        try:
            assert re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII)
            value = datetime.date.fromisoformat(value)
        except (AssertionError, TypeError, ValueError):
            return False
    return 1970 <= value.year <= 2199


def is_event_type(value: Any) -> bool:
    settings = value if type(value) is dict else {"weight": value}
    return (
        is_number(settings.get("weight"), 0, 1e6)
        and {*settings} <= {"weight", "is_target", "is_conversion"}
        and all(type(v) is bool for k, v in settings.items() if k != "weight")
    )


def are_shares(value: Any) -> bool:
    return (
        type(value) is dict
        and len(value) > 1
        and are_names(value)
        and all(is_number(share, 1e-6, 1e6) for share in value.values())
    )


def is_audience_rule(rule: Any) -> bool:
    segments = rule.get("segments", ["Lost"]) if type(rule) is dict else []
    return (
        type(segments) is list
        and len(segments) > 0
        and len(rule) > 0
        and {*rule} <= {"segments", "least_days", "most_days"}
        and all(segment in SEGMENTS for segment in segments)
        and all(is_number(v, 0, 36500) for k, v in rule.items() if k != "segments")
        and rule.get("least_days", 0) <= rule.get("most_days", 36500)
        and not (rule.get("segments") == ["No purchase yet"] and len(rule) > 1)
    )


def is_rule(rule: Any) -> bool:
    kind = rule.get("rule") if type(rule) is dict else None
    if kind not in ("pin", "exclude", "cap"):
        return False
    amount, highest = {"pin": ("rank", 10), "cap": ("maximum", 1000)}.get(
        kind, (None, 0)
    )
    named = {*rule} - {"rule", amount}
    targets = {"pin": {"item_id"}, "cap": {"category", "brand"}}.get(
        kind, {"item_id", "category", "brand"}
    )
    return (
        len(named) == 1
        and named <= targets
        and all(is_name(rule[name]) for name in named)
        and (kind == "cap" or "*" not in [rule[name] for name in named])
        and (
            amount is None
            or (type(rule.get(amount)) is int and 1 <= rule[amount] <= highest)
        )
    )


def is_relation(value: Any) -> bool:
    return is_text(value) and value in {
        *("a", "view", "nan", "true", "null", "never", "log", "any", "new", "events"),
        *("shop.events", "data", '"my shop".events', "rows_fell", "drop"),
        *("read_csv('it''s.csv', header = true)", "緑茶", "é" * 200, "rows_fel"),
        *("rows_fell.events", "rows_fell.event"),
    }


def is_accepted(value: Any) -> bool:
    check, dot, name = str(value).partition(".")
    return check in CHECKS and (not dot or name in INPUTS)


def is_mapping_of(
    is_key: Callable[[Any], bool], is_value: Callable[[Any], bool]
) -> Callable[[dict[str, Any], Any], bool]:
    return lambda record, value: (
        type(value) is dict
        and are_names(value)
        and all(map(is_key, value))
        and all(map(is_value, value.values()))
    )


RIGHT: dict[str, Callable[[dict[str, Any], Any], bool]] = {
    "number": lambda r, v: is_number(v, r["lowest"], r["highest"]),
    "share": lambda r, v: is_number(v, r["lowest"], r["highest"]),
    "whole number": lambda r, v: (
        type(v) is int and is_number(v, r["lowest"], r["highest"])
    ),
    "date": lambda r, v: v == "" or is_date(v),
    "word": lambda r, v: type(v) is str and v in r["words"],
    "words": lambda r, v: (
        type(v) is list
        and len(v) > 0
        and all(word in r["words"] for word in v)
        and len({*v}) == len(v)
    ),
    "flag": lambda r, v: type(v) is bool,
    "text": lambda r, v: is_text(v) and v.strip() != "",
    "folder": lambda r, v: is_text(v) and v == v.strip(),
    "relations": is_mapping_of(INPUTS.__contains__, is_relation),
    "event types": lambda r, v: (
        is_mapping_of(is_name, is_event_type)(r, v)
        and len({str(name).lower() for name in v}) == len(v)
    ),
    "variant shares": is_mapping_of(is_name, are_shares),
    "channel caps": is_mapping_of(is_name, lambda cap: is_number(cap, 1, 1e6)),
    "audience rules": is_mapping_of(is_name, is_audience_rule),
    "feature gaps": is_mapping_of(
        FEATURES.__contains__, lambda gap: gap == "drop" or is_number(gap, -1e6, 1e6)
    ),
    "mapping of mappings": lambda r, v: (
        type(v) is dict and all(type(settings) is dict for settings in v.values())
    ),
    "rules": lambda r, v: type(v) is list and all(map(is_rule, v)),
    "accepted checks": lambda r, v: type(v) is list and all(map(is_accepted, v)),
    "texts": lambda r, v: type(v) is list and all(map(is_text, v)),
    "time zone": lambda r, v: type(v) is str and v in pytz.all_timezones_set,
    "time formats": lambda r, v: (
        type(v) is list
        and all(format in UNITS or is_pattern(format) for format in v)
        and sum(format in UNITS for format in v) <= 1
    ),
    "thresholds": lambda r, v: (
        type(v) is dict
        and {*v} <= {"warn", "stop"}
        and all(t == "never" or is_number(t, r["lowest"], r["highest"])
                for t in v.values())
    ),
}  # fmt: skip


def scalar(draw: random.Random) -> Any:
    return draw.choice(draw.choice([TEXTS, NUMBERS, OTHERS]))


def near(record: dict[str, Any], draw: random.Random) -> Any:
    """Return a value of the record's form, whose parts may be anything."""

    def part(*likely: Any) -> Any:
        return draw.choice(likely) if draw.random() < 0.7 else scalar(draw)

    def key(*likely: Any) -> Any:
        found = part(*likely)
        return found if found.__hash__ else str(found)

    def rule() -> Any:
        return part(
            {
                "rule": part("pin", "exclude", "cap"),
                key("item_id", "category", "brand"): part("a", 7, "*", "O'Brien"),
                key("rank", "maximum"): part(1, 3),
            },
            {"rule": "exclude", key("item_id", "brand"): part("a", 7, "*")},
        )

    kind, some = record["kind"], range(draw.randrange(1, 4))
    forms: dict[str, Callable[[], Any]] = {
        "words": lambda: [part(*record["words"]) for _ in some],
        "relations": lambda: {key(*INPUTS): part(*TEXTS) for _ in some},
        "event types": lambda: {
            key("view", "VIEW", "share", "it's"): part(
                2, {"weight": part(1, 0.5), key("is_target", "is_convers"): part(True)}
            )
            for _ in some
        },
        "variant shares": lambda: {
            key("spring", 7): {key("control", "a"): part(0.2, 8) for _ in range(2)}
            for _ in some
        },
        "channel caps": lambda: {key("email", "push", 7): part(3, 2.5) for _ in some},
        "audience rules": lambda: {
            key("spring", 7): part(
                {"segments": part(["Lost"], ["No purchase yet"], [part("Lots")])},
                {key("least_days", "most_days", "days"): part(60, 0.5)},
                {"least_days": part(5, 60), "most_days": part(30, 60)},
            )
            for _ in some
        },
        "feature gaps": lambda: {
            key(*FEATURES): part(0, 0.5, "drop") for _ in some
        },
        "mapping of mappings": lambda: {key(*SCORERS): part({}) for _ in some},
        "rules": lambda: [rule()],
        "accepted checks": lambda: [part(*CHECKS, "rows_fell.users") for _ in some],
        "texts": lambda: [part("nan", "-", "unknown") for _ in some],
        "time zone": lambda: part("Europe/Berlin", "UTC", "Europe/Berlim", "CEST"),
        "time formats": lambda: [
            part(*UNITS, "%d.%m.%Y %H:%M", "%-m/%-d/%y", "%Q", "%H:%M", "%Y-%Q", "%")
            for _ in some
        ],
        "thresholds": lambda: {
            key("warn", "stop"): part("never", record["lowest"], record["highest"])
            for _ in some
        },
    }  # fmt: skip
    return forms.get(kind, lambda: part(record["default"], *record.get("words", [])))()


@pytest.fixture(autouse=True)
def nothing_given():
    yield
    GIVEN.clear()


def assert_one_sentence(sentence: str, path: str) -> None:
    assert re.fullmatch(r"The var `[^\n\r\x00]*[.?]", sentence), sentence
    assert sentence.startswith(f"The var `{path}"), sentence
    assert re.search(r"set it to|give |write |did you mean|are |leave one", sentence)
    assert len(sentence) < 6000


def outcome(macro: str, *arguments: Any) -> tuple[Any, str | None]:
    """Return what a macro gives, or the sentence with which it refuses."""
    try:
        return getattr(MACROS, macro)(*arguments), None
    except Refused as refusal:
        return None, str(refusal)


@pytest.mark.parametrize("record", TABLE, ids=path_of)
def test_right_values_are_taken_and_wrong_ones_refused_in_one_sentence(record):
    draw = random.Random(path_of(record))
    taken = refused = 0
    for _ in range(TRIED_OF_EACH):
        value = near(record, draw) if draw.random() < 0.6 else scalar(draw)
        GIVEN[record["var"]] = value if not record["key"] else {record["key"]: value}
        result, sentence = outcome("setting", record["var"], record["key"])
        assert (sentence is None) == RIGHT[record["kind"]](record, value), value
        if sentence is None:
            assert result == value
            taken += 1
        else:
            assert_one_sentence(sentence, path_of(record))
            refused += 1
    assert taken
    assert refused


def scorer_values(setting: dict[str, Any], draw: random.Random) -> Any:
    bounds = [setting[n] for n in ("minimum", "maximum", "above") if n in setting]
    return draw.choice([setting["default"], *setting.get("words", []), *bounds])


@pytest.mark.parametrize("scorer", list(SCORERS))
def test_settings_of_scorers_are_taken_or_refused_alike(scorer):
    draw = random.Random(scorer)
    for name, setting in SCORERS[scorer].items():
        for _ in range(20):
            likely = draw.random() < 0.5
            value = scorer_values(setting, draw) if likely else scalar(draw)
            GIVEN["scorers"] = {scorer: {name: value}}
            if setting["kind"] == "word":
                right = type(value) is str and value in setting["words"]
            else:
                lowest = setting.get("minimum", setting.get("above"))
                right = (
                    is_number(value, lowest, setting["maximum"])
                    and (setting["kind"] == "number" or type(value) is int)
                    and ("above" not in setting or value > setting["above"])
                )
            _, sentence = outcome("validate_scorer_settings")
            assert (sentence is None) == right, (name, value)
            if sentence is not None:
                assert_one_sentence(sentence, f"scorers` sets `{scorer}.{name}` to")


@pytest.mark.parametrize("name", [None, 5, True, "ialss", "it's", "x" * 5000, "a\nb"])
def test_a_scorer_or_a_setting_of_one_that_does_not_exist_is_named(name):
    for given in ({name: {}}, {"ials": {name: 5}}):
        GIVEN["scorers"] = given
        with pytest.raises(Refused) as refused:
            MACROS.validate_scorer_settings()
        assert_one_sentence(str(refused.value), "scorers` ")


def test_labels_of_train_come_before_those_of_test():
    for train, test in [("2025-03-01", "2025-03-01"), ("2025-04-01", "2025-03-01")]:
        GIVEN["windows"] = {
            "train_labels_start_on": train,
            "test_labels_start_on": test,
        }
        with pytest.raises(Refused) as refused:
            MACROS.validate_label_days()
        assert "a day before `windows.test_labels_start_on`" in str(refused.value)
    GIVEN["windows"]["train_labels_start_on"] = "2025-02-28"
    assert MACROS.validate_label_days() == ""
