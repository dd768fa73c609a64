"""Learn on the `train` window how much each scorer counts in the blend."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.compute as pc

from precision_marketing.algorithms.blending.lists import blend_lists
from precision_marketing.algorithms.blending.quality import Candidates
from precision_marketing.algorithms.blending.weights import learn_weights
from precision_marketing.algorithms.kernels.pair_scores import LinearScores
from precision_marketing.algorithms.kernels.parallel import in_order
from precision_marketing.algorithms.kernels.progress import Progress
from precision_marketing.build.relations import to_arrow
from precision_marketing.build.scorer_lists import ScorerLists
from precision_marketing.build.windows import read_settings

CUTOFF = 20
ROUNDS = 4
# The start counts as much as so many users: what few users teach is mostly noise.
START_USERS = 25


@dataclass(frozen=True, eq=False)
class BlendWeights:
    """What all users of `train` taught, and what each half of them did.

    Parameters
    ----------
    scorers : tuple of str, length n_scorers
        In alphabetical order.
    of_all : array of float64, shape (n_scorers,)
        Ranks `test` and `serve`.
    of_halves : array of float64, shape (2, n_scorers)
        Row h is what half h taught; it ranks the other half in `train`, so that nobody
        is judged by weights that have seen her labels.
    """

    scorers: tuple[str, ...]
    of_all: np.ndarray
    of_halves: np.ndarray

    def of_users(self, time_window: str, halves: np.ndarray) -> np.ndarray:
        """Return the weights that rank users, shape (n_users, n_scorers).

        Parameters
        ----------
        time_window : str
        halves : array of int, shape (n_users,)
            0 or 1: the users' halves in the window.

        Examples
        --------
        >>> weights = BlendWeights(("a",), np.array([3.0]), np.array([[1.0], [2.0]]))
        >>> weights.of_users("train", np.array([0, 1])).tolist()
        [[2.0], [1.0]]
        >>> weights.of_users("test", np.array([0, 1])).tolist()
        [[3.0], [3.0]]
        """
        if time_window == "train":
            return self.of_halves[1 - halves]
        return np.tile(self.of_all, (halves.size, 1))


def start_weights(settings: Any) -> dict[str, float]:
    """Return the weights from which learning starts, scorers in alphabetical order.

    Parameters
    ----------
    settings : duckdb.DuckDBPyRelation
        `int_scorer_settings`, where they are the settings of `blend`.
    """
    return dict(sorted(read_settings(settings, "blend", with_shared=False).items()))


def read_weights(relation: Any) -> BlendWeights:
    """Return the learned weights.

    Parameters
    ----------
    relation : duckdb.DuckDBPyRelation
        `scorer_decisions`: columns scorer, blend_weight, blend_weight_half_0 and
        blend_weight_half_1.
    """
    rows = to_arrow(relation.order("scorer"))
    of_all, *of_halves = (
        rows[f"blend_weight{suffix}"].to_numpy()
        for suffix in ("", "_half_0", "_half_1")
    )
    return BlendWeights(tuple(rows["scorer"].to_pylist()), of_all, np.array(of_halves))


def read_train_halves(users: Any) -> np.ndarray:
    """Return the half of the users of `train` that each is of, by user_index.

    Parameters
    ----------
    users : duckdb.DuckDBPyRelation
        `int_window_users`.
    """
    rows = to_arrow(
        users.filter("time_window = 'train'").project("user_index, training_half")
    )
    halves = np.zeros(1 + (pc.max(rows["user_index"]).as_py() or 0), np.int8)
    halves[rows["user_index"].to_numpy()] = rows["training_half"].to_numpy()
    return halves


def learn(
    lists: ScorerLists,
    labels: Any,
    users: Any,
    start: dict[str, float],
    full_scores: Mapping[str, LinearScores] | None = None,
) -> BlendWeights:
    """Return the weight of each scorer in the blend.

    What n users teach counts n / (n + 25), the start the rest.

    Parameters
    ----------
    lists : ScorerLists
        Of the scorers of `start`.
    labels : duckdb.DuckDBPyRelation
        Columns time_window, user_index, item_index.
    users : duckdb.DuckDBPyRelation
        Columns time_window, user_index, is_scored, label_count, training_half.
    start : dict of str to float
        Scorer to the weight from which the search starts, in alphabetical order.
    full_scores : mapping of str to LinearScores, optional
        Scorer to its scores of all pairs in `train`.

    Returns
    -------
    BlendWeights
    """
    asked = to_arrow(
        users.filter("time_window = 'train' and is_scored and label_count > 0")
        .project("user_index, training_half")
        .order("user_index")
    )
    asked_users = asked["user_index"].to_numpy()
    halves = asked["training_half"].to_numpy()
    taken = to_arrow(
        labels.filter("time_window = 'train'").project("user_index, item_index")
    )
    keys = np.sort(pair_keys(taken["user_index"], taken["item_index"]))
    reached, pool = _pool(lists, asked_users, keys, full_scores)
    has_label = label_counts(keys, asked_users) > 0

    def taught_by(part: np.ndarray) -> np.ndarray:
        found = learn_weights(
            _of_users(pool, np.isin(reached, asked_users[part])),
            user_count=int(has_label[part].sum()),
            start=start,
            cutoff=CUTOFF,
            rounds=ROUNDS,
            seed=0,
        )
        share = part.sum() / (part.sum() + START_USERS)
        return np.array(
            [share * found[name] + (1 - share) * start[name] for name in start]
        )

    # Side by side: each changes one weight at a time, and so uses one core.
    taught = [np.full(asked_users.size, True), halves == 0, halves == 1]
    of_all, *of_halves = in_order(
        lambda part: taught_by(taught[part.start]),
        [slice(number, number + 1) for number in range(len(taught))],
        Progress("weights of the blend", len(taught), "fits"),
    )
    return BlendWeights(tuple(start), of_all, np.array(of_halves))


def pair_keys(users: Any, items: Any) -> np.ndarray:
    """Return user and item as one int64."""
    return (np.asarray(users).astype(np.int64) << 32) + np.asarray(items)


def label_counts(keys: np.ndarray, users: np.ndarray) -> np.ndarray:
    """Return the labels of each user, from sorted `pair_keys`."""
    first, last = users.astype(np.int64) << 32, (users.astype(np.int64) + 1) << 32
    return np.searchsorted(keys, last) - np.searchsorted(keys, first)


def _pool(
    lists: ScorerLists,
    users: np.ndarray,
    keys: np.ndarray,
    full_scores: Mapping[str, LinearScores] | None,
) -> tuple[np.ndarray, Candidates]:
    """Return the users with a label in any list, and all that their lists hold."""
    reached, sizes, parts = [users[:0]], [np.zeros(1, np.int64)], []
    for block in lists.blocks("train", users, full_scores):
        found = blend_lists(
            block.items,
            block.scaled_scores,
            np.zeros(len(lists.scorers)),
            n_items=int(block.items.max(initial=0)) + 1,
            tie_scorer=0,
            keep=max(1, block.items[0].size),
            keep_of_each=0,
            others=block.others,
        )
        is_label = np.isin(pair_keys(block.users[found.users], found.items), keys)
        labelled = np.unique(found.users[is_label])
        rows = np.flatnonzero(np.isin(found.users, labelled))
        reached.append(block.users[labelled])
        sizes.append(np.bincount(found.users[rows])[labelled])
        scores = np.nan_to_num(found.scaled_scores[rows]).astype(np.float32)
        parts.append((found.items[rows], scores, is_label[rows]))
    empty = np.empty((0, len(lists.scorers)), np.float32)
    columns = zip(
        (users[:0].astype(np.int32), empty, users[:0] > 0), *parts, strict=True
    )
    items, scores, is_label = (np.concatenate(column) for column in columns)
    found_users = np.concatenate(reached)
    starts = np.cumsum(np.concatenate(sizes))
    counts = label_counts(keys, found_users)
    return found_users, Candidates(starts, items, scores, is_label, counts)


def _of_users(candidates: Candidates, is_asked: np.ndarray) -> Candidates:
    """Return the candidates of some of the users."""
    sizes = np.diff(candidates.starts)
    rows = np.repeat(is_asked, sizes)
    return Candidates(
        np.append(0, np.cumsum(sizes[is_asked])),
        candidates.items[rows],
        candidates.scores[rows],
        candidates.is_label[rows],
        candidates.label_counts[is_asked],
    )
