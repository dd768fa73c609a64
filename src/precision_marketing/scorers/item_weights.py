"""What items add to each other's scores, of the scorers that add up histories.

Lists are made of these weights, and so are the scores of what no list holds
(`full_scores`) and reasons.
"""

from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa

from precision_marketing.algorithms.collaborative.spectral import spectral_item_weights
from precision_marketing.algorithms.kernels.pair_scores import ItemWeights, LinearScores
from precision_marketing.build.windows import Window
from precision_marketing.scorers.collaborative import (
    Settings,
    ease_weights,
    local_ridge_weights,
    spectral_weights,
)

# What the days before the last count where the scorer has no setting `decay`.
_DECAYS = {"last_basket": 0.0, "next_basket": 0.0}


def _of_spectral(
    window: Window, settings: Settings, directions: np.ndarray | None
) -> ItemWeights:
    return spectral_item_weights(spectral_weights(window, settings, directions))


def _of_local_ridge(
    window: Window, settings: Settings, neighbors: pa.Table
) -> ItemWeights:
    return ItemWeights(by_source=local_ridge_weights(window, settings, neighbors))


def _of_ease(window: Window, settings: Settings) -> ItemWeights:
    if window.weights.shape[1] > settings["maximum_items"]:
        return ItemWeights()
    return ItemWeights(by_source=ease_weights(window, settings))


# By the library's function, the neighbors whose similarities are the weights.
NEIGHBORS = {
    "item_cosine": "neighbors",
    "item_cosine_recent": "neighbors",
    "last_basket": "neighbors",
    "next_basket": "followers",
}

# By the library's function. Parameters after window and settings: see `make_lists`.
ITEM_WEIGHTS: Mapping[str, Callable[..., ItemWeights]] = {
    "spectral": _of_spectral,
    "local_ridge": _of_local_ridge,
    "ease": _of_ease,
}


def of_histories(
    function: str, window: Window, settings: Settings, weights: ItemWeights
) -> LinearScores:
    """Return the scores of all pairs of a window that weights of items add up to."""
    decay = _DECAYS.get(function, settings.get("decay", 1.0))
    return weights.of(window.recent_weights(decay))
