"""Campaigns that do nothing, whose treated users alone are stamped at the send.

Their users and what these did are a generated shop's. Who measures each user from the
time of the draw sees the treated for fewer days than the others, and finds harm.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
import pandas as pd

from benchmarks.options import FILE, FOLDER
from examples.example_data.files import write_parquet
from examples.example_data.generation import generate

# One send for all; a send for each user within days; and controls stamped at the draw.
KINDS = ("one send", "many sends", "drawn controls")
DAYS = 21
# The last of them ends before the data do.
_FIRST_DAY, _LAST_DAY, _LATEST_SEND = 20, 155, 10
_JANUARY = pd.Timestamp("2025-01-01", tz="UTC")


@dataclass(frozen=True)
class Stamped:
    """How many campaigns of each kind, of how many users, of a shop of how many."""

    campaigns: int
    users: int = 600
    shop_users: int = 3_000
    seed: int = 1


def write_inputs(plan: Stamped, folder: Path) -> None:
    """Write the shop's users, items and events, and the campaigns instead of its own.

    Each campaign draws its users from the whole shop, each with half a chance of being
    treated.
    """
    shop = generate(users=plan.shop_users, seed=plan.seed).tables
    for name in ("users", "items", "events"):
        write_parquet(shop[name], folder / f"{name}.parquet")
    ids = shop["users"]["user_id"].str.strip().dropna().unique()
    generator = np.random.default_rng(plan.seed)
    campaigns, assignments = [], []
    for kind in KINDS:
        for number in range(plan.campaigns):
            campaign, name = f"{kind}-{number:04d}", f"{kind} {number}"
            first_day = generator.integers(_FIRST_DAY, _LAST_DAY + 1)
            started_at = _JANUARY + pd.Timedelta(days=int(first_day))
            campaigns.append(
                {
                    "campaign_id": campaign,
                    "name": name,
                    "channel": "email",
                    "started_at": _text(started_at),
                    "ended_at": _text(started_at + pd.Timedelta(days=DAYS)),
                }
            )
            drawn = generator.choice(ids, plan.users, replace=False)
            assignments.append(_assigned(generator, kind, campaign, drawn, started_at))
    write_parquet(pd.DataFrame(campaigns), folder / "campaigns.parquet")
    write_parquet(
        pd.concat(assignments, ignore_index=True),
        folder / "campaign_assignments.parquet",
    )


def _assigned(
    generator: np.random.Generator,
    kind: str,
    campaign: str,
    users: np.ndarray,
    started_at: pd.Timestamp,
) -> pd.DataFrame:
    is_treated = generator.random(len(users)) < 0.5
    shape = None if kind == "one send" else len(users)
    days = generator.uniform(1, _LATEST_SEND, shape)
    sent_at = pd.Series(started_at + pd.to_timedelta(days, "D"), range(len(users)))
    drawn_at = _text(started_at) if kind == "drawn controls" else None
    return pd.DataFrame(
        {
            "campaign_id": campaign,
            "user_id": users,
            "variant": np.where(is_treated, "treatment", "control"),
            "assigned_at": sent_at.map(_text).where(is_treated, drawn_at),
        }
    )


def _text(at: pd.Timestamp) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def measure_from_the_draw(database: Path) -> None:
    """Have the arms taken for alike, so that each user counts from the own draw."""
    import duckdb

    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "update intermediate.int_campaign_draws set has_unlike_draws = false"
        )


def count(database: Path) -> list[dict]:
    """Return how often each verdict was given, by kind and metric.

    Returns
    -------
    list of dict
        kind, metric, campaigns; `works`, `harms` and `broken`, shares of the verdicts;
        `since_start`, the share measured from the campaign's start.
    """
    import duckdb

    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute(
            "select regexp_replace(campaign_id, '-[0-9]+$', '') as kind, metric,"
            " verdict, measured_since from marts.campaign_lift"
            " where method = 'raw' and metric in ('conversion', 'revenue')"
        ).df()
    return [
        {
            **{"kind": kind, "metric": metric, "campaigns": len(group)},
            **{
                verdict: float((group["verdict"] == verdict).mean())
                for verdict in ("works", "harms", "broken")
            },
            "since_start": float((group["measured_since"] == "campaign_start").mean()),
        }
        for (kind, metric), group in rows.groupby(["kind", "metric"])
    ]


@click.command(help=__doc__)
@click.option("--out", type=FOLDER, help="Write the inputs here.")
@click.option("--campaigns", type=int, default=2, help="Of each kind.")
@click.option("--database", type=FILE, help="Count the verdicts in it.")
@click.option("--from-the-draw", is_flag=True, help="Change it instead of counting.")
def main(
    out: Path | None, campaigns: int, database: Path | None, *, from_the_draw: bool
) -> None:
    """Write the inputs, or count the verdicts that dbt gave of them."""
    if out:
        out.mkdir(parents=True, exist_ok=True)
        write_inputs(Stamped(campaigns), out)
    elif from_the_draw:
        measure_from_the_draw(database)
    else:
        print(json.dumps({"verdicts": count(database)}))


if __name__ == "__main__":
    main()
