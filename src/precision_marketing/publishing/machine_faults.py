"""What a machine's faults are called, and what to do about them, in one sentence.

Standard library only, like all that a build waits for.
"""

from __future__ import annotations

_FULL = "the disk is full: free space there, and run the same command again"
_FAULTS = (
    ("No space left on device", _FULL),
    ("Disk quota exceeded", _FULL),
    # The limit of a process on the size of its files (`ulimit -f`).
    ("File too large", _FULL),
    ("max_temp_directory_size", _FULL),
    (
        "Permission denied",
        "you have not the permission: get it, or name another file",
    ),
    ("Operation not permitted", "the system does not permit it: name another file"),
    (
        "Read-only file system",
        "the file system can only be read: name a file elsewhere",
    ),
    (
        "Conflicting lock",
        "another program has it open: wait for its end, or close it",
    ),
    (
        "Out of Memory Error",
        "memory is short: set PRECISION_MARKETING_MEMORY_LIMIT to less than the "
        "machine has free, or close other programs",
    ),
)


def fault_in_words(message: str) -> str | None:
    """Return what a message of DuckDB or of the operating system means here.

    Parameters
    ----------
    message : str
        The message, which may be long.

    Returns
    -------
    str or None
        What is wrong and what helps, without a full stop; None if it is something else.

    Examples
    --------
    >>> fault_in_words("IO Error: Could not write file: No space left on device")
    'the disk is full: free space there, and run the same command again'
    >>> fault_in_words("Binder Error: no such column") is None
    True
    """
    return next((words for sign, words in _FAULTS if sign in message), None)
