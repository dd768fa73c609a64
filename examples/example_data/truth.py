"""The answers: true effects, exact counts and attribution, and the fate of every row.

All counts are over clean rows: those of erased users left out, dirty rows never in.
Nothing here reads the raw tables or uses the project's SQL.
"""

import datetime as dt

import numpy as np
import pandas as pd

from examples.example_data.attribution import (
    DEFAULT_CLICK_WINDOW_DAYS,
    DEFAULT_VIEW_WINDOW_DAYS,
    last_touch,
    window_days,
)
from examples.example_data.campaigns import CAMPAIGNS, campaign_id
from examples.example_data.catalogue import CATEGORIES
from examples.example_data.customers import SEGMENT_RESPONSE, SEGMENTS
from examples.example_data.design import programme_effects
from examples.example_data.effects import make_orders, true_effects
from examples.example_data.log import EVENT_TYPES, REFUND
from examples.example_data.raw_tables import item_ids
from examples.example_data.settings import START
from examples.example_data.shop import Shop, user_ids
from examples.example_data.touches import (
    CLICK,
    DELIVERED,
    IMPRESSION,
    OPEN,
    TOUCH_TYPES,
)

_COUNT_NAMES = {
    "send": "sends",
    "delivered": "delivered",
    "bounce": "bounces",
    "impression": "impressions",
    "open": "opens",
    "click": "clicks",
    "unsubscribe": "unsubscribes",
    "complaint": "complaints",
    "conversion": "reported_conversions",
}

_DEFINITIONS = {
    "clean_rows": "rows of users who asked for erasure and dirty rows are left out",
    "conversion": "an order: purchase events of one user with one order_id; a purchase "
    "without order_id is an order of its own; it happens at its first event",
    "measurement_window": "an assigned user converts when an order happens at or after "
    "measured_from and before measured_until: the time the campaign runs",
    "baseline": "what assigned users, all variants, would have done without this "
    "campaign, the other campaigns unchanged",
    "conversion_effect": "expected change of the conversion probability of an assigned "
    "user, as a share: mean over all assigned users of the user's response probability "
    "times what a response changes for that user",
    "revenue_effect_cents_per_user": "the same for revenue in the measurement window",
    "realized_conversion_effect": "mean over the variant's own users of what the "
    "campaign did change, by the draws of this data set",
    "converting_users": "assigned users who converted in the measurement window",
    "refund_cents": "what the shop paid back of the variant's attributed orders: "
    "refunds name their order, or none where the order lost its id; revenue_cents, "
    "click_ and view_revenue_cents and revenue effects are before refunds",
    "last_touch": "latest click within its campaign's click window before the "
    "conversion, over all campaigns; without one the latest impression within its "
    "campaign's view window; opens do not count",
}


_EXPECTED = ("conversion_effect", "revenue_effect_cents_per_user")


def make_truth(shop: Shop, row_accounting: dict) -> dict:
    """Return the truth as a dictionary that JSON can hold.

    Parameters
    ----------
    shop : Shop
        The shop as it was.
    row_accounting : dict
        By input, from `dirt.py`.
    """
    is_erased = shop.is_erased
    everything = pd.concat([shop.log, shop.lost_lines], ignore_index=True)
    orders = make_orders(everything[~is_erased[everything["user"]]])
    touches = shop.marketing.touches
    touches = touches[~is_erased[touches["user"]]]
    placed = orders[orders["removed_by"] == -1].reset_index(drop=True)
    refunds = _refunds_by_order(everything[~is_erased[everything["user"]]])
    placed = placed.join(refunds, on="order").fillna({name: 0 for name in refunds})
    credited = _credit(placed, touches)
    campaigns = {
        campaign_id(index): _campaign_truth(index, shop, orders, touches, credited)
        for index in range(len(CAMPAIGNS))
    }
    return {
        "settings": {
            "users": shop.settings.users,
            "items": shop.settings.items,
            "events_per_user": shop.settings.events_per_user,
            "seed": shop.settings.seed,
            "data_from": _time(START),
            "data_until": _time(shop.design.ends_at),
        },
        "definitions": _DEFINITIONS,
        "row_accounting": row_accounting,
        "erased_users": user_ids(shop.settings, shop.erased_users).to_pylist(),
        "totals": _totals(shop, placed, credited),
        "campaigns": campaigns,
        "parameters": _parameters(shop),
        **_designed(shop, orders),
    }


def _refunds_by_order(log: pd.DataFrame) -> pd.DataFrame:
    """Return number and cents of the refunds of each order that has any."""
    refunds = log[log["kind"] == REFUND]
    cents = refunds["quantity"].astype("int64") * refunds["price_cents"]
    by_order = cents.groupby(refunds["order"])
    return pd.DataFrame({"refunds": by_order.size(), "refund_cents": by_order.sum()})


def _credit(orders: pd.DataFrame, touches: pd.DataFrame) -> pd.DataFrame:
    """Return the orders with the campaign and variant credited, -1 for none."""
    touch, is_click = last_touch(orders, touches)
    known = touches.reindex(touch).reset_index(drop=True)
    return orders.assign(
        by_campaign=known["campaign"].fillna(-1).to_numpy(np.int64),
        by_variant=known["variant"].fillna(-1).to_numpy(np.int64),
        is_click=is_click,
    )


