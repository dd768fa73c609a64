"""An audience as the file that an ad platform takes, with its holdout beside it."""

from __future__ import annotations

import csv
import hashlib
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import duckdb
import pyarrow as pa

from precision_marketing.build.sql_text import literal
from precision_marketing.exports import normalised
from precision_marketing.exports.contacts import FIELDS, read_contacts
from precision_marketing.exports.faults import ExportError
from precision_marketing.exports.members import find_members
from precision_marketing.exports.platforms import PLATFORMS, Column, Contact, Platform
from precision_marketing.exports.record import add_export
from precision_marketing.exports.replaced_folder import replaced_folder, write_mark
from precision_marketing.exports.validation import faults_of
from precision_marketing.exports.whole_file import whole_file

FORMATS = (*PLATFORMS, "csv", "parquet")
_ROWS_AT_ONCE = 10_000
_FILES = {False: "upload", True: "holdout"}


@dataclass(frozen=True)
class AudienceExport:
    """What was exported.

    Parameters
    ----------
    folder : Path
        With `upload`, `holdout` and `export.json`.
    counts : dict of str to int
        Users: `audience`, `no_consent`, `erased`, `without_contact` of their own,
        `sent`, `holdout`; rows: `unreadable_emails`, `unreadable_phones`; users of
        contacts who are not in the audience: `other_contacts`.
    warnings : list of str
        What the platform may take badly.
    """

    folder: Path
    counts: dict[str, int]
    warnings: list[str]


def export_audience(
    published: Path,
    audience: str,
    name: str,
    out: Path,
    contacts: Path | None = None,
    database: Path | None = None,
    country: str | None = None,
) -> AudienceExport:
    """Write an audience's files and record the export.

    Parameters
    ----------
    published : Path
        The published file.
    audience : str
        A `campaign_id`.
    name : str
        One of `FORMATS`.
    out : Path
        Folder; the files are in `<audience>_<format>` in it, all at once.
    contacts : Path, optional
        CSV or Parquet (`read_contacts`); a platform needs it.
    database : Path, optional
        The build, which knows who has asked for erasure since.
    country : str, optional
        Two letters, of phone numbers and addresses without a country.

    Returns
    -------
    AudienceExport

    Raises
    ------
    ExportError
        If the export cannot be, or the file would not be as the platform asks.
    ContactsError
        If the contacts cannot be read.
    PublicationError
        If the published file is not whole.
    """
    if country and not normalised.country(country):
        raise ExportError(f"--country {country} is not two letters, such as US.")
    platform = PLATFORMS.get(name)
    if platform and contacts is None:
        raise ExportError(f"For {name} name a file of contacts with --contacts.")
    table = None if contacts is None else read_contacts(contacts)
    with whole_file(published) as (connection, publication):
        if publication.profile != "in-house":
            raise ExportError(
                f"{published} has pseudonyms for ids: name the in-house file."
            )
        counts = find_members(
            connection, audience, table, platform is not None, database
        )
        folder = out / f"{quote(audience, safe='')}_{name}"
        with replaced_folder(folder) as work:
            if platform:
                fields = set(table.column_names)
                counts |= _write_platform(connection, work, platform, fields, country)
            else:
                given = [] if table is None else table.column_names
                counts |= _write_table(connection, work, name, given)
            uploaded = next(work.glob("upload.*"))
            faults, warnings = faults_of(uploaded, platform) if platform else ([], [])
            if faults:
                raise ExportError(
                    f"The file would not be as {name} asks: {' '.join(faults)}"
                )
            with uploaded.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            export_id = os.urandom(8).hex()
            facts = (export_id, publication.build_id, audience, name, digest)
            write_mark(
                work,
                {
                    **dict(zip(("export_id", "build_id"), facts, strict=False)),
                    "published_at": publication.published_at,
                    "campaign_id": audience,
                    "format": name,
                    "upload_sha256": digest,
                    "counts": counts,
                },
            )
            # First: a send that is recorded and was never made does less harm.
            add_export(connection, published, facts, "written_users")
    return AudienceExport(folder, counts, warnings)


