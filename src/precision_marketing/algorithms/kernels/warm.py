"""Compile the kernels before the first build asks for them.

A build compiles what it calls as it comes to it, on one core; `precision-marketing
warm` fills the same cache from a process beside it. kernels.txt lists what a build of
the example calls, a kernel and the types of its arguments a line;
`.ci/record_kernels.py` writes it. What is missing there is compiled by the build.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from numba import types

KERNELS = Path(__file__).with_name("kernels.txt")


def read_kernels(path: Path) -> list[tuple[Any, tuple[types.Type, ...]]]:
    """Return the kernels of a list and the types of their arguments.

    Parameters
    ----------
    path : Path
        Of lines such as `algorithms.kernels.sums squared_lengths (int64, float64)`.

    Returns
    -------
    list of (compiled function, tuple of numba types)

    Raises
    ------
    AttributeError
        If a line names a kernel that is not there.
    """
    kernels = []
    for line in path.read_text(encoding="utf-8").splitlines():
        module, name, arguments = line.split(" ", 2)
        kernel = getattr(importlib.import_module(f"precision_marketing.{module}"), name)
        # The list is ours, and numba writes its types as Python expressions.
        kernels.append((kernel, eval(arguments, vars(types))))
    return kernels


def warm() -> None:
    """Compile every listed kernel that the cache does not hold."""
    for kernel, arguments in read_kernels(KERNELS):
        kernel.compile(arguments)
