"""What the treated users were sent and shown, and what they did with it."""

import numpy as np
import pandas as pd

from examples.example_data.campaigns import Campaign
from examples.example_data.catalogue import Catalogue
from examples.example_data.customers import Customers
from examples.example_data.seasons import times_of_day
from examples.example_data.settings import DAY, HOUR

TOUCH_TYPES = (
    "send",
    "delivered",
    "bounce",
    "impression",
    "open",
    "click",
    "unsubscribe",
    "complaint",
    "conversion",
)
(
    SEND,
    DELIVERED,
    BOUNCE,
    IMPRESSION,
    OPEN,
    CLICK,
    UNSUBSCRIBE,
    COMPLAINT,
    CONVERSION,
) = range(9)

# Missing is -1. `user` and `variant` as in assignments; `propensity` in hundredths,
# `cost` in hundredths of a cent.
_COLUMNS = {
    "user": "int32",
    "variant": "int8",
    "kind": "int8",
    "at": "int64",
    "item": "int32",
    "position": "int8",
    "propensity": "int8",
    "recommendation": "int32",
    "cost": "int32",
}

_MAIL_HOUR = 8  # UTC
_OPEN_SHARE, _CLICK_SHARE, _CLICK_SHARE_OF_RESPONDERS = 0.38, 0.14, 0.70
_UNSUBSCRIBE_SHARE, _COMPLAINT_SHARE = 0.015, 0.003
_UNSUBSCRIBE_SHARE_OF_ANNOYED = 0.10
_DISPLAY_CLICK_SHARE, _DISPLAY_CLICK_SHARE_OF_RESPONDERS = 0.022, 0.6
# Chances, in hundredths, with which a display campaign shows its items: known, so that
# the value of another choice can be estimated from the log.
_DISPLAY_PROPENSITIES = (30, 22, 18, 12, 10, 8)


def make_touches(**columns: np.ndarray | int) -> pd.DataFrame:
    """Return touches with the given columns; those not given are missing (-1)."""
    count = len(columns["user"])
    return pd.DataFrame(
        {
            name: np.broadcast_to(columns.get(name, -1), count).astype(kind)
            for name, kind in _COLUMNS.items()
        }
    )


