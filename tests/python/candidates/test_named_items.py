"""What iALS's reasons name on the example, recomputed by the formula of its paper."""

from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np
import pytest

USERS = 100


class Named(NamedTuple):
    """A recommendation of iALS: what it names, and what it owes to whom."""

    item: int
    because: int | None
    share: float | None
    parts: dict[int, float]
    returned: set[int]

    @property
    def largest(self) -> int:
        """The item with the largest part, whatever else holds of it."""
        return max(self.parts, key=self.parts.__getitem__)


def shares_of(history, decayed, factors, items, unobserved, penalty) -> np.ndarray:
    """Return the shares x_uj q_i^T A_u^-1 q_j of Hu et al., a row for each item."""
    own = factors[history]
    matrix = unobserved * factors.T @ factors + own.T @ (decayed[:, None] * own)
    matrix += penalty * (len(history) + unobserved * len(factors)) * np.eye(len(matrix))
    parts = decayed * (factors[items] @ np.linalg.inv(matrix) @ own.T)
    return parts / parts.sum(axis=1, keepdims=True)


@pytest.fixture(scope="module")
def recommendations(example_database: Path) -> list[Named]:
    with duckdb.connect(str(example_database), read_only=True) as connection:

        def read(query: str) -> list[tuple]:
            return connection.execute(query).fetchall()

        settings = dict(
            read(
                "select setting, setting_value from intermediate.int_scorer_settings"
                " where scorer = 'ials'"
            )
        )
        ((n_users, n_items),) = read(
            "select (select max(user_index) from intermediate.int_window_users) + 1,"
            " (select max(item_index) from intermediate.int_item_features) + 1"
        )
        histories = defaultdict(list)
        for user, item, weight, position in read(
            "select user_index, item_index, interaction_weight, recency_position"
            " from intermediate.int_user_item_matrix where time_window = 'serve'"
        ):
            decayed = weight * settings["decay"] ** (position - 1)
            histories[user].append((item, decayed))
        factors = np.zeros((n_items, int(settings["factors"])))
        for item, values in read(
            "select item_index, factors from scorers.ials_factors"
            " where time_window = 'serve'"
        ):
            factors[item, : len(values)] = values
        returned = defaultdict(set)
        for user, item in read("select * from candidates.returned_items"):
            returned[user].add(item)
        shown = defaultdict(list)
        for user, *row in read(
            "select parts.user_index, parts.item_index, origins.because_item_index,"
            " origins.because_share from candidates.scorer_parts as parts"
            " left join candidates.recommendation_origins as origins"
            " using (user_index, item_index)"
            " where parts.is_winner and parts.part = 'ials'"
        ):
            shown[user].append(row)
    weights = [weight for history in histories.values() for _, weight in history]
    unobserved = settings["unobserved_strength"] * np.sqrt(
        len(weights) / (n_users * n_items)
    )
    penalty = settings["regularization"] * np.sqrt(unobserved)
    found = []
    for user in sorted(shown)[:USERS]:
        history, decayed = (np.array(c) for c in zip(*histories[user], strict=True))
        items = [item for item, *_ in shown[user]]
        shares = shares_of(
            history, decayed / np.mean(weights), factors, items, unobserved, penalty
        )
        for row, own in zip(shown[user], shares, strict=True):
            parts = dict(zip(history.tolist(), own.tolist(), strict=True))
            found.append(Named(*row, parts, returned[user]))
    return found


def test_the_named_item_is_that_of_the_exact_decomposition(recommendations):
    """But where the item itself is in the history, or went back to the shop."""
    named = [row for row in recommendations if row.because is not None]
    assert len(named) > 5 * USERS
    agreeing = [row.because == row.largest for row in named]
    assert np.mean(agreeing) >= 0.95
    for row in named:
        assert row.share == pytest.approx(row.parts[row.because], abs=1e-4)
        assert row.because in (row.item, row.largest) or row.largest in row.returned


def test_what_is_named_is_a_tenth_of_the_score_and_was_kept(recommendations):
    for row in recommendations:
        enough = [
            item
            for item, share in row.parts.items()
            if share > 0.1 + 1e-4 and item not in row.returned
        ]
        assert row.because is not None or not enough
        if row.because is not None:
            assert row.parts[row.because] > 0.1 - 1e-4
            assert row.because not in row.returned
        if row.item in enough:
            assert row.because == row.item
