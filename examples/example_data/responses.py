"""What campaigns change in the event log: landing views, extra and lost orders."""

import numpy as np
import pandas as pd

from examples.example_data.behavior import price_lines
from examples.example_data.campaigns import Campaign
from examples.example_data.catalogue import Catalogue
from examples.example_data.choice import draw_items
from examples.example_data.customers import Customers
from examples.example_data.log import CART, ORGANIC, PURCHASE, VIEW, make_log
from examples.example_data.settings import DAY, HOUR
from examples.example_data.touches import advertised_items

_EXTRA_LINES = 0.4  # mean number of further lines in an extra order


def landing_views(
    rng: np.random.Generator,
    customers: Customers,
    catalogue: Catalogue,
    campaign: Campaign,
    clicks: pd.DataFrame,
) -> pd.DataFrame:
    """Return the page view each click leads to; `session` counts from 0."""
    clicks = clicks.sort_values(["user", "at"], kind="stable")
    user, at = clicks["user"].to_numpy(), clicks["at"].to_numpy()
    drawn = _drawn(rng, customers, catalogue, campaign, user, at)
    shown = clicks["item"].to_numpy()
    return make_log(
        user=user,
        item=np.where(shown >= 0, shown, drawn),
        kind=VIEW,
        at=at + rng.integers(2, 10, len(clicks)),
        session=np.arange(len(clicks)),
        recommendation=clicks["recommendation"].to_numpy(),
    )


def extra_orders(
    rng: np.random.Generator,
    customers: Customers,
    catalogue: Catalogue,
    campaign: Campaign,
    stimuli: pd.DataFrame,
) -> pd.DataFrame:
    """Return one order for each stimulus, in a session of its own.

    The order comes after the stimulus and before the campaign's end. After a click on
    an advertised item the order holds that item. `session` and `order` count from 0.
    """
    stimuli = stimuli.sort_values("user", kind="stable")
    at = stimuli["at"].to_numpy() + _delays(
        rng, campaign, stimuli["is_click"].to_numpy()
    )
    at = np.minimum(at, campaign.ended_at - 1)
    order = np.repeat(np.arange(len(stimuli)), 1 + rng.poisson(_EXTRA_LINES, len(at)))
    user = stimuli["user"].to_numpy()[order]
    is_first = np.diff(order, prepend=-1) > 0
    keeps = is_first & stimuli["is_click"].to_numpy()[order]
    shown = np.where(keeps, stimuli["item"].to_numpy()[order], -1)
    drawn = _drawn(rng, customers, catalogue, campaign, user, at[order])
    lines = make_log(
        user=user,
        item=np.where(shown >= 0, shown, drawn),
        kind=PURCHASE,
        at=at[order],
        session=order,
        order=order,
        recommendation=np.where(keeps, stimuli["recommendation"].to_numpy()[order], -1),
    ).drop_duplicates(["order", "item"])
    lines = price_lines(rng, catalogue, lines)
    carts = lines.assign(kind=CART, order=-1, at=lines["at"] - 60)
    return pd.concat([carts, lines], ignore_index=True)


def _delays(
    rng: np.random.Generator, campaign: Campaign, is_click: np.ndarray
) -> np.ndarray:
    """Return seconds from stimulus to order: soon after a click, later without one."""
    count = len(is_click)
    soon = rng.random(count) < np.where(is_click, 0.7, 0.8)
    without_click = 2 * DAY if campaign.channel == "email" else 0.9 * DAY
    longest = np.where(
        is_click, np.where(soon, 2 * HOUR, 3 * DAY), np.where(soon, without_click, DAY)
    )
    return (300 + rng.random(count) * (longest - 300)).astype(np.int64)


def _drawn(
    rng: np.random.Generator,
    customers: Customers,
    catalogue: Catalogue,
    campaign: Campaign,
    user: np.ndarray,
    at: np.ndarray,
) -> np.ndarray:
    """Return items of the target category; the top advertised one if none came up."""
    item = draw_items(rng, customers, catalogue, user, at, campaign.category_index)
    return np.where(item >= 0, item, advertised_items(campaign, catalogue)[0])


def lose_orders(
    log: pd.DataFrame, campaign: Campaign, index: int, annoyed: np.ndarray
) -> None:
    """Mark, in place, the orders that annoyed users do not place after all.

    Only orders they would have placed unasked, while the campaign runs.

    Parameters
    ----------
    log : DataFrame
        The log; `removed_by` becomes `index` on the lines of lost orders.
    campaign : Campaign
        The campaign, `index` its position.
    index : int
        Position in `CAMPAIGNS`.
    annoyed : bool array, shape (n_users,)
        The users who respond.
    """
    lost = (
        (log["kind"].to_numpy() == PURCHASE)
        & (log["origin"].to_numpy() == ORGANIC)
        & annoyed[log["user"].to_numpy()]
        & (log["at"].to_numpy() >= campaign.removes_from)
        & (log["at"].to_numpy() < campaign.ended_at)
    )
    log.loc[lost, "removed_by"] = index
