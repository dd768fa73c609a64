"""Runs the campaigns one after the other: assignment, touches, responses, spend."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from examples.example_data.assignment import NEVER, assign, response_probability
from examples.example_data.campaigns import CAMPAIGNS, Campaign
from examples.example_data.catalogue import Catalogue
from examples.example_data.customers import Customers
from examples.example_data.design import Design, lost_assignments
from examples.example_data.log import PURCHASE, next_number
from examples.example_data.responses import extra_orders, landing_views, lose_orders
from examples.example_data.settings import DAY
from examples.example_data.touches import (
    CLICK,
    CONVERSION,
    IMPRESSION,
    display_touches,
    email_touches,
    make_touches,
)


@dataclass(frozen=True)
class Marketing:
    """Everything the campaigns did, `campaign` being the position in `CAMPAIGNS`.

    Attributes
    ----------
    assignments : DataFrame
        campaign, user, variant (position in `Campaign.variants`), is_lost (not in the
        data).
    touches : DataFrame
        campaign and the columns of `touches.make_touches`, ordered by time.
    spend : DataFrame
        campaign, day (days since 1970), cents.
    """

    assignments: pd.DataFrame
    touches: pd.DataFrame
    spend: pd.DataFrame


@dataclass(frozen=True)
class Experiments:
    """How the campaigns are laid out, who is held out of all, and the draws of that."""

    design: Design
    is_held_out: np.ndarray
    rng: np.random.Generator

    def control_share(self, campaign: Campaign) -> float:
        """Return the control's share of the assigned users of a campaign."""
        return self.design.control_share or campaign.control_share


def run_campaigns(
    rng: np.random.Generator,
    customers: Customers,
    catalogue: Catalogue,
    log: pd.DataFrame,
    experiments: Experiments,
) -> tuple[Marketing, pd.DataFrame]:
    """Return what the campaigns did and the log with their responses added.

    Parameters
    ----------
    rng : Generator
        Source of the draws.
    customers, catalogue : Customers, Catalogue
        Users and items.
    log : DataFrame
        What people do of their own accord.
    experiments : Experiments
        The splits, and who is held out.

    Returns
    -------
    marketing : Marketing
        Assignments, touches and spend.
    log : DataFrame
        All events, lost orders still in it and marked by `removed_by`.
    """
    unsubscribed_at = np.full(customers.user_count, NEVER)
    session = next_number(log, "session")
    recommendation = 0
    assignments, touches, logs, annoyed = [], [], [log], {}
    for index, campaign in enumerate(CAMPAIGNS):
        assigned = assign(
            rng,
            campaign,
            customers,
            unsubscribed_at,
            experiments.is_held_out,
            experiments.control_share(campaign),
        )
        assigned["responds"] = _responds(rng, campaign, customers, assigned)
        treated = assigned[assigned["variant"] > 0].reset_index(drop=True)
        if campaign.channel == "email":
            shown, stimuli = email_touches(
                rng, campaign, treated, customers, unsubscribed_at
            )
        else:
            shown, stimuli = display_touches(
                rng, campaign, treated, customers, catalogue, recommendation
            )
            recommendation += int((shown["kind"] == IMPRESSION).sum())
        if campaign.removes_orders:
            annoyed[index] = np.zeros(customers.user_count, dtype=bool)
            annoyed[index][stimuli["user"]] = True
            stimuli = stimuli.iloc[:0]
        clicks = shown[shown["kind"] == CLICK]
        visits = landing_views(rng, customers, catalogue, campaign, clicks)
        orders = extra_orders(rng, customers, catalogue, campaign, stimuli)
        if campaign.has_coupon:
            shown = pd.concat([shown, _redemptions(orders, treated)])
        visits["session"] += session
        session += len(clicks)
        orders["session"] += session
        orders.loc[orders["kind"] == PURCHASE, "order"] += session
        session += len(stimuli)
        logs.append(pd.concat([visits, orders]).assign(origin=np.int8(index)))
        assignments.append(assigned.assign(campaign=np.int8(index)))
        touches.append(shown.assign(campaign=np.int8(index)))
    log = pd.concat(logs, ignore_index=True)
    for index, users in annoyed.items():
        lose_orders(log, CAMPAIGNS[index], index, users)
    all_touches = pd.concat(touches, ignore_index=True).sort_values(
        ["at", "campaign", "user", "kind", "recommendation"], ignore_index=True
    )
    known = _known(assignments, log, experiments)
    ends_at = experiments.design.ends_at
    spend = _spend(all_touches)
    return Marketing(
        assignments=pd.concat(known, ignore_index=True),
        touches=all_touches[all_touches["at"] < ends_at],
        spend=spend[spend["day"] < ends_at // DAY],
    ), log


def _known(
    assignments: list[pd.DataFrame], log: pd.DataFrame, experiments: Experiments
) -> list[pd.DataFrame]:
    """Return the assignments of campaigns drawn by the data's end, with `is_lost`."""
    design = experiments.design
    return [
        assigned.assign(
            is_lost=lost_assignments(
                experiments.rng, design.lost_share, assigned, campaign.assigned_at, log
            )
        )
        for campaign, assigned in zip(CAMPAIGNS, assignments, strict=True)
        if campaign.assigned_at < design.ends_at
    ]


def _responds(
    rng: np.random.Generator,
    campaign: Campaign,
    customers: Customers,
    assigned: pd.DataFrame,
) -> np.ndarray:
    """Return who responds, by the known probability of the assigned variant."""
    user, variant = assigned["user"].to_numpy(), assigned["variant"].to_numpy()
    by_variant = np.stack(
        [
            response_probability(campaign, customers, name)[user]
            for name in campaign.variants
        ]
    )
    return rng.random(len(user)) < by_variant[variant, np.arange(len(user))]


def _redemptions(orders: pd.DataFrame, treated: pd.DataFrame) -> pd.DataFrame:
    """Return a `conversion` touch for each extra order: the coupon it redeemed."""
    first_lines = orders[orders["kind"] == PURCHASE].drop_duplicates("order")
    variant = treated.set_index("user")["variant"].loc[first_lines["user"]]
    return make_touches(
        user=first_lines["user"].to_numpy(),
        variant=variant.to_numpy(),
        kind=CONVERSION,
        at=first_lines["at"].to_numpy(),
    )


def _spend(touches: pd.DataFrame) -> pd.DataFrame:
    """Return spend by campaign and day: touch costs rounded to cents, and the fee.

    Every day on which the campaign runs has a row, also one of zero. Campaigns whose
    fee is unknown have no row at all.
    """
    parts = []
    for index, campaign in enumerate(CAMPAIGNS):
        if campaign.fee_cents is None:
            continue
        first_day = campaign.started_at // DAY
        costs = touches[(touches["campaign"] == index) & (touches["cost"] > 0)]
        units = np.bincount(
            costs["at"] // DAY - first_day,
            costs["cost"],
            minlength=campaign.ended_at // DAY - first_day,
        ).astype(np.int64)
        cents = (units + 50) // 100
        cents[0] += campaign.fee_cents
        parts.append(
            pd.DataFrame(
                {
                    "campaign": index,
                    "day": first_day + np.arange(len(cents)),
                    "cents": cents,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)
