"""Command line of the example-data generator: see `--help`."""

import argparse
import sys
import time
from pathlib import Path

from examples.example_data import generate
from examples.example_data.files import TRUTH_FILE, write_files
from examples.example_data.settings import (
    DEFAULT_EVENTS_PER_USER,
    DEFAULT_SEED,
    DEFAULT_USERS,
)

_DESCRIPTION = """\
Write the eight inputs of a made-up shop, and truth.json with the true campaign
effects, exact counts and the fate of every row. The same arguments give the same
bytes; the data is always that of January to June 2025."""

_EXAMPLES = """\
examples:
  20,000 users as Parquet, to be read with the var input_dir:
    python -m examples.example_data --users 20000 --out data/shop
  ten million events:
    python -m examples.example_data --users 200000 --events-per-user 50 \\
        --out data/large
  the seeds of this project, again:
    python -m examples.example_data --format csv --prefix example_ \\
        --out seeds/example"""


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m examples.example_data",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help="where to write"
    )
    parser.add_argument(
        "--users",
        type=int,
        default=DEFAULT_USERS,
        metavar="N",
        help="number of users, at least 50 (default: %(default)s)",
    )
    parser.add_argument(
        "--items",
        type=int,
        metavar="N",
        help="number of items, at least 50 "
        "(default: a tenth of the users, from 200 to 20000)",
    )
    parser.add_argument(
        "--events-per-user",
        type=float,
        default=DEFAULT_EVENTS_PER_USER,
        metavar="X",
        help="events per user, approximately, from 4 to 500; the campaigns add one or "
        "two (default: %(default)g)",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=DEFAULT_SEED,
        metavar="N",
        help="seed of the random numbers (default: %(default)s)",
    )
    parser.add_argument(
        "--format",
        choices=("parquet", "csv"),
        default="parquet",
        help="file format (default: %(default)s)",
    )
    parser.add_argument(
        "--prefix",
        default="",
        metavar="TEXT",
        help="put before every input's file name, such as example_ for dbt seeds",
    )
    return parser


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; a setting out of range ends with one line and code 2."""
    parser = make_parser()
    options = parser.parse_args(arguments)
    if options.out.exists() and not options.out.is_dir():
        parser.error(f"--out must be a folder, and {options.out} is a file")
    started_at = time.monotonic()

    def report(message: str) -> None:
        """Print a line of progress, so that long work is seen to go on."""
        elapsed = time.monotonic() - started_at
        print(f"{elapsed:6.1f} s  {message}", file=sys.stderr, flush=True)

    try:
        data = generate(
            users=options.users,
            items=options.items,
            seed=options.seed,
            events_per_user=options.events_per_user,
            report=report,
        )
    except ValueError as error:
        parser.error(_as_option(str(error)))
    written = write_files(data, options.out, options.format, options.prefix, report)
    width = max(len(path.name) for path, _ in written)
    for path, rows in written:
        print(f"{path.name:<{width}}  {rows:>12,} rows  {_size(path):>10}")
    print(f"{TRUTH_FILE:<{width}}  {'':>17}  {_size(options.out / TRUTH_FILE):>10}")


def _as_option(message: str) -> str:
    """Return an error about a setting as one about its option.

    Examples
    --------
    >>> _as_option("events_per_user must be from 4 to 500, not 1")
    '--events-per-user must be from 4 to 500, not 1'
    """
    name, rest = message.split(" ", 1)
    return f"--{name.replace('_', '-')} {rest}"


def _size(path: Path) -> str:
    """Return a file's size in megabytes."""
    return f"{path.stat().st_size / 1e6:,.2f} MB"


if __name__ == "__main__":
    main()
