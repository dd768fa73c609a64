"""Records of CSV files as arrow batches, in bounded memory."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from precision_marketing.inputs.csv_files import partition_columns
from precision_marketing.inputs.csv_splitting import LENIENT, REASONS, split_records
from precision_marketing.inputs.csv_text import BLOCK, blocks, read_start

# Bytes of a cell and records of a batch, at most.
LONGEST_CELL = 1 << 20
BATCH_ROWS = 1 << 16

# Few texts in many rows: written once.
_few = pa.dictionary(pa.int8(), pa.string())


def records_schema(n_columns: int) -> pa.Schema:
    """Return the columns of `read_records` where the widest input has `n_columns`."""
    return pa.schema(
        [
            ("input_name", _few),
            ("file_name", _few),
            ("line_number", pa.int64()),
            ("broken_reason", _few),
            ("is_strict", pa.bool_()),
            *((f"cell_{i + 1}", pa.string()) for i in range(n_columns)),
        ]
    )


def read_files(files: Any) -> pa.RecordBatchReader:
    """Return every record of the CSV files that `describe_files` has described.

    Parameters
    ----------
    files : duckdb.DuckDBPyRelation
        As `csv_files.files_schema`.

    Returns
    -------
    pyarrow.RecordBatchReader
        `records_schema`, one row per record. `cell_i` is the i-th of the contract's
        columns that any CSV file of the input has; behind them come, where they are
        kept, its other columns by name.
    """
    rows = (
        files.project(
            "input_name, file_name, file_path, encoding, keeps_other_columns,"
            " contract_columns, column_names"
        )
        .order("file_name")
        .fetchall()
    )
    there = {name: set() for name, *_ in rows}
    for name, *_, column_names in rows:
        there[name].update(column_names)
    read = [
        (name, *row, _kept_columns(contract, there[name], keeps_others))
        for name, *row, keeps_others, contract, _ in rows
    ]
    schema = records_schema(max(len(columns) for *_, columns in read))
    batches = (batch for row in read for batch in read_records(*row, schema))
    return pa.RecordBatchReader.from_batches(schema, batches)


def _kept_columns(
    contract: list[str], there: set[str], keeps_others: bool
) -> list[str]:
    """Return the columns that are kept, in the order of their cells."""
    others = sorted(there - set(contract)) if keeps_others else []
    return [*(column for column in contract if column in there), *others]


def read_records(
    input_name: str,
    file_name: str,
    path: str,
    encoding: str,
    columns: list[str],
    schema: pa.Schema,
    block_size: int = BLOCK,
) -> Iterator[pa.RecordBatch]:
    """Yield the records of one file; an empty cell is null, quoted or not.

    Parameters
    ----------
    input_name, file_name, path, encoding
        As `csv_files.files_schema`.
    columns : list of str
        Names in the header whose cells are kept, in the order of the result.
    schema : pyarrow.Schema
        As `records_schema`.
    block_size : int
        Bytes read at a time.

    Yields
    ------
    pyarrow.RecordBatch
        The cells of a broken record are null.
    """
    texts = blocks(path, encoding, block_size)
    text, header = read_start(texts, set(columns))
    if header is None:
        return
    partitions = partition_columns(file_name, header.names)
    fixed = {
        place: partitions[name]
        for place, name in enumerate(columns)
        if name in partitions
    }
    order = {name: place for place, name in enumerate(columns)}
    places = np.array([order.get(name, -1) for name in header.names], np.int64)
    position = np.array([header.size, header.lines + 1, 0], np.int64)
    offsets = np.zeros((len(columns) + 1, BATCH_ROWS + 1), np.int64)
    lines, states = np.empty((2, BATCH_ROWS), np.int64)
    stride, values = 0, np.empty(0, np.uint8)
    is_last = False
    while not is_last:
        block = next(texts, b"")
        is_last = not block
        text = text[position[0] :] + block
        position[0] = 0
        data = np.frombuffer(text, np.uint8)
        if stride < len(data):
            stride = len(data)
            values = np.empty(len(offsets) * stride, np.uint8)
            offsets[:, 0] = np.arange(len(offsets)) * stride
        n_rows = BATCH_ROWS
        while n_rows == BATCH_ROWS:
            n_rows = split_records(
                *(data, is_last, ord(header.delimiter), places, LONGEST_CELL),
                *(position, values, offsets, lines, states),
            )
            if n_rows:
                cells = _cells(values, offsets[:-1, : n_rows + 1], fixed)
                yield _batch(
                    schema, input_name, file_name, lines, states, cells, n_rows
                )


def _cells(
    values: np.ndarray, offsets: np.ndarray, fixed: dict[int, str]
) -> list[pa.Array]:
    """Return one array of texts per column; empty ones are null."""
    arrays = []
    for place, ends in enumerate(offsets):
        n_rows = len(ends) - 1
        if place in fixed:
            arrays.append(pa.repeat(pa.scalar(fixed[place], pa.string()), n_rows))
            continue
        is_given = np.packbits(np.diff(ends) > 0, bitorder="little")
        arrays.append(
            pa.StringArray.from_buffers(
                n_rows,
                pa.py_buffer((ends - ends[0]).astype(np.int32)),
                pa.py_buffer(values[ends[0] : ends[-1]].copy()),
                pa.py_buffer(is_given),
            )
        )
    return arrays


def _batch(
    schema: pa.Schema,
    input_name: str,
    file_name: str,
    lines: np.ndarray,
    states: np.ndarray,
    cells: list[pa.Array],
    n_rows: int,
) -> pa.RecordBatch:
    states = states[:n_rows]
    first = pa.array(np.zeros(n_rows, np.int8))
    reason = pa.array(states.astype(np.int8), mask=states <= LENIENT)
    absent = len(schema) - 5 - len(cells)
    return pa.RecordBatch.from_arrays(
        [
            pa.DictionaryArray.from_arrays(first, [input_name]),
            pa.DictionaryArray.from_arrays(first, [file_name]),
            pa.array(lines[:n_rows].copy()),
            pa.DictionaryArray.from_arrays(reason, REASONS),
            pa.array(states < LENIENT),
            *cells,
            *(pa.nulls(n_rows, pa.string()) for _ in range(absent)),
        ],
        schema=schema,
    )
