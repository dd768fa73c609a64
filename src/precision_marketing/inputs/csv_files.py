"""What each CSV file is, before it is read: header, records, and why it cannot be."""

from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pyarrow as pa

from precision_marketing.inputs.csv_text import (
    UnreadableFileError,
    blocks,
    read_start,
)

files_schema = pa.schema(
    [
        ("input_name", pa.string()),
        ("file_name", pa.string()),
        ("file_path", pa.string()),
        ("encoding", pa.string()),
        ("contract_columns", pa.list_(pa.string())),
        ("keeps_other_columns", pa.bool_()),
        ("column_names", pa.list_(pa.string())),
        ("record_count", pa.int64()),
        ("file_size", pa.int64()),
        ("modified_seconds", pa.int64()),
        ("fault", pa.string()),
    ]
)
# Share of lines with bad bytes above which the encoding is another one.
MOST_BAD_LINES = 0.05
# What Hive and Spark write for no value.
NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
# Bytes without a line break that are held, at most.
LONGEST_LINE = 1 << 24


def describe_files(files: Any) -> pa.Table:
    """Return one row per CSV file: its columns, its records, its fault.

    Parameters
    ----------
    files : duckdb.DuckDBPyRelation
        input_name, file_name (below the folder), file_path, encoding, contract_columns
        (the input's, in their order) and keeps_other_columns of each file.

    Returns
    -------
    pyarrow.Table
        `files_schema`. `modified_seconds` is since 1970. `fault` is null, or the rest
        of a sentence that begins with the file's name.
    """
    names = files_schema.names[:6]
    rows = files.project(", ".join(names)).order("file_name").fetchall()
    described = [
        {
            **dict(zip(names, row, strict=True)),
            **describe_file(*row[1:5]),
            "file_size": Path(row[2]).stat().st_size,
            "modified_seconds": int(Path(row[2]).stat().st_mtime),
        }
        for row in rows
    ]
    return pa.Table.from_pylist(described, schema=files_schema)


def describe_file(
    file_name: str, path: str, encoding: str, contract: list[str]
) -> dict[str, Any]:
    """Return column_names, record_count and fault of one file.

    Parameters
    ----------
    file_name : str
        Below the input folder; `name=value` of a folder in it is a column.
    path : str
        Of the file.
    encoding : str
        A codec of Python.
    contract : list of str
        Columns of the input.
    """
    counter = RecordCounter()
    try:
        texts = blocks(path, encoding)
        start, header = read_start(texts, set(contract))
        for block in chain([start], texts):
            counter.add(block)
        counter.finish()
    except UnreadableFileError as error:
        return {"column_names": [], "record_count": 0, "fault": str(error)}
    except LookupError:
        fault = f"cannot be decoded: Python has no encoding `{encoding}`"
        return {"column_names": [], "record_count": 0, "fault": fault}
    names = header.names if header else []
    fault = _fault(names, contract, counter)
    if names:
        names = [*names, *partition_columns(file_name, names)]
    return {
        # What is no header is not shown in a message about columns.
        "column_names": [] if fault else names,
        "record_count": max(counter.records - 1, 0),
        "fault": fault,
    }


def _fault(
    names: list[str], contract: list[str], counter: "RecordCounter"
) -> str | None:
    twice = sorted(name for name in contract if names.count(name) > 1)
    if twice:
        return f"has the column `{twice[0]}` twice: leave one of the two out"
    if counter.bad_lines > MOST_BAD_LINES * counter.lines:
        return (
            f"is not UTF-8 on {counter.bad_lines} of {counter.lines} lines: save it"
            " as UTF-8, or set the var `input_files: {encoding: latin-1}` or whatever"
            " it is"
        )
    if names and not set(names) & set(contract):
        return (
            "has a first line that names no column of the input: give it a header"
            f" such as {', '.join(contract[:4])}"
        )
    return None


def partition_columns(file_name: str, names: Iterable[str] = ()) -> dict[str, str]:
    """Return what the folders of a file say (Hive's `month=2025-01`), as text.

    Examples
    --------
    >>> partition_columns("events/Month=2025-01/part-0.csv")
    {'month': '2025-01'}
    >>> partition_columns("campaign_touches/channel=paid%20social/part-0.csv")
    {'channel': 'paid social'}
    >>> partition_columns("events/order_id=__HIVE_DEFAULT_PARTITION__/part-0.csv")
    {'order_id': ''}
    """
    steps = (step.partition("=") for step in file_name.split("/")[:-1])
    found = {
        name.lower(): "" if value == NO_VALUE else unquote(value)
        for name, sign, value in steps
        if sign
    }
    return {name: value for name, value in found.items() if name not in set(names)}


class RecordCounter:
    """Counts the records of a text by its quotes and line breaks alone.

    Outside of the reader that splits them, so that neither can hide what the other
    loses: a line break ends a record where an even number of quotes stands before it.
    True of files that keep to RFC 4180; a quote within a cell that has none around it
    breaks the count.

    Attributes
    ----------
    records, lines, bad_lines : int
        Records that are not blank, the header among them; lines that are not blank,
        and those that are no UTF-8.
    """

    def __init__(self) -> None:
        self.records = self.lines = self.bad_lines = 0
        self._rest = b""
        self._quotes = 0

    def add(self, block: bytes) -> None:
        """Count whole lines of what has come so far."""
        text = self._rest + block
        # A last CR may be half of a CRLF.
        end = max(text.rfind(b"\n"), text.rfind(b"\r", 0, len(text) - 1)) + 1
        if not end and len(text) > LONGEST_LINE:
            end = len(text)
        self._rest = text[end:]
        self._count(text[:end])

    def finish(self) -> None:
        """Count the last line, which may have no line break."""
        if self._rest:
            self._count(self._rest + b"\n")

    def _count(self, text: bytes) -> None:
        if b"\r" in text:
            text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        try:
            text.decode("utf-8")
        except UnicodeDecodeError:
            self.bad_lines += sum(map(_is_bad, text.split(b"\n")))
        data = np.frombuffer(text, np.uint8)
        breaks = np.flatnonzero(data == 10)
        is_empty = np.diff(breaks, prepend=-1) == 1
        self.lines += int(np.count_nonzero(~is_empty))
        quotes = np.flatnonzero(data == 34)
        if self._quotes % 2 == 0 and not len(quotes):
            self.records += int(np.count_nonzero(~is_empty))
            return
        before = self._quotes + np.searchsorted(quotes, breaks)
        # An empty line within a quoted cell is none of its own, but part of a record.
        is_blank = is_empty & (np.r_[self._quotes, before[:-1]] % 2 == 0)
        self.records += int(np.count_nonzero((before % 2 == 0) & ~is_blank))
        self._quotes += len(quotes)


def _is_bad(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False
