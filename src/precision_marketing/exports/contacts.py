"""The file of contacts: read at an export, never by a build."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from precision_marketing.exports.faults import ContactsError

KEY = "user_id"
FIELDS = (
    *("email", "phone", "first_name", "last_name", "city", "state", "zip", "country"),
    *("has_email_consent", "has_ads_consent"),
)
_LARGEST_FIELD = 1_000_000


def read_contacts(path: Path) -> pa.Table:
    """Read contacts: CSV or Parquet with `user_id` and any of `FIELDS`.

    Parameters
    ----------
    path : Path
        A user may have several rows, one for each address. Columns of other names are
        not read; names are taken in any case.

    Returns
    -------
    pyarrow.Table
        `user_id` and the fields that are there, texts without blanks around them, null
        where empty. Memory: the file's.

    Raises
    ------
    ContactsError
        If the file cannot be read, or lacks `user_id` or all ways to reach somebody.
        No content is in the message.
    """
    if not path.is_file():
        raise ContactsError(f"There is no file of contacts at {path}.")
    try:
        if path.suffix.lower() in {".parquet", ".pq"}:
            header = pq.read_schema(path).names
            places = _places(path, header)
            table = pq.read_table(path, columns=[header[i] for i in places.values()])
            columns = [column.cast(pa.string()).to_pylist() for column in table.columns]
        else:
            places, columns = _read_csv(path)
    except (OSError, UnicodeDecodeError, csv.Error, pa.ArrowException) as error:
        raise ContactsError(
            f"{path} cannot be read as CSV in UTF-8 or as Parquet "
            f"({type(error).__name__}): write it anew."
        ) from error
    return pa.table(
        {
            name: pa.array([(text or "").strip() or None for text in column], "string")
            for name, column in zip(places, columns, strict=True)
        }
    )


def _places(path: Path, header: list[str]) -> dict[str, int]:
    """Return where the columns are that are read."""
    names = [name.strip().lower() for name in header]
    found = {name: names.index(name) for name in (KEY, *FIELDS) if name in names}
    twice = next((name for name in found if names.count(name) > 1), None)
    if twice is not None:
        raise ContactsError(
            f"{path} has the column {twice} twice: give a user a row for each."
        )
    if KEY not in found:
        raise ContactsError(f"{path} has no column {KEY}: name the one with it so.")
    return found


def _read_csv(path: Path) -> tuple[dict[str, int], list[list[str]]]:
    csv.field_size_limit(_LARGEST_FIELD)
    with path.open(encoding="utf-8-sig", newline="") as file:
        first = file.readline()
        delimiter = max(",;\t", key=first.count)
        file.seek(0)
        rows = csv.reader(file, delimiter=delimiter, strict=True)
        header = next(rows, [])
        places = _places(path, header)
        columns: list[list[str]] = [[] for _ in places]
        for row in rows:
            if not row:
                continue
            if len(row) != len(header):
                raise ContactsError(
                    f"Line {rows.line_num} of {path} has {len(row)} fields and the "
                    f"header {len(header)}: mend that line."
                )
            for column, place in zip(columns, places.values(), strict=True):
                column.append(row[place])
    return places, columns
