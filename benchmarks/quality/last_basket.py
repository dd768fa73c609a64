"""The last basket of each household, as next-basket recommendation is published.

Protocol of the released code of Romanov et al. (2023): households with five baskets or
more, items with ten lines or more; without households that shopped on one day alone, or
whose items a day are above the mean by two standard deviations or more. The last basket
is to be found, the one before is for validation, what was bought before may be bought
again. NDCG's ideal is the whole basket, also where that has more than ten items.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import duckdb

from benchmarks.quality.metrics import mean_and_error

NAME = "complete-journey-last-basket"
K = 10
FREQUENCY = "personal frequency"
# Every household's last basket lies on one day, the one before on the day before.
VALIDATION_DAY, TEST_DAY = "2020-01-01", "2020-01-02"
VARIABLES = {
    "recommendations": {"target": "any"},
    "windows": {
        "train_labels_start_on": VALIDATION_DAY,
        "test_labels_start_on": TEST_DAY,
        "evaluated_users": 10_000_000,
    },
}
SOURCE = (
    "Romanov et al., Time-Aware Item Weighting for the Next Basket Recommendations,"
    " RecSys 2023 (doi 10.1145/3604915.3608859, released code and results): both years"
    " of the retailer, of which the public package that is measured here has one"
)
PUBLISHED = {
    "frequency": (0.158, 0.149),
    "TIFU-KNN": (0.165, 0.161),
    "UP-CF": (0.166, 0.160),
    "TAIW": (0.179, 0.171),
}
_EVENTS = f"""
    with lines as (
        select * from read_parquet('{{source}}/events.parquet')
    ),
    kept_items as (
        select item_id from lines group by item_id having count(*) >= 10
    ),
    frequent as (
        select user_id from lines group by user_id
        having count(distinct order_id) >= 5
    ),
    kept as (
        select lines.* from lines
        inner join kept_items using (item_id) inner join frequent using (user_id)
    ),
    paces as (
        select user_id,
            min(cast(occurred_at as date)) < max(cast(occurred_at as date)) as has_days,
            count(*) / greatest(
                1, ceil(date_diff('second', min(occurred_at), max(occurred_at)) / 86400)
            ) as pace
        from kept group by user_id
    ),
    shoppers as (
        select user_id from paces
        where has_days and pace < (select avg(pace) + 2 * stddev_pop(pace) from paces)
    ),
    baskets as (
        select user_id, order_id, min(occurred_at) as bought_at,
            row_number() over (
                partition by user_id order by min(occurred_at) desc, order_id desc
            ) as place
        from kept inner join shoppers using (user_id)
        group by user_id, order_id
    ),
    latest as (
        select user_id, max(bought_at) filter (where place = 3) as third_at,
            max(place) as basket_count
        from baskets group by user_id
    )
    select kept.* exclude (occurred_at),
        case baskets.place
            when 1 then timestamp '{TEST_DAY} 12:00:00'
            when 2 then timestamp '{VALIDATION_DAY} 12:00:00'
            else timestamp '{VALIDATION_DAY}' - interval 12 hour
                - (latest.third_at - baskets.bought_at)
        end as occurred_at
    from kept
    inner join baskets using (user_id, order_id)
    inner join latest using (user_id)
    where latest.basket_count >= 3
    order by user_id, event_id
"""


def write_set(source: Path, folder: Path) -> None:
    """Write the input of the protocol.

    Parameters
    ----------
    source : Path
        Input files with `events.parquet` and `items.parquet`: one basket an `order_id`.
    folder : Path
        Is made; has the events, with the times moved, and a copy of the items.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        for name, query in (
            ("events", _EVENTS.format(source=source)),
            ("items", f"select * from read_parquet('{source}/items.parquet')"),
        ):
            connection.execute(
                f"copy ({query}) to '{folder / name}.parquet' (format parquet)"
            )


def basket_metrics(ranked: Sequence[int], basket: Collection[int]) -> tuple:
    """Return recall and NDCG of the first ten.

    Parameters
    ----------
    ranked : sequence of int
        Items, best first.
    basket : set of int
        Not empty.

    Returns
    -------
    recall, ndcg : float

    Examples
    --------
    >>> recall, ndcg = basket_metrics([7, 1], {1, 2})
    >>> recall, round(ndcg, 3)
    (0.5, 0.387)
    """
    hits = [place for place, item in enumerate(ranked[:K]) if item in basket]
    ideal = sum(1 / math.log2(place + 2) for place in range(len(basket)))
    gain = sum(1 / math.log2(place + 2) for place in hits)
    return len(hits) / len(basket), gain / ideal


def judge_baskets(
    connection: duckdb.DuckDBPyConnection,
    lists: Mapping[str, Mapping[int, Sequence[int]]],
    labels: Mapping[int, Collection[int]],
) -> dict[str, dict]:
    """Return recall and NDCG of every ranking, and of how often a user bought.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        To a finished build.
    lists, labels : mapping
        As for `mean_metrics`, lists by ranking.

    Returns
    -------
    dict of str to dict
        By ranking: "recall@10" and "ndcg@10", each as `mean_metrics` has them.
    """
    counted: dict[int, list[int]] = {}
    query = """
        select user_index, item_index from intermediate.int_user_item_matrix
        where time_window = 'test'
        qualify row_number() over (
            partition by user_index order by event_count desc, item_index
        ) <= 10
        order by user_index, event_count desc, item_index
    """
    for user, item in connection.execute(query).fetchall():
        counted.setdefault(user, []).append(item)
    found = {}
    for name, ranked in {**lists, FREQUENCY: counted}.items():
        by_user = [basket_metrics(ranked.get(u, ()), own) for u, own in labels.items()]
        recalls, ndcgs = zip(*by_user, strict=True)
        found[name] = {
            f"recall@{K}": mean_and_error(recalls),
            f"ndcg@{K}": mean_and_error(ndcgs),
        }
    return found
