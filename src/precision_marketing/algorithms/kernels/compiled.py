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
    return _jit(function, fastmath=False)


def compiled_reordered(function: Callable) -> Callable:
    """Return `function` compiled as by `compiled`, its sums in any order.

    Lets a sum run in wide registers. Equal input still gives equal output on one
    kind of processor, whatever the number of threads. NaN and infinity keep their
    meaning.

    Parameters
    ----------
    function : callable

    Returns
    -------
    callable
    """
    return _jit(function, fastmath={"reassoc", "contract", "nsz"})


def _jit(function: Callable, fastmath: bool | set[str]) -> Callable:
    """Return `function` compiled, its machine code cached where that is possible."""
    try:
        return numba.njit(function, cache=True, nogil=True, fastmath=fastmath)
    except RuntimeError:  # "no locator available": nowhere to keep the cache
        return numba.njit(function, nogil=True, fastmath=fastmath)
