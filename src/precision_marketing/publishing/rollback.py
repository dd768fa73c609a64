"""Put the publication before the last one back into its place.

Run `python -m precision_marketing.publishing.rollback --published
published/shop.duckdb`. The file that is withdrawn is removed: its build can be
published again. A reader never finds the name without a whole file.
"""

from __future__ import annotations

from pathlib import Path

import click

from precision_marketing.publishing.publication import Publication, read_publication
from precision_marketing.publishing.published_files import (
    earlier_files,
    locked,
    replace_published,
    waiting_seconds,
)
from precision_marketing.publishing.publishing import (
    PublishingError,
    plain_errors,
    published_of,
)


def roll_back(published: Path) -> Publication:
    """Replace the published file by the latest of the earlier ones.

    Parameters
    ----------
    published : Path
        What readers open.

    Returns
    -------
    Publication
        What is published now.

    Raises
    ------
    PublishingError
        If no earlier publication is kept, the latest is not whole, another publication
        does not end in time, or the folder may not be written.
    """
    published = Path(published).resolve()
    if not published.parent.is_dir():
        raise PublishingError(f"There is no folder {published.parent}.")
    with plain_errors(published):
        waited = f"Another publication to {published.parent}"
        with locked(published.parent, waited, waiting_seconds()):
            files = earlier_files(published)
            if not files:
                raise PublishingError(
                    f"No earlier publication of {published.name} is kept: build anew, "
                    "and set `publication: {earlier: ...}` to how many to keep."
                )
            found = read_publication(files[-1])
            replace_published(files[-1], published)
    return found


@click.command()
@click.option(
    "--database",
    type=click.Path(path_type=Path),
    help="DuckDB file of the build, whose published file is meant.",
)
@click.option(
    "--published",
    type=click.Path(path_type=Path),
    help="DuckDB file for readers, instead of the one beside the build.",
)
def main(database: Path | None, published: Path | None) -> None:
    """Put the publication before the last one back into its place."""
    if published is None and database is None:
        raise click.UsageError("Name the --published file, or the --database.")
    try:
        found = roll_back(published or published_of(database))
    except PublishingError as error:
        raise click.ClickException(f"Nothing was rolled back. {error}") from error
    print(found.in_words())


if __name__ == "__main__":
    main(prog_name="python -m precision_marketing.publishing.rollback")
