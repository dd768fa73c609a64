"""What people do of their own accord: visits, baskets, repeat purchases, ratings."""

import numpy as np
import pandas as pd

from examples.example_data.catalogue import Catalogue
from examples.example_data.choice import draw_items
from examples.example_data.customers import Customers
from examples.example_data.log import (
    CART,
    PURCHASE,
    RATING,
    VIEW,
    make_log,
    next_number,
)
from examples.example_data.seasons import shopping_times, times_of_day
from examples.example_data.settings import DAY, END, Settings
from examples.example_data.writing import review_texts

_EVENTS_PER_SESSION = 3.2  # of a full-time customer, repeats included; measured
_EXTRA_VIEWS = 1.6  # mean number of views after a session's first
_CART_SHARE = 0.30  # of views
_CHECKOUT_SHARE = 0.70  # of sessions with something in the cart
_DISCOUNT_SHARE, _DISCOUNT_PERCENT = 0.10, 10
_LOYAL_SHARE = 0.50  # of first purchases of a consumable that start a habit
_HABIT_SHARE = 0.80  # of habits that go on after each repetition
_HABIT_SPREAD = 0.10  # of log days between repetitions
_RATING_SHARE = 0.10  # of purchased items


def make_visits(
    rng: np.random.Generator,
    settings: Settings,
    customers: Customers,
    catalogue: Catalogue,
) -> pd.DataFrame:
    """Return the log of all sessions: views, carts and the baskets bought at their end.

    A session has one order at most; all its lines carry the time of the checkout.
    """
    mean = (
        settings.events_per_user
        / _EVENTS_PER_SESSION
        * customers.activity
        * customers.active_share
    )
    user = np.repeat(np.arange(customers.user_count), rng.poisson(mean))
    started_at = shopping_times(
        rng, customers.signed_up_at[user], customers.active_until[user]
    )
    user, started_at = user[started_at >= 0], started_at[started_at >= 0]
    session = np.repeat(np.arange(len(user)), 1 + rng.poisson(_EXTRA_VIEWS, len(user)))
    gap = rng.integers(8, 150, len(session))  # seconds; a cart fits in between
    views = make_log(
        user=user[session],
        item=draw_items(rng, customers, catalogue, user[session], started_at[session]),
        kind=VIEW,
        at=started_at[session] + _cumulative_within(gap, session),
        session=session,
    )
    views = views[views["item"] >= 0].drop_duplicates(["session", "item"])
    carts = views[rng.random(len(views)) < _CART_SHARE].assign(kind=CART)
    carts["at"] += rng.integers(2, 8, len(carts))
    carts = price_lines(rng, catalogue, carts)
    checks_out = (rng.random(len(user)) < _CHECKOUT_SHARE) & customers.buys[user]
    lines = carts[checks_out[carts["session"]]].assign(kind=PURCHASE)
    last_view_at = views.groupby("session")["at"].max()
    pay_after = rng.integers(20, 240, len(user))
    in_session = lines["session"].to_numpy()
    lines["at"] = last_view_at.loc[in_session].to_numpy() + pay_after[in_session]
    lines["order"] = lines["session"]
    return _before_end(pd.concat([views, carts, lines], ignore_index=True))


def _cumulative_within(gap: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Return running sums of `gap` that start at 0 in each run of equal `group`."""
    running = np.cumsum(gap)
    first = np.flatnonzero(np.diff(group, prepend=-1))
    return running - np.repeat(running[first], np.diff(first, append=len(group)))


def _before_end(log: pd.DataFrame) -> pd.DataFrame:
    """Return the rows before the data's end; lines of an order share their time."""
    return log[log["at"] < END].reset_index(drop=True)


def price_lines(
    rng: np.random.Generator, catalogue: Catalogue, lines: pd.DataFrame
) -> pd.DataFrame:
    """Return the lines with quantity and unit price; some have a discount."""
    item = lines["item"].to_numpy()
    more = rng.poisson(0.35, len(lines)) * ~np.isnan(catalogue.interval_days[item])
    percent = np.where(
        rng.random(len(lines)) < _DISCOUNT_SHARE, 100 - _DISCOUNT_PERCENT, 100
    )
    return lines.assign(
        quantity=(1 + np.minimum(more, 5)).astype(np.int16),
        price_cents=((catalogue.price_cents[item] * percent + 50) // 100).astype(
            np.int32
        ),
    )


def make_repeats(
    rng: np.random.Generator,
    customers: Customers,
    catalogue: Catalogue,
    visits: pd.DataFrame,
) -> pd.DataFrame:
    """Return repeat purchases of consumables at each item's own interval.

    The first purchase of an item by a user may start a habit; each round below adds
    one repetition to every habit that still lives, as an order of its own.
    """
    lines = visits[visits["kind"] == PURCHASE].sort_values(["at", "item"])
    first = lines.drop_duplicates(["user", "item"])
    interval = catalogue.interval_days[first["item"]]
    starts = ~np.isnan(interval) & (rng.random(len(first)) < _LOYAL_SHARE)
    habit = first[starts]
    rounds = [habit.iloc[:0]]
    while len(habit):
        days = catalogue.interval_days[habit["item"]] * rng.lognormal(
            0, _HABIT_SPREAD, len(habit)
        )
        on_day = (habit["at"].to_numpy() + days * DAY).astype(np.int64) // DAY * DAY
        habit = habit.assign(at=on_day + times_of_day(rng, len(habit)))
        active_until = customers.active_until[habit["user"]]
        goes_on = rng.random(len(habit)) < _HABIT_SHARE
        habit = habit[goes_on & (habit["at"].to_numpy() < active_until)]
        rounds.append(price_lines(rng, catalogue, habit))
    repeats = pd.concat(rounds, ignore_index=True)
    repeats["session"] = next_number(visits, "session") + np.arange(len(repeats))
    repeats["order"] = repeats["session"]
    carts = repeats.assign(kind=CART, order=-1, at=repeats["at"] - 60)
    return pd.concat([carts, repeats], ignore_index=True)


def make_ratings(
    rng: np.random.Generator,
    customers: Customers,
    catalogue: Catalogue,
    lines: pd.DataFrame,
) -> tuple[pd.DataFrame, list[str]]:
    """Return ratings of what was bought, some days later, and the distinct reviews.

    Parameters
    ----------
    rng : Generator
        Source of the draws.
    customers, catalogue : Customers, Catalogue
        Tastes and items.
    lines : DataFrame
        Purchase lines that really took place.

    Returns
    -------
    ratings : DataFrame
        Log of ratings, at most one per user and item.
    texts : list of str
        Review texts; the log's `review` is an index into them.
    """
    bought = lines.sort_values(["at", "user", "item"]).drop_duplicates(["user", "item"])
    bought = bought[rng.random(len(bought)) < _RATING_SHARE]
    user, item = bought["user"].to_numpy(), bought["item"].to_numpy()
    affinity = np.einsum("ij,ij->i", customers.taste[user], catalogue.latent[item])
    stars = 3.4 + 0.2 * affinity + rng.normal(0, 0.8, len(bought))
    rating = np.clip(np.rint(stars), 1, 5).astype(np.int8)
    texts, review = review_texts(rng, catalogue, item, rating)
    days = rng.integers(2, 21, len(bought))
    ratings = make_log(
        user=user,
        item=item,
        kind=RATING,
        at=(bought["at"].to_numpy() // DAY + days) * DAY
        + times_of_day(rng, len(bought)),
        rating=rating,
        review=review,
    )
    return _before_end(ratings), texts
