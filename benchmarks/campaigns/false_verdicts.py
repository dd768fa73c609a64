"""How often campaigns that do nothing are said to work or to harm."""

import json
from pathlib import Path

import click
import pandas as pd

from benchmarks.campaigns.idle_campaigns import KINDS
from benchmarks.options import FILE

# In which the mart names an effect: at the end, and while the campaign runs.
VERDICTS = ("verdict", "interim_verdict")
TAILS = ("works", "harms")
METRICS = (("conversion", "raw"), ("revenue", "raw"), ("revenue", "cuped"))
_COLUMNS = (
    *("campaign_id", "metric", "method", "significance_test", "p_value"),
    *("absolute_lift_lower", "absolute_lift_upper", *VERDICTS),
)


def read_verdicts(database: Path) -> pd.DataFrame:
    """Return the rows of `marts.campaign_lift` in the columns that are judged.

    Raises
    ------
    duckdb.BinderException
        If the mart lacks one; the message names it.
    """
    import duckdb

    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(
            f"select {', '.join(_COLUMNS)} from marts.campaign_lift "
            "where metric in ('conversion', 'revenue')"
        ).df()


def count_tails(rows: pd.DataFrame, draws: int) -> list[dict]:
    """Return how often each tail was called an effect, by cell, metric and method.

    Parameters
    ----------
    rows : DataFrame
        As `read_verdicts` returns them, of campaigns that have ended.
    draws : int
        Campaigns of each cell; those without a row stop the count.

    Returns
    -------
    list of dict
        cell, metric, method, draws; `works` and `harms`, shares of the verdicts;
        `below` and `above`, shares of intervals on one side of 0; `decided`, the share
        with a p value; `broken`, that whose arms are said to differ; `tests`, the share
        of each test that decided.

    Raises
    ------
    ValueError
        If a cell has not as many campaigns as were drawn.
    """
    rows = rows.assign(cell=rows["campaign_id"].str[:-9])
    found = []
    for (cell, metric, method), group in rows.groupby(["cell", "metric", "method"]):
        if (metric, method) not in METRICS:
            continue
        if len(group) != draws:
            raise ValueError(f"{cell}: {draws} campaigns expected, {len(group)} found")
        tests = group["significance_test"].value_counts(normalize=True)
        found.append(
            {
                **{"cell": cell, "metric": metric, "method": method, "draws": draws},
                **{tail: float((group["verdict"] == tail).mean()) for tail in TAILS},
                "below": float((group["absolute_lift_upper"] < 0).mean()),
                "above": float((group["absolute_lift_lower"] > 0).mean()),
                "broken": float((group["verdict"] == "broken").mean()),
                "decided": float(group["p_value"].notna().mean()),
                "tests": {name: float(share) for name, share in tests.items()},
            }
        )
    return found


def count_looks(rows: pd.DataFrame, draws: int) -> list[dict]:
    """Return in how many campaigns any of the daily looks named an effect.

    Parameters
    ----------
    rows : DataFrame
        As `read_verdicts` returns them, a campaign for each draw and look.
    draws : int
        Of each cell.

    Returns
    -------
    list of dict
        cell, metric, method, draws, looks; `any_look`, the share with a false verdict
        in any look; `interim`, by `interim_verdict` alone; `last_look`, in the last;
        `plain`, the share whose p value was below 0.05 in any look.

    Raises
    ------
    ValueError
        If a cell has not as many campaigns as were drawn.
    """
    is_effect = rows[list(VERDICTS)].isin(TAILS).any(axis=1)
    rows = rows.assign(
        cell=rows["campaign_id"].str[:-9],
        draw=rows["campaign_id"].str[-8:-3],
        look=rows["campaign_id"].str[-2:].astype(int),
        is_effect=is_effect,
        is_interim=rows["interim_verdict"].isin(TAILS),
        is_plain=rows["p_value"] < 0.05,
    )
    found = []
    for (cell, metric, method), group in rows.groupby(["cell", "metric", "method"]):
        if (metric, method) not in METRICS:
            continue
        looks = int(group["look"].max())
        if len(group) != draws * looks:
            raise ValueError(
                f"{cell}: {draws} campaigns in {looks} looks expected, "
                f"{len(group)} rows found"
            )
        by_draw = group.groupby("draw")
        last = group[group["look"] == looks]
        found.append(
            {
                **{"cell": cell, "metric": metric, "method": method, "draws": draws},
                "looks": looks,
                "any_look": float(by_draw["is_effect"].any().mean()),
                "interim": float(by_draw["is_interim"].any().mean()),
                "last_look": float(last["is_effect"].mean()),
                "plain": float(by_draw["is_plain"].any().mean()),
            }
        )
    return found


@click.command(help=__doc__)
@click.option("--kind", type=click.Choice(list(KINDS)), required=True)
@click.option("--draws", type=int, required=True)
@click.option("--database", type=FILE, required=True)
def main(kind: str, draws: int, database: Path) -> None:
    """Print what was counted as JSON."""
    count = {"tails": count_tails, "looks": count_looks}[kind]
    print(json.dumps(count(read_verdicts(database), draws)))


if __name__ == "__main__":
    main()
