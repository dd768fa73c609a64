"""Command line of the example-data generator: see `--help`."""

import time
from pathlib import Path
from typing import Any

import click

from examples.example_data.settings import (
    DEFAULT_EVENTS_PER_USER,
    DEFAULT_SEED,
    DEFAULT_USERS,
)

_EXAMPLES = """\b
examples:
  20,000 users as Parquet, to be read with the var input_dir:
    python -m examples.example_data --users 20000 --out data/shop
  ten million events:
    python -m examples.example_data --users 200000 --events-per-user 50 \\
        --out data/large
  the seeds of this project, again:
    python -m examples.example_data --format csv --prefix example_ \\
        --out seeds/example"""


@click.command(epilog=_EXAMPLES)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    metavar="FOLDER",
    help="Where to write.",
)
@click.option(
    "--users",
    type=int,
    default=DEFAULT_USERS,
    show_default=True,
    metavar="N",
    help="Number of users, at least 50.",
)
@click.option(
    "--items",
    type=int,
    metavar="N",
    help="Number of items, at least 50 (default: a tenth of the users, from 200 to "
    "20000).",
)
@click.option(
    "--events-per-user",
    type=float,
    default=DEFAULT_EVENTS_PER_USER,
    show_default=True,
    metavar="X",
    help="Events per user, approximately, from 4 to 500; the campaigns add one or two.",
)
@click.option(
    "--seed",
    type=int,
    default=DEFAULT_SEED,
    show_default=True,
    metavar="N",
    help="Seed of the random numbers.",
)
@click.option(
    "--control-share",
    type=float,
    metavar="X",
    help="Control's share of every campaign's users, such as 0.1 or 0.05 (default: "
    "each has its own, from 0.3 to 0.5).",
)
@click.option(
    "--order-spread",
    type=float,
    default=0.0,
    show_default=True,
    metavar="X",
    help="Log standard deviation of a factor on what each order costs, from 0 to 3: "
    "heavy tails.",
)
@click.option(
    "--until",
    metavar="DATE",
    help="End the data before this UTC day; later campaigns still run (default: "
    "2025-07-01).",
)
@click.option(
    "--lost-share",
    type=float,
    default=0.0,
    show_default=True,
    metavar="X",
    help="Share of the treated with an order in the 30 days before the draw whose "
    "assignments are missing.",
)
@click.option(
    "--holdout-share",
    type=float,
    default=0.0,
    show_default=True,
    metavar="X",
    help="Share of the users held out of every campaign, by the project's hash.",
)
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["parquet", "csv"]),
    default="parquet",
    show_default=True,
    help="File format.",
)
@click.option(
    "--prefix",
    default="",
    metavar="TEXT",
    help="Put before every input's file name, such as example_ for dbt seeds.",
)
def main(
    out: Path,
    users: int,
    items: int | None,
    events_per_user: float,
    seed: int,
    file_format: str,
    prefix: str,
    **design: Any,
) -> None:
    """Write the eight inputs of a made-up shop, and the truth about it.

    truth.json has the true campaign effects, exact counts and the fate of every row.
    The same arguments give the same bytes; the data is always that of January to June
    2025.
    """
    # Not above: --help need not wait for them.
    from rich.console import Console

    from examples.example_data.design import Design
    from examples.example_data.files import TRUTH_FILE, write_files
    from examples.example_data.generation import generate

    started_at = time.monotonic()

    console = Console(stderr=True, highlight=False, markup=False)

    def report(message: str) -> None:
        """Print a line of progress, so that long work is seen to go on."""
        console.print(f"{time.monotonic() - started_at:6.1f} s  {message}")

    # A spinner below the lines, in a terminal only.
    with console.status("Generating a shop"):
        try:
            data = generate(
                users=users,
                items=items,
                seed=seed,
                events_per_user=events_per_user,
                design=Design(**design),
                report=report,
            )
        except ValueError as error:
            raise click.UsageError(_as_option(str(error))) from error
        written = write_files(data, out, file_format, prefix, report)
    width = max(len(path.name) for path, _ in written)
    for path, rows in written:
        print(f"{path.name:<{width}}  {rows:>12,} rows  {_size(path):>10}")
    print(f"{TRUTH_FILE:<{width}}  {'':>17}  {_size(out / TRUTH_FILE):>10}")


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
    main(prog_name="python -m examples.example_data")
