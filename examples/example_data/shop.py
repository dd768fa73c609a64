"""The whole shop as it really was, before anything is written down or soiled."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from examples.example_data.behavior import make_ratings, make_repeats, make_visits
from examples.example_data.catalogue import Catalogue, make_catalogue
from examples.example_data.customers import Customers, make_customers
from examples.example_data.design import Design, held_out, spread_orders
from examples.example_data.log import PURCHASE
from examples.example_data.marketing import Experiments, Marketing, run_campaigns
from examples.example_data.returns import make_refunds
from examples.example_data.settings import Settings
from examples.example_data.text import ids

_ERASED_SHARE, _ERASED_AT_LEAST = 0.005, 5


@dataclass(frozen=True)
class Shop:
    """Everything that is true.

    Attributes
    ----------
    settings : Settings
        Size and seed.
    design : Design
        How the campaigns are laid out.
    customers, catalogue : Customers, Catalogue
        Users and items.
    is_held_out : bool array, shape (n_users,)
        Who is in no campaign, by the design.
    marketing : Marketing
        Assignments, touches and spend.
    log : DataFrame
        All events in order of time, as in `log.py`.
    lost_lines : DataFrame
        Purchase lines that did not take place because of a campaign.
    review_texts : list of str
        What `review` in the log points to.
    erased_users : int64 array
        user_index of those who asked to be erased, ascending.
    """

    settings: Settings
    design: Design
    customers: Customers
    catalogue: Catalogue
    is_held_out: np.ndarray
    marketing: Marketing
    log: pd.DataFrame
    lost_lines: pd.DataFrame
    review_texts: list[str]
    erased_users: np.ndarray

    @property
    def is_erased(self) -> np.ndarray:
        """Which users asked to be erased, shape (n_users,), bool."""
        return np.isin(np.arange(self.settings.users), self.erased_users)


def user_ids(settings: Settings, users: np.ndarray) -> pa.Array:
    """Return the ids of users."""
    return ids("u", users, settings.users)


def make_shop(
    settings: Settings,
    design: Design,
    streams: list[np.random.Generator],
    report: Callable[[str], None],
) -> Shop:
    """Return the shop.

    Parameters
    ----------
    settings : Settings
        Size and seed.
    design : Design
        How the campaigns are laid out.
    streams : list of Generator
        Nine independent streams, so that a change in one step leaves the draws of
        the others alone.
    report : callable
        Told which step begins.
    """
    report(f"{settings.users:,} users and {settings.items:,} items")
    customers = make_customers(streams[0], settings.users)
    catalogue = make_catalogue(streams[1], settings.items)
    report("visits and baskets")
    visits = make_visits(streams[2], settings, customers, catalogue)
    repeats = make_repeats(streams[3], customers, catalogue, visits)
    organic = pd.concat([visits, repeats], ignore_index=True)
    report("campaigns")
    users = user_ids(settings, np.arange(settings.users)).to_pylist()
    is_held_out = held_out(users, design.holdout_share)
    experiments = Experiments(design, is_held_out, streams[8])
    marketing, log = run_campaigns(
        streams[4], customers, catalogue, organic, experiments
    )
    log = spread_orders(
        streams[8], log[log["at"] < design.ends_at], design.order_spread
    )
    is_lost = log["removed_by"] >= 0
    lost_lines, log = log[is_lost], log[~is_lost]
    report("ratings and refunds")
    bought = log[log["kind"] == PURCHASE]
    ratings, texts = make_ratings(streams[5], customers, catalogue, bought)
    refunds = make_refunds(streams[7], bought)
    log = pd.concat([log, ratings, refunds], ignore_index=True)
    log = log[log["at"] < design.ends_at]
    log = log.sort_values(["at", "session", "kind", "item", "user"], ignore_index=True)
    return Shop(
        settings=settings,
        design=design,
        customers=customers,
        catalogue=catalogue,
        is_held_out=is_held_out,
        marketing=marketing,
        log=log,
        lost_lines=lost_lines,
        review_texts=texts,
        erased_users=_erased_users(streams[6], settings.users, log),
    )


def _erased_users(
    rng: np.random.Generator, users: int, log: pd.DataFrame
) -> np.ndarray:
    """Return the users who asked to be erased, all with purchases: it must show."""
    buyers = np.unique(log.loc[log["kind"] == PURCHASE, "user"])
    count = min(max(_ERASED_AT_LEAST, round(users * _ERASED_SHARE)), len(buyers))
    return np.sort(rng.choice(buyers, count, replace=False)).astype(np.int64)
