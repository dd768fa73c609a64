"""Permutation tests in SQL, from users to p: exact for few, and true to their level."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from lift_of_users import outcomes, tables_of


def permuted(users: pd.DataFrame, order: str = "user_id") -> pd.DataFrame:
    """Return the tests of all users' raw revenue, by campaign."""
    with tables_of(users, order) as connection:
        return connection.sql(
            "select * from int_campaign_arm_tests"
            " where segment_kind = '(all)' and metric = 'revenue' and method = 'raw'"
            " order by campaign_id"
        ).df()


@pytest.fixture(scope="module")
def few() -> np.ndarray:
    """Give the revenue of twelve users, of whom seven bought and three alike."""
    return np.array([90.0, 5, 5, 0, 0, 17, 5, 0, 0, 0, 2, 31])


@pytest.mark.parametrize("treated", [3, 6, 9])
def test_of_few_buyers_every_draw_is_counted(few, treated):
    (row,) = permuted(outcomes("c", few, treated)).itertuples()
    sums = [few[list(drawn)].sum() for drawn in combinations(range(12), treated)]
    seen = few[:treated].sum()
    lower, upper = np.mean(np.array(sums) <= seen), np.mean(np.array(sums) >= seen)
    assert row.significance_test == "permutation"
    assert (row.lower_p, row.upper_p) == pytest.approx((lower, upper), abs=1e-12)
    assert row.p == pytest.approx(min(1, 2 * min(lower, upper)), abs=1e-12)


def test_neither_the_order_of_users_nor_their_arms_names_change_p(few):
    users = outcomes("c", few, 3)
    swapped = users.assign(
        variant=np.where(users["is_control"], "A", "control"),
        is_control=~users["is_control"],
    )
    given, turned, other = (
        permuted(users),
        permuted(users, "measured_revenue_amount, user_id desc"),
        permuted(swapped),
    )
    assert (given["p"] == turned["p"]).all()
    assert other["lower_p"][0] == pytest.approx(given["upper_p"][0], abs=1e-12)


def test_of_many_buyers_p_is_that_of_drawing_often():
    generator = np.random.default_rng(11)
    revenue = np.zeros(2000)
    revenue[generator.choice(2000, 100, replace=False)] = np.round(
        np.exp(3 + 1.2 * generator.standard_normal(100)), 2
    )
    users = [outcomes(f"c{n}", generator.permutation(revenue), 1800) for n in range(40)]
    found = permuted(pd.concat(users, ignore_index=True))
    draws = np.array(
        [generator.permutation(revenue)[:1800].sum() for _ in range(20_000)]
    )
    seen = {
        f"c{n}": own["measured_revenue_amount"][:1800].sum()
        for n, own in enumerate(users)
    }
    drawn = found["campaign_id"].map(lambda name: np.mean(draws >= seen[name]))
    assert np.abs(found["upper_p"] - drawn).max() < 0.015


@pytest.mark.parametrize(("share", "buyers"), [(0.5, 0.05), (0.95, 0.2)])
def test_arms_alike_are_seldom_told_apart_however_uneven_and_skewed(share, buyers):
    """Of 200 draws 7 in a tail are 3.5 %; with chance, three standard errors more."""
    generator = np.random.default_rng(20)
    users = []
    for campaign in range(200):
        buys = generator.random(500) < buyers
        spent = np.round(np.exp(3 + 1.2 * generator.standard_normal(500)), 2)
        users.append(outcomes(f"c{campaign}", buys * spent, int(500 * share)))
    found = permuted(pd.concat(users, ignore_index=True))
    assert (found["significance_test"] == "permutation").all()
    significant, is_lower = found["p"] < 0.05, found["lower_p"] < found["upper_p"]
    most = 0.035 * 200 + 3 * np.sqrt(0.025 * 200)
    assert (significant & is_lower).sum() <= most
    assert (significant & ~is_lower).sum() <= most
    assert significant.any()
