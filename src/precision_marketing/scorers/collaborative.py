"""The scorers of what users did alike: neighbors, fits and lists by their settings.

Settings are those of `read_settings`; their meaning stands in docs/algorithms/. A
parameter `neighbors` is item cosine's table, `followers` is next basket's.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.collaborative.ease import ease_scores, fit_ease
from precision_marketing.algorithms.collaborative.ials import (
    ItemFactors,
    fit_ials,
    fold_in,
    ials_scores,
    item_factors,
)
from precision_marketing.algorithms.collaborative.local_ridge import fit_local_ridge
from precision_marketing.algorithms.collaborative.neighbors import (
    item_neighbors,
    item_neighbors_schema,
    neighbor_matrix,
    user_neighbors,
)
from precision_marketing.algorithms.collaborative.next_basket import (
    next_basket_neighbors,
)
from precision_marketing.algorithms.collaborative.popularity import popularity_damping
from precision_marketing.algorithms.collaborative.spectral import (
    SpectralWeights,
    fit_spectral,
    spectral_item_weights,
    spectral_scores,
)
from precision_marketing.algorithms.kernels.pair_scores import ItemWeights, LinearScores
from precision_marketing.build.kept_fits import kept
from precision_marketing.build.relations import reader, window_schema, with_window
from precision_marketing.build.windows import Window
from precision_marketing.scorers.scorer import Lists, Scorer, Settings

# User neighbors in memory at one time: 32 bytes each.
NEIGHBORS_PER_BLOCK = 10_000_000


def stream_neighbors(
    windows: Iterable[Window],
    neighbors: Callable[[Window, Settings], pa.Table],
    settings: Settings,
) -> pa.RecordBatchReader:
    """Return the neighbors of all windows, as a dbt Python model returns them.

    Parameters
    ----------
    windows : iterable of Window
        As `read_windows` returns; read while DuckDB writes.
    neighbors : callable
        From a window and the settings to its neighbors (`item_neighbors_schema`).
    settings : mapping
        As `read_settings` returns.

    Returns
    -------
    pyarrow.RecordBatchReader
        `item_neighbors_schema` with time_window in front.
    """
    batches = (
        with_window(batch, window.time_window)
        for window in windows
        for batch in neighbors(window, settings).to_batches()
    )
    return reader(window_schema(item_neighbors_schema), batches)


def item_cosine_neighbors(window: Window, settings: Settings) -> pa.Table:
    """Return the nearest items of each item (`item_neighbors_schema`)."""
    return item_neighbors(
        window.weights,
        top_k=settings["neighbors"],
        user_degree_exponent=settings["user_degree_exponent"],
        target_exponent=settings["target_exponent"],
        source_exponent=settings["source_exponent"],
        shrinkage=settings["shrinkage"],
        similarity=settings["similarity"],
    )


def next_basket_neighbors_of(window: Window, settings: Settings) -> pa.Table:
    """Return what each item follows (`item_neighbors_schema`), if there is an order."""
    return next_basket_neighbors(
        window.recency_positions,
        top_k=settings["neighbors"],
        reach=settings["reach"],
        decay=settings["reach_decay"],
        user_degree_exponent=settings["user_degree_exponent"],
        target_exponent=settings["target_exponent"],
        source_exponent=settings["source_exponent"],
        shrinkage=settings["shrinkage"],
    )


def _item_cosine_fit(
    window: Window, settings: Settings, neighbors: pa.Table
) -> csr_matrix:
    return items_by_source(window, neighbors)


def items_by_source(window: Window, neighbors: pa.Table) -> csr_matrix:
    """Return the similarities of items, row = source."""
    n_items = window.weights.shape[1]
    return neighbor_matrix(neighbors, n_items, n_items, by_source=True)


def _of_order_fit(
    window: Window, settings: Settings, neighbors: pa.Table
) -> csr_matrix | None:
    """Return the same where a history has an order, else it were item cosine again."""
    if not window.has_order:
        return None
    return items_by_source(window, neighbors)


def _next_basket_fit(
    window: Window, settings: Settings, followers: pa.Table
) -> csr_matrix:
    """Return how much each item is followed by others, row = source."""
    return items_by_source(window, followers)


def _local_ridge_fit(
    window: Window, settings: Settings, neighbors: pa.Table
) -> csr_matrix:
    """Return the weights of the nearest `settings["neighbors"]` of each item.

    They are fitted to whole histories, and applied to decayed ones.
    """
    is_near = pc.less_equal(neighbors["neighbor_rank"], settings["neighbors"])
    n_items = window.weights.shape[1]
    near = neighbor_matrix(neighbors.filter(is_near), n_items, n_items)
    # In the order of a matrix: tables are read in any, and would be another argument.
    ordered = {
        "item_index": np.repeat(np.arange(n_items), np.diff(near.indptr)),
        "neighbor_index": near.indices,
    }
    return kept(
        fit_local_ridge,
        window.weights,
        pa.table(ordered),
        user_degree_exponent=settings["user_degree_exponent"],
        penalty=settings["penalty"],
        penalty_exponent=settings["penalty_exponent"],
    )


def _sums(
    block: Window, histories: csr_matrix, by_source: csr_matrix, settings: Settings
) -> Lists:
    """Yield the best items by sums over the history; row = source."""
    return block.top_items(histories, by_source, settings["candidates"])


def _added_up(by_source: csr_matrix | np.ndarray) -> ItemWeights:
    return ItemWeights(by_source=by_source)


class UserHistories(NamedTuple):
    """Whom user cosine finds the nearest among, and how loud popular items are.

    `users` are their places in the whole window, ascending.
    """

    weights: csr_matrix
    damping: np.ndarray
    users: np.ndarray

    def places(self, users: np.ndarray) -> np.ndarray:
        """Return the rows of users, -1 of those who are not among them."""
        if not self.users.size:
            return np.full(users.size, -1)
        rows = np.minimum(np.searchsorted(self.users, users), self.users.size - 1)
        return np.where(self.users[rows] == users, rows, -1)


def _user_cosine_fit(window: Window, settings: Settings) -> UserHistories:
    damping = popularity_damping(window.weights, settings["popularity_exponent"])
    return UserHistories(window.weights, damping, window.numbers)


def _user_cosine_lists(
    block: Window, histories: csr_matrix, fitted: UserHistories, settings: Settings
) -> Lists:
    """Yield what the nearest users have.

    Neighbors are found for some users at a time and not kept: for all users they would
    be a table of users x neighbors rows.
    """
    shape = (block.weights.shape[0], fitted.weights.shape[0])
    size = max(1, NEIGHBORS_PER_BLOCK // settings["neighbors"])
    for start in range(0, block.scored_users.size, size):
        users = block.scored_users[start : start + size]
        neighbors = user_neighbors(
            fitted.weights,
            top_k=settings["neighbors"],
            item_degree_exponent=settings["item_degree_exponent"],
            target_exponent=settings["target_exponent"],
            source_exponent=settings["source_exponent"],
            shrinkage=settings["shrinkage"],
            similarity=settings["similarity"],
            targets=histories,
            users=users,
            known_as=fitted.places(block.numbers),
        )
        yield from replace(block, scored_users=users).top_items(
            neighbor_matrix(neighbors, *shape),
            fitted.weights,
            settings["candidates"],
            fitted.damping,
        )


def _of_items(before: np.ndarray, window: Window) -> np.ndarray:
    """Return an earlier window's rows of items, 0 for those that have come since."""
    added = window.weights.shape[1] - len(before)
    return np.pad(before, ((0, added), (0, 0))) if added else before


