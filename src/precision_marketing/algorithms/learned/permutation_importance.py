"""What a group of features is worth to a ranking: how much it loses without it.

scikit-learn's `permutation_importance` gives the same drops by the same shuffles, but
shuffles one column at a time and not a group, and by a generator of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from precision_marketing.algorithms.kernels.progress import Progress
from precision_marketing.algorithms.learned.ndcg import mean_ndcg
from precision_marketing.algorithms.learned.neural_model import NeuralScorerModel
from precision_marketing.algorithms.learned.training_data import TrainingData

# More say little more: the drop is a mean over their users.
MAXIMUM_ROWS = 20_000


@dataclass(frozen=True)
class GroupImportance:
    """What one group of features is worth.

    Parameters
    ----------
    ndcg_at_10 : float
        Of the held-out users' lists with every feature in its place (0-1).
    drops : tuple of float
        What is lost of it, by permutation; below 0 where the shuffled is better.
    """

    ndcg_at_10: float
    drops: tuple[float, ...]


def group_importance(
    model: NeuralScorerModel,
    data: TrainingData,
    groups: Mapping[str, Sequence[int]],
    permutations: int = 3,
    seed: int = 0,
) -> dict[str, GroupImportance]:
    """Return the drop in held-out NDCG@10 when a group's columns are shuffled.

    The columns of a group are shuffled together over the rows, so that a group keeps
    its inner order and loses its row. Source: Breiman (2001), "Random forests",
    section 10, with a group in the place of a variable.

    Parameters
    ----------
    model : NeuralScorerModel
    data : TrainingData
        Its held-out users are asked: at most `MAXIMUM_ROWS` rows, of whole users,
        evenly over their numbers.
    groups : mapping of str to sequence of int
        Positions of each group's features.
    permutations : int
        Shuffles of each group.
    seed : int
        Every group is shuffled in the same way.

    Returns
    -------
    dict of str to GroupImportance

    Examples
    --------
    A model whose only feature is the label loses what shuffled lists lose.

    >>> features = np.tile([[1.0], [0.0]], (30, 1))
    >>> users, items = np.repeat(np.arange(30), 2), np.tile([0, 1], 30)
    >>> data = TrainingData.prepared(
    ...     features, ("f",), features[:, 0] == 1, users, items, users < 10
    ... )
    >>> from precision_marketing.algorithms.learned.neural_model import Network
    >>> network = Network((np.array([[1.0]]),), (np.zeros(1),))
    >>> model = NeuralScorerModel(("f",), np.zeros(1), np.ones(1), (network,))
    >>> found = group_importance(model, data, {"all": [0]})["all"]
    >>> found.ndcg_at_10, min(found.drops) > 0
    (1.0, True)
    """
    rows = data.holdout.whole_users(MAXIMUM_ROWS)
    users, labels = rows.users, rows.labels
    features = data.features[rows.positions]
    whole = mean_ndcg(users, labels, model.predict(features))
    generator = np.random.default_rng(seed)
    orders = [generator.permutation(users.size) for _ in range(permutations)]
    result = {}
    progress = Progress("importance of feature groups", len(groups), "groups")
    for name, columns in groups.items():
        kept = features[:, columns]
        drops = []
        for order in orders:
            features[:, columns] = kept[order]
            drops.append(whole - mean_ndcg(users, labels, model.predict(features)))
        features[:, columns] = kept
        result[name] = GroupImportance(whole, tuple(drops))
        progress.add(1)
    return result
