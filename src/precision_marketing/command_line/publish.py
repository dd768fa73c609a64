"""`precision-marketing publish` and `rollback`, and what follows a publication."""

from __future__ import annotations

from pathlib import Path

import click

from precision_marketing.command_line import options


def publish_build(
    database: Path,
    published: Path | None = None,
    schema: str | None = None,
    profile: str | None = None,
) -> Path:
    """Publish a build, with the page and the service's store; return the file."""
    from rich.console import Console

    from precision_marketing.publishing import publishing

    with Console(stderr=True).status("Copying the marts"):
        result = publishing.publish(database, published, schema, profile)
    counts = result.build.row_counts
    if result.left_out:
        click.echo(
            f"Not of the build, or not to be published: {', '.join(result.left_out)}"
        )
    click.echo(
        f"Published {len(counts)} marts, {sum(counts.values()):,} rows, "
        f"{result.size / 1e6:.1f} MB: {result.path}"
    )
    if profile != "public":
        follow(result.path, database)
    return result.path


def follow(published: Path, database: Path | None) -> None:
    """Write what is made of a publication, whichever it is: the page and the store."""
    from precision_marketing.command_line.report import write_page
    from precision_marketing.command_line.serve import write_store
    from precision_marketing.dashboard.dashboard import DashboardError
    from precision_marketing.service.store import NothingServedError

    try:
        write_page(published)
    except DashboardError as error:
        click.echo(f"No page: {error}", err=True)
    try:
        write_store(published, database)
    except NothingServedError as error:
        click.echo(f"No store for the service: {error}", err=True)


@click.command(short_help="Copy the marts of a finished build into a file for readers.")
@options.database
@options.published
@options.schema
@options.profile
def publish(
    database: Path | None,
    published: Path | None,
    schema: str | None,
    profile: str | None,
) -> None:
    """Copy the marts of a build that succeeded into one file for readers.

    All at once, with the dashboard page and the service's store beside it. A build
    that is not whole is refused, and the last published file stays.
    """
    publish_build(database or options.DATABASE, published, schema, profile)


@click.command(short_help="Put the publication before the last one back.")
@options.database
@options.published
@options.profile
def rollback(
    database: Path | None, published: Path | None, profile: str | None
) -> None:
    """Put the publication before the last one back into its place.

    Three are kept (the setting `publication: {earlier: ...}`).
    """
    from precision_marketing.publishing.rollback import roll_back

    path = options.published_file(published, database, profile)
    click.echo(roll_back(path).in_words())
    if profile == "public":
        return
    if database is None and published is None:
        database = options.DATABASE
    follow(path, database)
