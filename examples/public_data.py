"""What the mappings of public data sets share: source, files written, command line.

The data come with a Python package, whose files DuckDB reads; the package itself is
never imported.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb

from precision_marketing.publishing.text_table import Column, format_table


class SourceMissingError(Exception):
    """The package that carries the data is not installed, or is another version."""


def package_folder(package: str, install_hint: str) -> Path:
    """Return the folder of an installed package, which is not imported.

    Parameters
    ----------
    package : str
        Its name in `import`.
    install_hint : str
        The command that installs it.

    Returns
    -------
    Path

    Raises
    ------
    SourceMissingError
        If the package is not installed; the message says what to install.
    """
    specification = importlib.util.find_spec(package)
    if specification is None or not specification.submodule_search_locations:
        raise SourceMissingError(
            f"The Python package {package}, which carries the data, is not "
            f"installed: run {install_hint}"
        )
    return Path(specification.submodule_search_locations[0])


def literal(path: Path) -> str:
    """Return a path as an SQL literal.

    Examples
    --------
    >>> literal(Path("Ann's/log.csv"))
    "'Ann''s/log.csv'"
    """
    return "'" + str(path).replace("'", "''") + "'"


def write_inputs(
    connection: duckdb.DuckDBPyConnection, queries: Mapping[str, str], out: Path
) -> dict[str, int]:
    """Write one Parquet file for each query.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        With what the queries read.
    queries : mapping of str to str
        Input to its query.
    out : Path
        Folder for `<input>.parquet`; made if need be. Files of these names are
        replaced, each at once; other files are left alone.

    Returns
    -------
    dict of str to int
        Rows written by input, in the order of `queries`.
    """
    out.mkdir(parents=True, exist_ok=True)
    return {
        name: connection.execute(
            f"copy ({query}) to {literal(out / f'{name}.parquet')} "
            "(format parquet, compression zstd)"
        ).fetchall()[0][0]
        for name, query in queries.items()
    }


def run_command(
    arguments: list[str] | None,
    *,
    program: str,
    description: str,
    install_hint: str,
    inputs: list[str],
    convert_to: Callable[[Path], dict[str, int]],
) -> int:
    """Convert the installed data, print the rows of each file, return the exit code.

    Parameters
    ----------
    arguments : list of str or None
        Of the command line; None reads `sys.argv`.
    program, description : str
        For `--help`.
    install_hint : str
        The command that installs the package with the data.
    inputs : list of str
        What is written.
    convert_to : callable
        From the folder to the rows of each file; raises SourceMissingError.
    """
    *first, last = (f"{name}.parquet" for name in inputs)
    parser = argparse.ArgumentParser(
        prog=program,
        # Not reflowed: a line break inside the command would break it.
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=description,
        epilog=f"The data come with a Python package:\n  {install_hint}",
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FOLDER",
        help=f"folder for {', '.join(first)} and {last}",
    )
    options = parser.parse_args(arguments)
    try:
        row_counts = convert_to(options.out)
    except SourceMissingError as error:
        print(error, file=sys.stderr)
        return 1
    rows = [(name, f"{count:,}") for name, count in row_counts.items()]
    print(format_table([Column("input"), Column("rows", is_number=True)], rows))
    print(f"Written to {options.out}")
    return 0
