"""The independent metrics, against values worked out by hand."""

import math

import pytest

from benchmarks.quality.metrics import (
    METRICS,
    largest_difference,
    list_metrics,
    mean_metrics,
)


def by_name(ranked, labels, k):
    return dict(zip(METRICS, list_metrics(ranked, labels, k), strict=True))


def test_labels_at_ranks_two_and_four():
    found = by_name([9, 1, 8, 2, 7], {1, 2}, 5)
    gain = 1 / math.log2(3) + 1 / math.log2(5)
    assert found == pytest.approx(
        {
            "recall": 1.0,
            "precision": 2 / 5,
            "hit_rate": 1.0,
            "ndcg": gain / (1 + 1 / math.log2(3)),
            "map": (1 / 2 + 2 / 4) / 2,
            "mrr": 1 / 2,
        },
        abs=1e-15,
    )


def test_only_the_first_k_count():
    assert by_name([9, 8, 1], {1}, 2) == dict.fromkeys(METRICS, 0.0)


def test_more_labels_than_k_can_still_be_perfect_but_not_recalled():
    found = by_name([1, 2], {1, 2, 3, 4}, 2)
    assert (found["ndcg"], found["map"], found["recall"]) == (1.0, 1.0, 0.5)


def test_list_shorter_than_k_is_divided_by_k():
    assert by_name([1], {1}, 10)["precision"] == 0.1


def test_user_without_a_list_counts_as_zero():
    found = mean_metrics({1: [7]}, {1: {7}, 2: {7}})["hit_rate@5"]
    assert found["value"] == 0.5
    assert found["users"] == 2


def test_standard_error_is_that_of_the_mean():
    lists = {user: [7] if user < 3 else [8] for user in range(4)}
    found = mean_metrics(lists, {user: {7} for user in range(4)})["hit_rate@5"]
    # Values 1, 1, 1, 0: sample variance 1/4, over 4 users.
    assert found["standard_error"] == pytest.approx(math.sqrt(1 / 4 / 4), abs=1e-15)


def test_one_user_has_no_standard_error():
    assert mean_metrics({1: [7]}, {1: {7}})["mrr@5"]["standard_error"] is None


def test_difference_sees_values_errors_users_and_missing_metrics():
    def metric(value=0.5, error=0.1, users=3):
        return {"m": {"value": value, "standard_error": error, "users": users}}

    assert largest_difference(metric(), metric()) == 0.0
    assert largest_difference(metric(), metric(value=0.25)) == 0.25
    assert largest_difference(metric(), metric(error=0.35)) == pytest.approx(0.25)
    assert largest_difference(metric(), metric(users=4)) == math.inf
    assert largest_difference(metric(), metric(error=None)) == math.inf
    assert largest_difference(metric(), {}) == math.inf
