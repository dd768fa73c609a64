"""A shop whose prices have many digits is measured like any other.

Amounts of rupiah are some 20,000 times those of euros: products of two of them leave
the digits of an amount, and sums of them are not rounded where those of euros are.
"""

from __future__ import annotations

import csv
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from tests.python.helpers.whole_builds import PROJECT

FACTOR = 20_000
AMOUNTS = ("unit_price", "price", "cost", "spend")
MARTS = {"campaigns", "shop"}


@pytest.fixture(scope="module")
def in_large_amounts(dbt_project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the example's measured campaigns, all amounts 20,000 times as large."""
    inputs = tmp_path_factory.mktemp("large_amounts")
    for seed in sorted((PROJECT / "seeds" / "example").glob("example_*.csv")):
        with seed.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        name = seed.name.removeprefix("example_")
        with (inputs / name).open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(_enlarged(row) for row in rows)
    return dbt_project.build(
        inputs,
        excluded=("unit_test",),
        selected=tuple(f"+path:models/marts/{folder}" for folder in sorted(MARTS)),
    )


def _enlarged(row: dict[str, str]) -> dict[str, str]:
    found = dict(row)
    for name in AMOUNTS:
        try:
            found[name] = str(FACTOR * Decimal(row[name]))
        except (KeyError, InvalidOperation):
            continue
    return found


def _mart(database: Path, name: str) -> pa.Table:
    """Return a mart in the order of all that no amount is among."""
    with duckdb.connect(str(database), read_only=True) as connection:
        table = connection.table(f"marts.{name}").to_arrow_table()
    keys = [(field.name, "ascending") for field in table.schema if _is_key(field)]
    return table.sort_by(keys)


def _is_key(field: pa.Field) -> bool:
    is_number = pa.types.is_floating(field.type) or pa.types.is_decimal(field.type)
    return not is_number and not pa.types.is_nested(field.type)


def _is_as_large(small: Any, large: Any) -> bool:
    """Whether a value is the same, or the same amount in the larger unit."""
    if small == large or None in (small, large) or isinstance(small, str):
        return small == large
    small, large = float(small), float(large)
    # An amount of four decimals is one of none in the larger unit.
    return (
        abs(large - small) <= 1e-6 * max(1.0, abs(small))
        or abs(large - FACTOR * small) <= 1e-4 * FACTOR + 1e-6 * abs(large)
    )  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        path.stem
        for folder in sorted(MARTS)
        for path in sorted((PROJECT / "models" / "marts" / folder).glob("*.sql"))
    ],
)
def test_amounts_of_many_digits_change_amounts_alone(
    name, in_large_amounts, example_database
):
    small, large = (_mart(file, name) for file in (example_database, in_large_amounts))
    assert small.num_rows == large.num_rows > 0
    for column in small.column_names:
        pairs = zip(small[column].to_pylist(), large[column].to_pylist(), strict=True)
        other = [pair for pair in pairs if not _is_as_large(*pair)]
        assert not other, (column, len(other), other[:3])
