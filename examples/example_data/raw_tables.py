"""The eight inputs as a shop would export them: text in every column.

Raw stays raw: what cannot be read (`dirt.py`) has to fit into the column, and CSV and
Parquet hold the same rows.
"""

import json

import numpy as np
import pandas as pd
import pyarrow as pa

from examples.example_data import text
from examples.example_data.campaigns import CAMPAIGNS, campaign_id
from examples.example_data.catalogue import CATEGORIES
from examples.example_data.customers import AGE_BANDS, COUNTRIES, SEGMENTS
from examples.example_data.log import EVENT_TYPES, PURCHASE, REFUND, VIEW
from examples.example_data.settings import DAY
from examples.example_data.shop import Shop, user_ids
from examples.example_data.touches import OPEN, TOUCH_TYPES
from examples.example_data.writing import item_texts

_WITHOUT_EVENT_ID = 0.01  # of views
_WITHOUT_ORDER_ID = 0.02  # of orders of one line
_WITHOUT_TOUCH_ID = 0.01  # of opens
_WITHOUT_EMBEDDING = 0.03  # of items
_WITHOUT_AVAILABILITY = 0.02  # of available items

_CAMPAIGN_IDS = tuple(campaign_id(index) for index in range(len(CAMPAIGNS)))
_VARIANTS = tuple(name for campaign in CAMPAIGNS for name in campaign.variants)
_FIRST_VARIANT = np.cumsum([0, *(len(c.variants) for c in CAMPAIGNS)])[:-1]
_CHANNELS = tuple(campaign.channel for campaign in CAMPAIGNS)


def make_raw_tables(rng: np.random.Generator, shop: Shop) -> dict[str, pa.Table]:
    """Return the clean rows of every input, all columns large_string.

    Parameters
    ----------
    rng : Generator
        Decides which rows lack an optional value.
    shop : Shop
        The shop as it was.
    """
    columns = {
        "events": _events(rng, shop),
        "items": _items(rng, shop),
        "users": _users(shop),
        "campaigns": _campaigns(),
        "campaign_spend": _spend(shop),
        "campaign_assignments": _assignments(shop),
        "campaign_touches": _touches(rng, shop),
        "erasure_requests": _erasure_requests(rng, shop),
    }
    return {name: pa.table(table) for name, table in columns.items()}


def item_ids(shop: Shop, items: np.ndarray) -> pa.Array:
    """Return the ids of items."""
    return text.ids("i", items, shop.settings.items)


def _recommendation_ids(shop: Shop, recommendation: np.ndarray) -> pa.Array:
    """Return the ids of recommendations; events and touches share them."""
    return text.ids("r", recommendation, len(shop.marketing.touches))


def _events(rng: np.random.Generator, shop: Shop) -> dict[str, pa.Array]:
    log = shop.log
    kind = log["kind"].to_numpy()
    lacks_id = (kind == VIEW) & (_draws(rng, kind) < _WITHOUT_EVENT_ID)
    numbers = int(log["session"].max()) + 1
    return {
        "event_id": text.without(
            text.ids("e", np.arange(len(log)), len(log)), lacks_id
        ),
        "user_id": user_ids(shop.settings, log["user"].to_numpy()),
        "item_id": item_ids(shop, log["item"].to_numpy()),
        "event_type": text.words(EVENT_TYPES, kind),
        "occurred_at": text.times(log["at"].to_numpy()),
        "quantity": text.integers(log["quantity"].to_numpy()),
        "unit_price": text.decimals(log["price_cents"].to_numpy(), 2),
        "rating": text.integers(log["rating"].to_numpy()),
        "review_text": text.words(shop.review_texts, log["review"].to_numpy()),
        "session_id": text.ids("s", log["session"].to_numpy(), numbers),
        "order_id": text.without(
            text.ids("o", log["order"].to_numpy(), numbers), _lacks_order_id(rng, log)
        ),
        "recommendation_id": _recommendation_ids(
            shop, log["recommendation"].to_numpy()
        ),
    }


def _lacks_order_id(rng: np.random.Generator, log: pd.DataFrame) -> np.ndarray:
    """Return lines whose order id got lost: only where the order has no other line.

    A refund lacks it where the line that came back does.
    """
    kind, order = log["kind"].to_numpy(), log["order"].to_numpy() + 1
    is_line = kind == PURCHASE
    lines = np.bincount(order[is_line], minlength=order.max(initial=0) + 1)
    lost = is_line & (lines[order] == 1) & (_draws(rng, kind) < _WITHOUT_ORDER_ID)
    return lost | ((kind == REFUND) & np.isin(order, order[lost]))


def _draws(rng: np.random.Generator, kind: np.ndarray) -> np.ndarray:
    """Return a draw for each event; refunds take none, and so change no other's."""
    draws = np.ones(len(kind))
    others = kind != REFUND
    draws[others] = rng.random(int(others.sum()))
    return draws