def _write_platform(
    connection: duckdb.DuckDBPyConnection,
    work: Path,
    platform: Platform,
    fields: set[str],
    country: str | None,
) -> dict[str, int]:
    columns = platform.columns_of(fields | ({"country"} if country else set()))
    if not {"email", "phone"} & fields and not platform.together <= {
        column.header for column in columns
    }:
        raise ExportError(
            "The contacts have no column email or phone: name those they have so."
        )
    connection.execute(
        "create temp table written_users (user_id varchar, is_holdout boolean)"
    )
    counts: Counter[str] = Counter(unreadable_emails=0, unreadable_phones=0)
    read = _Reader(connection, platform, columns, country)
    # Who was held out, refuses or was erased is not sent to by another account either.
    kept_out = {key for _, row in read("barred", Counter()) for key in read.keys(row)}
    for is_holdout in (True, False):
        source = f"members where is_holdout = {is_holdout}"
        users: dict[str, None] = {}
        written: set[bytes] = set()
        held: set[str] = set()
        path = work / f"{_FILES[is_holdout]}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow([column.header for column in columns])
            for user, row in read(source, counts):
                if not is_holdout and kept_out & read.keys(row):
                    continue
                users[user] = None
                if is_holdout:
                    held |= read.keys(row)
                # An address that was written in two ways, or of two users.
                digest = hashlib.sha256("\n".join(row).encode()).digest()
                if digest not in written:
                    written.add(digest)
                    rows.writerow(row)
        kept_out |= held
        connection.register("users", pa.table({"user_id": pa.array(users, "string")}))
        connection.execute(
            f"insert into written_users select user_id, {is_holdout} from users"
        )
        connection.unregister("users")
    return counts | _users(connection)


@dataclass(frozen=True)
class _Reader:
    """Reads contacts as rows of a platform's file."""

    connection: duckdb.DuckDBPyConnection
    platform: Platform
    columns: tuple[Column, ...]
    country: str | None

    def __call__(
        self, source: str, counts: Counter[str]
    ) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield users and rows; count what cannot be read."""
        order = ", ".join(f"{name} nulls last" for name in FIELDS)
        found = self.connection.execute(
            f"select user_id, {', '.join(FIELDS)} from {source} "
            f"order by user_id, {order}"
        )
        while members := found.fetchmany(_ROWS_AT_ONCE):
            for user, *values in members:
                contact = dict(zip(FIELDS, values, strict=True))
                row = self.platform.row(
                    self.columns, _plain(contact, self.country, counts)
                )
                if row is not None:
                    yield user, tuple(row)

    def keys(self, row: tuple[str, ...]) -> set[str]:
        """Return what somebody is known by in a row: e-mail and phone."""
        return {
            value
            for column, value in zip(self.columns, row, strict=True)
            if value and column.field in {"email", "phone"}
        }


def _plain(contact: Contact, country: str | None, counts: Counter[str]) -> Contact:
    """Return a contact with what every platform has in one form; count the rest."""
    plain = dict(contact)
    plain["country"] = contact["country"] or country
    email, phone = contact["email"], contact["phone"]
    if email is not None:
        plain["email"] = normalised.email(email)
        counts["unreadable_emails"] += plain["email"] is None
    if phone is not None:
        # Of an odd country only numbers with their own code are read: not another's.
        region = normalised.country(plain["country"] or "")
        plain["phone"] = normalised.phone(phone, region)
        counts["unreadable_phones"] += plain["phone"] is None
    return plain


def _write_table(
    connection: duckdb.DuckDBPyConnection, work: Path, name: str, fields: list[str]
) -> dict[str, int]:
    """Write who is in the audience for tools of one's own, ids in the clear."""
    contacts = [field for field in FIELDS if field in fields]
    chosen = ", ".join(["user_id", "audience_rank", *contacts])
    how = "format csv, header" if name == "csv" else "format parquet, compression zstd"
    digits = "regexp_replace(phone, '[^0-9]', '', 'g')"
    for field in ("lower(email)", f"regexp_extract({digits}, '^[0-9]{{7,}}$')"):
        connection.execute(
            f"delete from members where not is_holdout and {field} in ("
            f"select {field} from barred where {field} <> '' union "
            f"select {field} from members where is_holdout and {field} <> '')"
        )
    for is_holdout, file in _FILES.items():
        connection.execute(
            f"copy (select {chosen} from members where is_holdout = {is_holdout} "
            f"order by audience_rank nulls last, {chosen}) "
            f"to {literal(work / f'{file}.{name}')} ({how})"
        )
    connection.execute(
        "create temp table written_users as "
        "select distinct user_id, is_holdout from members"
    )
    return {"unreadable_emails": 0, "unreadable_phones": 0} | _users(connection)


def _users(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    counts = connection.execute(
        "select count(*) filter (not is_holdout), count(*) filter (is_holdout), "
        "(select count(*) from audience where has_consent and not is_erased) "
        "- count(*) from written_users"
    ).fetchall()[0]
    return dict(zip(("sent", "holdout", "without_contact"), counts, strict=True))
