"""Numbers and times as the text of a raw export, column by column in Arrow.

A number below zero is missing, as everywhere in the generator. Arrow formats ten
million values in seconds, where Python or numpy would take minutes.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def ids(prefix: str, codes: np.ndarray, count: int) -> pa.Array:
    """Return ids such as u00042: all of one width, so that text order is number order.

    Parameters
    ----------
    prefix : str
        First letter.
    codes : int array, shape (n,)
        Numbers below `count`; negative is missing.
    count : int
        How many there are.

    Returns
    -------
    Array of large_string, shape (n,)

    Examples
    --------
    >>> ids("u", np.array([7, -1]), 900).to_pylist()
    ['u00007', None]
    """
    width = max(5, len(str(count - 1)))
    digits = pc.utf8_lpad(integers(codes), width=width, padding="0")
    return join(prefix, digits)


def join(*parts: pa.Array | str) -> pa.Array:
    """Return the parts of each row put together; null where one of them is."""
    typed = [
        pa.scalar(p, pa.large_string()) if isinstance(p, str) else p for p in parts
    ]
    return pc.binary_join_element_wise(*typed, pa.scalar("", pa.large_string()))


def integers(values: np.ndarray) -> pa.Array:
    """Return whole numbers as text."""
    values = np.asarray(values)
    return pa.array(values, mask=values < 0).cast(pa.large_string())


def decimals(values: np.ndarray, digits: int) -> pa.Array:
    """Return whole numbers of the smallest unit as text with `digits` decimals.

    Examples
    --------
    >>> decimals(np.array([1999, 5, -1]), 2).to_pylist()
    ['19.99', '0.05', None]
    """
    values = np.asarray(values).astype(np.int64)
    scale = 10**digits
    whole = integers(np.where(values < 0, -1, values // scale))
    rest = pc.utf8_lpad(integers(np.abs(values) % scale), width=digits, padding="0")
    return join(whole, ".", rest)


def times(seconds: np.ndarray) -> pa.Array:
    """Return seconds since 1970 as ISO times in UTC.

    Examples
    --------
    >>> times(np.array([0, -1])).to_pylist()
    ['1970-01-01T00:00:00Z', None]
    """
    seconds = np.asarray(seconds).astype(np.int64)
    stamps = pa.array(seconds, mask=seconds < 0).cast(pa.timestamp("s"))
    text = stamps.cast(pa.large_string())
    day, clock = (pc.utf8_slice_codeunits(text, *part) for part in ((0, 10), (11, 19)))
    return join(day, "T", clock, "Z")


def dates(days: np.ndarray) -> pa.Array:
    """Return days since 1970 as ISO dates."""
    return (pa.array(np.asarray(days).astype(np.int32)).cast(pa.date32())).cast(
        pa.large_string()
    )


def words(texts: list[str] | tuple[str, ...], codes: np.ndarray) -> pa.Array:
    """Return the text each code stands for."""
    codes = np.asarray(codes).astype(np.int64)
    return pa.array(texts, pa.large_string()).take(pa.array(codes, mask=codes < 0))


def without(values: pa.Array, is_missing: np.ndarray) -> pa.Array:
    """Return the values, missing where `is_missing`."""
    return pc.if_else(pa.array(is_missing), pa.scalar(None, values.type), values)
