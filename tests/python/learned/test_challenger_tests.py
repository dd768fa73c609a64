"""Champion and challengers, on votes whose margins are known by hand."""

import duckdb
import numpy as np
import pytest

from precision_marketing.learned.challenger_tests import (
    Votes,
    challenge,
    choose,
    needed_in_serve,
)

QUANTILE = 1.959963984540054


def votes(users: int | tuple[int, int] = 240, **rankings) -> Votes:
    """Return votes of users of `train` and `test` by mean and spread.

    A ranking is its mean in both windows, in each, or mean and spread in each: users
    are above and below the mean by the spread, by turns. None ranks nobody.
    """
    counts = users if isinstance(users, tuple) else (users, users)
    columns = ([], [])
    for means in rankings.values():
        for number, of_window in enumerate(columns):
            mean = means[number] if isinstance(means, tuple) else means
            mean, spread = mean if isinstance(mean, tuple) else (mean, 0.0)
            signs = np.where(np.arange(counts[number]) % 2, 1.0, -1.0)
            value = np.nan if mean is None else mean + spread * signs
            of_window.append(np.full(counts[number], value))
    return Votes(tuple(rankings), *(np.array(found).T for found in columns))


def by_scorer(given: Votes, errors: float = 1.0) -> dict:
    return {test.scorer: test for test in challenge(given, errors)[0]}


def champions(given: Votes) -> list[str]:
    return challenge(given)[1]


def test_margins_are_paired_by_user_within_a_window():
    # In `train` the network is above by 0.2 for two of three users and below by 0.1 for
    # one: variance 0.02. In `test` it is below by 0.3 for the one user there is.
    third = np.arange(240) % 3 == 0
    train = np.column_stack([np.full(240, 0.6), np.where(third, 0.5, 0.8)])
    given = Votes(("blend", "neural"), train, np.array([[0.9, 0.6]]))
    test = by_scorer(given)["neural"]
    error = np.sqrt(0.02 / 239)
    assert (test.opponent, test.train_user_count, test.test_user_count) == (
        *("blend", 240),
        1,
    )
    assert test.train_ndcg_at_10 == pytest.approx(0.7)
    assert test.train_margin == pytest.approx(0.1)
    assert test.train_margin_lower == pytest.approx(0.1 - QUANTILE * error)
    assert test.train_margin_upper == pytest.approx(0.1 + QUANTILE * error)
    assert test.test_margin == pytest.approx(-0.3)
    assert (test.test_margin_lower, test.test_margin_upper) == (None, None)
    # (24 - 0.3) / 241, and of the squares 7.29 / 241.
    mean = 23.7 / 241
    assert test.together_margin == pytest.approx(mean)
    assert test.together_standard_error == pytest.approx(
        np.sqrt((7.29 / 241 - mean**2) / 240)
    )
    assert (test.has_enough_users, test.is_small) == (True, True)


def test_the_best_simpler_ranking_is_asked_of_both_windows_together():
    # ease is the best of all in `train` and ranks nobody in `test`.
    given = votes(blend=0.1, ials=(0.4, 0.2), spectral=(0.3, 0.5), ease=(0.9, None))
    assert champions(given) == ["spectral", "spectral"]
    assert by_scorer(given)["ease"].test_margin is None
    assert not by_scorer(given)["ease"].wins


def test_equal_rankings_leave_the_blend():
    assert champions(votes(als=0.1, blend=0.1)) == ["blend", "blend"]


def test_a_simpler_ranking_that_loses_one_window_does_not_replace_the_blend():
    assert champions(votes(blend=0.1, ials=(0.4, 0.09))) == ["blend", "blend"]


@pytest.mark.parametrize(
    ("train", "test", "won"),
    [
        (0.0046, -0.0075, (True, False)),
        (-0.0046, 0.0075, (False, True)),
        (0.0046, 0.0075, (True, True)),
        # Ahead, and not by more than chance.
        ((0.001, 0.02), 0.0046, (False, True)),
        (0.0046, (0.001, 0.02), (True, True)),
    ],
)
def test_a_learned_ranking_must_show_on_unseen_users_and_be_ahead_later(
    train, test, won
):
    found = by_scorer(votes(blend=0.0, neural=(train, test)))["neural"]
    assert not found.is_small
    assert (found.wins_on_train, found.wins_on_test) == won
    assert found.wins == all(won)


# The standard error of both windows' 480 users together is about spread / 31.
@pytest.mark.parametrize(("spread", "wins"), [(0.04, True), (0.08, False)])
def test_in_a_large_shop_both_windows_together_must_exclude_chance(spread, wins):
    found = by_scorer(votes(blend=0.0, neural=(0.0046, (0.001, spread))))["neural"]
    assert (found.wins_on_train, found.wins_on_test) == (True, True)
    assert (found.wins_together, found.wins) == (wins, wins)


def test_in_a_large_shop_a_simpler_ranking_need_only_be_ahead_in_each_window():
    found = by_scorer(votes(blend=0.0, ials=((0.001, 0.02), (0.001, 0.02))))["ials"]
    assert found.train_margin_lower < 0
    assert found.wins


