"""Whether intervals of lift cover the truth, and nothing is taken for an effect.

The truth is each generated campaign's expected effect per assigned user. Shops are
independent of each other, campaigns of one shop share its users: standard errors are
those of the shops' means.
"""

import json
from pathlib import Path

import click
import numpy as np
import pandas as pd
from scipy import stats

from benchmarks.campaigns.shrinkage import compare
from benchmarks.campaigns.stacking import true_variants
from benchmarks.options import FILE, FOLDER

# The campaign that does nothing; see the generator.
IDLE = "c04"
SIGNIFICANT = 0.05
EFFECTS = ("works", "harms")
METRICS = ("conversion", "revenue")
_LIFT = """
    select
        campaign_id, variant, metric, method, treated_user_count, control_user_count,
        treated_total, control_total,
        absolute_lift, absolute_lift_lower, absolute_lift_upper, p_value, shrunk_lift,
        variance_ratio, verdict
    from marts.campaign_lift
    where metric in ('conversion', 'revenue')
"""


def read_lift(database: Path) -> pd.DataFrame:
    """Return the rows of `marts.campaign_lift` that have a truth."""
    import duckdb

    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(_LIFT).df()


def with_truth(lift: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """Return the mart's rows with `campaign`, `shop`, `truth` and `is_covered`.

    Raises
    ------
    ValueError
        If a variant is missing, or has other users than were assigned: the interval
        would be one of other people.
    """
    true = truth.melt(
        [
            *("campaign_id", "campaign", "variant"),
            *("assigned_users", "control_assigned_users"),
        ],
        METRICS,
        "metric",
        "truth",
    )
    rows = true.merge(lift, on=["campaign_id", "variant", "metric"], how="left")
    if len(rows) != 2 * len(true) or rows["absolute_lift"].isna().any():
        raise ValueError(f"{2 * len(true)} lifts expected, {len(rows)} found")
    wrong = (rows["treated_user_count"] != rows["assigned_users"]) | (
        rows["control_user_count"] != rows["control_assigned_users"]
    )
    if wrong.any():
        raise ValueError(
            f"{wrong.sum()} of {len(rows)} lifts are not over the assigned users, "
            f"such as {rows.loc[wrong, ['campaign_id', 'variant']].iloc[0].tolist()}"
        )
    rows["shop"] = rows["campaign_id"].str.split("-").str[0]
    rows["is_covered"] = (rows["absolute_lift_lower"] <= rows["truth"]) & (
        rows["truth"] <= rows["absolute_lift_upper"]
    )
    return rows


def summarize(rows: pd.DataFrame) -> dict:
    """Return coverage, false alarms and variance ratios, ready for JSON.

    Parameters
    ----------
    rows : DataFrame
        As `with_truth` returns them.

    Returns
    -------
    dict
        coverage : list, by metric and method, over all campaigns and by campaign: the
            intervals, the share that covers the truth, its standard error over shops,
            and the mean error of the lift in its own standard errors.
        idle : list, of the campaign that does nothing: tests, share below 0.05 with its
            exact 95 % interval, share with a verdict that names an effect.
        variance_ratio : list, by metric: the variance of the lift with what history
            predicts taken out, relative to that without.
    """
    return {
        "coverage": [
            {
                "campaign": campaign,
                "metric": metric,
                "method": method,
                **_covered(group),
            }
            for campaign, selected in _campaigns(rows)
            for (metric, method), group in selected.groupby(["metric", "method"])
        ],
        "idle": [
            {"metric": metric, "method": method, **_alarms(group)}
            for (metric, method), group in rows[rows["campaign"] == IDLE].groupby(
                ["metric", "method"]
            )
        ],
        "variance_ratio": [
            {
                "campaign": campaign,
                "metric": metric,
                "mean": float(group["variance_ratio"].mean()),
                "smallest": float(group["variance_ratio"].min()),
                "largest": float(group["variance_ratio"].max()),
            }
            for campaign, selected in _campaigns(rows[rows["method"] == "cuped"])
            for metric, group in selected.groupby("metric")
        ],
    }


def _campaigns(rows: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Return all rows, and those of each campaign and variant."""
    names = rows["campaign"] + " " + rows["variant"]
    return [("all", rows), *rows.groupby(names)]


def _covered(rows: pd.DataFrame) -> dict:
    by_shop = rows.groupby("shop")["is_covered"].mean()
    width = rows["absolute_lift_upper"] - rows["absolute_lift_lower"]
    standard_error = width / (2 * stats.norm.ppf(0.975))
    error = (rows["absolute_lift"] - rows["truth"]) / standard_error
    return {
        "intervals": len(rows),
        "covered": int(rows["is_covered"].sum()),
        "share": float(rows["is_covered"].mean()),
        "standard_error": float(by_shop.std() / np.sqrt(len(by_shop))),
        "below": float((rows["truth"] < rows["absolute_lift_lower"]).mean()),
        "above": float((rows["truth"] > rows["absolute_lift_upper"]).mean()),
        "mean_error": float(error.mean()),
        "mean_width": float(width.mean()),
    }


def _alarms(rows: pd.DataFrame) -> dict:
    alarms = int((rows["p_value"] < SIGNIFICANT).sum())
    interval = stats.binomtest(alarms, len(rows)).proportion_ci()
    return {
        "tests": len(rows),
        "alarms": alarms,
        "share": alarms / len(rows),
        "lower": float(interval.low),
        "upper": float(interval.high),
        "called_an_effect": int(rows["verdict"].isin(EFFECTS).sum()),
        "uniformity_p": float(stats.kstest(rows["p_value"], "uniform").pvalue),
    }


@click.command(help=__doc__)
@click.option("--database", type=FILE, required=True)
@click.option("--stack", type=FOLDER, required=True)
def main(database: Path, stack: Path) -> None:
    """Print the summary as JSON."""
    rows = with_truth(read_lift(database), true_variants(stack))
    print(json.dumps(summarize(rows) | {"shrinkage": compare(rows)}))


if __name__ == "__main__":
    main()
