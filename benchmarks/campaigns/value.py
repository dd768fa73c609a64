"""Whether the interval of an audience's value holds what the campaign was worth.

The truth: the campaign's margin rate times the expected revenue effect per assigned
user, of all treated arms together, less what the shop spent per assigned treated user.
"""

import json
from pathlib import Path

import click
import pandas as pd

from benchmarks.campaigns.stacking import true_campaigns
from benchmarks.options import FILE, FOLDER

_AUDIENCES = """
    select
        campaign_id, value_basis, user_cost_basis, user_cost_amount,
        eligible_user_count, expected_value_amount, expected_value_lower_amount,
        expected_value_upper_amount
    from marts.audience_summary
"""


def read_audiences(database: Path) -> pd.DataFrame:
    """Return the rows of `marts.audience_summary` in the columns that are judged.

    Raises
    ------
    duckdb.BinderException
        If the mart lacks one; the message names it.
    """
    import duckdb

    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(_AUDIENCES).df()


def with_truth(audiences: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """Return each campaign's value per user beside the true one.

    Parameters
    ----------
    audiences : DataFrame
        As `read_audiences` returns them.
    truth : DataFrame
        As `stacking.true_campaigns` returns it.

    Returns
    -------
    DataFrame
        Of the truth's rows, with `value`, `lower`, `upper`, `true_value` (money per
        assigned user) and `is_covered`. Where no spend is recorded, the mart's cost of
        other campaigns of the channel stands on both sides.

    Raises
    ------
    ValueError
        If a campaign is missing, or has no interval.
    """
    rows = truth.merge(audiences, on="campaign_id", how="left")
    for end in ("", "_lower", "_upper"):
        total = rows[f"expected_value{end}_amount"].astype(float)
        rows[end.strip("_") or "value"] = total / rows["eligible_user_count"]
    missing = rows["lower"].isna() | rows["upper"].isna()
    if missing.any():
        raise ValueError(
            f"{missing.sum()} of {len(rows)} campaigns have no value, such as "
            f"{rows.loc[missing, 'campaign_id'].iloc[0]}"
        )
    cost = rows["spend_per_user"].fillna(rows["user_cost_amount"].astype(float))
    rows["true_value"] = rows["unit_margin_rate"] * rows["revenue_per_user"] - cost
    rows["is_covered"] = (rows["lower"] <= rows["true_value"]) & (
        rows["true_value"] <= rows["upper"]
    )
    return rows


def summarize(rows: pd.DataFrame) -> list[dict]:
    """Return coverage over all campaigns and by campaign, ready for JSON."""
    return [
        {
            "campaign": campaign,
            "intervals": len(group),
            "share": float(group["is_covered"].mean()),
            "below": float((group["true_value"] < group["lower"]).mean()),
            "above": float((group["true_value"] > group["upper"]).mean()),
            "mean_error": float((group["value"] - group["true_value"]).mean()),
            "mean_width": float((group["upper"] - group["lower"]).mean()),
        }
        for campaign, group in [("all", rows), *rows.groupby("campaign")]
    ]


@click.command(help=__doc__)
@click.option("--database", type=FILE, required=True)
@click.option("--stack", type=FOLDER, required=True)
def main(database: Path, stack: Path) -> None:
    """Print the summary as JSON."""
    rows = with_truth(read_audiences(database), true_campaigns(stack))
    print(json.dumps({"value": summarize(rows)}))


if __name__ == "__main__":
    main()
