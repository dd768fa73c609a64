"""The limit of the linear algebra's threads holds for whoever still works."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_info

import precision_marketing
from precision_marketing.algorithms.kernels.blas import one_blas_thread


def blas_threads() -> set[int]:
    np.ones((2, 2)) @ np.ones((2, 2))
    return {
        library["num_threads"]
        for library in threadpool_info()
        if library["user_api"] == "blas"
    }


def test_the_first_to_leave_lifts_nobody_elses_limit():
    before = blas_threads()
    first, second = ExitStack(), ExitStack()
    first.enter_context(one_blas_thread())
    second.enter_context(one_blas_thread())
    first.close()
    assert blas_threads() == {1}
    second.close()
    assert blas_threads() == before


def test_another_thread_is_limited_after_the_first_has_left():
    with one_blas_thread():
        pass

    def limited() -> set[int]:
        with one_blas_thread():
            return blas_threads()

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(limited).result() == {1}


def test_nothing_else_of_the_library_sets_such_a_limit():
    """One that ends while another model works in a thread would lift its limit too."""
    package = Path(precision_marketing.__file__).parent
    users = [
        path.name
        for path in package.rglob("*.py")
        if "threadpool_limits" in path.read_text(encoding="utf-8")
    ]
    assert users == ["blas.py"]
