"""Read what the judge needs from the tables of a finished build."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
from scipy.sparse import csr_matrix

_RANKINGS = """
    select scorer, user_index, item_index from candidates.judged_rankings
    where time_window = 'test' and ranking_rank <= 20
    order by scorer, user_index, ranking_rank
"""
_QUALITY = """
    select scorer, metric || '@' || k, metric_value,
        (interval_upper - metric_value) / 1.959963984540054, user_count
    from marts.recommender_quality
    where time_window = 'test' and segment = 'all'
        and metric not in ('coverage', 'novelty', 'recall_ceiling')
"""
_CEILING = """
    select metric_value as value,
        (interval_upper - metric_value) / 1.959963984540054 as standard_error,
        k as candidates
    from marts.recommender_quality
    where time_window = 'test' and segment = 'all' and metric = 'recall_ceiling'
"""
_NETWORK = """
    select train_margin as margin, train_margin_lower as margin_lower,
        train_margin_upper as margin_upper, train_user_count as users, reason
    from marts.ranking_choice where scorer = 'neural'
"""


@dataclass(frozen=True)
class TestWindow:
    """The `test` window of a build.

    Parameters
    ----------
    labels : dict of int to set of int
        Items that each user got after the history.
    history : csr_matrix, shape (n_users, n_items)
        Interaction weights.
    excluded : csr_matrix, shape (n_users, n_items)
        Items that must not be offered to a user.
    eligible : array of bool, shape (n_items,)
        Items that may be offered at all.
    """

    labels: dict[int, set[int]]
    history: csr_matrix
    excluded: csr_matrix
    eligible: np.ndarray


def connect(database: Path) -> duckdb.DuckDBPyConnection:
    """Open a finished build; nothing is written."""
    return duckdb.connect(str(database), read_only=True)


def read_labels(connection: duckdb.DuckDBPyConnection) -> dict[int, set[int]]:
    """Return the labels of `test` by user, of those whom rankings are judged on."""
    labels: dict[int, set[int]] = defaultdict(set)
    query = """
        select user_index, item_index
        from intermediate.int_labels
        inner join intermediate.int_window_users using (time_window, user_index)
        where time_window = 'test' and is_scored
    """
    for user, item in connection.execute(query).fetchall():
        labels[user].add(item)
    return dict(sorted(labels.items()))


def read_rankings(
    connection: duckdb.DuckDBPyConnection,
) -> dict[str, dict[int, list[int]]]:
    """Return the first 20 items of `test` by ranking and user."""
    lists: dict[str, dict[int, list[int]]] = {}
    cursor = connection.execute(_RANKINGS)
    while rows := cursor.fetchmany(1_000_000):
        for scorer, user, item in rows:
            lists.setdefault(scorer, {}).setdefault(user, []).append(item)
    return lists


def read_quality(connection: duckdb.DuckDBPyConnection) -> dict[str, dict]:
    """Return the package's own judgment, by ranking, as `mean_metrics` would."""
    quality: dict[str, dict] = {}
    for scorer, name, value, error, users in connection.execute(_QUALITY).fetchall():
        found = {"value": value, "standard_error": error, "users": users}
        quality.setdefault(scorer, {})[name] = found
    return quality


def read_recall_ceiling(connection: duckdb.DuckDBPyConnection) -> dict | None:
    """Return the candidates' recall, its standard error and the most of a user."""
    return _first_row(connection, _CEILING)


def read_network_choice(connection: duckdb.DuckDBPyConnection) -> dict | None:
    """Return the network's margin at the gate, and why it was published or not."""
    return _first_row(connection, _NETWORK)


def _first_row(connection: duckdb.DuckDBPyConnection, query: str) -> dict | None:
    rows = connection.execute(query).to_arrow_table().to_pylist()
    return rows[0] if rows else None


def read_published_ranking(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the name of the ranking that the package publishes."""
    query = "select scorer from candidates.published_ranking"
    return connection.execute(query).fetchall()[0][0]


def read_split(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Return the day from which events are labels of `test`; None: items held out."""
    query = "select test_labels_start_on from intermediate.int_time_boundaries"
    day = connection.execute(query).fetchall()[0][0]
    return None if day is None else str(day)


def read_test_window(
    connection: duckdb.DuckDBPyConnection, labels: dict[int, set[int]]
) -> TestWindow:
    """Return history, exclusions and eligible items of `test`."""
    items = connection.execute(
        """
        select item_index, is_eligible from intermediate.int_item_features
        where time_window = 'test'
        """
    ).fetchnumpy()
    eligible = np.zeros(int(items["item_index"].max()) + 1, dtype=bool)
    eligible[items["item_index"]] = items["is_eligible"]
    entries = connection.execute(
        """
        select user_index, item_index, interaction_weight, is_excluded
        from intermediate.int_user_item_matrix where time_window = 'test'
        """
    ).fetchnumpy()
    users, columns = entries["user_index"], entries["item_index"]
    n_users = 1 + max(int(users.max(initial=0)), max(labels, default=0))
    shape = (n_users, len(eligible))
    weights = entries["interaction_weight"].astype(np.float64)
    hidden = np.asarray(entries["is_excluded"], dtype=bool)
    ones = np.ones(int(hidden.sum()))
    return TestWindow(
        labels=labels,
        history=csr_matrix((weights, (users, columns)), shape=shape),
        excluded=csr_matrix((ones, (users[hidden], columns[hidden])), shape=shape),
        eligible=eligible,
    )
