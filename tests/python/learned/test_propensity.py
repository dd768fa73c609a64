"""What the propensity reads and writes in DuckDB."""

import duckdb
import numpy as np
import pytest
from scipy.special import expit
from small_propensities import FEATURES

from precision_marketing.algorithms.learned.clustered_logistic import PropensityModel
from precision_marketing.algorithms.learned.recalibration import Level
from precision_marketing.learned.propensity import (
    FOLDS,
    MINIMUM_BUYERS,
    learn,
    predict,
    propensity_schema,
    staged_model_schema,
)


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        yield connection


def of_stages(models, *names):
    return models.filter([value in names for value in models["stage"].to_pylist()])


def stage(models, name):
    kind = Level if name.startswith("level") else PropensityModel
    return kind.from_table(of_stages(models, name))


def test_train_teaches_test_sets_the_level_and_both_others_are_predicted(connection):
    features = connection.sql(FEATURES.format(users=400))
    models = learn(features)
    assert models.schema.equals(staged_model_schema)
    for window, teaches in (("serve", False), ("test", True)):
        unlike = learn(
            connection.sql(
                "select * replace (is_buyer and not (time_window = '{window}' and "
                "user_index % 2 = 0) as is_buyer)".replace("{window}", window)
                + f" from ({FEATURES.format(users=400)})"
            )
        )
        regressions = ("history", "chance")
        assert of_stages(models, *regressions).equals(of_stages(unlike, *regressions))
        assert models.equals(unlike) is not teaches
    # A cursor of its own, as in the dbt model.
    table = predict(features, connection.cursor().from_arrow(models)).read_all()
    assert table.schema.equals(propensity_schema)
    assert set(table["time_window"].to_pylist()) == {"test", "serve"}
    assert table.num_rows == 2 * 2 * 400
    scored = table.filter([user % 2 == 0 for user in table["user_index"].to_pylist()])
    chances = scored["propensity"].to_numpy()
    bought = scored["user_index"].to_numpy() % 3 == 0
    assert chances[bought].mean() > 0.7
    assert chances[~bought].mean() < 0.2


def test_the_chance_is_learned_from_scored_users_and_the_history_from_all(connection):
    features = FEATURES.format(users=400)
    models = learn(connection.sql(features))
    # Were unscored users never to buy, the history would change.
    lazier = f"select * replace (is_buyer and has_scores as is_buyer) from ({features})"
    assert stage(models, "history").covariance.tolist() != (
        stage(learn(connection.sql(lazier)), "history").covariance.tolist()
    )
    # A user outside the sample teaches no history, but with scores the chance.
    fewer = f"select * replace (user_index <> 6 as is_sampled) from ({features})"
    assert stage(learn(connection.sql(fewer)), "history").coefficients.tolist() != (
        stage(models, "history").coefficients.tolist()
    )
    # What unscored users have in place of a chance is not looked at.
    other = (
        "select * replace (case when has_scores then chance_log_odds else 99e0 end"
        f" as chance_log_odds) from ({features})"
    )
    assert models.equals(learn(connection.sql(other)))


def test_the_error_is_that_of_the_chance_and_of_the_history_together(connection):
    features = connection.sql(FEATURES.format(users=400))
    models = learn(features)
    table = predict(features, connection.cursor().from_arrow(models)).read_all()
    row = features.filter(
        "time_window = 'serve' and target_index = 1 and user_index = 6"
    ).fetchnumpy()
    history, chance = stage(models, "history"), stage(models, "chance")
    log_odds, error = history.predict(
        np.column_stack([row[name] for name in history.feature_names])
    )
    inputs = [row[name] for name in chance.feature_names[:-1]]
    final, own_error = chance.predict(np.column_stack([*inputs, log_odds]))
    together = np.sqrt(
        own_error[0] ** 2 + (chance.slope("history_log_odds") * error[0]) ** 2
    )
    assert together > own_error[0] > 0
    moved, moved_error = stage(models, "level").move(
        final, np.array([together]), np.array([1])
    )
    found = next(
        line
        for line in table.to_pylist()
        if (line["time_window"], line["target_index"], line["user_index"])
        == ("serve", 1, 6)
    )
    assert found["propensity"] == pytest.approx(expit(moved[0]), abs=1e-11)
    assert found["log_odds_error"] == pytest.approx(moved_error[0], abs=1e-11)


