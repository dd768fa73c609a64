"""`precision-marketing report`: the printed summary and the page."""

from __future__ import annotations

from pathlib import Path

import click

from precision_marketing.command_line import options
from precision_marketing.command_line.outcomes import STOPPED


def write_page(
    published: Path,
    out: Path | None = None,
    earlier: tuple[Path, ...] = (),
    with_users: bool = False,
) -> Path:
    """Write the dashboard page of a published file; return it."""
    from precision_marketing.dashboard.dashboard import write_dashboard
    from precision_marketing.publishing.published_files import earlier_files

    out = out or published.with_suffix(".html")
    earlier = earlier or tuple(earlier_files(published.resolve()))
    size = write_dashboard(published, out, earlier=earlier, with_users=with_users)
    click.echo(f"Dashboard, {size / 1e6:.2f} MB: {out.resolve()}")
    return out.resolve()


def print_summary(published: Path, users: int = 3, target: Path | None = None) -> bool:
    """Print what a build found, and what it cost; return whether no mart is missing."""
    from precision_marketing.publishing.summary import summary_text

    text, missing = summary_text(published, users, target)
    click.echo(text)
    return not missing


@click.command(short_help="Print what a build found, and write the dashboard page.")
@options.database
@options.published
@options.profile
@click.option(
    "--users",
    type=click.IntRange(min=0),
    default=3,
    show_default=True,
    help="Users whose recommendations are printed.",
)
@click.option(
    "--out",
    type=options.PATH,
    help="HTML file to write.  [default: beside the published file]",
)
@click.option(
    "--earlier",
    type=options.PATH,
    multiple=True,
    help="An earlier published file, to compare the page with; may be given several"
    " times.  [default: those that are kept for a rollback]",
)
@click.option(
    "--with-users",
    is_flag=True,
    help="Show rows of single users on the page too; without it none is in the file.",
)
@click.option("--open", "opens", is_flag=True, help="Open the page in a browser.")
@click.pass_context
def report(
    ctx: click.Context,
    database: Path | None,
    published: Path | None,
    profile: str | None,
    users: int,
    out: Path | None,
    earlier: tuple[Path, ...],
    with_users: bool,
    opens: bool,
) -> None:
    """Print recommendations, their quality, campaigns and inputs; write the page.

    Of the published file, which a build need not have ended for.
    """
    path = options.published_file(published, database, profile)
    is_whole = print_summary(path, users)
    page = write_page(path, out, earlier, with_users)
    if opens:
        import webbrowser

        if not webbrowser.open(page.as_uri()):
            click.echo("No browser was found here: open that file in one.")
    if not is_whole:
        ctx.exit(STOPPED)