def _spectral_fit(
    window: Window, settings: Settings, before: SpectralWeights | None = None
) -> SpectralWeights:
    """Return the weights of items for items, begun from an earlier fit's directions."""
    return kept(
        fit_spectral,
        window.weights,
        rank=settings["rank"],
        spectrum_exponent=settings["spectrum_exponent"],
        user_degree_exponent=settings["user_degree_exponent"],
        item_degree_exponent=settings["item_degree_exponent"],
        top_k=settings["neighbors"],
        start=None if before is None else _of_items(before.right, window),
    )


def _spectral_lists(
    block: Window, histories: csr_matrix, fitted: SpectralWeights, settings: Settings
) -> Lists:
    return block.top_scores(spectral_scores(histories, fitted), settings["candidates"])


def _ials_fit(
    window: Window,
    settings: Settings,
    before: ItemFactors | None = None,
    factors: np.ndarray | None = None,
) -> ItemFactors | None:
    """Return the items' factors of decayed histories, begun from an earlier fit's."""
    histories = window.recent_weights(settings["decay"])
    strengths = {
        name: settings[name] for name in ("unobserved_strength", "regularization")
    }
    if factors is None:
        factors = kept(
            fit_ials,
            histories,
            factors=settings["factors"],
            iterations=settings["iterations"],
            seed=settings["seed"],
            start=None if before is None else _of_items(before.items, window),
            **strengths,
        )
    return item_factors(histories, factors, **strengths) if factors.size else None


def _ials_lists(
    block: Window, histories: csr_matrix, fitted: ItemFactors, settings: Settings
) -> Lists:
    return block.top_scores(ials_scores(histories, fitted), settings["candidates"])


def _ials_pairs(
    block: Window, histories: csr_matrix, fitted: ItemFactors
) -> LinearScores:
    """Return the scores of all pairs of a scored user and an item."""
    users = np.zeros((histories.shape[0], fitted.items.shape[1]), np.float32)
    users[block.scored_users] = fold_in(histories[block.scored_users], fitted)
    return LinearScores((users, fitted.items))


def _ease_fit(window: Window, settings: Settings) -> np.ndarray | None:
    """Return weights of items for items, row = source, of so many items at most."""
    if window.weights.shape[1] > settings["maximum_items"]:
        return None
    return kept(
        fit_ease,
        window.weights,
        penalty=settings["penalty"],
        user_degree_exponent=settings["user_degree_exponent"],
        maximum_items=settings["maximum_items"],
    )


def _ease_lists(
    block: Window, histories: csr_matrix, fitted: np.ndarray, settings: Settings
) -> Lists:
    return block.top_scores(ease_scores(histories, fitted), settings["candidates"])


def _of_similarities(
    fit: Callable[..., csr_matrix | None], decay: float | None, table: str
) -> Scorer:
    """Return a scorer whose scores are sums of a table's similarities."""
    return Scorer(fit, _sums, decay, _added_up, similarities=table)


COLLABORATIVE: Mapping[str, Scorer] = {
    "item_cosine": _of_similarities(_item_cosine_fit, 1.0, "neighbors"),
    # The items nearest to the history's end, and to the last day's alone.
    "item_cosine_recent": _of_similarities(_of_order_fit, None, "neighbors"),
    "last_basket": _of_similarities(_of_order_fit, 0.0, "neighbors"),
    "next_basket": _of_similarities(_next_basket_fit, 0.0, "followers"),
    "local_ridge": Scorer(_local_ridge_fit, _sums, None, _added_up),
    "user_cosine": Scorer(_user_cosine_fit, _user_cosine_lists, 1.0),
    "spectral": Scorer(_spectral_fit, _spectral_lists, None, spectral_item_weights),
    "ials": Scorer(_ials_fit, _ials_lists, pairs=_ials_pairs),
    "ease": Scorer(_ease_fit, _ease_lists, 1.0, _added_up),
}
