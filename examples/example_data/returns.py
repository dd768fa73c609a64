"""What comes back: refunds of whole orders and of single lines."""

import numpy as np
import pandas as pd

from examples.example_data.log import REFUND
from examples.example_data.seasons import times_of_day
from examples.example_data.settings import DAY, END

_RETURNED_ORDERS = 0.06  # orders of which every line comes back
_RETURNED_LINES = 0.04  # lines that come back alone
_FIRST_DAY, _LAST_DAY = 3, 24  # days from order to refund


def make_refunds(rng: np.random.Generator, lines: pd.DataFrame) -> pd.DataFrame:
    """Return the log of refunds, at the price and in the quantity that were paid.

    Nobody returns an item that they bought more than once, so that a refund whose order
    id got lost still belongs to one order only.

    Parameters
    ----------
    rng : Generator
        Source of the draws.
    lines : DataFrame
        Purchase lines that really took place.

    Returns
    -------
    DataFrame
        As in `log.py`; `order` is that of the line, and a refund has no session.
    """
    order = lines["order"].to_numpy()
    comes_back = rng.random(order.max(initial=-1) + 1) < _RETURNED_ORDERS
    returned = comes_back[order] | (rng.random(len(lines)) < _RETURNED_LINES)
    once = ~lines.duplicated(["user", "item"], keep=False).to_numpy()
    refunds = lines[returned & once]
    days = rng.integers(_FIRST_DAY, _LAST_DAY + 1, len(refunds))
    on_day = (refunds["at"].to_numpy() // DAY + days) * DAY
    refunds = refunds.assign(
        kind=np.int8(REFUND),
        at=on_day + times_of_day(rng, len(refunds)),
        session=np.int32(-1),
        recommendation=np.int32(-1),
    )
    return refunds[refunds["at"] < END]
