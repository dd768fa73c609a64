"""`precision-marketing backup` and `restore`."""

from __future__ import annotations

from pathlib import Path

import click

from precision_marketing.command_line import options


@click.command(short_help="Copy what no build can make again into one file.")
@options.database
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    help="File to write.  [default: backups/NAME_TIME_BUILD.duckdb by the database]",
)
def backup(database: Path | None, to: Path | None) -> None:
    """Copy the histories of a database into one file, whole or not at all."""
    from precision_marketing.publishing.backup import back_up

    made = back_up(database or options.DATABASE, to)
    click.echo(f"Backed up {made.in_words()}: {made.path}")


@click.command(short_help="Put the histories of a backup into the database.")
@options.database
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path),
    required=True,
    help="The backup.",
)
def restore(database: Path | None, source: Path) -> None:
    """Put the histories of a backup into the database, all of them or none.

    Who was erased since the backup was made stays erased. What is no whole backup
    changes nothing.
    """
    from precision_marketing.publishing import backup

    found = backup.restore(database or options.DATABASE, source)
    click.echo(f"Restored {found.in_words()}. Build again with --full.")