def _items(rng: np.random.Generator, shop: Shop) -> dict[str, pa.Array]:
    items = shop.catalogue
    titles, descriptions, tags = item_texts(rng, items)
    count = items.item_count
    unknown = items.is_available & (rng.random(count) < _WITHOUT_AVAILABILITY)
    # A large model would see what the item is like, up to rounding.
    embeddings = [
        "[" + ",".join(f"{value:.3f}" for value in row) + "]"
        for row in items.latent.tolist()
    ]
    return {
        "item_id": item_ids(shop, np.arange(count)),
        "title": pa.array(titles, pa.large_string()),
        "description": pa.array(descriptions, pa.large_string()),
        "category": text.words([c.name for c in CATEGORIES], items.category),
        "brand": text.words(
            [brand for category in CATEGORIES for brand in category.brands],
            items.category.astype(np.int64) * 3 + items.brand,
        ),
        "price": text.decimals(items.price_cents, 2),
        "tags": pa.array(tags, pa.large_string()),
        "is_available": text.words(
            ("false", "true"), np.where(unknown, -1, items.is_available)
        ),
        "published_at": text.times(items.published_at),
        "embedding": text.without(
            pa.array(embeddings, pa.large_string()),
            rng.random(count) < _WITHOUT_EMBEDDING,
        ),
    }


def _users(shop: Shop) -> dict[str, pa.Array]:
    users = shop.customers
    # Who signs up later is not known yet; with the data's own end that is nobody.
    known = np.flatnonzero(users.signed_up_at < shop.design.ends_at)
    attributes = [
        json.dumps({"segment": segment, "age_band": age_band})
        for segment in SEGMENTS
        for age_band in AGE_BANDS
    ]
    return {
        "user_id": user_ids(shop.settings, known),
        "signed_up_at": text.times(users.signed_up_at[known]),
        "country": text.words(COUNTRIES, users.country[known]),
        "attributes": text.words(
            attributes,
            (users.segment.astype(np.int64) * len(AGE_BANDS) + users.age_band)[known],
        ),
        **{
            f"has_{name}": text.words(("false", "true"), getattr(users, name)[known])
            for name in ("email_consent", "ads_consent", "profiling_consent")
        },
    }


def _campaigns() -> dict[str, pa.Array]:
    def column(values: list) -> pa.Array:
        """Return values as text, None staying missing."""
        return pa.array(
            [None if value is None else str(value) for value in values],
            pa.large_string(),
        )

    def named(name: str) -> pa.Array:
        """Return an attribute of every campaign."""
        return column([getattr(campaign, name) for campaign in CAMPAIGNS])

    return {
        "campaign_id": column(list(_CAMPAIGN_IDS)),
        "name": named("name"),
        "channel": named("channel"),
        "objective": named("objective"),
        "started_at": text.times(np.array([c.started_at for c in CAMPAIGNS])),
        "ended_at": text.times(np.array([c.ended_at for c in CAMPAIGNS])),
        "click_window_days": named("click_window_days"),
        "view_window_days": named("view_window_days"),
        "target_category": named("target_category"),
        "unit_margin_rate": named("unit_margin_rate"),
        "currency": column(["EUR"] * len(CAMPAIGNS)),
    }


def _spend(shop: Shop) -> dict[str, pa.Array]:
    spend = shop.marketing.spend
    return {
        "campaign_id": text.words(_CAMPAIGN_IDS, spend["campaign"].to_numpy()),
        "spend_date": text.dates(spend["day"].to_numpy()),
        "spend": text.decimals(spend["cents"].to_numpy(), 2),
    }


def _variants(rows: pd.DataFrame) -> pa.Array:
    """Return the variant's name of each row with campaign and variant."""
    campaign = rows["campaign"].to_numpy().astype(np.int64)
    return text.words(_VARIANTS, _FIRST_VARIANT[campaign] + rows["variant"].to_numpy())


def _assignments(shop: Shop) -> dict[str, pa.Array]:
    rows = shop.marketing.assignments
    rows = rows[~rows["is_lost"]]
    campaign = rows["campaign"].to_numpy()
    assigned_at = np.array([c.assigned_at for c in CAMPAIGNS])
    return {
        "campaign_id": text.words(_CAMPAIGN_IDS, campaign),
        "user_id": user_ids(shop.settings, rows["user"].to_numpy()),
        "variant": _variants(rows),
        "assigned_at": text.times(assigned_at[campaign]),
    }


def _touches(rng: np.random.Generator, shop: Shop) -> dict[str, pa.Array]:
    rows = shop.marketing.touches
    campaign = rows["campaign"].to_numpy()
    lacks_id = (rows["kind"] == OPEN) & (rng.random(len(rows)) < _WITHOUT_TOUCH_ID)
    return {
        "touch_id": text.without(
            text.ids("t", np.arange(len(rows)), len(rows)), lacks_id.to_numpy()
        ),
        "campaign_id": text.words(_CAMPAIGN_IDS, campaign),
        "user_id": user_ids(shop.settings, rows["user"].to_numpy()),
        "variant": _variants(rows),
        "channel": text.words(_CHANNELS, campaign),
        "touch_type": text.words(TOUCH_TYPES, rows["kind"].to_numpy()),
        "touched_at": text.times(rows["at"].to_numpy()),
        "item_id": item_ids(shop, rows["item"].to_numpy()),
        "position": text.integers(rows["position"].to_numpy()),
        "propensity": text.decimals(rows["propensity"].to_numpy(), 2),
        "recommendation_id": _recommendation_ids(
            shop, rows["recommendation"].to_numpy()
        ),
        "cost": text.decimals(rows["cost"].to_numpy(), 4),
    }


def _erasure_requests(rng: np.random.Generator, shop: Shop) -> dict[str, pa.Array]:
    count = len(shop.erased_users)
    return {
        "user_id": user_ids(shop.settings, shop.erased_users),
        "requested_at": text.times(
            shop.design.ends_at - rng.integers(DAY, 30 * DAY, count)
        ),
    }
