"""Each scorer's neighbors and lists for one window: all that its settings decide.

The Python models in `python_models/scorers/` and the search for settings (`tuning`)
call these functions, so that what is searched is what is built. Settings are those of
`read_settings`; their meaning stands in docs/algorithms/. A parameter `neighbors` is
item cosine's table, which the search gives.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.collaborative.ease import ease_scores, fit_ease
from precision_marketing.algorithms.collaborative.ials import (
    Factors,
    fit_ials,
    ials_scores,
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
    spectral_scores,
)
from precision_marketing.algorithms.kernels.top_scores import ScoreBlock
from precision_marketing.build.kept_fits import kept
from precision_marketing.build.relations import reader, window_schema, with_window
from precision_marketing.build.windows import Window

Settings: TypeAlias = Mapping[str, Any]
# A scorer's lists for the scored users, in blocks of `scores_schema`.
Lists: TypeAlias = Iterator[pa.RecordBatch]

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


def item_cosine(window: Window, settings: Settings, neighbors: pa.Table) -> Lists:
    """Yield the items nearest to the whole history; `neighbors` of item cosine."""
    by_source = items_by_source(window, neighbors)
    return window.top_items(window.weights, by_source, settings["candidates"])


def item_cosine_recent(
    window: Window, settings: Settings, neighbors: pa.Table
) -> Lists:
    """Yield the items nearest to the history's end; `neighbors` of item cosine.

    Nothing where no history has an order: it would be item cosine once more.
    """
    if not window.has_order:
        return iter(())
    return window.top_items(
        window.recent_weights(settings["decay"]),
        items_by_source(window, neighbors),
        settings["candidates"],
    )


def last_basket(window: Window, settings: Settings, neighbors: pa.Table) -> Lists:
    """Yield the items nearest to the last day's alone; `neighbors` of item cosine.

    Nothing where no history has an order.
    """
    return item_cosine_recent(window, {**settings, "decay": 0.0}, neighbors)


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


def next_basket(window: Window, settings: Settings, followers: pa.Table) -> Lists:
    """Yield the items that follow the last day's; `followers`: its neighbors."""
    return window.top_items(
        window.recent_weights(0.0),
        items_by_source(window, followers),
        settings["candidates"],
    )


