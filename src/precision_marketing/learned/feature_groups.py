"""The group of a candidate feature, as its column's name says it."""

FEATURE_PREFIX = "feature_"
OTHER = "other"


def feature_group(name: str) -> str:
    """Return the group in `feature_<group>__<name>`, `other` where none is named.

    Parameters
    ----------
    name : str
        Name of a column of `candidate_features`.

    Returns
    -------
    str

    Examples
    --------
    >>> feature_group("feature_last_basket__lift"), feature_group("feature_age")
    ('last_basket', 'other')
    """
    group, separator, _ = name.removeprefix(FEATURE_PREFIX).partition("__")
    return group if separator and group else OTHER


def groups_of(names: tuple[str, ...]) -> dict[str, list[int]]:
    """Return the positions of each group's features, groups in alphabetical order.

    Examples
    --------
    >>> groups_of(("feature_b__x", "feature_a__x", "feature_b__y"))
    {'a': [1], 'b': [0, 2]}
    """
    groups: dict[str, list[int]] = {}
    for position, name in enumerate(names):
        groups.setdefault(feature_group(name), []).append(position)
    return dict(sorted(groups.items()))
