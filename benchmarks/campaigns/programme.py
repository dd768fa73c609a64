"""Whether the programme's lift, and what it makes of attribution, hold the truth.

`marts.programme_lift` has one programme. Many shops in one build are many, so the table
of who was held out is filled with each shop's users under the name of its first
campaign; what stands on it is dbt's.
"""

import json
from datetime import date, timedelta
from pathlib import Path

import click
import pandas as pd

from benchmarks.campaigns.stacking import true_variants, truths
from benchmarks.options import FILE, FOLDER
from examples.example_data.campaigns import CAMPAIGNS, campaign_id
from examples.example_data.design import held_out

FILLED = "int_holdout_users"
METRICS = {
    "conversion": ("conversion_effect", 1),
    "revenue": ("revenue_effect_cents_per_user", 100),
}
_LIFT = """
    select
        campaign_id, metric, month_start_date as month,
        absolute_lift_lower as lower, absolute_lift_upper as upper
    from marts.programme_lift
    where holdout_kind = 'programme' and metric in ('conversion', 'revenue')
"""
# Other models share out the same conversions: the interval is that of the lift.
_FACTORS = """
    select
        campaign_id, attributed_conversions, incrementality_factor_lower as lower,
        incrementality_factor_upper as upper
    from marts.incrementality_factors
    where level = 'campaign' and attribution_model = 'last_touch'
        and attributed_conversions > 0
"""


def fill(database: Path, share: float) -> None:
    """Put each shop's users where one programme's are.

    Parameters
    ----------
    database : Path
        In which dbt built `+programme_lift` of stacked shops.
    share : float
        Of the users of each shop that its generator held out.
    """
    import duckdb

    with duckdb.connect(str(database)) as connection:
        users = connection.execute("select user_id from intermediate.int_users").df()
        names = users["user_id"].str.split("-", n=1, expand=True)
        users["holdout_kind"] = "programme"
        users["campaign_id"] = names[0] + "-" + campaign_id(0)
        users["is_held_out"] = held_out(names[1], share)
        users["measured_from"] = pd.Timestamp(CAMPAIGNS[0].started_on)
        users["measured_until"] = pd.NaT
        connection.register("users", users)
        connection.execute(f"delete from intermediate.{FILLED}")
        connection.execute(
            f"insert into intermediate.{FILLED} by name select * from users"
        )


def lifts_with_truth(database: Path, stack: Path) -> pd.DataFrame:
    """Return each shop's lift by metric and month with `truth` and `is_covered`.

    Raises
    ------
    ValueError
        If a month of a shop is missing, or has no interval.
    """
    true = pd.DataFrame(
        {
            "campaign_id": f"{shop}{campaign_id(0)}",
            "metric": metric,
            "month": _month_before(row["until"]),
            "truth": row[name] / unit,
        }
        for shop, told in truths(stack)
        for row in told["design"]["programme"]
        for metric, (name, unit) in METRICS.items()
    )
    lifts = _read(database, _LIFT)
    lifts["month"] = lifts["month"].astype(str)
    rows = true.merge(lifts, on=["campaign_id", "metric", "month"], how="left")
    missing = rows[["lower", "upper"]].isna().any(axis=1)
    if missing.any():
        first = rows.loc[missing, ["campaign_id", "metric", "month"]].iloc[0].tolist()
        raise ValueError(f"{missing.sum()} of {len(rows)} lifts are missing: {first}")
    return _judged(rows)


def factors_with_truth(database: Path, stack: Path) -> pd.DataFrame:
    """Return each campaign's incrementality factor with `truth` and `is_covered`.

    The truth: expected conversions that the campaign made, by those it was given.
    """
    true = true_variants(stack)
    made = (true["assigned_users"] * true["conversion"]).groupby(true["campaign_id"])
    rows = _read(database, _FACTORS).merge(
        made.sum().rename("made"), left_on="campaign_id", right_index=True
    )
    return _judged(rows.assign(truth=rows["made"] / rows["attributed_conversions"]))


def summarize(lifts: pd.DataFrame, factors: pd.DataFrame) -> dict:
    """Return the coverage, ready for JSON: `programme` and `factors`.

    Parameters
    ----------
    lifts, factors : DataFrame
        As `lifts_with_truth` and `factors_with_truth` return them.

    Returns
    -------
    dict
        programme : list, by metric over all months and by month; factors : of all
        campaigns. Each with `intervals`, the `share` that holds the truth, and the
        shares of intervals with the truth `below` and `above` them.
    """
    return {
        "programme": [
            {"metric": metric, "month": month, **_covered(group)}
            for metric, of_metric in lifts.groupby("metric")
            for month, group in [("all", of_metric), *of_metric.groupby("month")]
        ],
        "factors": _covered(factors),
    }


def _month_before(until: str) -> str:
    return str((date.fromisoformat(until) - timedelta(days=1)).replace(day=1))


def _read(database: Path, sql: str) -> pd.DataFrame:
    import duckdb

    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(sql).df()


def _judged(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(is_covered=rows["truth"].between(rows["lower"], rows["upper"]))


def _covered(rows: pd.DataFrame) -> dict:
    return {
        "intervals": len(rows),
        "share": float(rows["is_covered"].mean()),
        "below": float((rows["truth"] < rows["lower"]).mean()),
        "above": float((rows["truth"] > rows["upper"]).mean()),
    }


@click.command(help=__doc__)
@click.option("--database", type=FILE, required=True)
@click.option("--stack", type=FOLDER, required=True)
@click.option("--fill", "share", type=float, help="Fill; else judge.")
def main(database: Path, stack: Path, share: float | None) -> None:
    """Fill the table of who was held out, or print the summary as JSON."""
    if share is not None:
        fill(database, share)
        return
    lifts = lifts_with_truth(database, stack)
    print(json.dumps(summarize(lifts, factors_with_truth(database, stack))))


if __name__ == "__main__":
    main()
