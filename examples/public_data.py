"""What the mappings of public data sets share: source, files written, command line.

The data come with a Python package, whose files DuckDB reads; the package itself is
never imported.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import click
import duckdb
from rich.console import Console

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


def command(
    convert_to: Callable[[Path], dict[str, int]],
    *,
    description: str,
    install_hint: str,
    inputs: Sequence[str],
) -> click.Command:
    """Return the command line that converts the installed data.

    It prints the rows of each file; without the data it says what to install and ends
    with code 1.

    Parameters
    ----------
    convert_to : callable
        From the folder to the rows of each file; raises SourceMissingError.
    description : str
        For `--help`.
    install_hint : str
        The command that installs the package with the data.
    inputs : sequence of str
        What is written.

    Returns
    -------
    click.Command
    """
    *first, last = (f"{name}.parquet" for name in inputs)

    # Not reflowed: a line break inside the command would break it.
    @click.command(
        help=description,
        epilog=f"\b\nThe data come with a Python package:\n  {install_hint}",
    )
    @click.option(
        "--out",
        type=click.Path(file_okay=False, path_type=Path),
        required=True,
        metavar="FOLDER",
        help=f"Folder for {', '.join(first)} and {last}.",
    )
    def convert_command(out: Path) -> None:
        try:
            with Console(stderr=True).status("Converting the data"):
                row_counts = convert_to(out)
        except SourceMissingError as error:
            raise click.ClickException(str(error)) from error
        rows = [(name, f"{count:,}") for name, count in row_counts.items()]
        print(format_table([Column("input"), Column("rows", is_number=True)], rows))
        print(f"Written to {out}")

    return convert_command
