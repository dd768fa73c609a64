"""Put the publication before the last one back into its place.

The file that is withdrawn is removed: its build can be
published again. A reader never finds the name without a whole file.
"""

from __future__ import annotations

from pathlib import Path

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
