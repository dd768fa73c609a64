"""Last-touch attribution in numpy, independent of the project's SQL.

Among the user's clicks with converted_at - touched_at in [0, click window of the
click's campaign] the latest wins, over all campaigns, the greater touch number at equal
times; without one, the latest impression in its campaign's view window. Opens do not
count.
"""

import numpy as np
import pandas as pd

from examples.example_data.campaigns import CAMPAIGNS
from examples.example_data.settings import DAY, START
from examples.example_data.touches import CLICK, IMPRESSION

DEFAULT_CLICK_WINDOW_DAYS = 7
DEFAULT_VIEW_WINDOW_DAYS = 1

# A user and a time in one int64: times lie within ten years after START.
_TIME_SPAN = 10 * 366 * DAY


def window_days(index: int) -> tuple[int, int]:
    """Return a campaign's click and view window in days, defaults filled in."""
    campaign = CAMPAIGNS[index]
    click, view = campaign.click_window_days, campaign.view_window_days
    return (
        DEFAULT_CLICK_WINDOW_DAYS if click is None else click,
        DEFAULT_VIEW_WINDOW_DAYS if view is None else view,
    )


def last_touch(
    conversions: pd.DataFrame, touches: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray]:
    """Return the touch that each conversion is credited to.

    Parameters
    ----------
    conversions : DataFrame
        user and at (seconds since 1970).
    touches : DataFrame
        campaign, user, kind and at; the position is the touch number.

    Returns
    -------
    touch : int64 array, shape (n_conversions,)
        Position in `touches`, -1 for an unattributed conversion.
    is_click : bool array, shape (n_conversions,)
        Whether that touch is a click.
    """
    click = _latest(conversions, touches, CLICK)
    view = _latest(conversions, touches, IMPRESSION)
    return np.where(click >= 0, click, view), click >= 0


def _latest(conversions: pd.DataFrame, touches: pd.DataFrame, kind: int) -> np.ndarray:
    """Return the latest touch of a kind inside its campaign's window, -1 if none.

    Windows differ between campaigns, so each campaign's latest touch is looked up by
    itself: if that one is too old, its earlier ones are too.
    """
    best_touch = np.full(len(conversions), -1)
    best_at = np.full(len(conversions), -1)
    converted_at = conversions["at"].to_numpy()
    wanted = _keys(conversions)
    for index in range(len(CAMPAIGNS)):
        click_days, view_days = window_days(index)
        days = click_days if kind == CLICK else view_days
        mine = touches[(touches["campaign"] == index) & (touches["kind"] == kind)]
        if mine.empty:
            continue
        keys = _keys(mine)
        order = np.argsort(keys, kind="stable")  # equal keys stay in touch order
        position = np.searchsorted(keys[order], wanted, "right") - 1
        row = order[np.maximum(position, 0)]
        touch = mine.index.to_numpy()[row]
        at = mine["at"].to_numpy()[row]
        qualifies = (
            (position >= 0)
            & (mine["user"].to_numpy()[row] == conversions["user"].to_numpy())
            & (converted_at - at <= days * DAY)
        )
        wins = qualifies & ((at > best_at) | ((at == best_at) & (touch > best_touch)))
        best_touch = np.where(wins, touch, best_touch)
        best_at = np.where(wins, at, best_at)
    return best_touch


def _keys(rows: pd.DataFrame) -> np.ndarray:
    """Return user and time as one ascending number."""
    return rows["user"].to_numpy().astype(np.int64) * _TIME_SPAN + (
        rows["at"].to_numpy() - START
    )
