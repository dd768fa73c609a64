"""Run `python -m precision_marketing.dashboard --database` with the build's file."""

from __future__ import annotations

import webbrowser
from pathlib import Path

import click

from precision_marketing.dashboard.dashboard import DashboardError, write_dashboard
from precision_marketing.publishing.published_files import earlier_files
from precision_marketing.publishing.publishing import published_of

_FILE = click.Path(path_type=Path)


@click.command()
@click.option(
    "--database",
    type=_FILE,
    help="DuckDB file of the build whose publication is meant.",
)
@click.option(
    "--published", type=_FILE, help="The published file, if another is meant."
)
@click.option(
    "--out", type=_FILE, help="HTML file to write (default: beside the published file)."
)
@click.option(
    "--earlier",
    type=_FILE,
    multiple=True,
    help="An earlier published file, to compare it with; may be given several times"
    " (default: those that are kept for a rollback).",
)
@click.option(
    "--with-users",
    is_flag=True,
    help="Show rows of single users too; without it none is in the file.",
)
@click.option("--open", "opens", is_flag=True, help="Open it in a browser.")
def main(
    database: Path | None,
    published: Path | None,
    out: Path | None,
    earlier: tuple[Path, ...],
    with_users: bool,
    opens: bool,
) -> None:
    """Write the dashboard of a published file."""
    if published is None and database is None:
        raise click.UsageError("Name the --database, or the --published file.")
    published = published or published_of(database)
    out = out or published.with_suffix(".html")
    earlier = earlier or tuple(earlier_files(published.resolve()))
    try:
        size = write_dashboard(published, out, earlier=earlier, with_users=with_users)
    except DashboardError as error:
        raise click.ClickException(str(error)) from error
    print(f"Dashboard, {size / 1e6:.2f} MB: {out.resolve()}")
    if opens and not webbrowser.open(out.resolve().as_uri()):
        print("No browser was found here: open that file in one.")


if __name__ == "__main__":
    main(prog_name="python -m precision_marketing.dashboard")
