"""What each linear scorer says of every candidate, whichever list holds it.

A list ends, and its scorer's score of the next item is not 0: without it a candidate
that one scorer puts on place 81 counts as one that the scorer knows nothing of.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from precision_marketing.algorithms.kernels.pair_scores import LinearScores
from precision_marketing.build.relations import to_arrow
from precision_marketing.build.windows import Window, read_settings
from precision_marketing.scorers.collaborative import items_by_source
from precision_marketing.scorers.registry import (
    SCORERS,
    begins_where_another_ended,
    fit,
)


class LinearFit(NamedTuple):
    """What a scorer's scores of all pairs are made with; it can be sent.

    Attributes
    ----------
    function : str
        The scorer's function, of `SCORERS`.
    settings : mapping
    fitted : object
        As the scorer's `fit` returns.
    """

    function: str
    settings: Mapping[str, Any]
    fitted: Any

    def of(self, block: Window) -> LinearScores:
        """Return the scores of all pairs of a window or a block of its users."""
        return SCORERS[self.function].linear_scores(block, self.settings, self.fitted)


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

    def begin(self, window: Window) -> None:
        """Fit what `serve` begins with to a window whose scores nobody asks for.

        Parameters
        ----------
        window : Window
            `test`. Not iALS, whose factors are given where its scores are asked for.
        """
        for name, function in self._functions.items():
            if begins_where_another_ended(function) and function != "ials":
                own = self._settings[name]
                self._before[name] = fit(function, window, own, {})

    def fits(
        self,
        window: Window,
        neighbors: pa.Table,
        followers: pa.Table,
        factors: np.ndarray | None = None,
    ) -> dict[str, LinearFit]:
        """Return what the scores of a window are made with, of linear scorers.

        Parameters
        ----------
        window : Window
            `test` before `serve`, whose fits begin where those of `test` ended.
        neighbors, followers : pyarrow.Table
            Of the window: item cosine's and next basket's.
        factors : array of float32, shape (n_items, factors), optional
            Those of iALS in the window, where they are known.

        Returns
        -------
        dict of str to LinearFit
        """
        given = {"neighbors": lambda: neighbors, "followers": lambda: followers}
        if factors is not None:
            given["factors"] = lambda: factors
        # One matrix for all that add up its entries.
        tables = {SCORERS[name].similarities for name in self._functions.values()}
        of_tables = {
            table: items_by_source(window, given[table]()) for table in tables - {None}
        }
        found = {}
        for name, function in self._functions.items():
            scorer, own = SCORERS[function], self._settings[name]
            if not scorer.is_linear:
                continue
            # `serve` begins where `test` ended, `train` and `test` from nothing.
            before = self._before.get(name) if window.time_window == "serve" else None
            if scorer.similarities is None:
                fitted = fit(function, window, own, given, before)
            else:
                fitted = of_tables[scorer.similarities]
            if begins_where_another_ended(function):
                self._before[name] = fitted
            found[name] = LinearFit(function, own, fitted)
        return found

    def of_window(
        self, window: Window, *known: pa.Table | np.ndarray
    ) -> dict[str, LinearScores]:
        """Return the scores of all users of a window; parameters as of `fits`."""
        fits = self.fits(window, *known)
        return {name: found.of(window) for name, found in fits.items()}
