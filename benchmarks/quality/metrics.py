"""Ranking metrics from their definitions, written apart from the package's SQL.

The package computes them by joins and window functions (`user_ranking_quality`,
`segment_ranking_quality`). Here they are loops over one user's list. That both agree is
part of the report; so this must not import the package.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence

METRICS = ("recall", "precision", "hit_rate", "ndcg", "map", "mrr")
CUTOFFS = (5, 10, 20)


def list_metrics(ranked: Sequence[int], labels: Collection[int], k: int) -> list[float]:
    """Judge one user's list.

    Parameters
    ----------
    ranked : sequence of int
        Items, best first, none twice.
    labels : set of int
        What the user got; not empty.
    k : int
        Only the first k of the list count.

    Returns
    -------
    list of float
        In the order of `METRICS`.

    Examples
    --------
    >>> list_metrics([7, 1, 8, 2, 9], {1, 2}, 5)[:3]
    [1.0, 0.4, 1.0]
    """
    gain = precision_sum = first = 0.0
    hits = 0
    for rank, item in enumerate(ranked[:k], start=1):
        if item in labels:
            hits += 1
            gain += 1 / math.log2(rank + 1)
            precision_sum += hits / rank
            first = first or 1 / rank
    reachable = min(len(labels), k)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, reachable + 1))
    return [
        hits / len(labels),
        hits / k,
        float(hits > 0),
        gain / ideal,
        precision_sum / reachable,
        first,
    ]


def mean_metrics(
    lists: Mapping[int, Sequence[int]], labels: Mapping[int, Collection[int]]
) -> dict[str, dict]:
    """Average over every user with a label; a user without a list counts as 0.

    Parameters
    ----------
    lists : mapping of int to sequence of int
        Ranked items by user.
    labels : mapping of int to set of int
        Labels by user.

    Returns
    -------
    dict
        By "metric@k": `value`, `standard_error` (of the mean, from the variance
        between users; None for one user) and `users`.
    """
    result = {}
    for k in CUTOFFS:
        by_user = [
            list_metrics(lists.get(user, ()), wanted, k)
            for user, wanted in labels.items()
        ]
        for position, metric in enumerate(METRICS):
            values = [row[position] for row in by_user]
            result[f"{metric}@{k}"] = mean_and_error(values)
    return result


def largest_difference(
    ours: Mapping[str, Mapping], theirs: Mapping[str, Mapping]
) -> float:
    """Return the largest difference of values and standard errors.

    Parameters
    ----------
    ours, theirs : mapping
        As `mean_metrics` returns them.

    Returns
    -------
    float
        Infinite where one side has a metric, a number of users or a standard error
        that the other has not.
    """
    if ours.keys() != theirs.keys():
        return math.inf
    return max(
        (_difference(ours[name], theirs[name]) for name in ours), default=math.inf
    )


def _difference(a: Mapping, b: Mapping) -> float:
    errors = (a["standard_error"], b["standard_error"])
    if a["users"] != b["users"] or (errors[0] is None) != (errors[1] is None):
        return math.inf
    between = abs(a["value"] - b["value"])
    return between if errors[0] is None else max(between, abs(errors[0] - errors[1]))


def mean_and_error(values: Iterable[float]) -> dict:
    """Return the mean of users' values with its standard error and their number.

    Examples
    --------
    >>> mean_and_error([0.0, 1.0])
    {'value': 0.5, 'standard_error': 0.5, 'users': 2}
    """
    values = list(values)
    count = len(values)
    mean = math.fsum(values) / count
    variance = math.fsum((value - mean) ** 2 for value in values) / count
    error = math.sqrt(variance / (count - 1)) if count > 1 else None
    return {"value": mean, "standard_error": error, "users": count}
