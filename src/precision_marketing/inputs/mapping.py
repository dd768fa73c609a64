"""Write inputs from an export of a shop, of analytics or of an ad platform.

A mapping is one SELECT per input over `<export>_export`. It is written to the folder
`mapping` beside the inputs with the export's files in it, where it may be edited: what
is there is kept, and run again.
"""

import codecs
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from textwrap import indent

import duckdb
import pyarrow.parquet as pq

from precision_marketing.inputs.csv_text import (
    UnreadableFileError,
    blocks,
    read_header,
)
from precision_marketing.inputs.exports import EXPORTS, Export

# Lines of a title that may stand above a header.
TITLE_LINES = 5
# Where a mapping's SQL reads an export.
SOURCE = r"from (\w+)_export\b"
MAPPINGS = files("precision_marketing.inputs") / "mappings"


class MappingError(Exception):
    """The export cannot be mapped; the message says why and what to do."""


def mapping_names() -> list[str]:
    """Return the systems whose exports are known."""
    return sorted(EXPORTS)


@dataclass(frozen=True)
class _File:
    """A data file: its columns, and for CSV how it is read."""

    path: Path
    header: list[str]
    skipped: int = 0
    delimiter: str = ""
    encoding: str = ""


def map_exports(name: str, export: Path, input_dir: Path) -> Iterator[str]:
    """Write a mapping and the inputs that it gives; yield what was done, as lines.

    Parameters
    ----------
    name : str
        One of `mapping_names`.
    export : Path
        Folder of the exported files.
    input_dir : Path
        Folder to write `mapping/<input>.sql` and `<input>.parquet` to.

    Yields
    ------
    str
        A line a file.

    Raises
    ------
    MappingError
        If no file is an export of this system, or one cannot be read.
    """
    kinds = EXPORTS[name]
    sources: dict[str, list[str]] = {}
    for file in _data_files(export, kinds):
        kind = _recognize(file.header, kinds)
        shown = file.path.relative_to(export)
        yield f"{shown}: {f'{name}, {kind}' if kind else 'not known, and not read'}"
        if kind:
            sources.setdefault(kind, []).append(_select(file, kinds[kind]))
    if not sources:
        raise MappingError(
            f"No file of `{export}` is an export of {name}: docs/mapping.md says which"
            " exports are known and how they are made."
        )
    folder = input_dir / "mapping"
    folder.mkdir(parents=True, exist_ok=True)
    for input_name, text in _templates(name, set(sources)).items():
        path = folder / f"{input_name}.sql"
        if path.exists():
            yield f"kept {path}: remove it to have it written anew"
        else:
            path.write_text(_with_sources(text, sources), encoding="utf-8")
            yield f"wrote {path}"
    for path in sorted(folder.glob("*.sql")):
        target = input_dir / f"{path.stem}.parquet"
        yield f"wrote {target}: {_write_input(path, target):,} rows"


def _data_files(export: Path, kinds: dict[str, Export]) -> Iterator[_File]:
    for path in sorted(export.rglob("*")):
        if path.name.lower().endswith(".parquet"):
            yield _File(path, pq.read_schema(path).names)
        elif path.name.lower().endswith((".csv", ".csv.gz")):
            yield _csv_file(path, kinds)


def _csv_file(path: Path, kinds: dict[str, Export]) -> _File:
    """Return a file by the first of its first lines that is a known header."""
    try:
        text = next(blocks(str(path), "utf-8"), b"")
        encoding = "utf-8" if _is_utf_8(path) else "latin-1"
    except UnreadableFileError as error:
        raise MappingError(f"The file `{path}` {error}.") from error
    skipped = 0
    for _ in range(TITLE_LINES):
        header = read_header(text, set())
        if header is None:
            break
        if _recognize(header.names, kinds):
            names = _unlike(header.names)
            return _File(path, names, skipped, header.delimiter, encoding)
        text = text[header.size :]
        skipped += header.lines
    return _File(path, [])


def _unlike(names: list[str]) -> list[str]:
    """Return the names of columns; what has none, or that of another, has a number."""
    return [
        name if name and name not in names[:place] else f"{name}_{place + 1}"
        for place, name in enumerate(names)
    ]


def _is_utf_8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for block in blocks(str(path), "utf-8"):
            decoder.decode(block)
    except UnicodeDecodeError:
        return False
    return True


