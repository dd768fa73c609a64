"""Threads for compiled kernels: a plan balanced by cost, results in order.

A plain thread pool and kernels that release the interpreter lock, not numba's
`prange`: dbt runs Python models in threads, and numba's default threading layer ends
the process when two threads start a parallel kernel at the same time.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

import numpy as np

from precision_marketing.algorithms.kernels.progress import Progress

Result = TypeVar("Result")

# Chunks per thread: enough that the last ones to finish are short.
_CHUNKS_PER_THREAD = 8
# Work (multiplications) below which another chunk costs more than it saves.
_SMALLEST_CHUNK = 200_000


def thread_count() -> int:
    """Return the threads that kernels use.

    The environment variable PRECISION_MARKETING_THREADS, by default the cores that
    this process may run on. Results do not depend on it.

    Raises
    ------
    ValueError
        If the variable is not a whole number of at least 1.
    """
    given = os.environ.get("PRECISION_MARKETING_THREADS", "")
    if not given:
        if hasattr(os, "sched_getaffinity"):
            return len(os.sched_getaffinity(0))
        return os.cpu_count() or 1
    if not given.isdecimal() or int(given) < 1:
        raise ValueError(
            "PRECISION_MARKETING_THREADS must be a whole number of at least 1,"
            f" not {given!r}"
        )
    return int(given)


def chunks(costs: np.ndarray, maximum_rows: int, block_size: int | None) -> list[slice]:
    """Cut rows into consecutive chunks of about equal cost.

    Parameters
    ----------
    costs : array of float64, shape (n,)
        Work of each row, >= 0, such as its multiplications.
    maximum_rows : int
        Most rows of a chunk, which bounds the memory of its result.
    block_size : int or None
        Rows per chunk, whatever they cost; None plans by cost.

    Returns
    -------
    list of slice
        They cover 0 to n in order; empty if n is 0.

    Examples
    --------
    >>> chunks(np.ones(5), maximum_rows=2, block_size=None)
    [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]
    """
    n_rows = len(costs)
    if n_rows == 0:
        return []
    if block_size is not None:
        starts = np.arange(0, n_rows, block_size)
    else:
        done = np.cumsum(costs, dtype=np.float64)
        total = done[-1]
        share = max(total / (_CHUNKS_PER_THREAD * thread_count()), _SMALLEST_CHUNK)
        cuts = np.searchsorted(done, np.arange(share, total, share))
        starts = np.union1d(cuts, np.arange(0, n_rows, maximum_rows))
        starts = starts[starts < n_rows]
    ends = np.append(starts[1:], n_rows)
    return [
        slice(int(start), int(end)) for start, end in zip(starts, ends, strict=True)
    ]


def in_order(
    function: Callable[[slice], Result], parts: list[slice], progress: Progress
) -> Iterator[Result]:
    """Yield `function(part)` for each part, in order, computed in threads.

    At most a few parts are computed ahead of the reader, so that memory stays bounded
    when results are streamed. Long runs are logged.

    Parameters
    ----------
    function : callable
        Releases the interpreter lock while it works.
    parts : list of slice
    progress : Progress
        Told the rows of each part that was read or is next to be read.

    Yields
    ------
    object
    """
    threads = min(thread_count(), len(parts))
    if threads <= 1:
        for part in parts:
            result = function(part)
            progress.add(part.stop - part.start)
            yield result
        return
    with ThreadPoolExecutor(threads, thread_name_prefix="precision_marketing") as pool:
        waiting: deque = deque()
        try:
            ahead = iter(parts)
            for part in parts:
                for following in islice(ahead, 2 * threads + 1 - len(waiting)):
                    waiting.append(pool.submit(function, following))
                result = waiting.popleft().result()
                progress.add(part.stop - part.start)
                yield result
        finally:
            # A reader that stops early, or an error, leaves nothing running.
            for future in waiting:
                future.cancel()


def ahead(results: Iterator[Result]) -> Iterator[Result]:
    """Yield results, each made in a thread while the one before it is used.

    Of one more than without is there at a time. With one thread nothing is ahead.

    Parameters
    ----------
    results : iterator
        Releases the interpreter lock while it works. Not read any further by others.

    Yields
    ------
    object

    Examples
    --------
    >>> list(ahead(iter("abc")))
    ['a', 'b', 'c']
    """
    if thread_count() <= 1:
        yield from results
        return
    end = object()
    with ThreadPoolExecutor(1, thread_name_prefix="precision_marketing") as pool:
        following = pool.submit(next, results, end)
        while (result := following.result()) is not end:
            following = pool.submit(next, results, end)
            yield result
            del result
