"""The items of the shop: what they are, what they cost, and whom they please.

An item's latent vector is the sum of its category's, brand's and style's vectors and
noise of its own, so that items which read alike please alike, but not only those.
"""

from dataclasses import dataclass

import numpy as np

from examples.example_data.consumables import CONSUMABLES
from examples.example_data.durables import DURABLES
from examples.example_data.settings import (
    DAY,
    END,
    HOUR,
    LATENT_DIMENSIONS,
    START,
    seconds,
)

CATEGORIES = CONSUMABLES + DURABLES
BRANDS_PER_CATEGORY = 3
STYLES_PER_CATEGORY = 3
CELLS_PER_CATEGORY = BRANDS_PER_CATEGORY * STYLES_PER_CATEGORY
CELL_COUNT = len(CATEGORIES) * CELLS_PER_CATEGORY

# Standard deviations of the parts of a latent vector, unit-free.
_CATEGORY_SPREAD, _BRAND_SPREAD, _STYLE_SPREAD, _ITEM_SPREAD = 1.0, 0.7, 0.9, 0.5
_POPULARITY_SPREAD = 0.6  # of log popularity inside a cell


@dataclass(frozen=True)
class Catalogue:
    """Items as arrays; position is item_index. A cell is category x brand x style.

    Attributes
    ----------
    category, brand, style : int8 arrays, shape (n_items,)
        Index into `CATEGORIES`, and into that category's brands and styles.
    cell : int64 array, shape (n_items,)
        Category-major number of the cell, so that a category's cells are adjacent.
    latent : float64 array, shape (n_items, LATENT_DIMENSIONS)
        What the item is like; an inner product with a user's taste is the affinity.
    cell_latent : float64 array, shape (CELL_COUNT, LATENT_DIMENSIONS)
        The same without the item's own noise.
    popularity : float64 array, shape (n_items,)
        Relative weight with which the item is chosen, > 0.
    price_cents, published_at : int64 arrays, shape (n_items,)
        Whole cents; seconds since 1970.
    interval_days : float64 array, shape (n_items,)
        Days between two purchases by a loyal customer, NaN for durable goods.
    is_available : bool array, shape (n_items,)
        Whether it can still be bought at the end.
    """

    category: np.ndarray
    brand: np.ndarray
    style: np.ndarray
    cell: np.ndarray
    latent: np.ndarray
    cell_latent: np.ndarray
    popularity: np.ndarray
    price_cents: np.ndarray
    published_at: np.ndarray
    interval_days: np.ndarray
    is_available: np.ndarray

    @property
    def item_count(self) -> int:
        """Number of items."""
        return len(self.cell)


def make_catalogue(rng: np.random.Generator, items: int) -> Catalogue:
    """Return a catalogue of `items` items, spread evenly over the cells."""
    category = np.arange(items) % len(CATEGORIES)
    brand = np.arange(items) // len(CATEGORIES) % BRANDS_PER_CATEGORY
    style = (
        np.arange(items) // (len(CATEGORIES) * BRANDS_PER_CATEGORY)
    ) % STYLES_PER_CATEGORY
    cell = (category * BRANDS_PER_CATEGORY + brand) * STYLES_PER_CATEGORY + style
    cell_latent = _cell_latents(rng)
    noise = rng.normal(0, _ITEM_SPREAD, (items, LATENT_DIMENSIONS))
    category_popularity = rng.lognormal(0, 0.2, len(CATEGORIES))[category]
    return Catalogue(
        category=category.astype(np.int8),
        brand=brand.astype(np.int8),
        style=style.astype(np.int8),
        cell=cell,
        latent=(cell_latent[cell] + noise),
        cell_latent=cell_latent,
        popularity=category_popularity * rng.lognormal(0, _POPULARITY_SPREAD, items),
        price_cents=_prices(rng, category),
        published_at=_publication_times(rng, items),
        interval_days=_intervals(rng, category),
        is_available=rng.random(items) >= 0.06,
    )


def _cell_latents(rng: np.random.Generator) -> np.ndarray:
    """Return each cell's vector; a brand sold in two categories keeps its vector."""
    names = sorted({name for category in CATEGORIES for name in category.brands})
    categories = rng.normal(0, _CATEGORY_SPREAD, (len(CATEGORIES), LATENT_DIMENSIONS))
    brands = rng.normal(0, _BRAND_SPREAD, (len(names), LATENT_DIMENSIONS))
    styles = rng.normal(
        0, _STYLE_SPREAD, (len(CATEGORIES), STYLES_PER_CATEGORY, LATENT_DIMENSIONS)
    )
    brand_of = np.array([[names.index(b) for b in c.brands] for c in CATEGORIES])
    cells = (
        categories[:, None, None, :]
        + brands[brand_of][:, :, None, :]
        + styles[:, None, :, :]
    )
    return cells.reshape(CELL_COUNT, LATENT_DIMENSIONS)


def _prices(rng: np.random.Generator, category: np.ndarray) -> np.ndarray:
    """Return prices in whole cents that end in 9, log-uniform by category."""
    lowest = np.log([c.cheapest_cents for c in CATEGORIES])[category]
    highest = np.log([c.dearest_cents for c in CATEGORIES])[category]
    cents = np.exp(lowest + rng.random(len(category)) * (highest - lowest))
    return cents.astype(np.int64) // 10 * 10 + 9


def _publication_times(rng: np.random.Generator, items: int) -> np.ndarray:
    """Return times of publication: most before the data begins, some while it runs."""
    earlier = rng.integers(seconds("2023-01-01"), seconds("2024-12-20"), items)
    later = rng.integers(START + 10 * DAY, END - 10 * DAY, items)
    return np.where(rng.random(items) < 0.12, later, earlier) // HOUR * HOUR


def _intervals(rng: np.random.Generator, category: np.ndarray) -> np.ndarray:
    """Return each item's days between purchases to one decimal, NaN when durable."""
    typical = np.array([c.interval_days or np.nan for c in CATEGORIES])[category]
    return np.round(typical * rng.lognormal(0, 0.2, len(category)), 1)
