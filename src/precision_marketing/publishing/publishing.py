"""Publish the marts of a finished build as one DuckDB file that readers may keep open.

What is published are the marts of one build that succeeded as a whole, and
the record of that build. Readers open the published file only, since DuckDB lets one
process write or many read, and a reader of the build file would block the next build.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from precision_marketing.build.files import private_files
from precision_marketing.privacy.fresh_file import forget_erased
from precision_marketing.privacy.profiles import PUBLIC, PrivacyError, named_profile
from precision_marketing.publishing.build_record import BuildError, BuildRecord
from precision_marketing.publishing.histories import remember
from precision_marketing.publishing.machine_faults import fault_in_words
from precision_marketing.publishing.marts_copy import (
    SCHEMAS,
    CopyError,
    copy_marts,
)
from precision_marketing.publishing.publication import (
    Publication,
    PublicationError,
    read_publication,
)
from precision_marketing.publishing.published_files import (
    LockedError,
    earlier_files,
    keep_earlier,
    locked,
    private_folder,
    replace_published,
    waiting_seconds,
)


class PublishingError(Exception):
    """Nothing was published; the message says why and what to do."""


@dataclass(frozen=True)
class PublishedFile:
    """What was published.

    Parameters
    ----------
    path : Path
        The file that readers open.
    build : BuildRecord
        The build whose marts are in it; rows by mart among what it says.
    size : int
        Bytes of the file.
    left_out : list of str
        Other tables in the marts' schema: not of the build, or not to be published.
    """

    path: Path
    build: BuildRecord
    size: int
    left_out: list[str]


def published_of(database: Path, profile: str | None = None) -> Path:
    """Return where a database is published: beside it, in the folder `published`.

    What is published for others, by a `profile` or the environment's, has a file of its
    own: `published/shop_shared.duckdb`.
    """
    database = Path(database).resolve()
    name = database.name.removesuffix(".duckdb")
    profile = named_profile(profile)
    if profile not in (None, "in-house"):
        name += f"_{profile}"
    return database.parent / "published" / f"{name}.duckdb"


def publish(
    database: Path,
    published: Path | None = None,
    schema: str | None = None,
    profile: str | None = None,
) -> PublishedFile:
    """Copy every mart of a finished build into the published file, all at once.

    The copy is written in a folder of its own, verified, synchronized to disk and moved
    onto the target, so readers see the old marts or the new ones and never a mixture. A
    reader that has the old file open goes on seeing the old marts until it closes its
    connections. The old file is kept for `rollback`.

    Parameters
    ----------
    database : Path
        DuckDB file of a finished build. One that left out rows of erased users is
        written anew (`forget_erased`). That it is published is noted in its histories
        (`remember`), and the account of the profile `public`.
    published : Path, optional
        Target; its folder is made if need be. If it is a symbolic link, the file that
        it points to is replaced. Without it, that of `published_of`.
    schema : str, optional
        Schema of the marts in the build, such as `analytics_marts`; without it, the
        one schema that has marts. In the published file it is always `marts`.
    profile : str, optional
        What is published of people (`read_profile`).

    Returns
    -------
    PublishedFile
        The target's path, its build, size, and what was left out.

    Raises
    ------
    PublishingError
        If the build does not exist, is in use by another program, or is not good
        (`verified_build`); if it has no marts, marts in several schemas or a view among
        them; if the target is the build, has a name that DuckDB would confuse with a
        schema in it, or was opened for writing by another program; if another
        publication does not end in time, the disk is full or may not be written; if the
        profile is not one, has no key or no budget left; if the target has readers of
        the profile `public` and this is another, or the other way round.

    Notes
    -----
    Rows are inserted in the order of all their columns, so equal marts give equal
    content whatever order the build wrote them in. Constraints are not copied: they
    were enforced in the build, and their indexes would only slow the copy. Publishing
    to one folder is serialized; a killed publication leaves a folder whose name starts
    with a dot, which the next one removes.
    """
    database = Path(database).resolve()
    published = Path(published or published_of(database, profile)).resolve()
    _check_paths(database, published)
    with plain_errors(published):
        published.parent.mkdir(parents=True, exist_ok=True)
        waited = f"Another publication to {published.parent}"
        with (
            locked(published.parent, waited, waiting_seconds()),
            private_folder(published) as folder,
            private_files(),
        ):
            copy = folder / "copy.duckdb"
            forget_erased(database)
            build, left_out = copy_marts(database, copy, schema, profile)
            new, old = read_publication(copy), _publication_of(published)
            if new.build_id != build.build_id:
                raise PublicationError("The copy is of another build.")
            _check_readers(published, old, new)
            # The same build once more is nothing to go back to.
            if old is None or old.build_id != build.build_id:
                keep_earlier(published)
            replace_published(copy, published)
            _forget_earlier(published, build, new.profile)
            remember(database, build.build_id)
    return PublishedFile(published, build, published.stat().st_size, left_out)


@contextmanager
def plain_errors(published: Path) -> Iterator[None]:
    """Say in one sentence what is wrong with disk, permissions or locks."""
    try:
        yield
    except (
        *(BuildError, CopyError, LockedError, PrivacyError, PublicationError),
    ) as error:
        raise PublishingError(str(error)) from error
    except (OSError, duckdb.Error) as error:
        words = fault_in_words(str(error))
        if words is None:
            raise
        raise PublishingError(f"{published.parent}: {words}.") from error


def _forget_earlier(published: Path, build: BuildRecord, profile: str) -> None:
    """Remove earlier publications that are too many, or that would say too much.

    Whoever has asked for erasure since stands in files of builds that had read other
    requests, and ids in those of another profile; a file of a build that this database
    does not know is removed too.
    """
    files = earlier_files(published)
    kept = build.settings["publication"]["earlier"]
    for path in files[: max(len(files) - kept, 0)]:
        path.unlink()
    for path in earlier_files(published):
        found = _publication_of(path)
        if (
            found is None
            or found.profile != profile
            or found.build_id not in build.same_erasures
        ):
            path.unlink()


def _check_readers(published: Path, old: Publication | None, new: Publication) -> None:
    """Refuse to mix what anybody may read with what only some may."""
    if old is not None and PUBLIC in {old.profile, new.profile} != {PUBLIC}:
        raise PublishingError(
            f"{published} is published with the profile {old.profile}, and its readers "
            f"are others than those of {new.profile}: publish to another file."
        )


def _publication_of(path: Path) -> Publication | None:
    """Return what a published file says of itself, None if it does not say."""
    try:
        return read_publication(path)
    except PublicationError:
        return None


def _check_paths(database: Path, published: Path) -> None:
    if not database.is_file():
        raise PublishingError(
            f"There is no build at {database}: run `dbt build` first, or name its "
            "DuckDB file."
        )
    if not os.access(database, os.W_OK):
        raise PublishingError(
            f"You may not write {database}, where it is noted what is published."
        )
    if published == database or (published.exists() and published.samefile(database)):
        raise PublishingError(
            f"{published} is the build itself: publish to another file."
        )
    if published.is_dir():
        raise PublishingError(f"{published} is a folder: name a file in it.")
    if published.stem.lower() in SCHEMAS:
        raise PublishingError(
            f"A database named {published.name} has the same name as a schema in it, "
            f"so `{published.stem}.NAME` would be ambiguous: choose another file name."
        )
    log = published.with_name(published.name + ".wal")
    if log.exists():
        # DuckDB would replay the old file's log onto the new one.
        raise PublishingError(
            f"{log} shows that a program wrote to the published file: close that "
            "program, remove the log, and open the file read-only."
        )
