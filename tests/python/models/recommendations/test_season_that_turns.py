"""A ranking that learned a season does not outlive it."""

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from macros_in_duckdb import SqlMacros
from small_candidates import PENALTY, SETTINGS

from precision_marketing.build.relations import on_other_cursor
from precision_marketing.learned.learned_scores import RANKINGS, score, train

USERS, ITEMS, GIFTS = 1_200, 12, 3
GATE = ("gate_votes", "gate_opponents", "gate_margins", "gate_wins", "gate_steps")


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


def gate(season_ends: bool) -> duckdb.DuckDBPyConnection:
    """Train on such a shop, rank it, and run the gate's models on what is found."""
    connection = duckdb.connect()
    connection.from_arrow(shop(season_ends)).create("candidates")
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
    macros = SqlMacros("compat", "statistics", "scorers")
    for name in GATE:
        macros.model(name, connection)
    return connection


def published(connection: duckdb.DuckDBPyConnection) -> str:
    ((winner,),) = connection.execute(
        "select arg_max(winner, step) from gate_steps where choice = 'all'"
    ).fetchall()
    return winner


@pytest.fixture(scope="module")
def turned():
    with gate(season_ends=True) as connection:
        yield connection


def test_a_season_that_goes_on_is_learned_and_published():
    with gate(season_ends=False) as connection:
        assert published(connection) in RANKINGS


@pytest.mark.parametrize("scorer", list(RANKINGS))
def test_what_learned_a_season_wins_on_other_users_of_it_and_loses_after_it(
    turned, scorer
):
    # Users of the same weeks alone, as the gate once asked, would publish the loser.
    ((train_lower, test_upper, wins_on_train, wins_on_test),) = turned.execute(
        "select train_margin_lower, test_margin_upper, wins_on_train, wins_on_test"
        " from gate_wins"
        " where choice = 'all' and opponent = 'blend' and scorer = ?",
        [scorer],
    ).fetchall()
    assert train_lower > 0.05
    assert test_upper < -0.05
    assert (wins_on_train, wins_on_test) == (True, False)


def test_a_season_that_turned_is_not_published(turned):
    assert published(turned) == "blend"


def test_either_half_of_the_users_sees_that_the_season_turned(turned):
    winners = turned.execute(
        "select distinct winner from gate_steps where choice <> 'all'"
    ).fetchall()
    assert winners == [("blend",)]
