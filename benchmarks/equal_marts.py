"""Whether two builds have the same marts: each row's texts, numbers and times."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

# When, and by which run, a build was made.
OF_THE_RUN = {
    *("build_id", "built_at", "listing_build_id", "erasing_build_id", "listed_at"),
}
# Of finished tables, which only a build on DuckDB looks through (docs/spark.md).
OF_DUCKDB = {"checked_relation_count", "holding_relation_count"}


def differences(
    first: Path, second: Path, tolerance: float = 1e-9, schema: str = "marts"
) -> dict[str, str]:
    """Return what differs in each mart of two builds, in words, by mart.

    Rows are matched by all columns that are no doubles, and then by these; doubles may
    differ by `tolerance`, absolute below 1 and relative above.
    """
    found = {}
    tables = {}
    for path in (first, second):
        with duckdb.connect(str(path), read_only=True) as connection:
            names = connection.execute(
                "select table_name from duckdb_tables() where schema_name = ?", [schema]
            ).fetchall()
            tables[path] = {
                name: connection.table(f'"{schema}"."{name}"').to_arrow_table()
                for (name,) in names
            }
    for name in sorted(tables[first].keys() | tables[second].keys()):
        pair = [tables[path].get(name) for path in (first, second)]
        if None in pair:
            found[name] = f"is not in {(first, second)[pair.index(None)].name}"
            continue
        said = _difference(*pair, tolerance)
        if said:
            found[name] = said
    return found


def _difference(first, second, tolerance: float) -> str:
    """Return the first difference of two Arrow tables, or ''."""
    types = [
        {field.name: str(field.type) for field in table.schema}
        for table in (first, second)
    ]
    if types[0] != types[1]:
        only = set(types[0].items()) ^ set(types[1].items())
        return f"columns differ: {sorted(only)}"
    if first.num_rows != second.num_rows:
        return f"{first.num_rows} rows, and {second.num_rows}"
    names = [name for name in first.column_names if name not in OF_THE_RUN | OF_DUCKDB]
    doubles = [name for name in names if types[0][name] == "double"]
    others = [name for name in names if name not in doubles]
    frames = [
        _sorted(table.select(names), others, doubles) for table in (first, second)
    ]
    for name in others:
        left, right = (frame[name] for frame in frames)
        unequal = left != right
        if unequal.any():
            place = int(np.flatnonzero(unequal)[0])
            return (
                f"{int(unequal.sum())} of {len(left)} rows differ in {name}: "
                f"{left[place]!r} and {right[place]!r}"
            )
    for name in doubles:
        left, right = (frame[name].to_numpy(float) for frame in frames)
        scale = np.maximum(1, np.maximum(np.abs(left), np.abs(right)))
        unequal = ~((np.abs(left - right) <= tolerance * scale) | (left == right)) & ~(
            np.isnan(left) & np.isnan(right)
        )
        if unequal.any():
            place = int(np.flatnonzero(unequal)[0])
            return (
                f"{int(unequal.sum())} of {len(left)} rows differ in {name}: "
                f"{left[place]} and {right[place]}"
            )
    return ""


def _sorted(table, others: list[str], doubles: list[str]) -> pd.DataFrame:
    """Return rows in an order that equal rows of another table have too."""
    frame = pd.DataFrame(
        {
            name: [repr(value) for value in table[name].to_pylist()]
            if name in others
            else table[name].to_numpy(zero_copy_only=False)
            for name in [*others, *doubles]
        }
    )
    keys = frame.assign(**{name: frame[name].round(6) for name in doubles})
    return frame.loc[keys.sort_values([*others, *doubles]).index].reset_index(drop=True)


if __name__ == "__main__":
    import sys

    for mart, said in differences(Path(sys.argv[1]), Path(sys.argv[2])).items():
        print(f"{mart}: {said}")
