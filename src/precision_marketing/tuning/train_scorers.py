"""The scorers on the `train` window, as the search tries their settings."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import pyarrow as pa

from precision_marketing.build.windows import Window
from precision_marketing.scorers.collaborative import item_cosine_neighbors
from precision_marketing.scorers.registry import make_lists
from precision_marketing.scorers.scorer import Lists

# Whose neighbors the other scorers of choices stand on.
ITEM_COSINE = "item_cosine"


class TrainScorers:
    """Lists of each scorer by given settings; what trials share is computed once.

    Parameters
    ----------
    window : Window
        `train`, its scored users those that the search asks.
    settings : dict of dict
        Scorer to the settings in force, item cosine's always. The search puts what it
        chose into it, so that item cosine's neighbors are the chosen ones when others
        are tried on them.
    functions : mapping of str to str
        Scorer to its name in `scorers.registry`.
    """

    def __init__(
        self,
        window: Window,
        settings: dict[str, dict],
        functions: Mapping[str, str],
    ):
        self._window = window
        self._settings = settings
        self._functions = functions

    def lists(self, scorer: str, settings: dict[str, Any]) -> Lists:
        """Return a scorer's lists by `settings`, as its Python model makes them."""

        def neighbors() -> pa.Table:
            if scorer == ITEM_COSINE:
                # Its own neighbors are what is searched.
                return item_cosine_neighbors(self._window, settings)
            return self._item_neighbors

        return make_lists(
            self._functions[scorer], self._window, settings, {"neighbors": neighbors}
        )

    def can_list(self, scorer: str) -> bool:
        """Return whether the scorer makes lists for a catalogue of this size at all."""
        bound = self._settings[scorer].get("maximum_items")
        return bound is None or self._window.weights.shape[1] <= bound

    @cached_property
    def _item_neighbors(self) -> pa.Table:
        return item_cosine_neighbors(self._window, self._settings[ITEM_COSINE])
