"""The decorator of compiled functions: cached on disk, without the interpreter lock."""

import logging
from collections.abc import Callable

import numba
from numba.core import event

_logger = logging.getLogger("precision_marketing")


class _Announcement(event.Listener):
    """Says once a process that kernels are compiled, and not found in the cache."""

    def __init__(self) -> None:
        self._is_said = False

    def on_start(self, event: event.Event) -> None:
        """Log the first compilation of a kernel of this library."""
        module = event.data["dispatcher"].py_func.__module__
        if module.startswith("precision_marketing.") and not self._is_said:
            self._is_said = True
            _logger.info(
                "Compiling the scoring kernels for this machine: once, some 20 s in all"
            )

    def on_end(self, event: event.Event) -> None:
        """Say nothing: kernels are compiled one by one, as they are first called."""


event.register("numba:compile", _Announcement())


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
