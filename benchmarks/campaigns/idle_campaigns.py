"""Thousands of campaigns that do nothing: which, and what their users did."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

CONTROL_SHARES = (0.5, 0.1, 0.05)
BUYER_SHARES = (0.01, 0.05, 0.2)
SPREADS = (0.6, 1.2)
DAYS = 30
# The data end here, a second after the last look; noon, so that no time is a date.
LAST_LOOK = datetime(2025, 3, 31, 12, tzinfo=UTC)
_ENDED = LAST_LOOK - timedelta(days=30)
_MEAN_LOG_CENTS = np.log(3_000)
_ROWS_AT_ONCE = 2_000_000


@dataclass(frozen=True)
class Cell:
    """A kind of campaign without any effect.

    Attributes
    ----------
    control_share, buyer_share : float
        Of the users: in the control group; with an order while the campaign runs.
    spread : float
        Standard deviation of the logarithm of what an order costs.
    looks : int
        1, or the days on each of which the data could have ended: each is a campaign
        of its own, of the same users with what they did until then.
    """

    control_share: float
    buyer_share: float
    spread: float
    looks: int = 1

    @property
    def name(self) -> str:
        """Such as `c10-b05-s12`: per cent of control and buyers, tenths of spread."""
        shares = f"c{100 * self.control_share:02.0f}-b{100 * self.buyer_share:02.0f}"
        return f"{shares}-s{10 * self.spread:02.0f}"

    def campaign_id(self, draw: int, look: int) -> str:
        """Return the id of a draw's campaign as it is on a day."""
        return f"{self.name}-{draw:05d}-{look:02d}"


TAILS = tuple(
    Cell(*shares) for shares in product(CONTROL_SHARES, BUYER_SHARES, SPREADS)
)
LOOKS = (Cell(0.5, 0.2, 0.6, looks=DAYS), Cell(0.1, 0.2, 0.6, looks=DAYS))
KINDS = {"tails": TAILS, "looks": LOOKS}


@dataclass(frozen=True)
class Trials:
    """How many campaigns of each cell, and how many users in each.

    Attributes
    ----------
    kind : str
        "tails", every cell once at its end, or "looks", cells on each of 30 days.
    draws, users : int
        Of each cell; of each campaign.
    seed : int
        Of the random numbers.
    """

    kind: str
    draws: int
    users: int
    seed: int = 1

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells of this kind."""
        return KINDS[self.kind]


def campaign_rows(trials: Trials) -> pd.DataFrame:
    """Return one row per campaign: `number`, `campaign_id`, `started_at`, `ended_at`.

    A draw's looks have the last day in common, not the first: the data end once, and
    the campaign of look k began k days before.
    """
    rows = []
    for cell, draw in product(trials.cells, range(trials.draws)):
        for look in range(1, cell.looks + 1):
            day = look if cell.looks > 1 else DAYS
            ends = LAST_LOOK if cell.looks > 1 else _ENDED
            started_at = ends - timedelta(days=day)
            rows.append(
                {
                    "campaign_id": cell.campaign_id(draw, look),
                    "started_at": started_at,
                    "ended_at": started_at + timedelta(days=DAYS),
                }
            )
    return pd.DataFrame(rows).reset_index(names="number")


def write_inputs(trials: Trials, folder: Path) -> None:
    """Write campaigns, and one user who looked at one item at both ends of the data."""
    folder.mkdir(parents=True, exist_ok=True)
    campaigns = campaign_rows(trials)
    tables = {
        "campaigns": {
            "campaign_id": campaigns["campaign_id"],
            "channel": pd.Series("email", campaigns.index),
            "started_at": campaigns["started_at"],
            "ended_at": campaigns["ended_at"],
        },
        "users": {"user_id": ["u1"]},
        "items": {"item_id": ["i1"], "title": ["Cup"]},
        "events": {
            "event_id": ["e1", "e2"],
            "user_id": ["u1", "u1"],
            "item_id": ["i1", "i1"],
            "event_type": ["view", "view"],
            "occurred_at": [
                LAST_LOOK - timedelta(days=200),
                LAST_LOOK + timedelta(seconds=1),
            ],
        },
    }
    for name, columns in tables.items():
        pq.write_table(pa.table(columns), folder / f"{name}.parquet")


def drawn_users(trials: Trials) -> Iterator[pa.Table]:
    """Yield the users of the campaigns, some millions at a time.

    Half of those who buy had bought before, and of the others as many that buyers'
    shares before and after are equal: history predicts, as in a shop.

    Yields
    ------
    Table
        number (of the campaign), user, is_control, bought, cents, had_bought,
        had_cents.
    """
    number = 0
    for index, cell in enumerate(trials.cells):
        at_once = max(1, _ROWS_AT_ONCE // (trials.users * cell.looks))
        for first in range(0, trials.draws, at_once):
            draws = min(at_once, trials.draws - first)
            rng = np.random.default_rng([trials.seed, index, first])
            yield _drawn(rng, cell, number, draws, trials.users)
            number += draws * cell.looks


def _drawn(
    rng: np.random.Generator, cell: Cell, number: int, draws: int, users: int
) -> pa.Table:
    shape = (draws, 1, users)
    share = cell.buyer_share
    is_control = rng.random(shape) < cell.control_share
    buys = rng.random(shape) < share
    had_bought = rng.random(shape) < np.where(buys, 0.5, 0.5 * share / (1 - share))
    taste = rng.normal(size=shape)
    cents, had_cents = (
        np.exp(
            _MEAN_LOG_CENTS + cell.spread * (taste + rng.normal(size=shape)) / 2**0.5
        )
        for _ in range(2)
    )
    day = rng.integers(1, cell.looks + 1, shape)
    look = np.arange(1, cell.looks + 1).reshape(1, -1, 1)
    bought = buys & (day <= look)
    campaign = number + np.arange(draws * cell.looks).reshape(draws, cell.looks, 1)

    def column(values: np.ndarray, kind: str) -> np.ndarray:
        return np.broadcast_to(values, bought.shape).astype(kind).ravel()

    return pa.table(
        {
            "number": column(campaign, "int32"),
            "user": column(np.arange(users), "int32"),
            "is_control": column(is_control, "bool"),
            "bought": column(bought, "int32"),
            "cents": column(np.where(bought, np.rint(cents), 0), "int64"),
            "had_bought": column(had_bought, "int32"),
            "had_cents": column(np.where(had_bought, np.rint(had_cents), 0), "int64"),
        }
    )
