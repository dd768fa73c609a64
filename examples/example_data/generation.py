"""The inputs of a made-up shop, generated, and the truth about them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from examples.example_data.design import Design
from examples.example_data.dirt import soil
from examples.example_data.raw_tables import make_raw_tables
from examples.example_data.settings import (
    DEFAULT_EVENTS_PER_USER,
    DEFAULT_SEED,
    DEFAULT_USERS,
    Settings,
    default_items,
)
from examples.example_data.shop import make_shop
from examples.example_data.truth import make_truth

_STREAMS = 11
_AS_EVER = Design()


@dataclass(frozen=True)
class ExampleData:
    """The inputs of one example shop and the truth about it.

    Attributes
    ----------
    tables : dict of DataFrame
        By input, with the contract's columns, all text; missing values are NaN.
    truth : dict
        What JSON can hold; `docs/example_data.md` describes it.
    """

    tables: dict[str, pd.DataFrame]
    truth: dict


def generate(
    users: int = DEFAULT_USERS,
    items: int | None = None,
    seed: int = DEFAULT_SEED,
    events_per_user: float = DEFAULT_EVENTS_PER_USER,
    design: Design = _AS_EVER,
    report: Callable[[str], None] = lambda message: None,
) -> ExampleData:
    """Return an example shop: the same arguments give the same rows.

    Parameters
    ----------
    users : int
        Customers, at least 50.
    items : int, optional
        Products, at least 50. By default a tenth of the users, from 200 to 20,000.
    seed : int
        Seed of every random stream, >= 0.
    events_per_user : float
        Events per user without those of campaigns, approximately; 4 to 500.
    design : Design
        How the campaigns are laid out; by default as in the seeds.
    report : callable
        Told which step begins, for work that takes minutes.

    Returns
    -------
    ExampleData
        About 0.5 kB of memory per event at the peak.

    Raises
    ------
    ValueError
        If a setting is out of range; the message names it.

    Examples
    --------
    >>> data = generate(users=50, items=50)
    >>> data.tables["users"].columns[0]
    'user_id'
    """
    settings = Settings(
        users=users,
        items=default_items(users) if items is None else items,
        events_per_user=events_per_user,
        seed=seed,
    )
    streams = [
        np.random.Generator(np.random.PCG64(child))
        for child in np.random.SeedSequence(seed).spawn(_STREAMS)
    ]
    shop = make_shop(settings, design, [*streams[:7], *streams[9:]], report)
    report(f"{len(shop.log):,} events: writing ids, prices and times")
    clean = make_raw_tables(streams[7], shop)
    report("adding dirty rows")
    tables, row_accounting = soil(streams[8], clean)
    report("working out the truth")
    return ExampleData(tables=tables, truth=make_truth(shop, row_accounting))
