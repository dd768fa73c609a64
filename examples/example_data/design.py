"""What a caller may make of the experiments: splits, tails, ends, losses, a holdout.

The defaults change nothing and take no draw, so that the example stays what it is.
"""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from examples.example_data.log import PURCHASE
from examples.example_data.settings import DAY, END, START, seconds

# As dbt's settings `audiences.holdout_salt` has it by default.
HOLDOUT_SALT = "precision_marketing"
_RECENT_DAYS = 30


@dataclass(frozen=True)
class Design:
    """How the campaigns of a shop are laid out, and what goes wrong with them.

    Attributes
    ----------
    control_share : float, optional
        Of every campaign, above 0 and below 1, such as 0.1 or 0.05; by default each has
        its own, from 0.3 to 0.5.
    order_spread : float
        Standard deviation of the logarithm of a factor on what each order costs, mean
        1; from 0 to 3. Above 1 few orders are most of the revenue.
    until : str, optional
        UTC date before 2025-07-01 on which the data ends: what has not happened yet is
        left out, and campaigns that end later still run.
    lost_share : float
        Of the treated users who ordered in the 30 days before the draw, the share whose
        assignments are not in the data, 0 to 1.
    holdout_share : float
        Of the users, the share held out of every campaign by the project's own hash,
        from 0 to 0.9.

    Raises
    ------
    ValueError
        If one is out of range; the message names it.
    """

    control_share: float | None = None
    order_spread: float = 0.0
    until: str | None = None
    lost_share: float = 0.0
    holdout_share: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what is no design, naming the setting."""
        if self.control_share is not None and not 0 < self.control_share < 1:
            raise ValueError(
                f"control_share must be above 0 and below 1, not {self.control_share:g}"
            )
        for name, highest in (
            *(("order_spread", 3), ("lost_share", 1), ("holdout_share", 0.9)),
        ):
            value = getattr(self, name)
            if not 0 <= value <= highest:
                raise ValueError(f"{name} must be from 0 to {highest:g}, not {value:g}")
        if self.until is not None:
            try:
                is_inside = START < seconds(self.until) < END
            except ValueError:
                is_inside = False
            if not is_inside:
                raise ValueError(
                    "until must be a date from 2025-01-02 to 2025-06-30, "
                    f"not {self.until}"
                )

    @property
    def ends_at(self) -> int:
        """The data's end in seconds since 1970, itself not in the data."""
        return END if self.until is None else seconds(self.until)

    @property
    def chosen(self) -> dict[str, float | str]:
        """The settings that differ from their defaults, by name."""
        return {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if getattr(self, field.name) != field.default
        }


def held_out(user_ids: Sequence[str], share: float) -> np.ndarray:
    """Return who is held out of everything, as the project's hash has it.

    Parameters
    ----------
    user_ids : sequence of str, length n
        As they stand in the data.
    share : float
        From 0 to 1.

    Returns
    -------
    bool array, shape (n,)

    Examples
    --------
    >>> held_out(["u00000", "u00001"], 1.0).tolist()
    [True, True]
    """
    if share == 0:
        return np.zeros(len(user_ids), dtype=bool)
    digests = (
        hashlib.md5(f"{HOLDOUT_SALT}:holdout:{user}".encode()).hexdigest()
        for user in user_ids
    )
    return np.array([int(digest[:8], 16) / 2**32 < share for digest in digests])


def spread_orders(
    rng: np.random.Generator, log: pd.DataFrame, spread: float
) -> pd.DataFrame:
    """Return the log with the lines of each order made dearer or cheaper together."""
    if spread == 0:
        return log
    order = log["order"].to_numpy()
    factor = rng.lognormal(-(spread**2) / 2, spread, order.max(initial=0) + 1)
    is_line = log["kind"].to_numpy() == PURCHASE
    cents = log["price_cents"].to_numpy()
    dearer = np.clip(np.rint(cents * factor[order]), 1, 1e9)
    return log.assign(price_cents=np.where(is_line, dearer, cents).astype(np.int32))


def lost_assignments(
    rng: np.random.Generator,
    share: float,
    assigned: pd.DataFrame,
    assigned_at: int,
    log: pd.DataFrame,
) -> np.ndarray:
    """Return which rows of a campaign's assignments never reach the data.

    Parameters
    ----------
    rng : Generator
        Source of the draws.
    share : float
        Of the treated who ordered in the 30 days before the draw.
    assigned : DataFrame
        user, variant (0 is control).
    assigned_at : int
        The draw, seconds since 1970.
    log : DataFrame
        All events so far.

    Returns
    -------
    bool array, shape (n_assigned,)
    """
    if share == 0:
        return np.zeros(len(assigned), dtype=bool)
    at = log["at"].to_numpy()
    is_recent = (at >= assigned_at - _RECENT_DAYS * DAY) & (at < assigned_at)
    is_recent &= (log["kind"] == PURCHASE).to_numpy()
    bought = np.isin(assigned["user"], log["user"].to_numpy()[is_recent])
    is_drawn = rng.random(len(assigned)) < share
    return (assigned["variant"].to_numpy() > 0) & bought & is_drawn


def programme_effects(
    orders: pd.DataFrame, users: np.ndarray, started_at: int, ends_at: int
) -> list[dict]:
    """Return what all campaigns together changed for the users not held out.

    Parameters
    ----------
    orders : DataFrame
        As `effects.make_orders` returns them, the lost ones among them.
    users : int array
        Those not held out, whether a campaign took them or not.
    started_at, ends_at : int
        Start of the first campaign and end of the data, seconds since 1970.

    Returns
    -------
    list of dict
        By month, each from the first campaign's start to the month's end or the
        data's: `until`, `conversion_effect`, `revenue_effect_cents_per_user`, the
        difference that the campaigns did make to these users, by the data's own draws.
    """
    orders = orders[np.isin(orders["user"], users) & (orders["at"] >= started_at)]
    first, last = (
        np.datetime64(at, "s").astype("datetime64[M]")
        for at in (started_at, ends_at - 1)
    )
    months = np.arange(first + 1, last + 1).astype("datetime64[s]").astype(np.int64)
    found = []
    for until in [*months.tolist(), ends_at]:
        known = orders[orders["at"] < until]
        placed, unasked = known["removed_by"] == -1, known["origin"] == -1
        buyers = [known.loc[rows, "user"].nunique() for rows in (placed, unasked)]
        cents = [int(known.loc[rows, "cents"].sum()) for rows in (placed, unasked)]
        found.append(
            {
                "until": dt.datetime.fromtimestamp(until, dt.UTC).strftime("%Y-%m-%d"),
                "conversion_effect": (buyers[0] - buyers[1]) / len(users),
                "revenue_effect_cents_per_user": (cents[0] - cents[1]) / len(users),
            }
        )
    return found