def _campaign_truth(
    index: int,
    shop: Shop,
    orders: pd.DataFrame,
    touches: pd.DataFrame,
    credited: pd.DataFrame,
) -> dict:
    """Return the truth about one campaign."""
    campaign = CAMPAIGNS[index]
    click_days, view_days = window_days(index)
    assigned = shop.marketing.assignments
    assigned = assigned[
        (assigned["campaign"] == index) & ~shop.is_erased[assigned["user"]]
    ]
    effects = true_effects(index, orders, assigned, shop.customers)
    seen = assigned[~assigned["is_lost"]]
    if campaign.ended_at > shop.design.ends_at:
        # How much of the response falls before the data's end, only the draws know.
        for name in campaign.treatments:
            effects[name] |= dict.fromkeys(_EXPECTED)
    mine = touches[touches["campaign"] == index]
    won = credited[credited["by_campaign"] == index]
    variants = {}
    for position, name in enumerate(campaign.variants):
        variants[name] = {
            "response_probability": campaign.treatments.get(name, 0.0),
            "assigned_users": int((seen["variant"] == position).sum()),
            **_touch_counts(mine[mine["variant"] == position]),
            **_attributed(won[won["by_variant"] == position]),
            **effects[name],
        }
    spend = shop.marketing.spend
    cents = spend.loc[spend["campaign"] == index, "cents"]
    return {
        "name": campaign.name,
        "channel": campaign.channel,
        "target_category": campaign.target_category,
        "measured_from": _time(campaign.started_at),
        "measured_until": _time(campaign.ended_at),
        "click_window_days": click_days,
        "view_window_days": view_days,
        "response": "no orders" if campaign.removes_orders else "one extra order",
        "spend_cents": int(cents.sum()) if len(cents) else None,
        "spend_days": len(cents),
        "variants": variants,
    }


def _touch_counts(touches: pd.DataFrame) -> dict:
    """Return counts by touch type, distinct users, and the cost of the touches."""
    kind = touches["kind"].to_numpy()
    count = np.bincount(kind, minlength=len(TOUCH_TYPES)).tolist()
    users = {
        name: int(touches.loc[np.isin(kind, kinds), "user"].nunique())
        for name, kinds in {
            "reached_users": (DELIVERED, IMPRESSION),
            "opening_users": (OPEN,),
            "clicking_users": (CLICK,),
        }.items()
    }
    cost = touches.loc[touches["cost"] >= 0, "cost"].astype("int64")
    names = [_COUNT_NAMES[name] for name in TOUCH_TYPES]
    return {
        **dict(zip(names, count, strict=True)),
        **users,
        "touch_cost": round(int(cost.sum()) / 10_000, 4) if len(cost) else None,
    }


def _attributed(orders: pd.DataFrame) -> dict:
    """Return conversions and revenue won by clicks and by views, and refunds."""
    by_click, by_view = orders[orders["is_click"]], orders[~orders["is_click"]]
    return {
        "click_conversions": len(by_click),
        "click_revenue_cents": int(by_click["cents"].sum()),
        "view_conversions": len(by_view),
        "view_revenue_cents": int(by_view["cents"].sum()),
        **_refunded(orders),
    }


def _refunded(orders: pd.DataFrame) -> dict:
    """Return how many lines of the orders came back, and what was paid for them."""
    return {
        "refunds": int(orders["refunds"].sum()),
        "refund_cents": int(orders["refund_cents"].sum()),
    }


def _totals(shop: Shop, placed: pd.DataFrame, credited: pd.DataFrame) -> dict:
    """Return counts over all clean rows."""
    events = shop.log[~shop.is_erased[shop.log["user"]]]
    kinds = np.bincount(events["kind"], minlength=len(EVENT_TYPES)).tolist()
    nobody = credited[credited["by_campaign"] < 0]
    return {
        "events_by_type": dict(zip(EVENT_TYPES, kinds, strict=True)),
        "active_users": int(events["user"].nunique()),
        "buying_users": int(placed["user"].nunique()),
        "conversions": len(placed),
        "revenue_cents": int(placed["cents"].sum()),
        "unattributed_conversions": len(nobody),
        "unattributed_revenue_cents": int(nobody["cents"].sum()),
        **_attributed(credited[credited["by_campaign"] >= 0]),
        # Over all orders, attributed or not.
        **_refunded(placed),
    }


def _parameters(shop: Shop) -> dict:
    """Return the true parameters that are not a campaign's own."""
    consumable = np.flatnonzero(~np.isnan(shop.catalogue.interval_days))
    return {
        "segment_response_factors": dict(zip(SEGMENTS, SEGMENT_RESPONSE, strict=True)),
        "default_click_window_days": DEFAULT_CLICK_WINDOW_DAYS,
        "default_view_window_days": DEFAULT_VIEW_WINDOW_DAYS,
        "consumable_categories": [c.name for c in CATEGORIES if c.interval_days],
        "item_repeat_interval_days": dict(
            zip(
                item_ids(shop, consumable).to_pylist(),
                shop.catalogue.interval_days[consumable].tolist(),
                strict=True,
            )
        ),
    }


def _designed(shop: Shop, orders: pd.DataFrame) -> dict:
    """Return, where the caller chose a design, what it was and what it leads to."""
    design = shop.design
    if not design.chosen:
        return {}
    assigned = shop.marketing.assignments
    lost = assigned[assigned["is_lost"] & ~shop.is_erased[assigned["user"]]]
    takes_part = np.flatnonzero(~shop.is_held_out & ~shop.is_erased)
    return {
        "design": design.chosen
        | {
            "running_campaigns": [
                campaign_id(index)
                for index, campaign in enumerate(CAMPAIGNS)
                if campaign.started_at < design.ends_at < campaign.ended_at
            ],
            "lost_users": {
                campaign_id(int(index)): int(count)
                for index, count in lost.groupby("campaign").size().items()
            },
            "held_out_users": int(shop.is_held_out.sum()),
            "programme": programme_effects(
                orders,
                takes_part,
                CAMPAIGNS[0].started_at,
                design.ends_at,
            ),
        }
    }


def _time(at: int) -> str:
    """Return seconds since 1970 as an ISO time."""
    return dt.datetime.fromtimestamp(at, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
