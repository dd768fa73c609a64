"""No small group follows from what is published, whatever is subtracted from what."""

import random

from precision_marketing.privacy.small_groups import hidden_groups, hidden_of_wholes


def given_away(groups, hidden, minimum):
    """Return what subtraction tells of small groups: sums of the hidden, by count."""
    found = []
    for name in {name for counts in groups.values() for name in counts}:
        sizes = [counts[name] for group, counts in groups.items() if group in hidden]
        people = [size for size in sizes if size]
        shown = [
            counts[name] for group, counts in groups.items() if group not in hidden
        ]
        small = [size for size in people if size < minimum]
        if small and shown and (len(people) == 1 or sum(people) < minimum):
            found.append((name, sizes))
        found += [(name, size) for size in shown if 0 < size < minimum]
    return found


def test_a_small_group_takes_the_smallest_other_one_with_it():
    groups = {"AT": {"n": 4}, "CH": {"n": 20}, "DE": {"n": 30}}
    assert hidden_groups(groups, 5) == {"AT", "CH"}


def test_a_group_that_is_large_enough_stays():
    groups = {"AT": {"n": 5}, "CH": {"n": 20}}
    assert hidden_groups(groups, 5) == set()


def test_two_small_groups_hide_each_other_only_if_they_are_enough_people():
    assert hidden_groups({"a": {"n": 2}, "b": {"n": 3}, "c": {"n": 9}}, 5) == {"a", "b"}
    assert hidden_groups({"a": {"n": 1}, "b": {"n": 3}, "c": {"n": 9}}, 5) == {
        *("a", "b", "c"),
    }


def test_a_group_without_people_hides_nobody():
    groups = {"a": {"n": 2}, "nobody": {"n": 0}, "c": {"n": 9}, "d": {"n": 50}}
    assert hidden_groups(groups, 5) == {"a", "c"}


def test_a_group_that_is_small_in_one_arm_is_hidden_in_all():
    groups = {
        "AT": {"treated": 3, "control": 40},
        "CH": {"treated": 30, "control": 6},
        "DE": {"treated": 90, "control": 80},
    }
    assert hidden_groups(groups, 5) == {"AT", "CH"}


def test_wholes_are_looked_at_apart_and_nulls_are_nobody():
    cells = [
        ("one", "a", "n", 2),
        ("one", "b", "n", 7),
        ("one", "c", "n", 9),
        ("two", "a", "n", None),
        ("two", "b", "n", 7),
    ]
    assert hidden_of_wholes(cells, 5) == [("one", "a"), ("one", "b")]


def test_no_subtraction_tells_a_small_group():
    generator = random.Random(18)
    for _ in range(500):
        arms = [f"arm{number}" for number in range(generator.randint(1, 4))]
        groups = {
            f"g{number}": {arm: max(0, generator.randint(-5, 30)) for arm in arms}
            for number in range(generator.randint(1, 7))
        }
        minimum = generator.choice([2, 5, 10])
        hidden = hidden_groups(groups, minimum)
        assert given_away(groups, hidden, minimum) == [], groups
        sizes = [size for counts in groups.values() for size in counts.values()]
        if all(size == 0 or size >= minimum for size in sizes):
            assert not hidden
