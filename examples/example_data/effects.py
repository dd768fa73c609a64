"""What each campaign really changed: both outcomes of every user are known here.

The baseline of a campaign is the world with everything in it but this campaign: its
extra orders taken out, the orders lost to it put back.
"""

import numpy as np
import pandas as pd

from examples.example_data.assignment import response_probability
from examples.example_data.campaigns import CAMPAIGNS, Campaign
from examples.example_data.customers import Customers
from examples.example_data.log import ORGANIC, PURCHASE


def make_orders(lines: pd.DataFrame) -> pd.DataFrame:
    """Return one row per order of the given log's purchases.

    Returns
    -------
    DataFrame
        order, user, at, origin, removed_by, cents (int64, whole order).
    """
    lines = lines[lines["kind"] == PURCHASE]
    cents = lines["quantity"].astype("int64") * lines["price_cents"]
    orders = lines.drop_duplicates("order")[
        ["order", "user", "at", "origin", "removed_by"]
    ]
    total = np.bincount(lines["order"], cents, minlength=1).astype(np.int64)
    return orders.assign(cents=total[orders["order"]]).reset_index(drop=True)


def true_effects(
    index: int, orders: pd.DataFrame, assigned: pd.DataFrame, customers: Customers
) -> dict[str, dict[str, float | None]]:
    """Return the true effect of each variant of a campaign.

    Parameters
    ----------
    index : int
        Position of the campaign.
    orders : DataFrame
        All orders of users who are not erased, the lost ones among them.
    assigned : DataFrame
        user, variant and is_lost of this campaign's users who are not erased. Lost ones
        count in what is expected of the campaign, not in what their arm is seen to do.
    customers : Customers
        All users.

    Returns
    -------
    dict
        By variant; probabilities as shares, money in cents per assigned user. The
        effects of `control` are None.
    """
    campaign = CAMPAIGNS[index]
    world = _Outcomes(campaign, index, orders, customers.user_count)
    user, variant = assigned["user"].to_numpy(), assigned["variant"].to_numpy()
    is_seen = ~assigned["is_lost"].to_numpy()
    effects = {}
    for position, name in enumerate(campaign.variants):
        arm = user[(variant == position) & is_seen]
        row = {
            "converting_users": int(world.converts[arm].sum()),
            "revenue_cents": int(world.cents[arm].sum()),
            "baseline_conversion_rate": _mean(world.would_convert[user]),
            "baseline_revenue_cents_per_user": _mean(world.baseline_cents[user]),
            "conversion_effect": None,
            "revenue_effect_cents_per_user": None,
            "realized_conversion_effect": None,
            "realized_revenue_effect_cents_per_user": None,
        }
        if position > 0:
            probability = response_probability(campaign, customers, name)
            gain, gain_cents = world.gain_if_responding()
            row["conversion_effect"] = _mean((probability * gain)[user])
            row["revenue_effect_cents_per_user"] = _mean(
                (probability * gain_cents)[user]
            )
            row["realized_conversion_effect"] = _mean(
                world.converts[arm].astype(float) - world.would_convert[arm]
            )
            row["realized_revenue_effect_cents_per_user"] = _mean(
                world.cents[arm] - world.baseline_cents[arm]
            )
        effects[name] = row
    return effects


def _mean(values: np.ndarray) -> float:
    """Return the mean to nine decimals, 0 of nobody."""
    return round(float(values.mean()), 9) if len(values) else 0.0


class _Outcomes:
    """Every user's orders in the measurement window, with and without the campaign."""

    def __init__(
        self, campaign: Campaign, index: int, orders: pd.DataFrame, users: int
    ) -> None:
        self.campaign, self.users = campaign, users
        at, origin, removed_by = (
            orders[name].to_numpy() for name in ("at", "origin", "removed_by")
        )
        in_window = (at >= campaign.started_at) & (at < campaign.ended_at)
        is_baseline = in_window & (origin != index)
        is_baseline &= (removed_by == -1) | (removed_by == index)
        removable = is_baseline & (origin == ORGANIC) & (at >= campaign.removes_from)
        extra = orders.loc[origin == index, "cents"]
        self.extra_cents = float(extra.mean()) if len(extra) else 0.0
        self.converts, self.cents = self._by_user(
            orders[in_window & (removed_by == -1)]
        )
        self.would_convert, self.baseline_cents = self._by_user(orders[is_baseline])
        self.keeps_converting, self.kept_cents = self._by_user(
            orders[is_baseline & ~removable]
        )

    def _by_user(self, orders: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """Return whether each user has an order, and the sum of cents."""
        count = np.bincount(orders["user"], minlength=self.users)
        return count > 0, np.bincount(
            orders["user"], orders["cents"], minlength=self.users
        )

    def gain_if_responding(self) -> tuple[np.ndarray, np.ndarray]:
        """Return what a response changes for each user: conversion, cents."""
        if self.campaign.removes_orders:
            return (
                self.keeps_converting.astype(float) - self.would_convert,
                self.kept_cents - self.baseline_cents,
            )
        return 1.0 - self.would_convert, np.full(self.users, self.extra_cents)
