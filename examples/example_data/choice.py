"""Which item a user looks at: category, brand and style by taste, then the item.

The chance of a cell (category x brand x style) is its popularity times
exp(scale * <taste, cell> + category preference); inside the cell two items are drawn by
popularity and the one the user likes better tends to win. Drawing from the full
users x items matrix would not fit into memory at 200,000 users and 20,000 items; this
costs n_users x 108 cells, in blocks of users.
"""

import numpy as np

from examples.example_data.catalogue import (
    CATEGORIES,
    CELL_COUNT,
    CELLS_PER_CATEGORY,
    Catalogue,
)
from examples.example_data.customers import Customers
from examples.example_data.settings import DAY

_AFFINITY_SCALE = 0.8
_ITEM_SCALE = 1.2  # of the item's own part of the affinity, inside a cell
_USERS_PER_BLOCK = 20_000
_ATTEMPTS = 4


def draw_items(
    rng: np.random.Generator,
    customers: Customers,
    catalogue: Catalogue,
    user: np.ndarray,
    at: np.ndarray,
    category: int | None = None,
) -> np.ndarray:
    """Return an item for each draw, published by then and wanted in that season.

    Parameters
    ----------
    rng : Generator
        Source of the draws.
    customers, catalogue : Customers, Catalogue
        Tastes and items.
    user : int array, shape (n_draws,)
        user_index, ascending.
    at : int array, shape (n_draws,)
        Seconds since 1970.
    category : int, optional
        Draw from this category only.

    Returns
    -------
    int32 array, shape (n_draws,)
        item_index, or -1 where only unpublished items came up.

    Raises
    ------
    ValueError
        If `user` is not ascending.
    """
    if np.any(np.diff(user) < 0):
        raise ValueError("user must be ascending")
    item = np.full(len(user), -1, dtype=np.int32)
    chooser = _Chooser(rng, customers, catalogue)
    for first in range(0, customers.user_count, _USERS_PER_BLOCK):
        low, high = np.searchsorted(user, [first, first + _USERS_PER_BLOCK])
        if low < high:
            block = slice(low, high)
            item[block] = chooser.block(first, user[block], at[block], category)
    return item


class _Chooser:
    """Draws for one block of users at a time."""

    def __init__(
        self, rng: np.random.Generator, customers: Customers, catalogue: Catalogue
    ) -> None:
        self.rng, self.customers, self.catalogue = rng, customers, catalogue
        self.by_cell = np.argsort(catalogue.cell, kind="stable")
        cell = catalogue.cell[self.by_cell]
        weight = catalogue.popularity[self.by_cell]
        self.cell_weight = np.bincount(cell, weight, CELL_COUNT)
        running = np.cumsum(weight)
        before = np.cumsum(self.cell_weight) - self.cell_weight
        # Cell c owns (c, c + 1]: one search finds an item in any cell.
        self.item_edge = cell + (running - before[cell]) / self.cell_weight[cell]
        self.cell_end = np.searchsorted(cell, np.arange(CELL_COUNT), "right") - 1
        self.own_latent = catalogue.latent - catalogue.cell_latent[catalogue.cell]

    def block(
        self, first: int, user: np.ndarray, at: np.ndarray, category: int | None
    ) -> np.ndarray:
        """Return items for draws of the users from `first` on; see `draw_items`."""
        edges = self._cell_edges(first)
        chosen = np.full(len(user), -1, dtype=np.int32)
        pending = np.arange(len(user))
        for attempt in range(_ATTEMPTS):
            cell = self._draw_cells(edges, user[pending] - first, category)
            item = self._draw_item_of(cell, user[pending])
            accepted = self.catalogue.published_at[item] <= at[pending]
            if attempt == 0:
                # Out of season is drawn again once, without regard to the season.
                accepted &= self._in_season(item, at[pending])
            chosen[pending[accepted]] = item[accepted]
            pending = pending[~accepted]
        return chosen

    def _cell_edges(self, first: int) -> np.ndarray:
        """Return cumulative cell chances of a block, shape (n_block, CELL_COUNT)."""
        block = slice(first, first + _USERS_PER_BLOCK)
        logit = _AFFINITY_SCALE * (
            self.customers.taste[block] @ self.catalogue.cell_latent.T
        )
        logit += np.repeat(
            self.customers.category_preference[block], CELLS_PER_CATEGORY, axis=1
        )
        chance = np.exp(logit) * self.cell_weight
        edges = np.cumsum(chance, axis=1)
        return edges / edges[:, -1:]

    def _draw_cells(
        self, edges: np.ndarray, row: np.ndarray, category: int | None
    ) -> np.ndarray:
        """Return a cell for each draw by its row's cumulative chances."""
        share = self.rng.random(len(row))
        if category is not None:
            last = (category + 1) * CELLS_PER_CATEGORY - 1
            start = last - CELLS_PER_CATEGORY
            low = edges[row, start] if category else np.zeros(len(row))
            share = low + share * (edges[row, last] - low)
        # Row r owns (r, r + 1]: one search serves every row.
        flat = (edges + np.arange(len(edges))[:, None]).ravel()
        cell = np.searchsorted(flat, row + share, "right") - row * CELL_COUNT
        lowest, highest = 0, CELL_COUNT - 1
        if category is not None:
            lowest, highest = start + 1, last
        # Rounding at an edge may land one cell off; empty cells are never drawn
        # except that way, so step to a cell that has items.
        return self._nearest_stocked(np.clip(cell, lowest, highest), lowest, highest)

    def _nearest_stocked(
        self, cell: np.ndarray, lowest: int, highest: int
    ) -> np.ndarray:
        """Return the cells, empty ones replaced by a stocked one of the same range."""
        stocked = np.flatnonzero(self.cell_weight[lowest : highest + 1] > 0) + lowest
        position = np.searchsorted(stocked, cell)
        return stocked[np.minimum(position, len(stocked) - 1)]

    def _draw_item_of(self, cell: np.ndarray, user: np.ndarray) -> np.ndarray:
        """Return the better liked of two items drawn from each cell by popularity."""
        pair = np.stack([self._by_popularity(cell), self._by_popularity(cell)])
        taste = self.customers.taste[user]
        liking = _ITEM_SCALE * np.stack(
            [np.einsum("ij,ij->i", taste, self.own_latent[item]) for item in pair]
        )
        second = liking[1] - liking[0] + self.rng.logistic(size=len(cell)) > 0
        return np.where(second, pair[1], pair[0])

    def _by_popularity(self, cell: np.ndarray) -> np.ndarray:
        """Return an item of each cell by popularity."""
        position = np.searchsorted(
            self.item_edge, cell + self.rng.random(len(cell)), "right"
        )
        return self.by_cell[np.minimum(position, self.cell_end[cell])]

    def _in_season(self, item: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Return whether the season favors the item, by chance."""
        category = self.catalogue.category[item]
        peak = np.array([c.peak_month for c in CATEGORIES])[category]
        share = np.array([c.peak_share for c in CATEGORIES])[category]
        year_angle = 2 * np.pi * (at / (365.25 * DAY) - (peak - 0.5) / 12)
        season = (1 + share * np.cos(year_angle)) / (1 + share)
        return self.rng.random(len(item)) < season
