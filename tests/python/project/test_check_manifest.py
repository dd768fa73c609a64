"""Each rule of the layout says what breaks it, and nothing of a sound project."""

from pathlib import Path

import check_manifest
import pytest
from check_manifest import Model

SOUND = Model(
    name="stg_events",
    file=Path("models/staging/stg_events.sql"),
    folder="staging",
    parents=(),
    materialized="table",
    config={"meta": {}, "contract": {"enforced": False}},
    description="Events that are sound.",
    has_key_constraint=False,
    rules=frozenset({"keys"}),
    has_unit_test=False,
    text="-- Grain: one row per event.\nselect 1\n",
)
MART = SOUND._replace(
    name="campaigns",
    file=Path("models/marts/campaigns/campaigns.sql"),
    folder="marts/campaigns",
    parents=("stg_events",),
    config={"meta": {}, "contract": {"enforced": True}},
    has_unit_test=True,
)
LONG = "-- Grain: one row per event.\n" + "select 1\n" * 100
LONG_MACRO = {
    "name": "long_one",
    "package_name": "precision_marketing",
    "original_file_path": "macros/long.sql",
    "macro_sql": "line\n" * 31,
    "meta": {},
    "config": {},
}


def all_faults(*models, macros=None):
    by_key = {model.name: model for model in models}
    rules = (
        check_manifest.layers,
        check_manifest.folder_cycles,
        check_manifest.ways,
        check_manifest.keys,
        check_manifest.grains,
        check_manifest.marts,
        check_manifest.days,
        check_manifest.python_tables,
        check_manifest.library,
    )
    found = [fault for rule in rules for fault in rule(by_key)]
    return [*found, *check_manifest.lengths(by_key, macros or {})]


def test_a_sound_project_has_no_fault():
    assert all_faults(SOUND, MART) == []


@pytest.mark.parametrize(
    ("models", "said"),
    [
        ([SOUND._replace(parents=("campaigns",)), MART._replace(parents=())], "later"),
        ([SOUND._replace(folder="loading")], "none of staging"),
        ([SOUND._replace(rules=frozenset({"not_null"}))], "has no key"),
        (
            [SOUND._replace(text="-- Grain: one row: the end.\n")],
            "rule `one_row: true`",
        ),
        ([SOUND._replace(text="select 1\n")], "line 1"),
        ([SOUND._replace(description=" ")], "no description"),
        ([SOUND, MART._replace(config=SOUND.config)], "no enforced contract"),
        ([SOUND, MART._replace(has_unit_test=False)], "no unit test"),
        (
            [
                SOUND,
                MART._replace(
                    file=Path("a.py"),
                    text="# Grain: one row per a",
                    materialized="replaced_table",
                ),
            ],
            "SQL",
        ),
        ([SOUND._replace(text=SOUND.text + "cast(a as date)")], "write `shop_day`"),
        ([SOUND._replace(text=LONG)], "101 lines of 100"),
        ([SOUND._replace(config={"meta": {"long_because": "x"}})], "no longer needed"),
    ],
)
def test_what_breaks_a_rule_is_said(models, said):
    found = all_faults(*models)
    assert len(found) == 1, found
    assert said in found[0]


def test_folders_that_read_each_other_are_a_circle():
    a, b = "intermediate/events", "intermediate/entities"
    models = [
        SOUND._replace(name="one", folder=a, parents=("two",)),
        SOUND._replace(name="two", folder=b, parents=("three",)),
        SOUND._replace(name="three", folder=a),
    ]
    (found,) = all_faults(*models)
    assert "in a circle" in found
    assert a in found
    assert b in found


def test_thirty_models_in_a_row_are_the_most_that_lead_to_recommendations():
    """Beside the row there are shorter ways, and a longer one that leads elsewhere."""
    names = [f"stg_{number}" for number in range(30)]
    row = [
        SOUND._replace(name=name, parents=tuple(names[:place][-2:]))
        for place, name in enumerate(names)
    ]
    mart = MART._replace(name="recommendations", parents=(names[0], names[28]))
    assert all_faults(*row, mart) == []
    (found,) = all_faults(*row, mart._replace(parents=(names[29], names[0])))
    assert found.startswith("31 models in a row, of 30: stg_0 -> stg_1 -> ")
    assert found.endswith("stg_29 -> recommendations.")


def test_a_view_needs_no_key_and_a_primary_key_is_one():
    view = SOUND._replace(materialized="view", rules=frozenset())
    constrained = SOUND._replace(has_key_constraint=True, rules=frozenset())
    assert all_faults(view) == []
    assert all_faults(constrained) == []


def test_a_long_macro_needs_a_reason_and_ten_reasons_are_the_most():
    (found,) = all_faults(SOUND, macros={"m": LONG_MACRO})
    assert "31 lines of 30" in found or "32 lines of 30" in found
    with_reason = LONG_MACRO | {"meta": {"long_because": "A table of records."}}
    assert all_faults(SOUND, macros={"m": with_reason}) == []
    eleven = {str(number): with_reason for number in range(11)}
    assert all_faults(SOUND, macros=eleven) == [
        "11 models and macros are long; at most 10 may be."
    ]


def test_a_python_model_calls_the_packages_of_its_folder():
    model = SOUND._replace(
        file=Path("python_models/scorers/x_scores.py"),
        folder="scorers",
        materialized="replaced_table",
        text="# Grain: one row per user.\n"
        "from precision_marketing.build.windows import read_windows\n"
        "from precision_marketing.scorers.collaborative import COLLABORATIVE\n",
    )
    assert all_faults(model) == []
    wrong = model._replace(text=model.text.replace("scorers.coll", "algorithms.coll"))
    (found,) = all_faults(wrong)
    assert "not its folder's" in found
    (found,) = all_faults(model._replace(materialized="table"))
    assert 'dbt.config(materialized="replaced_table")' in found


def test_a_reference_names_the_package():
    own = {"package": "precision_marketing", "name": "stg_events"}
    manifest = {
        "nodes": {
            "a": {"name": "int_events", "refs": [own]},
            "b": {
                "name": "int_users",
                "refs": [{"package": None, "name": "stg_users"}],
            },
            "c": {
                "name": "rules_of_stg_items",
                "attached_node": "model.precision_marketing.stg_items",
                "refs": [{"package": None, "name": "stg_items"}],
            },
        },
        "exposures": {},
        "unit_tests": {
            "d": {"name": "a_claim", "given": [{"input": "ref('stg_events')"}]},
            "e": {"name": "b_claim", "given": [{"input": "ref('p', 'stg_events')"}]},
        },
    }
    assert list(check_manifest.references(manifest)) == [
        'int_users: write `ref("precision_marketing", "stg_users")`.',
        'a_claim: write `ref("precision_marketing", "stg_events")`.',
    ]


def test_a_unit_test_overrides_settings_that_exist():
    tests = {
        "a": {"name": "a_claim", "overrides": {"vars": {"windows": {}}}},
        "b": {"name": "b_claim", "overrides": {"vars": {"window": {}}}},
        "c": {"name": "c_claim", "overrides": None},
    }
    (found,) = check_manifest.overrides({"unit_tests": tests}, {"windows"})
    assert "b_claim sets `window`" in found
