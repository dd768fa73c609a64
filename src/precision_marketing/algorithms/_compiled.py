"""The decorator of compiled functions: cached on disk, without the interpreter lock."""

from collections.abc import Callable

import numba


def compiled(function: Callable) -> Callable:
    """Return `function` compiled by numba on first use, released from the lock.

    The machine code is cached beside the source, or, where that folder cannot be
    written, in the user's cache folder; the environment variable NUMBA_CACHE_DIR
    names another. Where none can be written every process compiles anew.

    Parameters
    ----------
    function : callable
        In numba's subset of Python.

    Returns
    -------
    callable
    """
    try:
        return numba.njit(function, cache=True, nogil=True)
    except RuntimeError:  # "no locator available": nowhere to keep the cache
        return numba.njit(function, nogil=True)