def user_cosine(window: Window, settings: Settings) -> Lists:
    """Yield what the nearest users have, in blocks of users.

    Neighbors are found for one block of users at a time and not kept: for all users
    they would be a table of users x neighbors rows.
    """
    n_users = window.weights.shape[0]
    damping = popularity_damping(window.weights, settings["popularity_exponent"])
    block_size = max(1, NEIGHBORS_PER_BLOCK // settings["neighbors"])
    for start in range(0, window.scored_users.size, block_size):
        users = window.scored_users[start : start + block_size]
        neighbors = user_neighbors(
            window.weights,
            top_k=settings["neighbors"],
            item_degree_exponent=settings["item_degree_exponent"],
            target_exponent=settings["target_exponent"],
            source_exponent=settings["source_exponent"],
            shrinkage=settings["shrinkage"],
            similarity=settings["similarity"],
            users=users,
        )
        yield from replace(window, scored_users=users).top_items(
            neighbor_matrix(neighbors, n_users, n_users),
            window.weights,
            settings["candidates"],
            damping,
        )


def spectral(window: Window, settings: Settings) -> Lists:
    """Yield the best items of the spectral scorer, for a decayed history."""
    return refined(fit_of_spectral, settings)(window)


def spectral_weights(
    window: Window, settings: Settings, before: np.ndarray | None = None
) -> SpectralWeights:
    """Return the spectral scorer's weights of items for items."""
    return kept(
        fit_spectral,
        window.weights,
        rank=settings["rank"],
        spectrum_exponent=settings["spectrum_exponent"],
        user_degree_exponent=settings["user_degree_exponent"],
        item_degree_exponent=settings["item_degree_exponent"],
        top_k=settings["neighbors"],
        start=before,
    )


def fit_of_spectral(
    window: Window, settings: Settings, before: np.ndarray | None
) -> tuple[np.ndarray, ScoreBlock]:
    """Return the spectral scorer's directions, begun from other ones, and scores."""
    fitted = spectral_weights(window, settings, before)
    history = window.recent_weights(settings["decay"])
    return fitted.right, spectral_scores(history, fitted)


def local_ridge(window: Window, settings: Settings, neighbors: pa.Table) -> Lists:
    """Yield the best items of local ridge; `neighbors` of item cosine, as many or more.

    The weights of items are fitted to whole histories, and applied to decayed ones.
    """
    item_weights = local_ridge_weights(window, settings, neighbors)
    history = window.recent_weights(settings["decay"])
    return window.top_items(history, item_weights, settings["candidates"])


def local_ridge_weights(
    window: Window, settings: Settings, neighbors: pa.Table
) -> csr_matrix:
    """Return the weights of the nearest `settings["neighbors"]` of each item."""
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


def ials(window: Window, settings: Settings) -> Lists:
    """Yield the best items of the factorization of decayed histories."""
    factors, _ = fit_of_ials(window, settings, None)
    return ials_of_factors(window, settings, factors)


def ials_of_factors(window: Window, settings: Settings, factors: Factors) -> Lists:
    """Yield the best items by factors of users and items; nothing without any."""
    if not factors.items.size:
        return iter(())
    return window.top_scores(ials_scores(factors), settings["candidates"])


def fit_of_ials(
    window: Window, settings: Settings, before: Factors | None
) -> tuple[Factors, ScoreBlock]:
    """Return the factors of decayed histories, begun from other ones, and scores."""
    factors = ials_fit(window, settings, before)
    return factors, ials_scores(factors)


def ials_fit(window: Window, settings: Settings, before: Factors | None) -> Factors:
    """Return the factors of decayed histories, begun from other ones."""
    return kept(
        fit_ials,
        window.recent_weights(settings["decay"]),
        factors=settings["factors"],
        iterations=settings["iterations"],
        unobserved_strength=settings["unobserved_strength"],
        regularization=settings["regularization"],
        seed=settings["seed"],
        start=before,
    )


def refined(
    fit: Callable[[Window, Settings, Any], tuple[Any, ScoreBlock]], settings: Settings
) -> Callable[[Window], Lists]:
    """Return the function to a window's lists that begins where the last one ended.

    Parameters
    ----------
    fit : callable
        `fit_of_spectral` or `fit_of_ials`: from a window, the settings and the fit of
        the window before (None for the first) to its own fit and scores.
    settings : mapping

    Returns
    -------
    callable
        From a window to its lists. To be called in the order of the windows, whose
        users and items have the same positions in all of them.
    """
    before = None

    def lists(window: Window) -> Lists:
        nonlocal before
        before, scores = fit(window, settings, before)
        return window.top_scores(scores, settings["candidates"])

    return lists


def ease(window: Window, settings: Settings) -> Lists:
    """Yield the best items of EASE; nothing for more than `maximum_items` items."""
    if window.weights.shape[1] > settings["maximum_items"]:
        return iter(())
    item_weights = ease_weights(window, settings)
    return window.top_scores(
        ease_scores(window.weights, item_weights), settings["candidates"]
    )


def ease_weights(window: Window, settings: Settings) -> np.ndarray:
    """Return EASE's weights of items for items, row = source."""
    return kept(
        fit_ease,
        window.weights,
        penalty=settings["penalty"],
        user_degree_exponent=settings["user_degree_exponent"],
        maximum_items=settings["maximum_items"],
    )


def items_by_source(window: Window, neighbors: pa.Table) -> csr_matrix:
    """Return item neighbors as a matrix, row = source, column = target."""
    n_items = window.weights.shape[1]
    return neighbor_matrix(neighbors, n_items, n_items, by_source=True)
