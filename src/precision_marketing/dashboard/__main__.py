"""Run `python -m precision_marketing.dashboard --published FILE --out FILE.html`."""

from __future__ import annotations

import webbrowser
from pathlib import Path

import click

from precision_marketing.dashboard.dashboard import DashboardError, write_dashboard

_FILE = click.Path(path_type=Path)


@click.command()
@click.option("--published", type=_FILE, required=True, help="The published file.")
@click.option("--out", type=_FILE, required=True, help="HTML file to write.")
@click.option(
    "--earlier",
    type=_FILE,
    multiple=True,
    help="An earlier published file, to compare it with; may be given several times.",
)
@click.option(
    "--with-users",
    is_flag=True,
    help="Show rows of single users too; without it none is in the file.",
)
@click.option("--open", "opens", is_flag=True, help="Open it in a browser.")
def main(
    published: Path, out: Path, earlier: tuple[Path, ...], with_users: bool, opens: bool
) -> None:
    """Write the dashboard of a published file."""
    try:
        size = write_dashboard(published, out, earlier=earlier, with_users=with_users)
    except DashboardError as error:
        raise click.ClickException(str(error)) from error
    print(f"Dashboard, {size / 1e6:.2f} MB: {out.resolve()}")
    if opens and not webbrowser.open(out.resolve().as_uri()):
        print("No browser was found here: open that file in one.")


if __name__ == "__main__":
    main(prog_name="python -m precision_marketing.dashboard")
