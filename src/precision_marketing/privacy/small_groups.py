"""Groups of so few people that a figure about the group is one about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

Counts = Mapping[str, int]


def hidden_groups(groups: Mapping[str, Counts], minimum: int) -> set[str]:
    """Return which groups of a whole to hide so that none is given away.

    A group that is too small is hidden, and with it as many others, the smallest first,
    as it takes for what the whole less the shown ones tells to be about two groups at
    least and `minimum` people (complementary suppression). Source: Hundepool et al.
    (2012), Statistical Disclosure Control, section 4.2.

    Parameters
    ----------
    groups : mapping of str to (mapping of str to int)
        People of each group by what is counted (an arm, say); their sums over all
        groups are taken to be known.
    minimum : int
        People that a shown group has at least, or none at all.

    Returns
    -------
    set of str
        Groups to hide.

    Examples
    --------
    >>> sorted(hidden_groups({"AT": {"n": 3}, "CH": {"n": 9}, "DE": {"n": 90}}, 5))
    ['AT', 'CH']
    >>> hidden_groups({"CH": {"n": 9}, "DE": {"n": 90}, "FR": {"n": 0}}, 5)
    set()
    """
    hidden = {
        group
        for group, counts in groups.items()
        if any(0 < count < minimum for count in counts.values())
    }
    counted = sorted({name for counts in groups.values() for name in counts})
    while given_away := _given_away(groups, hidden, counted, minimum):
        shown = [
            (groups[group][given_away], group)
            for group in sorted(groups.keys() - hidden)
            if groups[group].get(given_away)
        ]
        if not shown:
            # Nobody else is counted there: what is left cannot hide the group.
            return set(groups)
        hidden.add(min(shown)[1])
    return hidden


def _given_away(
    groups: Mapping[str, Counts],
    hidden: Iterable[str],
    counted: list[str],
    minimum: int,
) -> str | None:
    """Return what of the hidden groups a subtraction would tell, if anything."""
    for name in counted:
        sizes = [groups[group].get(name, 0) for group in hidden]
        people = [size for size in sizes if size]
        is_too_small = any(size < minimum for size in people)
        if is_too_small and (len(people) < 2 or sum(people) < minimum):
            return name
    return None


def hidden_of_wholes(
    cells: Iterable[tuple[str, str, str, int | None]], minimum: int
) -> list[tuple[str, str]]:
    """Return the groups to hide of several wholes.

    Parameters
    ----------
    cells : iterable of (str, str, str, int or None)
        Whole, group, what is counted, and how many people; None is nobody.
    minimum : int
        As in `hidden_groups`.

    Returns
    -------
    list of (str, str)
        Whole and group, sorted.
    """
    wholes: dict[str, dict[str, dict[str, int]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    for whole, group, name, count in cells:
        wholes[whole][group][name] = count or 0
    return sorted(
        (whole, group)
        for whole, groups in wholes.items()
        for group in hidden_groups(groups, minimum)
    )
