"""Who adds nothing on `train` is left out and named; who adds something never is."""

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from precision_marketing.build.scorer_lists import ScorerLists
from precision_marketing.scorers.blend_weights import BlendWeights
from precision_marketing.scorers.losses import (
    MAXIMUM_LOSS,
    Judged,
    Loss,
    Rules,
    decisions,
    measure,
)

N_ITEMS, DEPTH = 60, 20
# By name: how often the scorer puts the label among its first places.
SKILLS = {"able": 0.6, "copy": 0.6, "other": 0.5, "popularity": 0.1}
LIBRARY = ("able", "copy", "other", "text")


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        yield connection


def shop_lists(users: int) -> dict[str, np.ndarray]:
    """Return each scorer's items by rank; `copy` is `able` again, `text` nothing.

    Item `user % N_ITEMS` is the user's label.
    """
    generator = np.random.default_rng(0)
    lists = {}
    for name, skill in SKILLS.items():
        items = generator.permuted(np.tile(np.arange(N_ITEMS), (users, 1)), axis=1)
        for user in np.flatnonzero(generator.random(users) < skill):
            place = int(np.flatnonzero(items[user] == user % N_ITEMS)[0])
            items[user, [0, place]] = items[user, [place, 0]]
        lists[name] = items[:, :DEPTH]
    return {**lists, "copy": lists["able"]}


def measured(
    connection,
    users: int,
    *,
    every_scorer: bool = False,
    untouched_items: int = 0,
    label: str = f"user_index % {N_ITEMS}",
    text: np.ndarray | None = None,
    backwards: bool = False,
) -> dict[str, dict]:
    """Return the rows of `measure` by scorer, for a shop of so many users."""
    lists = shop_lists(users)
    if text is not None:
        lists["text"] = text
    names = sorted({*lists, "text"})
    scores = pa.concat_tables(
        pa.table(
            {
                "time_window": ["train"] * items.size,
                "scorer_number": [names.index(name)] * items.size,
                "user_index": np.repeat(np.arange(users), DEPTH).astype(np.int32),
                "item_index": items.ravel().astype(np.int32),
                "score": np.tile(np.arange(DEPTH, 0, -1.0), users),
                "scorer_rank": np.tile(np.arange(1, DEPTH + 1), users),
            }
        )
        for name, items in lists.items()
    )
    if backwards:
        scores = scores.take(np.arange(scores.num_rows)[::-1])
    rows = [
        *(("library_function", name, None, name) for name in LIBRARY),
        ("content", "text", 1.0, None),
        ("every_scorer_wanted", "is_wanted", float(every_scorer), None),
        ("every_scorer", "candidates", float(DEPTH), None),
        ("every_scorer", "kept_of_each_scorer", 20.0, None),
    ]
    columns = ("scorer", "setting", "setting_value", "setting_text")
    settings = pa.table(dict(zip(columns, zip(*rows, strict=True), strict=True)))
    of_all = np.array([0.0 if name == "copy" else 1.0 for name in names])
    shop = f"from range({users}) as users(user_index)"
    table = measure(
        ScorerLists(connection.from_arrow(scores), names, DEPTH),
        labels=connection.sql(
            f"select 'train' as time_window, user_index, {label} as item_index {shop}"
        ),
        users=connection.sql(
            "select 'train' as time_window, user_index, true as is_scored,"
            f" 1 as label_count, user_index // 2 % 2 as training_half {shop}"
        ),
        items=connection.sql(
            "select 'serve' as time_window, item_index, true as is_eligible,"
            f" case when item_index < {untouched_items} then 0 else 1 end as user_count"
            f" from range({N_ITEMS}) as items(item_index)"
        ),
        settings=connection.from_arrow(settings),
        start=dict.fromkeys(names, 0.5),
        weights=BlendWeights(tuple(names), of_all, np.array([of_all, of_all])),
    )
    return {row["scorer"]: row for row in table.to_pylist()}


def left_out(rows: dict[str, dict]) -> set[str]:
    return {name for name, row in rows.items() if row["is_left_out"]}


def test_who_lists_nothing_or_what_another_lists_is_left_out_and_named(connection):
    rows = measured(connection, users=600)
    assert left_out(rows) == {"copy", "text"}
    assert rows["copy"]["decision"] == "left_out"
    assert rows["copy"]["joint_loss_upper"] < MAXIMUM_LOSS
    assert (rows["copy"]["start_weight"], rows["copy"]["blend_weight"]) == (0.5, 0.0)


