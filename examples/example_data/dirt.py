"""Dirty rows on purpose, shuffled among the good ones, with the fate of each.

Every reason for which a row can be rejected is here at least once, and so are
duplicates by key, duplicates of rows without an id, and rows of erased users that are
dirty as well. Dirty rows are copies of sound ones with something wrong.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from examples.example_data.faults import (
    DUPLICATE,
    ERASED,
    FAULTS,
    KEPT,
    REASONS,
    SOURCE_ROWS,
    Fault,
)

_REJECTED_SHARE = 2e-4  # of an input's rows, for each fault
_DUPLICATE_SHARE = 2e-3
# Inputs whose rows belong to a user and go when the user asks for it.
_ABOUT_USERS = ("events", "users", "campaign_assignments", "campaign_touches")


@dataclass
class _Dirt:
    """Dirty rows of one input and their fates."""

    rows: list[pd.DataFrame]
    fates: list[str]


def soil(
    rng: np.random.Generator, clean: dict[str, pa.Table]
) -> tuple[dict[str, pd.DataFrame], dict[str, dict]]:
    """Return the raw tables with dirty rows in them, and the fate of all rows.

    Parameters
    ----------
    rng : Generator
        Chooses rows and places.
    clean : dict of Table
        Sound rows of every input; emptied table by table to save memory.

    Returns
    -------
    tables : dict of DataFrame
        All columns text, missing values NaN.
    accounting : dict
        By input: rows_read, kept, duplicate, erased, and rejected by reason.
    """
    erased_ids = clean["erasure_requests"]["user_id"].combine_chunks()
    tables, accounting = {}, {}
    for name in list(clean):
        table = clean.pop(name)
        is_erased = (
            pc.is_in(table["user_id"], value_set=erased_ids).to_numpy()
            if name in _ABOUT_USERS
            else np.zeros(len(table), dtype=bool)
        )
        dirt = _make_dirt(rng, name, table, is_erased)
        fates = pd.Series(dirt.fates).value_counts()
        accounting[name] = {
            "rows_read": len(table) + len(dirt.fates),
            "kept": int((~is_erased).sum()) + int(fates.get(KEPT, 0)),
            "duplicate": int(fates.get(DUPLICATE, 0)),
            "erased": int(is_erased.sum()) + int(fates.get(ERASED, 0)),
            "rejected": {reason: int(fates.get(reason, 0)) for reason in REASONS[name]},
        }
        tables[name] = _shuffled_in(rng, table, pd.concat(dirt.rows))
    return tables, accounting


def _make_dirt(
    rng: np.random.Generator, name: str, table: pa.Table, is_erased: np.ndarray
) -> _Dirt:
    """Return the dirty rows of one input."""
    dirt = _Dirt([], [])
    key = table.column_names[0]
    for fault in FAULTS[name]:
        source = _sources(name, table, is_erased, fault)
        if not len(source):
            continue
        share = _DUPLICATE_SHARE if fault.fate == DUPLICATE else _REJECTED_SHARE
        count = max(len(fault.values), fault.at_least, round(share * len(table)))
        if fault.fate == DUPLICATE:
            picks = rng.choice(source, min(count, len(source)), replace=False)
        else:
            picks = rng.choice(source, count)
        rows = table.take(pa.array(np.sort(picks))).to_pandas()
        if fault.new_key:
            first = len(dirt.fates)
            rows[key] = [f"x{number:05d}" for number in range(first, first + len(rows))]
        for column, values in fault.changes.items():
            rows[column] = np.resize(np.array(values, dtype=object), len(rows))
        if fault.pads_key:
            rows[key] = "  " + rows[key] + " "
        dirt.rows.append(rows)
        dirt.fates.extend([fault.fate] * len(rows))
    return dirt


def _sources(
    name: str, table: pa.Table, is_erased: np.ndarray, fault: Fault
) -> np.ndarray:
    """Return the rows that a fault may be made from."""
    usable = is_erased if fault.fate == ERASED else ~is_erased
    column, value = SOURCE_ROWS.get(name, (None, None))
    if fault.without_id:
        usable = usable & pc.is_null(table.column(0)).to_numpy()
    else:
        usable = usable & pc.is_valid(table.column(0)).to_numpy()
        if column is not None:
            usable = usable & pc.equal(table[column], value).to_numpy()
    return np.flatnonzero(usable)


def _shuffled_in(
    rng: np.random.Generator, table: pa.Table, dirt: pd.DataFrame
) -> pd.DataFrame:
    """Return clean rows in their order with the dirty ones at random places."""
    place = np.concatenate(
        [np.arange(len(table)), rng.uniform(0, len(table), len(dirt))]
    )
    order = pa.array(np.argsort(place, kind="stable"))
    columns = {}
    for name in table.column_names:
        soiled = pa.array(dirt[name], pa.large_string(), from_pandas=True)
        both = pa.chunked_array([*table[name].chunks, soiled])
        # Column by column, so that the table is never in memory twice.
        table = table.drop_columns([name])
        columns[name] = both.combine_chunks().take(order).to_pandas()
    return pd.DataFrame(columns)
