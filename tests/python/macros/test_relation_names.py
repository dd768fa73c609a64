"""What the name of a table in `inputs` says, on engines with and without databases."""

import re
import types

import pytest
from macro_values import MacroValues


def names(relation, **target):
    modules = types.SimpleNamespace(re=re)
    return MacroValues(target=target, modules=modules).relation_names(relation)


@pytest.mark.parametrize(
    ("relation", "expected"),
    [
        ("lake.events", ["shop", "lake", "events"]),
        ('other."my lake".events', ["other", "my lake", "events"]),
        ("events", []),
        ("read_csv('a.b')", []),
    ],
)
def test_a_name_is_of_the_database_of_the_target_unless_it_says_another(
    relation, expected
):
    assert names(relation, database="shop") == expected


@pytest.mark.parametrize(
    ("relation", "expected"),
    [
        ("lake.events", [None, "lake", "events"]),
        ("parquet.`/lake/events.parquet`", [None, "parquet", "/lake/events.parquet"]),
    ],
)
def test_a_target_of_spark_has_no_database(relation, expected):
    assert names(relation, schema="shop") == expected
