"""The search for settings, on relations as the Python model reads them."""

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from macro_values import MacroValues

from precision_marketing.tuning import search_settings
from precision_marketing.tuning.coordinate_search import coordinate_search

USER_COUNT = 400
ITEM_COUNT = 120
DECLARED = {
    "item_cosine": {
        "neighbors": 20.0,
        "user_degree_exponent": 0.5,
        "target_exponent": 0.45,
        "source_exponent": 0.5,
        "shrinkage": 0.0,
        "similarity": "cosine",
    },
    "item_cosine_recent": {"decay": 1.0},
    "user_cosine": {
        "neighbors": 20.0,
        "item_degree_exponent": 0.5,
        "target_exponent": 0.5,
        "source_exponent": 0.7,
        "shrinkage": 0.0,
        "similarity": "cosine",
        "popularity_exponent": 0.3,
    },
    "spectral": {
        "rank": 8.0,
        "spectrum_exponent": 0.35,
        "user_degree_exponent": 0.3,
        "item_degree_exponent": 0.35,
        "neighbors": 20.0,
        "decay": 0.85,
    },
    "local_ridge": {
        "neighbors": 20.0,
        "user_degree_exponent": 0.5,
        "penalty": 10.0,
        "penalty_exponent": 0.5,
        "decay": 0.85,
    },
    "ials": {
        "factors": 8.0,
        "iterations": 3.0,
        "unobserved_strength": 1.0,
        "regularization": 0.023,
        "decay": 0.85,
        "seed": 0.0,
    },
    "ease": {"penalty": 100.0, "user_degree_exponent": 0.5, "maximum_items": 8000.0},
}
LEVERS = MacroValues("scorers").scorer_levers()


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        yield connection


def changing_tastes() -> tuple[list[tuple], list[tuple]]:
    """Return histories and labels of users whose taste has changed.

    Six groups of twenty items. Each user had six items of one group on six early days
    and one of another on the last day; what they get next is of the last group. At a
    decay of 0.9 the six outweigh the one, at 0.5 they do not.
    """
    generator = np.random.default_rng(1)
    histories, labels = [], []
    for user in range(USER_COUNT):
        old, new = generator.permutation(6)[:2] * 20
        early = enumerate(generator.permutation(20)[:6])
        histories.extend((user, old + item, day + 3) for day, item in early)
        recent = new + generator.permutation(20)[:4]
        histories.append((user, recent[0], 1))
        labels.extend((user, item) for item in recent[1:])
    return histories, labels


def lever_table(levers: list[list]) -> pa.Table:
    """Return levers as `int_scorer_levers` has them, in reverse of their order."""
    rows = [
        {
            "lever_place": place,
            "scorer": scorer,
            "library_function": function,
            "setting": setting,
            "setting_value": None if isinstance(value, str) else float(value),
            "setting_text": value if isinstance(value, str) else None,
        }
        for place, (scorer, function, setting, value) in enumerate(levers, start=1)
    ]
    return pa.Table.from_pylist(rows[::-1])


def search(
    connection,
    *,
    is_wanted: bool = True,
    declared: dict | None = None,
    levers: list[list] = LEVERS,
    test_label: int = 0,
    user_count: int = USER_COUNT,
    trials: int = 12,
) -> pa.Table:
    """Search on the users of changed taste and return the table of trials."""
    settings = DECLARED | (declared or {})
    rows = [
        *(("search", name, value) for name, value in
          (("is_wanted", float(is_wanted)), ("users", 300.0), ("trials", trials))),
        ("every_scorer", "candidates", 30.0),
        *((s, name, value) for s in settings for name, value in settings[s].items()),
    ]  # fmt: skip
    table = pa.table(
        {
            "scorer": [row[0] for row in rows],
            "setting": [row[1] for row in rows],
            "setting_value": pa.array(
                [None if isinstance(row[2], str) else float(row[2]) for row in rows],
                pa.float64(),
            ),
            "setting_text": pa.array(
                [row[2] if isinstance(row[2], str) else None for row in rows],
                pa.string(),
            ),
        }
    )
    histories, labels = changing_tastes()
    interactions = pa.table(
        dict(
            zip(
                ("user_index", "item_index", "recency_position"),
                np.array(histories).T,
                strict=True,
            )
        )
    )
    label_table = pa.table(
        dict(zip(("user_index", "item_index"), np.array(labels).T, strict=True))
    )
    return search_settings(
        declared=connection.from_arrow(table),
        levers=connection.from_arrow(lever_table(levers)),
        interactions=connection.from_arrow(interactions).project(
            "'train' as time_window, user_index, item_index, 1e0 as"
            " interaction_weight, true as is_excluded, recency_position"
        ),
        users=connection.sql(
            f"""
            select time_window, user_index, true as is_scored, 7 as history_item_count,
                case when user_index % 5 = 0 then 0 else 1 end as label_count
            from (values ('train'), ('test')) as windows(time_window),
                range({user_count}) as users(user_index)
            """
        ),
        items=connection.sql(
            f"""
            select time_window, item_index, true as is_eligible
            from (values ('train'), ('test')) as windows(time_window),
                range({ITEM_COUNT}) as items(item_index)
            """
        ),
        labels=connection.from_arrow(label_table)
        .project("'train' as time_window, user_index, item_index")
        .union(
            connection.sql(
                f"select 'test', user_index, {test_label} from range({USER_COUNT})"
                " as users(user_index)"
            )
        ),
    )


