"""The list of faults: what can be wrong with a row, and what becomes of it.

Reasons stand in the order in which they are looked for; the first that holds counts.
"""

from dataclasses import dataclass, field

KEPT, DUPLICATE, ERASED = "kept", "duplicate", "erased"

# Unreadable everywhere: no engine takes them for a time.
_BAD_TIMES = (None, "not a date", "2025-02-30T10:00:00Z", "31/12/2024 25:61")
_FUTURE = ("2999-01-01T00:00:00Z",)
# Engines read the last two as numbers; they are not finite.
_BAD_NUMBERS = ("two", "inf", "NaN")
_MISSING = (None, "  ")


@dataclass(frozen=True)
class Fault:
    """One fault.

    Attributes
    ----------
    fate : str
        KEPT, DUPLICATE, ERASED or the reason of a rejection.
    changes : dict
        Values, in turn, by column; columns not named keep the sound row's value.
    new_key : bool
        Whether the row gets an id of its own in the input's first column.
    pads_key : bool
        Whether blanks are put around that id; they do not make it another one.
    without_id : bool
        Whether it is made from rows without an id.
    at_least : int
        Number of rows in a small shop.
    """

    fate: str
    changes: dict[str, tuple] = field(default_factory=dict)
    new_key: bool = False
    pads_key: bool = False
    without_id: bool = False
    at_least: int = 2

    @property
    def values(self) -> tuple:
        """The longest list of values: each of them appears."""
        return max(self.changes.values(), key=len, default=())


def _reject(reason: str, new_key: bool = True, **changes: tuple) -> Fault:
    """Return a fault for which a row is rejected."""
    return Fault(reason, changes, new_key=new_key)


# Faulty events are made from purchases: a rejected row that slips through shows in
# revenue. Faulty touches are made from sends. A purchase of an item that the catalogue
# lacks is no fault, so these are views, at the time of a visit that is there already.
SOURCE_ROWS = {
    "events": ("event_type", "purchase"),
    "campaign_touches": ("touch_type", "send"),
}

_VIEW = {
    "event_type": ("view",),
    "quantity": (None,),
    "unit_price": (None,),
    "order_id": (None,),
}

FAULTS = {
    "events": (
        _reject("missing_user_id", user_id=_MISSING),
        Fault(KEPT, {**_VIEW, "item_id": _MISSING}, new_key=True),
        _reject("missing_user_id", user_id=(None,), item_id=(None,), quantity=("-1",)),
        _reject("missing_event_type", event_type=_MISSING),
        _reject("invalid_occurred_at", occurred_at=_BAD_TIMES),
        _reject("occurred_at_in_future", occurred_at=_FUTURE),
        _reject("unknown_event_type", event_type=("hover", "scroll")),
        _reject("invalid_number", quantity=_BAD_NUMBERS),
        _reject("invalid_number", quantity=("free", "inf")),
        _reject("quantity_not_positive", rating=("five",), quantity=("0",)),
        _reject("quantity_not_positive", quantity=("0", "0.0", "-0")),
        _reject("quantity_above_maximum", quantity=("1000000",)),
        _reject("negative_unit_price", unit_price=("-4.99",)),
        Fault(
            KEPT,
            {**_VIEW, "item_id": ("i-unknown", "i-negative", "i-free")},
            new_key=True,
        ),
        Fault(DUPLICATE, at_least=12),
        Fault(DUPLICATE, pads_key=True),
        Fault(DUPLICATE, without_id=True, at_least=3),
        Fault(ERASED, {"occurred_at": ("not a date",)}, new_key=True),
        Fault(ERASED),
    ),
    "items": (
        _reject("missing_item_id", new_key=False, item_id=_MISSING),
        _reject("negative_price", item_id=("i-free", "i-nan"), price=("-9", "-0.01")),
        _reject("negative_price", item_id=("i-negative",), price=("-1.00",)),
        Fault(DUPLICATE, at_least=3),
        Fault(DUPLICATE, pads_key=True),
    ),
    "users": (
        _reject("missing_user_id", new_key=False, user_id=_MISSING),
        Fault(DUPLICATE, at_least=4),
        Fault(DUPLICATE, pads_key=True),
        Fault(ERASED, at_least=1),
    ),
    "campaigns": (
        _reject("missing_campaign_id", new_key=False, campaign_id=(None,)),
        _reject(
            "ended_before_started",
            campaign_id=("c-backwards",),
            started_at=("2025-03-10T00:00:00Z",),
            ended_at=("2025-03-01T00:00:00Z",),
        ),
        Fault(DUPLICATE, at_least=1),
    ),
    "campaign_spend": (
        _reject("missing_campaign_id", new_key=False, campaign_id=_MISSING),
        _reject("invalid_spend_date", new_key=False, spend_date=(None, "2025-13-01")),
        _reject("invalid_spend", new_key=False, spend=(None, "unknown")),
        _reject("negative_spend", new_key=False, spend=("-5.00",)),
        _reject("unknown_campaign", campaign_id=("c-unknown", "c-backwards")),
        Fault(DUPLICATE, at_least=3),
    ),
    "campaign_assignments": (
        _reject("missing_campaign_id", new_key=False, campaign_id=_MISSING),
        _reject("missing_user_id", new_key=False, user_id=_MISSING),
        _reject("missing_variant", new_key=False, variant=_MISSING),
        _reject("unknown_campaign", campaign_id=("c-unknown", "c-backwards")),
        Fault(DUPLICATE, at_least=4),
        Fault(ERASED),
    ),
    "campaign_touches": (
        _reject("missing_campaign_id", campaign_id=_MISSING),
        _reject("missing_user_id", user_id=_MISSING),
        _reject("unknown_touch_type", touch_type=(None, "teleport")),
        _reject("invalid_touched_at", touched_at=_BAD_TIMES),
        _reject("touched_at_in_future", touched_at=_FUTURE),
        _reject("unknown_campaign", campaign_id=("c-unknown", "c-backwards")),
        Fault(DUPLICATE, at_least=6),
        Fault(DUPLICATE, pads_key=True),
        Fault(DUPLICATE, without_id=True),
        Fault(ERASED, {"touched_at": ("not a date",)}, new_key=True),
    ),
    "erasure_requests": (
        _reject("missing_user_id", new_key=False, user_id=_MISSING),
        Fault(DUPLICATE, {"requested_at": ("2025-06-30T12:00:00Z",)}),
        # Nobody has this id: there is nothing to erase, and the request is kept.
        Fault(KEPT, {"user_id": ("u-stranger",)}, at_least=1),
    ),
}

REASONS = {
    name: tuple(
        dict.fromkeys(
            fault.fate
            for fault in faults
            if fault.fate not in (KEPT, DUPLICATE, ERASED)
        )
    )
    for name, faults in FAULTS.items()
}
