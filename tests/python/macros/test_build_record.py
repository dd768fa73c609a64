"""What a build's record says of the settings, and what it keeps to itself."""

import datetime

import pytest
from settings_in_jinja import MACROS


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"as_of": datetime.date(2025, 6, 30)}, {"as_of": "2025-06-30"}),
        (
            {"holdout_salt": "of our shop", "share": 0.1},
            {"holdout_salt": "...", "share": 0.1},
        ),
        ({1: [None, True, 2, {"a": ["b"]}]}, {"1": [None, True, 2, {"a": ["b"]}]}),
        ([], []),
        ("folder", "folder"),
    ],
)
def test_settings_are_said_as_json_without_salts(given, said):
    assert MACROS.json_value(given) == said


def test_of_an_address_nothing_is_said_however_deep_it_stands():
    inputs = {"events": "postgres_scan('password=1')", "items": {"source": ["a", "b"]}}
    assert MACROS.json_value(inputs, is_secret=True) == {
        "events": "...",
        "items": {"source": ["...", "..."]},
    }
