"""What a scorer of the library is: a fit to all histories, and lists made with it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

import pyarrow as pa
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.kernels.pair_scores import ItemWeights, LinearScores
from precision_marketing.build.windows import Window

Settings: TypeAlias = Mapping[str, Any]
# A scorer's lists for the scored users, in blocks of `scores_schema`.
Lists: TypeAlias = Iterator[pa.RecordBatch]


class Scorer(NamedTuple):
    """A scorer in two steps, of which the second needs the histories of some users.

    Attributes
    ----------
    fit : callable
        From a window, settings and inputs, by the names of its parameters, to what is
        known of items: arrays, matrices and tuples of them. None where the scorer has
        nothing to say. A parameter `before` is the fit of the window before.
    lists : callable
        From a window or a block of its users (`Window.of_users`), their histories,
        what `fit` returned, and settings, to the lists of the block's scored users.
        Whatever block a user is in, the list is the same.
    decay : float, optional
        What the next older day of a history counts; by default the setting `decay`.
    item_weights : callable, optional
        From what `fit` returned to what each item of a history adds to a score, where
        scores are such sums.
    pairs : callable, optional
        From a block, histories and what `fit` returned to the scores of all pairs of a
        scored user and an item, where they are linear, but no such sums.
    similarities : str, optional
        The input whose similarities are the item weights.
    """

    fit: Callable[..., Any]
    lists: Callable[[Window, csr_matrix, Any, Settings], Lists]
    decay: float | None = None
    item_weights: Callable[[Any], ItemWeights] | None = None
    pairs: Callable[[Window, csr_matrix, Any], LinearScores] | None = None
    similarities: str | None = None

    @property
    def is_linear(self) -> bool:
        """Whether the score of a pair is known without making lists."""
        return self.item_weights is not None or self.pairs is not None

    def histories(self, block: Window, settings: Settings) -> csr_matrix:
        """Return the weights of the block's histories as this scorer counts them."""
        decay = settings["decay"] if self.decay is None else self.decay
        # As they are, not copied.
        return block.weights if decay == 1.0 else block.recent_weights(decay)

    def lists_of(self, block: Window, settings: Settings, fitted: Any) -> Lists:
        """Return the lists of a block; nothing where the fit has nothing to say."""
        if fitted is None:
            return iter(())
        return self.lists(block, self.histories(block, settings), fitted, settings)

    def linear_scores(
        self, block: Window, settings: Settings, fitted: Any
    ) -> LinearScores:
        """Return the scores of all pairs of a block, of a scorer that `is_linear`."""
        if fitted is None:
            return LinearScores(None)
        histories = self.histories(block, settings)
        if self.pairs is not None:
            return self.pairs(block, histories, fitted)
        return self.item_weights(fitted).of(histories)
