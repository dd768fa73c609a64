"""One thread for BLAS and OpenMP, so that results do not depend on threads.

Scorers divide their work into blocks of their own, a thread each. Nothing else of the
library may set these limits: a limit of its own that ends while another model works
would lift that one's too.
"""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from threadpoolctl import threadpool_limits

_lock = threading.Lock()
# Sets and lifts every limit: since threadpoolctl 3.8 one thread alone has a say over
# OpenBLAS, the first that asked; what another asks for is ignored without a word.
_keeper = ThreadPoolExecutor(1, thread_name_prefix="precision_marketing_blas")
_state: dict = {"users": 0, "limits": None}


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Limit BLAS and OpenMP to one thread until the last of all that asked has left.

    The limit belongs to the process, and dbt runs models in threads: without the
    count, the first to leave would lift the limit of those still at work.

    Yields
    ------
    None

    Examples
    --------
    >>> with one_blas_thread():
    ...     pass
    """
    with _lock:
        # Each time, since a library may have been loaded after the first limit.
        limits = _keeper.submit(threadpool_limits, limits=1).result()
        if _state["users"] == 0:
            _state["limits"] = limits
        _state["users"] += 1
    try:
        yield
    finally:
        with _lock:
            _state["users"] -= 1
            if _state["users"] == 0:
                _keeper.submit(_state["limits"].restore_original_limits).result()
