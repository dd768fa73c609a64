"""Vars as a user writes them that stop a build, each with the fix that is said.

All but the files are checked without dbt; test_input_forms stops builds with some.
"""

from __future__ import annotations

import pytest
import yaml
from settings_in_jinja import GIVEN, MACROS_OF_A_BUILD, Refused


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ("{lable_share: 0.1}", "did you mean `windows: {label_share: 0.1}`?"),
        ("{tune: true}", "The var `tune` is now `tuning: {enabled: true}`."),
        ("{lift: {history: 9}}", "has no key `history`: did you mean `history_days`?"),
        (
            "{windows: {label_share: '0.1'}}",
            "is `'0.1'`: set it to a share of at least",
        ),
        (
            "{windows: 5}",
            "The var `windows` is `5`: set it to a mapping such as {label_",
        ),
        (
            "{attribution: {lookback_days: 7.5}}",
            "set it to a whole number of at least 1 and at most 365.",
        ),
        (
            "{attribution: {half_life_days: .nan}}",
            "set it to a number of at least 0.01",
        ),
        ("{attribution: {path_touches: true}}", "is `true`: set it to a whole number"),
        ("{recommendations: {target: old}}", "is `'old'`: set it to one of new, any."),
        ("{input_checks: {as_of: 1 May 2025}}", "set it to a date such as 2025-06-30"),
        (
            "{windows: {train_labels_start_on: '2025-02-29'}}",
            "set it to a date such as",
        ),
        ("{input_checks: {time_zone: Mars/Olympus}}", "a time zone such as Europe/"),
        ("{input_checks: {missing_ids: [none, 5]}}", "a list of texts such as [nan"),
        ("{input_checks: {time_formats: ['%d.%m.']}}", "patterns of strptime that"),
        ("{input_checks: {time_formats: ['%Y-%Q']}}", "patterns of strptime that"),
        (
            "{input_checks: {time_formats: [epoch_seconds, epoch_milliseconds]}}",
            "at most one unit",
        ),
        ("{tuning: {enabled: null}}", "is `null`: set it to true or false."),
        ("{parts: [campaigns, campaign]}", "set it to a list of one or more of"),
        ("{audiences: {holdout_salt: ''}}", "set it to a text of one line that is"),
        ("{event_types: {view: high}}", "sets `view` to `high`: give a weight"),
        ("{scorers: {cosine: {}}}", "names `cosine`: did you mean `"),
        ("{scorers: {item_cosine: 5}}", "set it to a mapping such as {item_cosine: {"),
        (
            "{scorers: {item_cosine: {similarity: manhattan}}}",
            "sets `item_cosine.similarity` to `manhattan`: set it to one of cosine,"
            " euclidean.",
        ),
        (
            "{scorers: {item_cosine: {shrinkage: euclidean}}}",
            "sets `item_cosine.shrinkage` to `euclidean`: set it to a number of at"
            " least 0 and at most 1000000.",
        ),
        (
            "{scorers: {ials: {factors: 2.5}}}",
            "sets `ials.factors` to `2.5`: set it to a whole number of at least 1"
            " and at most 1000000000.",
        ),
        (
            "{scorers: {ials: {decay: 1.5}}}",
            "set it to a number of at least 0 and at most 1.",
        ),
        ("{scorers: {ease: {penalty: 0}}}", "set it to a number above 0 and at"),
        (
            "{scorers: {spectral: {similarity: cosine}}}",
            "sets `spectral.similarity` to `cosine`: its settings are"
            " spectrum_exponent, decay,",
        ),
        (
            "{learned: {feature_gaps: {popularity__user: 0}}}",
            "names `popularity__user`: did you mean `popularity__users`?",
        ),
        ("{rules: tea}", "set it to a list such as [{rule: exclude,"),
        ("{rules: [tea]}", "has the rule `tea`: write {rule: pin,"),
        (
            "{rules: [{rule: pin, item_id: a, rank: 11}]}",
            "write {rule: pin, item_id: x, rank: 1 to 10}, {rule: exclude,",
        ),
        (
            "{rules: [{rule: cap, brand: a, category: b, maximum: 1}]}",
            "{rule: cap, category or brand: x or '*', maximum: 1 or more}.",
        ),
        (
            "{rules: [{rule: exclude, group: a}]}",
            "has the rule `{'rule': 'exclude', 'group': 'a'}`: write",
        ),
        (
            "{rules: [{rule: pin, item_id: a, rank: 1},"
            " {rule: pin, item_id: b, rank: 1}]}",
            "give each pinned item a rank of its own.",
        ),
        (
            "{rules: [{rule: pin, item_id: 7, rank: 1},"
            " {rule: exclude, item_id: '7'}]}",
            "both pins and excludes the item `7`: leave one of the two rules out.",
        ),
        ("{lift: {variant_shares: [0.5]}}", "a mapping such as {spring: {control:"),
        (
            "{lift: {variant_shares: {c: {control: 0, a: 1}}}}",
            "sets `c` to `{'control'",
        ),
        ("{inputs: {event: a.b}}", "names `event`: did you mean `events`?"),
        (
            "{inputs: {events: {ref: [a, b, c]}, items: x}}",
            "sets `events` to `{'ref': ['a', 'b', 'c']}`: give {ref: model}, {ref:",
        ),
        (
            "{inputs: {events: a.b, items: {source: catalogue}}}",
            "sets `items` to `{'source': 'catalogue'}`: give {ref: model}, {ref:",
        ),
        ("{input_dir: ' data'}", "set it to a folder's path without blanks around it"),
        ('{inputs: {events: "a; drop table b", items: x}}', "the name of a table as"),
        ("{inputs: {events: null, items: x}}", "sets `events` to `null`: give {ref:"),
        ("{inputs: {events: events.csv, items: x}}", "such as read_csv('events.csv')."),
        ("{event_types: {VIEW: 2, view: 3}}", "names `view` twice: leave one of them"),
        ("{event_types: {yes: 2}}", "sets `true` to `2`: write the name as a text of"),
        (
            "{scorers: {ials: {factors: .inf}}}",
            "sets `ials.factors` to `inf`: set it to",
        ),
        (
            "{audiences: {holdout_salt: 'a {{ b'}}",
            "set it to a text whose braces close",
        ),
        (
            "{windows: {train_labels_start_on: 2025-03-01,"
            " test_labels_start_on: 2025-02-01}}",
            "set it to a day before `windows.test_labels_start_on`, which is",
        ),
        (
            "{health: {accept: [rows_fel]}}",
            "names `rows_fel`: did you mean `rows_fell`?",
        ),
        ("{health: {rows_fell: {stop: 2}}}", "sets `stop` to `2`: give a number of at"),
    ],
)
def test_a_wrong_setting_is_refused_with_the_fix(monkeypatch, variables, expected):
    for name, value in yaml.safe_load(variables).items():
        monkeypatch.setitem(GIVEN, name, value)
    with pytest.raises(Refused) as refused:
        MACROS_OF_A_BUILD.validate_settings()
    assert expected in str(refused.value)
