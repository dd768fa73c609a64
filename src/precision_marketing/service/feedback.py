"""What users did with recommendations, checked and told apart by the input it is of."""

from __future__ import annotations

import hashlib
import json
import math
from datetime import UTC, datetime

# Of the inputs that a build reads: docs/inputs.md. Their columns in the files.
TEXT, NUMBER, WHOLE, TIME = "text", "number", "whole number", "time"
COLUMNS = {
    "events": {
        "event_id": TEXT,
        "user_id": TEXT,
        "item_id": TEXT,
        "event_type": TEXT,
        "occurred_at": TIME,
        "quantity": NUMBER,
        "unit_price": NUMBER,
        "session_id": TEXT,
        "order_id": TEXT,
        "recommendation_id": TEXT,
    },
    "campaign_touches": {
        "touch_id": TEXT,
        "campaign_id": TEXT,
        "user_id": TEXT,
        "variant": TEXT,
        "channel": TEXT,
        "touch_type": TEXT,
        "touched_at": TIME,
        "item_id": TEXT,
        "position": WHOLE,
        "recommendation_id": TEXT,
    },
}
TYPES = ("impression", "view", "click", "cart", "purchase")
# What a campaign's channel logs; all else is an event of the shop.
_TOUCH_TYPES = ("impression", "click")
_REQUIRED = ("type", "user_id", "occurred_at")
# A record's names and kinds: those of both inputs, under the names of a request.
FIELDS = {
    "feedback_id": TEXT,
    "type": TEXT,
    "user_id": TEXT,
    "item_id": TEXT,
    "occurred_at": TIME,
    "recommendation_id": TEXT,
    "quantity": NUMBER,
    "unit_price": NUMBER,
    "session_id": TEXT,
    "order_id": TEXT,
    "campaign_id": TEXT,
    "variant": TEXT,
    "channel": TEXT,
    "position": WHOLE,
}
_LONGEST_TEXT = 500


class FeedbackError(ValueError):
    """A record cannot be taken; the message says which and why."""


def input_row(record: object) -> tuple[str, dict]:
    """Return the input that a record is of, and its row.

    Parameters
    ----------
    record : object
        As parsed from JSON; names and kinds are those of `FIELDS`.

    Returns
    -------
    input_name : str
        `campaign_touches` for an impression or a click with a `campaign_id`, else
        `events`.
    row : dict
        Values by column of `COLUMNS`; times as ISO 8601 in UTC. The key is the
        `feedback_id`, or without one a hash of the record: the same record sent again
        is the same row, which a build counts once.

    Raises
    ------
    FeedbackError
        If a field is missing, unknown, or of another kind.

    Examples
    --------
    >>> name, row = input_row(
    ...     {"type": "view", "user_id": "u1", "item_id": "i1",
    ...      "occurred_at": "2026-05-01T10:00:00Z"})
    >>> name, row["event_type"], row["event_id"][:3]
    ('events', 'view', 'fb-')
    """
    if not isinstance(record, dict):
        raise FeedbackError("a record is an object")
    unknown = sorted(record.keys() - FIELDS.keys())
    if unknown:
        raise FeedbackError(f"there is no field {unknown[0]!r}")
    values = {
        name: _value(name, kind, record[name])
        for name, kind in FIELDS.items()
        if record.get(name) is not None
    }
    for name in _REQUIRED:
        if name not in values:
            raise FeedbackError(f"{name} is missing")
    if values["type"] not in TYPES:
        raise FeedbackError(f"type is one of {', '.join(TYPES)}")
    is_touch = "campaign_id" in values and values["type"] in _TOUCH_TYPES
    # An offer is a campaign's; all else is of an item.
    if not is_touch and "item_id" not in values:
        raise FeedbackError("item_id is missing")
    input_name = "campaign_touches" if is_touch else "events"
    key, kind, time = (
        ("touch_id", "touch_type", "touched_at")
        if is_touch
        else ("event_id", "event_type", "occurred_at")
    )
    values[key] = values.pop("feedback_id", None) or _hash(values)
    values[kind] = values.pop("type")
    values[time] = values.pop("occurred_at")
    return input_name, {name: values.get(name) for name in COLUMNS[input_name]}


def _hash(values: dict) -> str:
    text = json.dumps(values, sort_keys=True, ensure_ascii=False)
    return f"fb-{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def _value(name: str, kind: str, value: object) -> str | float | int:
    if kind in (NUMBER, WHOLE):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise FeedbackError(f"{name} is a {kind}")
        if not math.isfinite(value) or not 0 <= value <= 1e9:
            raise FeedbackError(f"{name} is between 0 and 1e9")
        if kind == WHOLE and value != int(value):
            raise FeedbackError(f"{name} is a {kind}")
        return int(value) if kind == WHOLE else float(value)
    if not isinstance(value, str) or not value or len(value) > _LONGEST_TEXT:
        raise FeedbackError(f"{name} is a text of 1 to {_LONGEST_TEXT} characters")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise FeedbackError(f"{name} has half of a character") from error
    return _time(name, value) if kind == TIME else value


def _time(name: str, text: str) -> str:
    try:
        time = datetime.fromisoformat(text)
        if time.tzinfo is None:
            raise ValueError
        return time.astimezone(UTC).isoformat()
    except (ValueError, OverflowError) as error:
        raise FeedbackError(
            f"{name} is a time with its zone, such as 2026-05-01T10:00:00Z"
        ) from error
