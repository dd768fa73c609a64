"""Who takes part in a campaign, in which variant, and how likely each one responds."""

import numpy as np
import pandas as pd

from examples.example_data.campaigns import Campaign
from examples.example_data.customers import Customers
from examples.example_data.settings import DAY

NEVER = np.iinfo(np.int64).max

_AUDIENCE_SHARE = 0.8  # of the users who may be contacted


def assign(
    rng: np.random.Generator,
    campaign: Campaign,
    customers: Customers,
    unsubscribed_at: np.ndarray,
    is_held_out: np.ndarray,
    control_share: float,
) -> pd.DataFrame:
    """Return who takes part in a campaign, and at random in which variant.

    Only users who signed up a day before, gave the channel's consent and did not
    unsubscribe take part.

    Parameters
    ----------
    rng : Generator
        Source of the draws.
    campaign : Campaign
        The campaign.
    customers : Customers
        All users.
    unsubscribed_at : int array, shape (n_users,)
        Seconds since 1970, `NEVER` for those who did not.
    is_held_out : bool array, shape (n_users,)
        Who is in no campaign.
    control_share : float
        Of the assigned users.

    Returns
    -------
    DataFrame
        user (ascending), variant (position in `campaign.variants`).
    """
    consent = (
        customers.email_consent
        if campaign.channel == "email"
        else customers.ads_consent
    )
    takes_part = (
        (consent == 1)
        & (customers.signed_up_at < campaign.assigned_at - DAY)
        & (unsubscribed_at > campaign.assigned_at)
        & (rng.random(customers.user_count) < _AUDIENCE_SHARE)
        & ~is_held_out
    )
    user = np.flatnonzero(takes_part)
    treated_share = (1 - control_share) / len(campaign.treatments)
    edges = control_share + treated_share * np.arange(len(campaign.treatments))
    variant = np.searchsorted(edges, rng.random(len(user)), "right")
    return pd.DataFrame({"user": user, "variant": variant.astype(np.int8)})


def reachable(campaign: Campaign, customers: Customers) -> np.ndarray:
    """Return which users the channel reaches at all, shape (n_users,), bool."""
    if campaign.channel == "email":
        return ~customers.has_bad_address
    return ~customers.blocks_ads


def response_probability(
    campaign: Campaign, customers: Customers, variant: str
) -> np.ndarray:
    """Return each user's probability of responding if assigned to `variant`.

    Unreachable users and the control group do not respond.
    """
    base = campaign.treatments.get(variant, 0.0)
    return base * customers.response * reachable(campaign, customers)
