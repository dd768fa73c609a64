"""An attack: was a user of known history among those whom marts were made of?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

# Of each pair of items in the history what is published of the pair, and of each item.
PAIRS = """
select firsts.user_id, similar_items.similarity as value, similarity_rank as place
from histories as firsts
inner join histories as seconds
    on firsts.user_id = seconds.user_id and firsts.item_id <> seconds.item_id
left join marts.similar_items
    on firsts.item_id = similar_items.item_id
    and seconds.item_id = similar_items.similar_item_id
"""
BOUGHT_TOGETHER = """
select firsts.user_id, item_pairs.lift as value, item_pairs.pair_basket_count as place
from histories as firsts
inner join histories as seconds
    on firsts.user_id = seconds.user_id and firsts.item_id <> seconds.item_id
left join marts.item_pairs
    on firsts.item_id = item_pairs.item_id
    and seconds.item_id = item_pairs.other_item_id
"""
ITEMS = """
select histories.user_id, ln(1 + items.buying_user_count) as value,
    items.view_count as place
from histories left join marts.items on histories.item_id = items.item_id
"""
POPULAR = """
select histories.user_id, popular_items.user_count as value, popularity_rank as place
from histories left join marts.popular_items
    on histories.item_id = popular_items.item_id
    and popular_items.segment_kind = 'all'
"""


def features(database: Path, histories: Mapping[str, Sequence[str]]) -> np.ndarray:
    """Return what a published file says of each history.

    Parameters
    ----------
    database : Path
        Published file, or a build.
    histories : mapping of str to sequence of str
        By user the items that the attacker knows of.

    Returns
    -------
    ndarray, shape (n_users, 13), float64
        Number of items; of each published list share, mean and largest value found.
    """
    rows = [(user, item) for user, items in histories.items() for item in set(items)]
    users, items = zip(*rows, strict=True)
    columns = [np.array([len(set(items)) for items in histories.values()], float)]
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute(
            "create temp table histories as"
            " select unnest($users) as user_id, unnest($items) as item_id",
            {"users": list(users), "items": list(items)},
        )
        for query in (PAIRS, BOUGHT_TOGETHER, ITEMS, POPULAR):
            found = connection.execute(
                "select user_id, count(value) / count(*), coalesce(avg(value), 0),"
                f" coalesce(avg(1 / place) filter (place > 0), 0) from ({query})"
                " group by user_id"
            ).fetchall()
            by_user = {user: values for user, *values in found}
            columns += list(
                np.array([by_user.get(user, [0, 0, 0]) for user in histories]).T
            )
    return np.column_stack(columns).astype(float)


def attack(
    known: tuple[np.ndarray, np.ndarray], asked: tuple[np.ndarray, np.ndarray]
) -> tuple[float, float, float]:
    """Return how well who was there is told from who was not, with its 95 % interval.

    Parameters
    ----------
    known : tuple of ndarray
        Features of users of whom the attacker knows that they were there, and that they
        were not.
    asked : tuple of ndarray
        Of users the attacker asks about: those who were there (or were erased), and
        those who were never there.

    Returns
    -------
    tuple of float
        Area under the ROC curve, .5 being chance; lower and upper bound by 2,000
        bootstrap samples of the users asked about.
    """
    scale = StandardScaler().fit(np.vstack(known))
    model = LogisticRegression(max_iter=1000).fit(
        scale.transform(np.vstack(known)), [1] * len(known[0]) + [0] * len(known[1])
    )
    here, away = (model.decision_function(scale.transform(part)) for part in asked)
    draw = np.random.default_rng(18)

    # The area is how often the first of two is the higher one (Hanley and McNeil 1982).
    wins = (here[:, None] > away) + (here[:, None] == away) / 2
    samples = [
        wins[
            np.ix_(draw.choice(len(here), len(here)), draw.choice(len(away), len(away)))
        ].mean()
        for _ in range(2000)
    ]
    lower, upper = np.quantile(samples, [0.025, 0.975])
    return float(wins.mean()), float(lower), float(upper)
