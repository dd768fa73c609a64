"""Fixtures: example shops, and the fate of each row by a loop over the rules."""

import math
from collections import defaultdict

import pandas as pd
import pytest

from examples.example_data.generation import generate

KEYS = {
    "events": ["event_id"],
    "items": ["item_id"],
    "users": ["user_id"],
    "campaigns": ["campaign_id"],
    "campaign_spend": ["campaign_id", "spend_date"],
    "campaign_assignments": ["campaign_id", "user_id"],
    "campaign_touches": ["touch_id"],
    "erasure_requests": ["user_id"],
}
TOUCH_TYPES = {
    *("send", "delivered", "bounce", "impression", "open", "click"),
    *("unsubscribe", "complaint", "conversion"),
}
AS_OF = pd.Timestamp("2030-01-01T00:00:00Z")


@pytest.fixture(scope="session")
def data():
    """Give the shop of the seeds."""
    return generate()


@pytest.fixture(scope="session")
def large():
    """Give a shop in which effects can be measured."""
    return generate(users=20_000)


@pytest.fixture(scope="session")
def sorted_rows(data):
    """Give every raw row of the seeds with its fate."""
    return sort_rows(data.tables)


@pytest.fixture(scope="session")
def kept(sorted_rows):
    """Give the kept rows as frames of text, missing values None."""
    return {
        name: pd.DataFrame([row for row, fate in rows if fate == "kept"], dtype=object)
        for name, rows in sorted_rows.items()
    }


def when(value):
    """A time, or None where it cannot be read."""
    try:
        return pd.Timestamp(value) if value else None
    except ValueError:
        return None


def number(value):
    """A finite number, or None."""
    try:
        return float(value) if math.isfinite(float(value)) else None
    except ValueError:
        return None


def _events_reason(row, known):
    at = when(row["occurred_at"])
    price = number(row["unit_price"] or "")
    checks = {
        "invalid_occurred_at": lambda: at is None,
        "occurred_at_in_future": lambda: at > AS_OF,
        "unknown_event_type": lambda: (
            row["event_type"] not in ("view", "cart", "purchase", "rating", "refund")
        ),
        "invalid_number": lambda: row["quantity"] and number(row["quantity"]) is None,
        "quantity_not_positive": lambda: (
            row["quantity"] and number(row["quantity"]) <= 0
        ),
        "quantity_above_maximum": lambda: (
            row["quantity"] and number(row["quantity"]) > 10_000
        ),
        "negative_unit_price": lambda: price is not None and price < 0,
    }
    return next((name for name, holds in checks.items() if holds()), None)


def _items_reason(row, known):
    price = number(row["price"])
    return "negative_price" if price is not None and price < 0 else None


def _campaigns_reason(row, known):
    ended_first = when(row["ended_at"]) < when(row["started_at"])
    return "ended_before_started" if ended_first else None


def _campaign_spend_reason(row, known):
    spend = number(row["spend"] or "")
    if when(row["spend_date"]) is None:
        return "invalid_spend_date"
    if spend is None:
        return "invalid_spend"
    return "negative_spend" if spend < 0 else _campaign_assignments_reason(row, known)


def _campaign_assignments_reason(row, known):
    return None if row["campaign_id"] in known["campaigns"] else "unknown_campaign"


def _campaign_touches_reason(row, known):
    if row["touch_type"] not in TOUCH_TYPES:
        return "unknown_touch_type"
    if when(row["touched_at"]) is None:
        return "invalid_touched_at"
    if when(row["touched_at"]) > AS_OF:
        return "touched_at_in_future"
    return _campaign_assignments_reason(row, known)


REQUIRED = {
    "events": ("user_id", "event_type"),
    "items": ("item_id",),
    "users": ("user_id",),
    "campaigns": ("campaign_id",),
    "campaign_spend": ("campaign_id",),
    "campaign_assignments": ("campaign_id", "user_id", "variant"),
    "campaign_touches": ("campaign_id", "user_id"),
    "erasure_requests": ("user_id",),
}
FURTHER_REASONS = {
    "events": _events_reason,
    "items": _items_reason,
    "campaigns": _campaigns_reason,
    "campaign_spend": _campaign_spend_reason,
    "campaign_assignments": _campaign_assignments_reason,
    "campaign_touches": _campaign_touches_reason,
}


def reason(name, row, known):
    """The first reason to reject a row, in the order of docs/inputs.md, or None."""
    for column in REQUIRED[name]:
        if row[column] is None:
            return f"missing_{column}"
    return FURTHER_REASONS[name](row, known) if name in FURTHER_REASONS else None


def sort_rows(tables):
    """Every raw row with its fate, by the rules, one row after the other."""
    order = ["erasure_requests", "items", "campaigns"]
    result, known = {}, defaultdict(set)
    for name in order + [name for name in tables if name not in order]:
        seen, rows = set(), []
        for raw in tables[name].to_dict("records"):
            row = {
                column: value.strip() or None if isinstance(value, str) else None
                for column, value in raw.items()
            }
            key = tuple(row[column] for column in KEYS[name])
            if key == (None,):
                key = tuple(row.values())
            if name != "erasure_requests" and (
                row.get("user_id") in known["erasure_requests"]
            ):
                fate = "erased"
            else:
                fate = reason(name, row, known) or (
                    "duplicate" if key in seen else "kept"
                )
            if fate == "kept":
                seen.add(key)
            rows.append((row, fate))
        known[name] = {key[0] for key in seen}
        result[name] = rows
    return result
