"""Whether as many users bought as their propensities foretold, by target and tenth."""

import json
from pathlib import Path

import click
import pandas as pd

from benchmarks.options import FILE

# Campaigns of one target repeat its rows: the first of each.
_CALIBRATION = """
    select
        target_index, propensity_decile, expected_buyer_count,
        represented_buyer_count, is_as_foretold
    from marts.propensity_calibration
    inner join intermediate.int_campaign_targets using (campaign_id)
    qualify row_number() over (
        partition by target_index, propensity_decile order by campaign_id
    ) = 1
    order by target_index, propensity_decile
"""


def read_calibration(database: Path) -> pd.DataFrame:
    """Return one row per target and tenth of `marts.propensity_calibration`.

    Raises
    ------
    duckdb.BinderException
        If the mart lacks a column that is judged; the message names it.
    """
    import duckdb

    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(_CALIBRATION).df()


def summarize(rows: pd.DataFrame) -> dict:
    """Return how often the observed lies in the interval of the foretold.

    Parameters
    ----------
    rows : DataFrame
        As `read_calibration` returns them.

    Returns
    -------
    dict
        `cells`, `as_foretold` (share); `expected_by_observed` of all, and of tenths 1
        to 9 and the tenth alone: a level wrong in both may hide in a right sum.

    Raises
    ------
    ValueError
        If there is no row.
    """
    if rows.empty:
        raise ValueError("no target was foretold")
    is_top = rows["propensity_decile"] == 10
    return {
        "targets": int(rows["target_index"].nunique()),
        "cells": len(rows),
        "as_foretold": float(rows["is_as_foretold"].mean()),
        "expected_by_observed": {
            name: _ratio(rows[chosen])
            for name, chosen in {
                "all": is_top | ~is_top,
                "1-9": ~is_top,
                "10": is_top,
            }.items()
        },
    }


def _ratio(rows: pd.DataFrame) -> float | None:
    observed = rows["represented_buyer_count"].sum()
    return float(rows["expected_buyer_count"].sum() / observed) if observed else None


@click.command(help=__doc__)
@click.option("--database", type=FILE, required=True)
def main(database: Path) -> None:
    """Print the summary as JSON."""
    print(json.dumps(summarize(read_calibration(database))))


if __name__ == "__main__":
    main()
