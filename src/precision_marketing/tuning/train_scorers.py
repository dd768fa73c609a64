"""The scorers on the `train` window, as the search tries their settings."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import pyarrow as pa

from precision_marketing.build.windows import Window
from precision_marketing.scorers import collaborative as scoring


class TrainScorers:
    """Lists of each scorer by given settings; what trials share is computed once.

    Parameters
    ----------
    window : Window
        `train`, its scored users those that the search asks.
    settings : dict of dict
        Scorer to the settings in force. The search puts what it chose into it, so
        that item cosine's neighbors are the chosen ones when others are tried on them.
    """

    def __init__(self, window: Window, settings: dict[str, dict]):
        self._window = window
        self._settings = settings

    def lists(self, scorer: str, settings: dict[str, Any]) -> scoring.Lists:
        """Return a scorer's lists by `settings`, as its Python model makes them."""
        by_scorer: dict[str, Callable[[Window, dict], scoring.Lists]] = {
            "item_cosine": self._item_cosine,
            "item_cosine_recent": self._on_item_neighbors(scoring.item_cosine_recent),
            "user_cosine": scoring.user_cosine,
            "spectral": scoring.spectral,
            "local_ridge": self._on_item_neighbors(scoring.local_ridge),
            "ials": scoring.ials,
            "ease": scoring.ease,
        }
        return by_scorer[scorer](self._window, settings)

    def can_list(self, scorer: str) -> bool:
        """Return whether the scorer makes lists for a catalogue of this size at all."""
        bound = self._settings[scorer].get("maximum_items")
        return bound is None or self._window.weights.shape[1] <= bound

    @cached_property
    def _item_neighbors(self) -> pa.Table:
        return scoring.item_cosine_neighbors(
            self._window, self._settings["item_cosine"]
        )

    def _item_cosine(self, window: Window, settings: dict) -> scoring.Lists:
        neighbors = scoring.item_cosine_neighbors(window, settings)
        return scoring.item_cosine(window, settings, neighbors)

    def _on_item_neighbors(self, scorer: Callable) -> Callable:
        return lambda window, settings: scorer(window, settings, self._item_neighbors)
