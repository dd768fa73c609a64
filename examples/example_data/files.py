"""Writes an example shop to files."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from examples.example_data.generation import ExampleData

TRUTH_FILE = "truth.json"


def write_files(
    data: ExampleData,
    folder: Path,
    file_format: str,
    prefix: str = "",
    report: Callable[[str], None] = lambda message: None,
) -> list[tuple[Path, int]]:
    """Write every input and the truth; return the path and rows of each input.

    Parameters
    ----------
    data : ExampleData
        What to write.
    folder : Path
        Made if it is missing; files of the same name are overwritten.
    file_format : str
        "parquet" or "csv". Both hold text in every column; in CSV an empty field is a
        missing value.
    prefix : str
        Put before the name of every input.
    report : callable
        Told what is being written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write = {"parquet": write_parquet, "csv": _write_csv}[file_format]
    written = []
    for name, table in data.tables.items():
        path = folder / f"{prefix}{name}.{file_format}"
        report(f"writing {path}")
        write(table, path)
        written.append((path, len(table)))
    text = json.dumps(data.truth, indent=2, ensure_ascii=False)
    (folder / TRUTH_FILE).write_text(text + "\n", encoding="utf-8")
    return written


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a CSV file with a header, quoted where needed, with Unix line ends."""
    table.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def write_parquet(table: pd.DataFrame, path: Path) -> None:
    """Write a Parquet file; the schema carries names and types, no pandas index."""
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    pq.write_table(arrow.replace_schema_metadata(None), path, compression="zstd")
