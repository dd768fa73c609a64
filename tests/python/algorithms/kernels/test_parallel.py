"""One result is made while the one before it is used, and no more than one."""

import threading

import pytest

from precision_marketing.algorithms.kernels.parallel import ahead


@pytest.fixture(autouse=True)
def two_threads(monkeypatch):
    monkeypatch.setenv("PRECISION_MARKETING_THREADS", "2")


def counted(made: list[int], is_made: threading.Semaphore, count: int = 5):
    for number in range(count):
        made.append(number)
        is_made.release()
        yield number


def test_the_next_is_made_while_one_is_used():
    made, is_made = [], threading.Semaphore(0)
    results = ahead(counted(made, is_made))
    assert next(results) == 0
    for _ in range(2):
        assert is_made.acquire(timeout=10)
    assert made == [0, 1]
    assert list(results) == [1, 2, 3, 4]


def test_with_one_thread_nothing_is_made_before_it_is_asked_for(monkeypatch):
    monkeypatch.setenv("PRECISION_MARKETING_THREADS", "1")
    made = []
    results = ahead(counted(made, threading.Semaphore(0)))
    assert next(results) == 0
    assert made == [0]


def test_an_error_is_the_readers_after_all_that_was_made_before_it():
    def failing():
        yield 1
        raise ValueError("broken")

    results = ahead(failing())
    assert next(results) == 1
    with pytest.raises(ValueError, match="broken"):
        next(results)


def test_a_reader_that_stops_leaves_nothing_running():
    # The process may have threads of other work, that of BLAS among them.
    before = set(threading.enumerate())
    made, is_made = [], threading.Semaphore(0)
    results = ahead(counted(made, is_made))
    next(results)
    assert set(threading.enumerate()) - before
    results.close()
    assert made == [0, 1]
    assert not set(threading.enumerate()) - before
