"""Options that several commands have, and the files that they name."""

from __future__ import annotations

from pathlib import Path

import click

PATH = click.Path(path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
DATABASE = Path("precision_marketing.duckdb")

database = click.option(
    "--database",
    type=PATH,
    envvar="PRECISION_MARKETING_DATABASE",
    show_envvar=True,
    help=f"DuckDB file of the build.  [default: {DATABASE}]",
)
published = click.option(
    "--published",
    type=PATH,
    help="Published file.  [default: published/NAME.duckdb beside the build]",
)
profile = click.option(
    "--profile",
    type=click.Choice(["in-house", "shared", "public"]),
    envvar="PRECISION_MARKETING_PROFILE",
    show_envvar=True,
    help="What is published of people.  [default: the setting `privacy`]",
)
schema = click.option(
    "--schema",
    help="Schema of the marts in the build, such as analytics_marts.  [default: the"
    " one that has marts]",
)
variables = click.option(
    "--vars",
    "variables",
    default="{}",
    show_default=True,
    help="Settings, as dbt takes them.",
)
project_dir = click.option(
    "--project-dir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    show_default=True,
    help="Folder of the package, or of a project that has installed it.",
)


def published_file(
    published: Path | None, database: Path | None, profile: str | None = None
) -> Path:
    """Return the published file that is meant."""
    from precision_marketing.publishing.publishing import published_of

    return published or published_of(database or DATABASE, profile)
