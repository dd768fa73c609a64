"""Whether a run would build and publish again what is published already.

A run writes what it is made of beside the database before it builds (`begin`), and
notes its end when all that follows the publication is done (`finish`); the next one
compares (`begin` again). Whatever is in doubt is built.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from precision_marketing.build.files import synchronize
from precision_marketing.publishing.backup import back_up, put_back
from precision_marketing.publishing.histories import remember
from precision_marketing.publishing.ingredients import ingredients
from precision_marketing.publishing.last_build import last_build
from precision_marketing.publishing.publication import (
    Publication,
    PublicationError,
    read_publication,
)


@dataclass(frozen=True)
class Run:
    """What a run was made of, and what came of it.

    Parameters
    ----------
    ingredients : dict of str to str or None
        Fingerprints by name (`ingredients`).
    build_id : str or None
        The build that it published; None until all is done.
    published : str or None
        SHA-256 of the published file.
    suppressed : str or None
        Fingerprint of the list of the erased after the build.
    day : str or None
        The run's day, UTC, where rows were left out because they are in the future.
    """

    ingredients: dict[str, str] | None
    build_id: str | None = None
    published: str | None = None
    suppressed: str | None = None
    day: str | None = None


def begin(
    database: Path, published: Path, command: list[str], project: Path
) -> Publication | str:
    """Say what stands already, or why there is to build; then note what it is made of.

    Parameters
    ----------
    database : Path
        DuckDB file that the command builds, there or not.
    published : Path
        What readers open.
    command : list of str
        The build; with `--full-refresh` it starts anew whatever is there.
    project : Path
        The folder in which it runs.

    Returns
    -------
    Publication or str
        The publication that the run would make again, or the reason to build.

    Raises
    ------
    PublishingError
        If the database is gone, and the copy of its histories is not whole.
    OSError
        If the folder of the database cannot be written.
    """
    kept = kept_histories(database)
    if kept.exists() and not database.exists():
        # Under another name until it is whole.
        new = database.with_name(f".{database.name}.restored")
        new.unlink(missing_ok=True)
        found = put_back(new, kept)
        os.replace(new, database)
        print(f"Restored from {kept}: {found.in_words()}.")
    _catch_up(database, published)
    try:
        # Who starts anew makes the same.
        asked = [word for word in command if word != "--full-refresh"]
        now = Run(ingredients(asked, project))
    except OSError:
        # The build says what of it cannot be read.
        now = Run(None)
    reason: Publication | str = "`--full-refresh` starts anew"
    if "--full-refresh" not in command:
        reason = _compare(database, published, now)
    if isinstance(reason, str):
        _write(database, now)
    return reason


def finish(database: Path, published: Path) -> None:
    """Note that a run is done, with all that follows its publication.

    Its histories are copied beside the database (`kept_histories`), so that whoever
    deletes that has not deleted them.

    Parameters
    ----------
    database : Path
        DuckDB file of the build.
    published : Path
        What readers open.
    """
    run, found = _read(database), last_build(database)
    if run is None or found is None or not _is_of(published, found):
        return
    back_up(database, kept_histories(database))
    day = f"{datetime.now(UTC):%Y-%m-%d}" if found["is_of_its_day"] else None
    facts = {
        "build_id": found["build_id"],
        "published": _checksum(published),
        "suppressed": found["suppressed"],
        "day": day,
    }
    _write(database, Run(run.ingredients, **facts))


def kept_histories(database: Path) -> Path:
    """Return where a run leaves a copy of its histories."""
    return database.with_name(f"{database.stem}_histories.duckdb")


def _catch_up(database: Path, published: Path) -> None:
    """Remember a publication whose program was killed before it could."""
    found = last_build(database)
    if found is None or found["is_remembered"]:
        return
    if _is_of(published, found):
        remember(database, found["build_id"])


def _is_of(published: Path, found: dict) -> bool:
    """Whether the last build succeeded, and is the one that is published."""
    if found["reason"]:
        return False
    try:
        return read_publication(published).build_id == found["build_id"]
    except PublicationError:
        return False


def _compare(database: Path, published: Path, now: Run) -> Publication | str:
    before, found = _read(database), last_build(database)
    if before is None or before.build_id is None or found is None:
        return "no earlier run has come to its end"
    if now.ingredients is None or before.ingredients is None:
        return "what is in the tables that it reads cannot be seen before"
    changed = {
        name
        for name in now.ingredients.keys() | before.ingredients.keys()
        if now.ingredients.get(name) != before.ingredients.get(name)
    }
    if changed:
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        return f"{min(changed)}{more} changed"
    if found["reason"]:
        return found["reason"]
    if found["build_id"] != before.build_id:
        return "another build has been made since"
    if found["suppressed"] != before.suppressed:
        return "the list of the erased changed"
    if found["is_of_its_day"] and before.day != f"{datetime.now(UTC):%Y-%m-%d}":
        return "times that were in the future may be none today"
    try:
        if _checksum(published) != before.published:
            return "the published file is another one"
        return read_publication(published)
    except (OSError, PublicationError):
        return "the published file is not whole"


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _note(database: Path) -> Path:
    return database.with_name(f".{database.name}.run.json")


def _read(database: Path) -> Run | None:
    try:
        return Run(**json.loads(_note(database).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _write(database: Path, run: Run) -> None:
    note = _note(database)
    new = note.with_suffix(".new")
    new.write_text(json.dumps(asdict(run), sort_keys=True), encoding="utf-8")
    new.chmod(0o600)
    os.replace(new, note)
    synchronize(note.parent)
