"""The event log while it is made: integer columns, one row per event.

A frame of codes is a tenth of the size of one of texts; ids, prices and times become
text only at the very end (`raw_tables.py`).
"""

import numpy as np
import pandas as pd

VIEW, CART, PURCHASE, RATING, REFUND = range(5)
EVENT_TYPES = ("view", "cart", "purchase", "rating", "refund")
ORGANIC = -1  # no campaign brought the event about

# Missing is -1 in every column. `at` is seconds since 1970 (UTC), `session` and `order`
# are numbers of this log, `recommendation` is that of a touch, `origin` the index of
# the campaign without which the event would not have been, `removed_by` the index of
# the campaign because of which it did not take place.
_COLUMNS = {
    "user": "int32",
    "item": "int32",
    "kind": "int8",
    "at": "int64",
    "quantity": "int16",
    "price_cents": "int32",
    "rating": "int8",
    "review": "int32",
    "session": "int32",
    "order": "int32",
    "recommendation": "int32",
    "origin": "int8",
    "removed_by": "int8",
}


def make_log(**columns: np.ndarray | int) -> pd.DataFrame:
    """Return a log of the given columns; those not given are missing (-1).

    Examples
    --------
    >>> make_log(user=np.array([3]), item=np.array([5]), kind=VIEW, at=0)["order"][0]
    np.int32(-1)
    """
    count = len(columns["user"])
    return pd.DataFrame(
        {
            name: np.broadcast_to(columns.get(name, -1), count).astype(kind)
            for name, kind in _COLUMNS.items()
        }
    )


def next_number(log: pd.DataFrame, column: str) -> int:
    """Return the first number that `column` (session or order) does not use yet."""
    return int(log[column].max()) + 1 if len(log) else 0
