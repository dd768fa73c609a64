"""What the rules for lists say of the items of a small catalogue."""

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from precision_marketing.candidates.item_rules import (
    hardly_known,
    item_rules,
    read_items,
)

NO_TARGET = {"item_id": None, "category": None, "brand": None}
NO_AMOUNT = {"pinned_rank": None, "maximum": None}


def rule(kind: str, **fields) -> dict:
    """Return a row of `recommendation_rules`."""
    return {"rule": kind} | NO_TARGET | NO_AMOUNT | fields


@pytest.fixture
def catalogue() -> pa.Table:
    """Give six items, e sold out; four users have touched f, five the others."""
    with duckdb.connect() as connection:
        connection.execute(
            "create table items as select row_number() over (order by item_id) - 1"
            " as item_index, * from (values ('a', 'tea', 'Acme'), ('b', 'tea', 'Acme'),"
            " ('c', 'tobacco', 'Acme'), ('d', 'tea', 'Bad'), ('e', 'tea', 'Acme'),"
            " ('f', 'tea', null)) as t(item_id, category, brand);"
            "create table features as select time_window, item_index, item_id <> 'e'"
            " as is_eligible, case when item_id = 'f' then 4 else 5 end as user_count"
            " from items, (values ('test'), ('serve')) as w(time_window)"
        )
        return read_items(connection.table("items"), connection.table("features"))


def test_excluded_items_are_gone_and_the_smallest_cap_counts(catalogue):
    """Item b is excluded by id, c by its category, d by its brand, e is sold out.

    a has the caps of its brand and of every brand; f has no brand to cap.
    """
    found = item_rules(
        [
            rule("exclude", item_id="b"),
            rule("exclude", category="tobacco"),
            rule("exclude", brand="Bad"),
            rule("cap", brand="Acme", maximum=3),
            rule("cap", brand="*", maximum=2),
            rule("cap", brand="Acme", maximum=4),
            rule("pin", item_id="f", pinned_rank=4),
        ],
        catalogue,
        length=5,
    )
    assert np.flatnonzero(found.is_shown).tolist() == [0, 5]
    assert found.maxima[[0, 5]].tolist() == [[1000, 2], [1000, 1000]]
    assert found.groups[:, 1].tolist()[-1] == -1
    assert len(np.unique(found.groups)) == 5
    assert found.pinned.tolist() == [-1, -1, -1, 5, -1]
    assert hardly_known(catalogue, found.is_shown).tolist() == [5]


def test_an_exclusion_wins_over_a_pin_whichever_comes_first(catalogue):
    pin, exclude = (
        rule("pin", item_id="a", pinned_rank=1),
        rule("exclude", brand="Acme"),
    )
    for rules in ([pin, exclude], [exclude, pin]):
        assert item_rules(rules, catalogue, length=1).pinned.tolist() == [-1]


def test_names_are_compared_as_they_are_written(catalogue):
    rules = [rule("exclude", category="Tea"), rule("exclude", category="*")]
    assert item_rules(rules, catalogue, length=1).is_shown.sum() == 5
