"""What the propensity reads and writes in DuckDB."""

import duckdb
import pytest

from precision_marketing.algorithms import propensity_model_schema
from precision_marketing.propensity import (
    MINIMUM_BUYERS,
    learn,
    predict,
    propensity_schema,
)

# A third of the users bought; feature_b says who, feature_a nothing.
FEATURES = """
    select time_window, cast(target as integer) as target_index,
        cast(number as integer) as user_index, 1e0 as sample_weight,
        number % 3 = 0 as is_buyer, (number * 7 % 11) / 11e0 as feature_a,
        case when number % 3 = 0 then 9e0 else 0e0 end + number % 5 as feature_b
    from (select unnest(['train', 'test', 'serve']) as time_window),
        (select unnest(range(2)) as target),
        (select unnest(range({users})) as number)
"""


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        yield connection


def test_only_train_teaches_and_only_the_other_windows_are_predicted(connection):
    features = connection.sql(FEATURES.format(users=300))
    model = learn(features)
    unlike = connection.sql(
        f"select * replace (is_buyer and time_window = 'train' as is_buyer)"
        f" from ({FEATURES.format(users=300)})"
    )
    assert model.equals(learn(unlike))
    # A cursor of its own, as in the dbt model.
    table = predict(features, connection.cursor().from_arrow(model)).read_all()
    assert table.schema.equals(propensity_schema)
    assert set(table["time_window"].to_pylist()) == {"test", "serve"}
    assert table.num_rows == 2 * 2 * 300
    chances = {
        number % 3 == 0: chance
        for number, chance in zip(
            table["user_index"].to_pylist(),
            table["propensity"].to_pylist(),
            strict=True,
        )
        if number % 5 == 2
    }
    assert chances[True] > 0.9 > 0.1 > chances[False]


def test_shuffled_rows_teach_the_same(connection):
    rows = FEATURES.format(users=300)
    first = learn(connection.sql(f"{rows} order by user_index, target_index"))
    second = learn(connection.sql(f"{rows} order by hash(user_index), target_index"))
    assert first.equals(second)


def test_too_few_buyers_teach_nothing_and_predict_nothing(connection):
    enough, short = 3 * MINIMUM_BUYERS, 3 * (MINIMUM_BUYERS - 1)
    assert learn(connection.sql(FEATURES.format(users=enough))).num_rows
    features = connection.sql(FEATURES.format(users=short))
    model = learn(features)
    assert model.num_rows == 0
    assert model.schema.equals(propensity_model_schema)
    table = predict(features, connection.cursor().from_arrow(model)).read_all()
    assert table.num_rows == 0
    assert table.schema.equals(propensity_schema)
