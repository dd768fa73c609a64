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


@pytest.fixture(autouse=True)
def pytest_hears_the_library(monkeypatch):
    # A dbt build earlier in this process would have the records to itself.
    monkeypatch.setattr(logging.getLogger("precision_marketing"), "propagate", True)


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
    pattern = r"(.+): ([\d,]+)(?: of ([\d,]+))? (rows|items|products), \d+ s"
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
    lines = [record.getMessage() for record in caplog.records]
    done = [int(line.split()[1]) for line in lines]
    assert done[-1] == 100
    assert 3 <= len(done) <= 6
    assert min(np.diff(done[:-1])) >= 19


@pytest.mark.parametrize("threads", ["1", "3"])
def test_parts_come_in_order_and_none_twice(threads, monkeypatch):
    monkeypatch.setenv("PRECISION_MARKETING_THREADS", threads)
    parts = [slice(start, start + 1) for start in range(20)]
    found = in_order(lambda part: part.start, parts, Progress("work", 20))
    assert list(found) == list(range(20))
