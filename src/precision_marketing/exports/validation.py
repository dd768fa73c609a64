"""Whether a file is as a platform's documentation asks for."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

from precision_marketing.exports.platforms import Platform

_SHA256 = re.compile("[0-9a-f]{64}")
_COUNTRY = re.compile("[A-Z]{2}")
# Google and TikTok take no larger file.
_LARGEST = 1_000_000_000
# TikTok's limit of one header; the others have none that is lower.
_MOST_OF_A_HEADER = 3


def faults_of(path: Path, platform: Platform) -> tuple[list[str], list[str]]:
    """Return what a platform would refuse in a file, and what it would take badly.

    Parameters
    ----------
    path : Path
        The file.
    platform : Platform
        Whose documentation counts.

    Returns
    -------
    faults : list of str
        Sentences with counts and line numbers, without what stands there; none if the
        file is as it should be.
    warnings : list of str
        Of a file that is taken and may do nothing.
    """
    if path.stat().st_size > _LARGEST:
        return [f"The file is larger than {_LARGEST / 1e9:g} GB: split it."], []
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file, strict=True)
            header = next(rows, [])
            faults = _header_faults(header, platform)
            if faults:
                return faults, []
            found: Counter[str] = Counter()
            lines: dict[str, int] = {}
            count = 0
            for row in rows:
                count += 1
                for fault in _row_faults(header, row, platform):
                    found[fault] += 1
                    lines.setdefault(fault, rows.line_num)
    except (UnicodeDecodeError, csv.Error):
        return ["The file is no CSV in UTF-8."], []
    faults = [
        f"{fault}: {found[fault]:,} rows, the first on line {lines[fault]}."
        for fault in sorted(found)
    ]
    if count == 0:
        faults.append("The file has no rows.")
    few = f"{count:,} rows: {platform.name} asks for at least {platform.fewest:,}."
    return faults, [few] if count < platform.fewest else []


def _header_faults(header: list[str], platform: Platform) -> list[str]:
    known = {column.header for column in platform.columns}
    faults = [f"There is no header {name!r}." for name in header if name not in known]
    counts = Counter(header)
    faults += [
        f"The header {name} stands {count} times, at most {_MOST_OF_A_HEADER} may."
        for name, count in counts.items()
        if count > _MOST_OF_A_HEADER
    ]
    some = platform.together & set(header)
    if some and some != platform.together:
        missing = ", ".join(sorted(platform.together - some))
        faults.append(f"The address has not all its headers: {missing}.")
    if not header:
        faults.append("The file has no header.")
    return faults


def _row_faults(header: list[str], row: list[str], platform: Platform) -> list[str]:
    if len(row) != len(header):
        return ["Other than as many fields as headers"]
    faults = []
    hashes = {column.header: column.is_hashed for column in platform.columns}
    for name, value in zip(header, row, strict=True):
        if value and hashes[name] and not _SHA256.fullmatch(value):
            faults.append(f"{name} is no SHA-256 in lower-case hexadecimal")
        if value and name == "Country" and not _COUNTRY.fullmatch(value):
            faults.append("Country has not two letters")
    given = {name for name, value in zip(header, row, strict=True) if value}
    if not given:
        faults.append("Nobody is named")
    some = platform.together & given
    if some and some != platform.together:
        faults.append("The address is not whole")
    return faults