# Of 100 users in each window the standard error of both together is spread / 14.1.
@pytest.mark.parametrize("scorer", ["neural", "ials"])
@pytest.mark.parametrize(
    ("train", "test", "errors", "wins"),
    [
        ((0.03, 0.25), (0.01, 0.25), 1.0, True),
        ((0.03, 0.25), (0.01, 0.25), 1.5, False),
        ((0.03, 0.35), (0.01, 0.35), 1.0, False),
        ((0.09, 0.25), (-0.01, 0.25), 1.0, False),
        ((-0.01, 0.25), (0.09, 0.25), 1.0, False),
    ],
)
def test_in_a_small_shop_both_windows_decide_together(
    scorer, train, test, errors, wins
):
    given = votes(100, blend=0.0, **{scorer: (train, test)})
    found = by_scorer(given, errors)[scorer]
    assert found.is_small
    assert found.wins == wins


@pytest.mark.parametrize(("users", "wins"), [((30, 19), False), ((30, 20), True)])
def test_with_fewer_than_50_users_of_both_windows_the_blend_stands(users, wins):
    given = votes(users, blend=0.1, neural=0.9)
    assert champions(given) == ["blend", "neural" if wins else "blend"]


@pytest.mark.parametrize(("users", "is_small"), [((199, 900), True), (200, False)])
def test_a_shop_is_small_by_the_window_of_fewer_users(users, is_small):
    assert by_scorer(votes(users, blend=0.1, neural=0.2))["neural"].is_small == is_small


def test_each_learned_ranking_challenges_whoever_stands():
    # The network beats the blend, but not the regression that stands by then.
    given = votes(
        blend=0.1, logistic_regression=0.4, neural=0.3, learned_mean=0.5, ials=0.2
    )
    opponents = {name: test.opponent for name, test in by_scorer(given).items()}
    assert opponents == {
        "blend": "blend",
        "ials": "blend",
        "logistic_regression": "ials",
        "neural": "logistic_regression",
        "learned_mean": "logistic_regression",
    }
    assert champions(given) == ["ials", "learned_mean"]


def test_what_falls_leaves_its_opponent_to_the_next():
    given = votes(blend=0.2, logistic_regression=0.1, neural=0.3, learned_mean=0.3)
    opponents = {name: test.opponent for name, test in by_scorer(given).items()}
    assert (opponents["neural"], opponents["learned_mean"]) == ("blend", "neural")
    assert champions(given) == ["blend", "neural"]


QUALITY = """
    select time_window, scorer, user_index, k,
        case when scorer = 'neural' and k = 10 then 0.4 else 0.1 end as ndcg_at_k
    from range({users}) as users(user_index)
    cross join (values ('train'), ('test')) as windows(time_window)
    cross join (values ('blend'), ('neural'), ('ials')) as scorers(scorer)
    cross join (values (5), (10)) as cutoffs(k)
    order by hash(user_index, scorer, {seed})
"""
USERS = """
    select user_index, 'u' || user_index as user_id
    from range({users}) as users(user_index) order by hash(user_index, {seed})
"""


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        yield connection


def chosen(connection, users: int = 400, seed: int = 0) -> list[dict]:
    return choose(
        connection.sql(QUALITY.format(users=users, seed=seed)),
        connection.sql(USERS.format(users=users, seed=seed)),
    ).to_pylist()


def test_all_users_choose_and_each_half_of_them_does(connection):
    rows = [row for row in chosen(connection) if row["is_published"]]
    assert [(row["choice"], row["scorer"]) for row in rows] == [
        ("all", "neural"),
        ("half_0", "neural"),
        ("half_1", "neural"),
    ]
    of_all, *of_halves = (row["test_user_count"] for row in rows)
    assert of_all == sum(of_halves) == 400
    assert min(of_halves) > 150
    assert all(row["test_ndcg_at_10"] == pytest.approx(0.4) for row in rows)


def test_the_choice_does_not_depend_on_the_order_of_rows(connection):
    assert chosen(connection, seed=1) == chosen(connection)


def test_without_users_nothing_is_tested(connection):
    assert chosen(connection, users=0) == []


@pytest.mark.parametrize(
    ("published", "is_asked", "needed"),
    [
        ("neural", False, "neural"),
        ("neural", True, "neural"),
        ("blend", False, None),
        ("blend", True, "logistic_regression"),
    ],
)
def test_serve_is_scored_by_what_is_published_or_asked_for(
    connection, published, is_asked, needed
):
    in_use = published if published == "neural" else "logistic_regression"
    tests = f"""
        select choice, scorer, scorer = '{published}' as is_published,
            scorer = '{in_use}' as is_learned_in_use
        from (values ('all'), ('half_0')) as choices(choice)
        cross join (values ('blend'), ('logistic_regression'), ('neural'))
            as scorers(scorer)
    """
    demand = connection.sql(f"select {is_asked} as is_asked")
    assert needed_in_serve(connection.sql(tests), demand) == needed


def test_without_tests_serve_needs_no_learned_ranking(connection):
    tests = connection.sql("""
        select '' as choice, '' as scorer, true as is_published,
            true as is_learned_in_use where false
    """)
    assert needed_in_serve(tests, connection.sql("select true as is_asked")) is None