def email_touches(
    rng: np.random.Generator,
    campaign: Campaign,
    treated: pd.DataFrame,
    customers: Customers,
    unsubscribed_at: np.ndarray,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the touches of an e-mail campaign and what moved its responders.

    Parameters
    ----------
    rng : Generator
        Source of the draws.
    campaign : Campaign
        The campaign.
    treated : DataFrame
        user, variant and responds (bool) of the users in a treatment variant.
    customers : Customers
        All users.
    unsubscribed_at : int array, shape (n_users,)
        Changed in place: later waves and campaigns leave these users out.

    Returns
    -------
    touches : DataFrame
        See the module; unordered.
    stimuli : DataFrame
        user, at (seconds), is_click, item and recommendation (-1 here) of the touch
        after which each responder orders; one row per responder.
    """
    user = treated["user"].to_numpy()
    variant = treated["variant"].to_numpy()
    responds = treated["responds"].to_numpy()
    wave_at = _wave_times(campaign)
    subscribed = unsubscribed_at[user][:, None] > wave_at
    subscribed[:, 0] = True  # whoever was assigned is in the first mail
    response_wave = np.minimum(
        rng.integers(0, campaign.waves, len(user)), subscribed.sum(axis=1) - 1
    )
    parts, stimuli = [], []
    for wave in range(campaign.waves):
        gets = (unsubscribed_at[user] > wave_at[wave]) | (wave == 0)
        moved = responds & (response_wave == wave)
        mail = _one_wave(
            rng,
            campaign,
            gets,
            responds,
            moved & (not campaign.removes_orders),
            customers.has_bad_address[user],
            wave_at[wave],
        )
        for kind, (happens, at) in mail.items():
            parts.append(
                make_touches(
                    user=user[happens],
                    variant=variant[happens],
                    kind=kind,
                    at=at[happens],
                    cost=_known(campaign.cost_per_touch) if kind == SEND else -1,
                )
            )
        for kind in (UNSUBSCRIBE, COMPLAINT):
            happens, at = mail[kind]
            unsubscribed_at[user[happens]] = np.minimum(
                unsubscribed_at[user[happens]], at[happens]
            )
        clicks, click_at = mail[CLICK]
        moved_at = np.where(clicks, click_at, mail[OPEN][1])
        stimuli.append(
            pd.DataFrame(
                {
                    "user": user[moved],
                    "at": moved_at[moved],
                    "is_click": clicks[moved],
                    "item": -1,
                    "recommendation": -1,
                }
            )
        )
    return pd.concat(parts, ignore_index=True), pd.concat(stimuli, ignore_index=True)


def _wave_times(campaign: Campaign) -> np.ndarray:
    """Return when each wave begins: evenly spread, the last five days left free."""
    days = (campaign.ended_at - campaign.started_at) // DAY - 5
    gap = days // campaign.waves * DAY
    return campaign.started_at + _MAIL_HOUR * HOUR + gap * np.arange(campaign.waves)


def _one_wave(
    rng: np.random.Generator,
    campaign: Campaign,
    gets: np.ndarray,
    responds: np.ndarray,
    moved: np.ndarray,
    has_bad_address: np.ndarray,
    wave_at: int,
) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """Return, by touch type, which treated users have the touch, and when.

    `responds`: to the campaign at all; `moved`: to this wave, by an order. Nobody who
    responds by an order unsubscribes, so that the later waves reach them.
    """
    count = len(gets)
    sent_at = wave_at + rng.integers(0, 2_700, count)
    delivered = gets & ~has_bad_address
    delivered_at = sent_at + rng.integers(1, 60, count)
    opens = delivered & (moved | (rng.random(count) < _OPEN_SHARE))
    wait = np.minimum(rng.exponential(5 * HOUR, count), 1.5 * DAY).astype(np.int64)
    open_at = delivered_at + 30 + wait
    click_share = np.where(moved, _CLICK_SHARE_OF_RESPONDERS, _CLICK_SHARE)
    clicks = opens & (rng.random(count) < click_share)
    click_at = open_at + rng.integers(5, 120, count)
    leave_share = np.where(
        responds,
        _UNSUBSCRIBE_SHARE_OF_ANNOYED if campaign.removes_orders else 0.0,
        _UNSUBSCRIBE_SHARE,
    )
    leaves = opens & (rng.random(count) < leave_share)
    complains = delivered & ~responds & (rng.random(count) < _COMPLAINT_SHARE)
    return {
        SEND: (gets, sent_at),
        DELIVERED: (delivered, delivered_at),
        BOUNCE: (gets & has_bad_address, delivered_at),
        OPEN: (opens, open_at),
        CLICK: (clicks, click_at),
        UNSUBSCRIBE: (leaves, open_at + rng.integers(130, 400, count)),
        COMPLAINT: (complains, delivered_at + rng.integers(60, 6 * HOUR, count)),
    }


def display_touches(
    rng: np.random.Generator,
    campaign: Campaign,
    treated: pd.DataFrame,
    customers: Customers,
    catalogue: Catalogue,
    first_recommendation: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the touches of a display campaign and what moved its responders.

    Each impression is a recommendation of one item, chosen with the chance written in
    `propensity` whoever sees it. Parameters and results as in `email_touches`;
    `first_recommendation` is the number of the first impression.
    """
    reached = ~customers.blocks_ads[treated["user"]]
    count = reached * (1 + rng.poisson(campaign.impressions - 1, len(treated)))
    row = np.repeat(np.arange(len(treated)), count)
    user = treated["user"].to_numpy()[row]
    days = (campaign.ended_at - campaign.started_at) // DAY - 1
    at = campaign.started_at + rng.integers(0, days, len(row)) * DAY
    at += times_of_day(rng, len(row))
    item, propensity = _shown_items(rng, campaign, catalogue, len(row))
    responds = treated["responds"].to_numpy()
    start = np.cumsum(count) - count
    mover = (start + (rng.random(len(treated)) * count).astype(np.int64))[responds]
    moves = np.zeros(len(row), dtype=bool)
    moves[mover] = True
    affinity = np.einsum("ij,ij->i", customers.taste[user], catalogue.latent[item])
    share = np.minimum(_DISPLAY_CLICK_SHARE * np.exp(0.15 * affinity), 0.3)
    clicks = rng.random(len(row)) < np.where(
        moves, _DISPLAY_CLICK_SHARE_OF_RESPONDERS, share
    )
    impressions = make_touches(
        user=user,
        variant=treated["variant"].to_numpy()[row],
        kind=IMPRESSION,
        at=at,
        item=item,
        position=rng.integers(1, 4, len(row)),
        propensity=propensity,
        recommendation=first_recommendation + np.arange(len(row)),
        cost=_known(campaign.cost_per_touch),
    )
    click_rows = impressions[clicks].assign(
        kind=CLICK, propensity=-1, cost=_known(campaign.cost_per_click)
    )
    click_rows["at"] += rng.integers(1, 20, len(click_rows))
    stimuli = impressions.loc[mover, ["user", "at", "item", "recommendation"]]
    stimuli.insert(2, "is_click", clicks[mover])
    stimuli["at"] += 20 * clicks[mover]  # an order follows its click
    return (
        pd.concat([impressions, click_rows], ignore_index=True),
        stimuli.reset_index(drop=True),
    )


def _shown_items(
    rng: np.random.Generator, campaign: Campaign, catalogue: Catalogue, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return item and propensity (hundredths) of each impression."""
    items = advertised_items(campaign, catalogue)
    shares = np.array(_DISPLAY_PROPENSITIES[: len(items)])
    shares[-1] += 100 - shares.sum()
    position = np.searchsorted(
        np.cumsum(shares), rng.integers(0, 100, count), side="right"
    )
    return items[position], shares[position]


def advertised_items(campaign: Campaign, catalogue: Catalogue) -> np.ndarray:
    """Return the most popular items of the target category, at most six."""
    fits = catalogue.is_available & (catalogue.published_at < campaign.started_at)
    if campaign.category_index is not None:
        fits &= catalogue.category == campaign.category_index
    items = np.flatnonzero(fits)
    order = np.argsort(-catalogue.popularity[items], kind="stable")
    return items[order[: len(_DISPLAY_PROPENSITIES)]]


def _known(cost: int | None) -> int:
    """Return the cost, -1 where it is not recorded."""
    return -1 if cost is None else cost
