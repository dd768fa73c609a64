"""Long runs say in the log how far they are."""

import logging
import re

import numpy as np
import pytest
from every_algorithm import ALL, random_weights
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.kernels.parallel import in_order
from precision_marketing.algorithms.kernels.progress import Progress

TASKS = {
    "item_neighbors": ["item neighbors"],
    "user_neighbors": ["user neighbors"],
    "top_items": ["item neighbors", "top items"],
    "local_ridge": ["item neighbors", "local ridge", "top scores"],
    "spectral": ["spectral directions", "spectral rest", "top scores"],
    "ials": ["iALS", "top scores"],
    "ease": ["top scores"],
}
INTERVAL = "precision_marketing.algorithms.kernels.progress._SECONDS_BETWEEN_REPORTS"


@pytest.mark.parametrize("name", TASKS)
@pytest.mark.parametrize("threads", ["1", "2"])
def test_long_work_logs_its_task_what_is_done_and_the_time(
    name, threads, caplog, monkeypatch
):
    monkeypatch.setattr(INTERVAL, 0.0)
    monkeypatch.setattr(
        "precision_marketing.algorithms.kernels.parallel._SMALLEST_CHUNK", 50
    )
    monkeypatch.setenv("PRECISION_MARKETING_THREADS", threads)
    caplog.set_level(logging.INFO, "precision_marketing")
    ALL[name](random_weights(700, 120))
    lines = [record.getMessage() for record in caplog.records]
    pattern = (
        r"(.+): ([\d,]+)(?: of ([\d,]+))? (rows|items|products)(?: \(\d+ %\))?,"
        r" \d+ s(?:, about \d+ s left)?"
    )
    found = [re.fullmatch(pattern, line).groups() for line in lines]
    assert list(dict.fromkeys(task for task, *_ in found)) == TASKS[name]
    for task in TASKS[name]:
        counts = [(done, total) for other, done, total, _ in found if other == task]
        assert counts
        if task != "spectral directions":
            assert counts[-1][0] == counts[-1][1]


def test_short_work_logs_nothing(caplog):
    caplog.set_level(logging.INFO, "precision_marketing")
    for name in TASKS:
        ALL[name](csr_matrix(np.eye(4)))
    assert not caplog.records


def test_reports_are_ten_seconds_apart_and_the_last_tells_the_end(caplog, monkeypatch):
    clock = iter(np.arange(0.0, 1000.0, 0.5))
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    caplog.set_level(logging.INFO, "precision_marketing")
    progress = Progress("work", 100)
    for _ in range(100):
        progress.add(1)
    # A step takes half a second: the first line comes after 10 seconds, at step 20.
    assert [record.getMessage() for record in caplog.records] == [
        "work: 20 of 100 rows (20 %), 10 s, about 40 s left",
        "work: 40 of 100 rows (40 %), 20 s, about 30 s left",
        "work: 60 of 100 rows (60 %), 30 s, about 20 s left",
        "work: 80 of 100 rows (80 %), 40 s, about 10 s left",
        "work: 100 of 100 rows (100 %), 50 s",
    ]


def test_work_of_unknown_size_tells_what_is_done_and_the_time():
    progress = Progress("work", None, "products")
    progress.add(1_500)
    assert progress.text(seconds=12.0) == "work: 1,500 products, 12 s"


@pytest.mark.parametrize("threads", ["1", "3"])
def test_parts_come_in_order_and_none_twice(threads, monkeypatch):
    monkeypatch.setenv("PRECISION_MARKETING_THREADS", threads)
    parts = [slice(start, start + 1) for start in range(20)]
    found = in_order(lambda part: part.start, parts, Progress("work", 20))
    assert list(found) == list(range(20))