def chosen(table: pa.Table) -> dict[tuple[str, str], float | str]:
    """Return the settings of the chosen trials."""
    return {
        (row["scorer"], row["setting"]): row["setting_text"] or row["setting_value"]
        for row in table.to_pylist()
        if row["is_chosen"]
    }


def test_a_decay_is_found_where_tastes_change(connection):
    table = search(connection)
    assert chosen(table)["item_cosine_recent", "decay"] == 0.5


def test_a_bad_declared_setting_is_repaired(connection):
    # The single most similar user is too few to know the next item.
    bad = {"user_cosine": DECLARED["user_cosine"] | {"neighbors": 1.0}}
    table = search(connection, declared=bad)
    assert chosen(table)["user_cosine", "neighbors"] == 200


def test_what_is_chosen_gains_more_than_its_standard_error_or_is_declared(connection):
    table = search(connection)
    rows = [row for row in table.to_pylist() if row["is_chosen"]]
    assert {row["scorer"] for row in rows} == set(DECLARED)
    for row in rows:
        assert row["trial"] == 0 or (
            row["ndcg_difference"] > row["difference_standard_error"]
        )
    # A fifth of the 400 users has no label; of the others 300 are asked.
    assert {row["user_count"] for row in rows} == {300}


def test_what_is_no_lever_is_not_searched(connection):
    levers = [lever for lever in LEVERS if lever[2] != "similarity"]
    table = search(connection, levers=levers)
    assert ("item_cosine", "similarity") not in chosen(table)
    assert ("item_cosine", "target_exponent") in chosen(table)


def test_a_scorer_is_searched_without_item_cosine_by_the_function_of_its_record(
    connection,
):
    levers = [["slow_profile", "item_cosine_recent", "decay", 0.5]]
    table = search(connection, declared={"slow_profile": {"decay": 1.0}}, levers=levers)
    assert chosen(table) == {("slow_profile", "decay"): 0.5}


def test_the_same_seed_gives_the_same_table(connection):
    assert search(connection).equals(search(connection))


def test_labels_of_the_test_window_are_never_read(connection):
    first, second = (search(connection, test_label=label) for label in (0, 7))
    assert first.equals(second)


def test_without_tune_nothing_is_read_and_the_table_is_empty(connection):
    # Relations that do not exist would fail at the first look.
    declared = connection.sql(
        "select 'search' as scorer, 'is_wanted' as setting, 0e0 as setting_value,"
        " null as setting_text"
    )
    others = ("levers", "interactions", "users", "items", "labels")
    table = search_settings(declared=declared, **dict.fromkeys(others))
    assert table.num_rows == 0
    assert table.schema.field("ndcg").type == pa.float64()


def test_with_few_users_the_declared_settings_stay(connection):
    assert search(connection, user_count=120).num_rows == 0


def test_the_bound_on_trials_holds_for_each_scorer(connection):
    trials = {
        (row["scorer"], row["trial"])
        for row in search(connection, trials=1).to_pylist()
    }
    assert trials == {(scorer, trial) for scorer in DECLARED for trial in (0, 1)}


def test_a_catalogue_above_the_bound_of_ease_has_no_trials_of_it(connection):
    small = {"ease": DECLARED["ease"] | {"maximum_items": 119.0}}
    assert "ease" not in search(connection, declared=small)["scorer"].to_pylist()


def test_a_gain_below_its_standard_error_is_not_taken():
    def evaluate(settings):
        # A mean gain of 0.5 with a standard error of 1.5.
        return np.array([0.0, 0.0]) + settings["decay"] * np.array([2.0, -1.0])

    result = coordinate_search(
        evaluate, {"decay": 0.0}, {"decay": (1.0,)}, maximum_trials=5
    )
    assert (len(result.trials), result.chosen) == (2, 0)


def test_of_equal_trials_the_first_is_chosen():
    def evaluate(settings):
        return np.array([1.0, 1.5]) * (settings["decay"] < 1)

    result = coordinate_search(
        evaluate, {"decay": 1.0}, {"decay": (0.9, 0.5)}, maximum_trials=5
    )
    assert result.trials[result.chosen].settings == {"decay": 0.9}
