"""The last basket of each household, and labels that are known well."""

from datetime import datetime, timedelta

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy.sparse import csr_matrix

from benchmarks.quality import tables
from benchmarks.quality.judge import known_labels
from benchmarks.quality.last_basket import (
    FREQUENCY,
    TEST_DAY,
    VALIDATION_DAY,
    basket_metrics,
    judge_baskets,
    write_set,
)
from benchmarks.report import last_basket as report

FIRST_DAY = datetime(2017, 3, 1, 9)


def baskets(user: str, days: list[float], items: tuple[str, ...]) -> list[tuple]:
    """Return lines of a basket on each day: user, order, item, time."""
    return [
        (user, f"{user}-{number}", item, FIRST_DAY + timedelta(days=day))
        for number, day in enumerate(days)
        for item in items
    ]


@pytest.fixture(scope="module")
def events(tmp_path_factory) -> list[tuple]:
    """Return user, order, item and time of the set: eight households and three."""
    lines = []
    for number in range(8):
        days = [0, 2, 4, 10, 20 + number]
        lines += baskets(f"regular{number}", days, ("tea", "milk"))
    lines += baskets("rare", [0, 5, 9, 12], ("tea",))
    lines += baskets("of_one_day", [0, 0.1, 0.2, 0.3, 0.4], ("tea",))
    lines += baskets("caterer", [0, 0.3, 0.6, 0.9, 1.2], ("tea", "milk") * 20)
    lines += [("regular0", "regular0-4", "saffron", FIRST_DAY + timedelta(days=20))]
    given, made = (tmp_path_factory.mktemp("baskets") / name for name in ("a", "b"))
    given.mkdir()
    columns = dict(
        zip(
            ("user_id", "order_id", "item_id", "occurred_at"),
            zip(*lines, strict=True),
            strict=True,
        )
    )
    numbers = [f"e{number:04}" for number in range(len(lines))]
    pq.write_table(pa.table({"event_id": numbers, **columns}), given / "events.parquet")
    pq.write_table(pa.table({"item_id": ["tea", "milk"]}), given / "items.parquet")
    write_set(given, made)
    assert pq.read_table(made / "items.parquet").num_rows == 2
    table = pq.read_table(made / "events.parquet")
    names = ("user_id", "order_id", "item_id", "occurred_at")
    return list(zip(*(table[name].to_pylist() for name in names), strict=True))


def test_rare_households_single_days_caterers_and_rare_items_are_left_out(events):
    assert {user for user, *_ in events} == {f"regular{n}" for n in range(8)}
    assert {item for _, _, item, _ in events} == {"tea", "milk"}


def test_each_last_basket_is_of_one_day_and_the_one_before_of_the_day_before(events):
    days = {order: str(time.date()) for _, order, _, time in events}
    for number in range(8):
        own = [days[f"regular{number}-{place}"] for place in range(5)]
        assert own[3:] == [VALIDATION_DAY, TEST_DAY]
        assert max(own[:3]) < VALIDATION_DAY


def test_the_days_between_earlier_baskets_stay(events):
    times = {order: time for _, order, _, time in events}
    for number in range(8):
        first, second, third = (times[f"regular{number}-{n}"] for n in range(3))
        assert (second - first, third - second) == (timedelta(days=2),) * 2


def test_the_ideal_is_the_whole_basket_also_where_it_is_longer_than_ten():
    recall, ndcg = basket_metrics(range(10), set(range(20)))
    assert recall == 0.5
    gains = 1 / np.log2(np.arange(2, 22))
    assert ndcg == pytest.approx(gains[:10].sum() / gains.sum())
    assert basket_metrics([*range(10, 20), 1], {1}) == (0, 0)


def test_the_frequent_are_a_ranking_and_who_has_no_list_finds_nothing():
    with duckdb.connect() as connection:
        connection.execute(
            """
            create schema intermediate;
            create table intermediate.int_user_item_matrix as
            select * from (values ('test', 0, 5, 2), ('test', 0, 6, 9),
                ('serve', 0, 7, 99)) as m(time_window, user_index, item_index,
                event_count)
            """
        )
        found = judge_baskets(connection, {"blend": {0: [5]}}, {0: {5, 6}, 1: {5}})
    recalls = {name: metrics["recall@10"]["value"] for name, metrics in found.items()}
    assert recalls == {"blend": 0.25, FREQUENCY: 0.5}
    lines = "\n".join(report.details({"last_basket": found, "published": "blend"}))
    assert "**blend**" in lines
    assert "TAIW [1]" in lines
    assert report.details({"published": "blend"}) == []


def test_known_labels_have_six_events_in_the_history():
    history = csr_matrix(np.repeat([[1.0, 1.0], [1.0, 0.0]], [5, 1], axis=0))
    window = tables.TestWindow(
        labels={0: {0}, 1: {1}},
        history=history,
        excluded=csr_matrix(history.shape),
        eligible=np.ones(2, dtype=bool),
    )
    assert known_labels(window) == {0: {0}}
