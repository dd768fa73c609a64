"""A ranking that learned a season does not outlive it."""

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from small_candidates import PENALTY, SETTINGS

from precision_marketing.build.relations import on_other_cursor
from precision_marketing.learned.challenger_tests import choose
from precision_marketing.learned.learned_scores import RANKINGS, score
from precision_marketing.learned.model_training import train

USERS, ITEMS, GIFTS = 1_200, 12, 3


def shop(season_ends: bool) -> pa.Table:
    """Return the candidates: taste ranks well always, gifts in a season alone.

    Of seven users in ten the label is a gift in `train`, and in `test` unless the
    season has ended; of the rest it is what they like best.
    """
    generator = np.random.default_rng(0)
    parts = []
    for window in ("train", "test"):
        taste = generator.random((USERS, ITEMS))
        wants_gift = generator.random(USERS) < 0.7
        if window == "test" and season_ends:
            wants_gift[:] = False
        gift = np.arange(ITEMS) < GIFTS
        label = np.where(
            wants_gift, generator.integers(0, GIFTS, USERS), taste.argmax(axis=1)
        )
        users = np.repeat(np.arange(USERS, dtype=np.int32), ITEMS)
        parts.append(
            pa.table(
                {
                    "time_window": [window] * users.size,
                    "user_index": users,
                    "item_index": np.tile(np.arange(ITEMS, dtype=np.int32), USERS),
                    "is_label": (np.arange(ITEMS) == label[:, None]).ravel(),
                    "training_half": users % 2,
                    "training_role": np.where(users % 5 == 1, "stopping", "training"),
                    "feature_scores__taste": taste.ravel().astype(np.float32),
                    "feature_popularity__gift": np.tile(gift, USERS).astype(np.float32),
                }
            )
        )
    return pa.concat_tables(parts)


def season(season_ends: bool) -> list[dict]:
    """Train on such a shop, rank it, and let the rankings challenge each other."""
    with duckdb.connect() as connection:
        return _season(connection, shop(season_ends))


def _season(connection: duckdb.DuckDBPyConnection, candidates: pa.Table) -> list[dict]:
    connection.from_arrow(candidates).create("candidates")
    models = connection.from_arrow(
        train(connection.table("candidates"), SETTINGS, PENALTY)
    )
    features = on_other_cursor(connection.table("candidates"), connection)
    connection.register("batches", score(features, models))
    connection.execute(f"""
        create table rankings as
        select time_window, scorer, user_index, item_index, scorer_rank from batches
        union all
        select time_window, 'blend', user_index, item_index, row_number() over (
            partition by time_window, user_index order by feature_scores__taste desc
        ) from candidates;
        create table user_ranking_quality as
        select time_window, scorer, user_index, 10 as k,
            case when scorer_rank <= 10 then ln(2) / ln(scorer_rank + 1) else 0 end
                as ndcg_at_k
        from rankings inner join candidates using (time_window, user_index, item_index)
        where is_label;
        create table int_users as select user_index, 'u' || user_index as user_id
        from range({USERS}) as users(user_index);
    """)
    return choose(
        connection.table("user_ranking_quality"), connection.table("int_users")
    ).to_pylist()


def published(tests: list[dict], choice: str) -> str:
    (scorer,) = [
        test["scorer"]
        for test in tests
        if test["choice"] == choice and test["is_published"]
    ]
    return scorer


@pytest.fixture(scope="module")
def turned():
    return season(season_ends=True)


def test_a_season_that_goes_on_is_learned_and_published():
    assert published(season(season_ends=False), "all") in RANKINGS


@pytest.mark.parametrize("scorer", list(RANKINGS))
def test_what_learned_a_season_wins_on_other_users_of_it_and_loses_after_it(
    turned, scorer
):
    # Users of the same weeks alone, as the gate once asked, would publish the loser.
    (test,) = [
        test for test in turned if (test["choice"], test["scorer"]) == ("all", scorer)
    ]
    assert test["train_margin_lower"] > 0.05
    assert test["test_margin_upper"] < -0.05
    assert (test["wins_on_train"], test["wins_on_test"]) == (True, False)


# Either half of the users sees it too.
@pytest.mark.parametrize("choice", ["all", "half_0", "half_1"])
def test_a_season_that_turned_is_not_published(turned, choice):
    assert published(turned, choice) == "blend"