def test_shuffled_rows_teach_the_same(connection):
    rows = (
        "select *, sin(user_index * 12.9e0 + target_index) as feature_wave,"
        " cos(user_index * 78.2e0) as chance_wave"
        f" from ({FEATURES.format(users=3_000)})"
    )
    first = learn(connection.sql(f"{rows} order by user_index, target_index"))
    second = learn(connection.sql(f"{rows} order by hash(user_index), target_index"))
    assert first.equals(second)


def test_too_few_buyers_teach_nothing_and_predict_nothing(connection):
    enough = 3 * MINIMUM_BUYERS["history"]
    assert learn(connection.sql(FEATURES.format(users=enough))).num_rows
    features = connection.sql(FEATURES.format(users=enough - 3))
    models = learn(features)
    assert models.num_rows == 0
    assert models.schema.equals(staged_model_schema)
    table = predict(features, connection.cursor().from_arrow(models)).read_all()
    assert table.num_rows == 0
    assert table.schema.equals(propensity_schema)


def test_without_scored_buyers_the_history_speaks_alone(connection):
    features = connection.sql(
        "select * replace (has_scores and user_index < 6 as has_scores)"
        f" from ({FEATURES.format(users=300)})"
    )
    models = learn(features)
    assert set(models["stage"].to_pylist()) == {"history"}
    table = predict(features, connection.cursor().from_arrow(models)).read_all()
    assert table.num_rows == 2 * 2 * 300
    buyers = table["user_index"].to_numpy() % 3 == 0
    chances = table["propensity"].to_numpy()
    assert chances[buyers].mean() > 2 * chances[~buyers].mean()


# Purchases that nothing foretells: of users 3, 6, 9 and so on, and in `test` of half.
LEVELS = """
    select time_window, cast(target as integer) as target_index,
        cast(number as integer) as user_index, true as is_sampled, true as has_scores,
        1e0 as sample_weight,
        number % case when time_window = 'test' then 6 else 3 end = 0 as is_buyer,
        cast(number % 7 as double) as feature_noise, 0e0 as chance_is_known,
        0e0 as chance_log_odds
    from (select unnest(['train', 'test', 'serve']) as time_window),
        (select unnest(range(2)) as target),
        (select unnest(range(3000)) as number)
"""


def foretold(connection, sql) -> dict[str, np.ndarray]:
    features = connection.sql(f"{sql} order by time_window, target_index, user_index")
    models = connection.cursor().from_arrow(learn(features))
    table = predict(features, models).read_all()
    windows = np.array(table["time_window"].to_pylist())
    chances = table["propensity"].to_numpy()
    return {window: chances[windows == window] for window in ("test", "serve")}


def test_half_as_many_purchases_in_test_halve_what_is_foretold(connection):
    chances = foretold(connection, LEVELS)
    assert chances["serve"].mean() == pytest.approx(1 / 6, abs=0.002)
    assert chances["test"].mean() == pytest.approx(1 / 6, abs=0.002)


def test_nobody_is_judged_by_what_she_bought_herself(connection):
    before = foretold(connection, LEVELS)["test"]
    # Nobody of one fold buys in `test`: their own propensities stay what they were.
    fold = f"time_window = 'test' and user_index % {FOLDS} = 2"
    changed = (
        f"select * replace (is_buyer and not ({fold}) as is_buyer) from ({LEVELS})"
    )
    after = foretold(connection, changed)["test"]
    in_fold = np.tile(np.arange(3000) % FOLDS == 2, 2)
    assert (before[in_fold] == after[in_fold]).all()
    assert (before[~in_fold] > after[~in_fold]).all()


def test_too_few_buyers_of_test_leave_the_level_of_train(connection):
    few = (
        "select * replace (is_buyer and (time_window <> 'test' or user_index < 6 *"
        f" {MINIMUM_BUYERS['level'] - 1}) as is_buyer) from ({LEVELS})"
    )
    chances = foretold(connection, few)
    assert chances["serve"].mean() == pytest.approx(1 / 3, abs=0.002)