def _recognize(header: list[str], kinds: dict[str, Export]) -> str | None:
    return next((kind for kind in kinds if kinds[kind].columns(header)), None)


def _select(file: _File, export: Export) -> str:
    """Return a SELECT of an export's columns, under our names, from one file."""
    lines = []
    for name, found in (export.columns(file.header) or {}).items():
        if found is None:
            lines.append(
                "-- Not among the columns of this export.\n"
                f"    cast(null as varchar) as {name}"
            )
        else:
            quoted = found.string.replace('"', '""')
            lines.append(f'"{quoted}" as {name}')
            units = (unit.upper() for unit in found.groups())
            lines += [f"{_literal(unit)} as {name}_unit" for unit in units]
    lines.append(f"{_literal(file.path.name)} as file_name")
    # A sign of patterns in a name stands for itself.
    path = _literal(re.sub(r"([*?\[])", r"[\1]", str(file.path.resolve())))
    reader = f"read_parquet({path})"
    if file.delimiter:
        # Nothing is guessed: what is depends on the first rows.
        packing = "gzip" if file.path.suffix.lower() == ".gz" else "none"
        columns = indent(
            _wrapped(f"{_literal(name)}: 'varchar'" for name in file.header), " " * 8
        )
        reader = (
            f"read_csv(\n    {path},\n    delim = {_literal(file.delimiter)},"
            f" encoding = '{file.encoding}', compression = '{packing}',\n"
            f"    skip = {file.skipped}, header = true, "
            "quote = '\"', escape = '\"', comment = '',\n    auto_detect = false,\n"
            f"    columns = {{\n{columns}\n    }}\n)"
        )
    return "select\n    " + ",\n    ".join(lines) + f"\nfrom {reader}"


def _wrapped(texts: Iterable[str]) -> str:
    """Return texts with commas between them, in lines of 76 characters or one text."""
    lines = [""]
    for text in texts:
        if len(lines[-1]) + len(text) > 74:
            lines.append("")
        lines[-1] += f"{text}, "
    return "\n".join(line.rstrip() for line in lines).removesuffix(",")


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _templates(name: str, there: set[str]) -> dict[str, str]:
    """Return the SQL of each input of whose exports all are there.

    Of `items.sql` and `items_from_orders.sql` the first that can be run is `items`.
    """
    found: dict[str, str] = {}
    for template in sorted((MAPPINGS / name).iterdir(), key=lambda file: file.name):
        input_name = template.name.removesuffix(".sql").split("_from_")[0]
        text = template.read_text("utf-8")
        if set(re.findall(SOURCE, text)) <= there:
            found.setdefault(input_name, text)
    return found


def _with_sources(text: str, sources: dict[str, list[str]]) -> str:
    """Return a mapping's SQL with the files in the place of the exports' names."""
    ctes = []
    for kind in sorted(set(re.findall(SOURCE, text))):
        body = "\n\nunion all\n\n".join(sources[kind])
        indented = "\n".join(f"    {line}".rstrip() for line in body.split("\n"))
        ctes.append(f"{kind}_export as (\n\n{indented}\n\n),\n\n")
    return text.replace("with\n\n", "with\n\n" + "".join(ctes), 1)


def _write_input(path: Path, target: Path) -> int:
    """Run one mapping; return the rows of the input."""
    written = target.with_name(f".{target.name}.part")
    sql = path.read_text("utf-8").strip().rstrip(";")
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        try:
            connection.execute(
                f"copy (\n{sql}\n) to {_literal(str(written))} (format parquet)"
            )
        except duckdb.Error as error:
            written.unlink(missing_ok=True)
            raise MappingError(_said(path, error)) from error
    os.replace(written, target)
    return pq.read_metadata(target).num_rows


def _said(path: Path, error: duckdb.Error) -> str:
    """Return a sentence without what a message of DuckDB repeats of a file."""
    line = re.search(r"Line: (\d+)", str(error))
    if isinstance(error, duckdb.InvalidInputException) and line:
        return (
            f"`{path}` reads a file whose line {line[1]} is no sound CSV: repair that"
            " line, or export the file again."
        )
    return f"`{path}` cannot be run: {str(error).splitlines()[0]}"
