"""What each linear scorer says of every candidate, whichever list holds it.

A list ends, and its scorer's score of the next item is not 0: without it a candidate
that one scorer puts on place 81 counts as one that the scorer knows nothing of.
"""

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

from precision_marketing.algorithms.collaborative.ials import ials_pairs
from precision_marketing.algorithms.collaborative.neighbors import neighbor_matrix
from precision_marketing.algorithms.collaborative.spectral import spectral_pairs
from precision_marketing.algorithms.kernels.pair_scores import LinearScores
from precision_marketing.build.relations import to_arrow
from precision_marketing.build.windows import Window, read_settings
from precision_marketing.scorers import collaborative
from precision_marketing.scorers.collaborative import Settings

# Scorers by library function whose fit goes from window to window.
_REFINED: Mapping[str, Callable[..., Any]] = {
    "spectral": collaborative.spectral_weights,
    "ials": collaborative.ials_fit,
}


class FullScores:
    """Scores of all pairs, by the fits that made the lists of a window.

    Parameters
    ----------
    settings : duckdb.DuckDBPyRelation
        `int_scorer_settings`.
    decisions : duckdb.DuckDBPyRelation, optional
        `scorer_decisions`: who is left out scores nothing.
    """

    def __init__(self, settings: Any, decisions: Any = None):
        functions = read_settings(settings, "library_function", with_shared=False)
        left_out = set()
        if decisions is not None:
            rows = to_arrow(decisions.filter("is_left_out").project("scorer"))
            left_out = set(rows["scorer"].to_pylist())
        self._functions = {
            name: function
            for name, function in functions.items()
            if name not in left_out
        }
        self._settings = {
            name: read_settings(settings, name) for name in self._functions
        }
        self._before: dict[str, Any] = {}

    def of_window(
        self, window: Window, neighbors: pa.Table, followers: pa.Table
    ) -> dict[str, LinearScores]:
        """Return the scores of a window by scorer, of those that are linear.

        Parameters
        ----------
        window : Window
            `test` before `serve`, whose fits begin where those of `test` ended.
        neighbors, followers : pyarrow.Table
            Of the window: item cosine's and next basket's.

        Returns
        -------
        dict of str to LinearScores
        """
        found = {}
        for name, function in self._functions.items():
            settings = self._settings[name]
            if function in _REFINED:
                before = (
                    self._before.get(name) if window.time_window == "serve" else None
                )
                fitted = _REFINED[function](window, settings, before)
                if function == "ials":
                    self._before[name] = fitted
                    found[name] = ials_pairs(fitted)
                else:
                    self._before[name] = fitted.right
                    history = window.recent_weights(settings["decay"])
                    found[name] = spectral_pairs(history, fitted)
            elif function in _BY_WEIGHTS:
                found[name] = _BY_WEIGHTS[function](
                    window, settings, neighbors, followers
                )
        return found


def _by_neighbors(window: Window, decay: float, table: pa.Table) -> LinearScores:
    """Return the scores of a history, decayed, by a table of neighbors."""
    n_items = window.weights.shape[1]
    by_item = neighbor_matrix(table, n_items, n_items)
    return LinearScores(None, window.recent_weights(decay), by_item)


def _local_ridge(
    window: Window, settings: Settings, neighbors: pa.Table, followers: pa.Table
) -> LinearScores:
    """Return the scores of local ridge."""
    weights = collaborative.local_ridge_weights(window, settings, neighbors)
    history = window.recent_weights(settings["decay"])
    return LinearScores(None, history, weights.T.tocsr())


_BY_WEIGHTS: Mapping[str, Callable[..., LinearScores]] = {
    "item_cosine": lambda window, settings, neighbors, followers: _by_neighbors(
        window, 1.0, neighbors
    ),
    "item_cosine_recent": lambda window, settings, neighbors, followers: _by_neighbors(
        window, settings["decay"], neighbors
    ),
    "last_basket": lambda window, settings, neighbors, followers: _by_neighbors(
        window, 0.0, neighbors
    ),
    "next_basket": lambda window, settings, neighbors, followers: _by_neighbors(
        window, 0.0, followers
    ),
    "local_ridge": _local_ridge,
}
