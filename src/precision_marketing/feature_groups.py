"""Groups of features: what a column of `candidate_features` is about."""

FEATURE_PREFIX = "feature_"


def feature_group(name: str) -> str:
    """Return the group in a feature's name, `feature_<group>__<name>`.

    Parameters
    ----------
    name : str
        Column of `candidate_features`.

    Returns
    -------
    str
        `other` for a name without a double underscore.

    Examples
    --------
    >>> feature_group("feature_scores__item_cosine")
    'scores'
    >>> feature_group("feature_popularity")
    'other'
    """
    group, separator, _ = name.removeprefix(FEATURE_PREFIX).partition("__")
    return group if separator else "other"