def test_who_finds_labels_that_no_other_finds_stays(connection):
    rows = measured(connection, users=600)
    assert rows["other"]["decision"] == "adds"
    assert rows["other"]["blend_loss_lower"] > MAXIMUM_LOSS
    assert rows["other"]["regression_loss_lower"] > MAXIMUM_LOSS


def test_of_two_that_list_the_same_one_stays(connection):
    rows = measured(connection, users=600)
    assert not {"copy", "able"} <= left_out(rows)


def test_popularity_is_never_left_out(connection):
    assert measured(connection, users=600)["popularity"]["decision"] == "fallback"


def test_with_few_users_nobody_is_left_out(connection):
    rows = measured(connection, users=199)
    assert left_out(rows) == set()
    assert rows["copy"]["decision"] == "few_users"
    assert rows["copy"]["blend_loss"] is None


def test_losses_of_nothing_for_want_of_hits_leave_nobody_out(connection):
    rows = measured(connection, users=600, label=str(N_ITEMS))
    assert left_out(rows) == set()
    assert rows["text"]["user_count"] == 600
    assert rows["text"]["tested_user_count"] == 0


def test_whoever_asks_for_every_scorer_gets_all(connection):
    rows = measured(connection, users=600, every_scorer=True)
    assert left_out(rows) == set()
    assert rows["copy"]["decision"] == "every_scorer_wanted"
    assert rows["copy"]["blend_loss"] is not None


def test_the_last_content_scorer_stays_while_an_item_is_untouched(connection):
    users = 600
    generator = np.random.default_rng(1)
    text = generator.permuted(np.tile(np.arange(N_ITEMS), (users, 1)), axis=1)
    rows = measured(connection, users, untouched_items=1, text=text[:, :DEPTH])
    assert rows["text"]["decision"] == "last_content"


def decided(joint_losses: dict[str, float], keeps_content: bool = False) -> dict:
    """Return the decisions where without scorers, as "ab", so much is lost at most.

    `best` is the best alone; without scorers that are not named 1 is lost.
    """
    names = ("a", "b", "c", "best")

    def losses(dropped: list[str]) -> tuple[Loss, Loss]:
        upper = joint_losses.get("".join(sorted(dropped)), 1.0)
        return Loss(0.0, 0.0, 0.0), Loss(upper, upper, upper)

    rules = Rules(frozenset(names), frozenset("ab"), keeps_content, False)
    ndcg = np.array([0.1, 0.1, 0.1, 0.2])
    judged = Judged(names, ndcg, np.full(4, True), 600, 600, losses)
    return {row["scorer"]: row for row in decisions(judged, rules)}


def test_each_time_goes_without_whom_the_least_is_lost_beside_those_that_are_gone():
    rows = decided({"a": 0.0001, "b": 0.0002, "c": 0.0009, "ab": 0.0008, "ac": 0.0003})
    assert left_out(rows) == {"a", "c"}
    assert [rows[name]["drop_order"] for name in "ac"] == [1, 2]
    assert rows["c"]["joint_loss_upper"] == 0.0003


def test_who_stays_says_what_would_be_lost_beside_those_that_are_gone():
    rows = decided({"a": 0.0001, "b": 0.0002, "c": 0.0009, "ab": 0.0008})
    assert left_out(rows) == {"a"}
    assert (rows["b"]["decision"], rows["b"]["joint_loss_upper"]) == ("adds", 0.0008)
    assert "drop_order" not in rows["b"]


def test_of_what_may_be_lost_nobody_takes_more_than_is_left():
    rows = decided({"a": MAXIMUM_LOSS, "b": MAXIMUM_LOSS, "c": MAXIMUM_LOSS})
    assert left_out(rows) == set()


def test_a_content_scorer_that_must_stay_does_not_end_the_search():
    joint = {"a": 0.0001, "b": 0.0002, "c": 0.0004, "ab": 0.0002, "ac": 0.0004}
    rows = decided(joint, keeps_content=True)
    assert left_out(rows) == {"a", "c"}
    assert rows["b"]["decision"] == "last_content"


def test_the_same_whatever_the_order_of_rows(connection):
    once = measured(connection, users=300)
    assert measured(connection, users=300, backwards=True) == once
