"""Read labelled candidates into bounded memory, the same whatever their order.

A hundred million candidates do not fit into memory, and a network needs few of them:
positives are rare, and of the negatives an even sample says the same. Who is kept is
decided by a hash of user and item in the database, before the features are computed, so
that neither the order of rows nor the size of the batches changes anything.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from precision_marketing.build.relations import arrow_batches, to_arrow
from precision_marketing.learned.feature_groups import FEATURE_PREFIX
from precision_marketing.learned.feature_matrix import feature_matrix

ROWS_PER_BATCH = 65_536
# At most these shares of the rows that are kept, where there are too many.
_HOLDOUT_SHARE = 0.25
_POSITIVE_SHARE = 0.4
_HELD_OUT = "(training_role = 'stopping')"


@dataclass(frozen=True, eq=False)
class LabelledCandidates:
    """Candidates of the `train` window, sampled.

    Attributes
    ----------
    feature_names : list of str, length n_features
    features : array of float32, shape (n, n_features)
    users, items : array of int32, shape (n,)
    halves : array of int32, shape (n,)
        0 or 1: the half of the users that the row's belongs to.
    labels, is_holdout : array of bool, shape (n,)
        Held out are the users of role `stopping` with a label among their candidates.
    negative_share : float
        Share of the training negatives that was kept over that of the positives.
    """

    feature_names: list[str]
    features: np.ndarray
    users: np.ndarray
    items: np.ndarray
    halves: np.ndarray
    labels: np.ndarray
    is_holdout: np.ndarray
    negative_share: float


@dataclass(frozen=True)
class Shares:
    """Which share of each part is kept (0-1): users held out, positives, negatives."""

    holdout_users: float
    positives: float
    negatives: float

    @classmethod
    def bounded(
        cls, holdout: int, positives: int, negatives: int, maximum_rows: int
    ) -> "Shares":
        """Return the shares that keep about `maximum_rows` of so many rows.

        Examples
        --------
        >>> Shares.bounded(50, 10, 140, maximum_rows=1000)
        Shares(holdout_users=1.0, positives=1.0, negatives=1.0)
        >>> Shares.bounded(20, 10, 140, maximum_rows=100)
        Shares(holdout_users=1.0, positives=1.0, negatives=0.5)
        """
        if holdout + positives + negatives <= maximum_rows:
            return cls(1.0, 1.0, 1.0)
        of_holdout = _share(_HOLDOUT_SHARE * maximum_rows, holdout)
        of_positives = _share(_POSITIVE_SHARE * maximum_rows, positives)
        rest = maximum_rows - of_holdout * holdout - of_positives * positives
        return cls(of_holdout, of_positives, _share(rest, negatives))


def read_labelled(candidates: Any, maximum_rows: int) -> LabelledCandidates:
    """Read the candidates of users that train and of those held out.

    Parameters
    ----------
    candidates : duckdb.DuckDBPyRelation
        Columns time_window, user_index, item_index, is_label, training_half,
        training_role and one `feature_<name>` a feature. Users of role `none`
        are not read, nor those of role `stopping` without a label among their
        candidates, since no order of these is better than another.
    maximum_rows : int
        About so many rows are kept. Memory is 4 bytes a row and feature, whatever the
        number of candidates.

    Returns
    -------
    LabelledCandidates
        In any order: `TrainingData` sorts.
    """
    rows = candidates.filter("time_window = 'train' and training_role <> 'none'")
    labelled = rows.filter(f"is_label and {_HELD_OUT}").project("user_index").distinct()
    asked = to_arrow(labelled)["user_index"].to_numpy()
    counts = _counts(rows, asked.size)
    names = [name for name in rows.columns if name.startswith(FEATURE_PREFIX)]
    read = rows.filter(_is_kept(Shares.bounded(*counts, maximum_rows))).project(
        ", ".join(
            [
                "user_index, item_index, training_half, is_label",
                f"{_HELD_OUT} as is_holdout",
                *(f'"{name}"' for name in names),
            ]
        )
    )
    features = np.empty((min(sum(counts), maximum_rows), len(names)), np.float32)
    keys: list[tuple[np.ndarray, ...]] = []
    end = 0
    for batch in arrow_batches(read, ROWS_PER_BATCH):
        columns = _keys(batch)
        kept = np.flatnonzero(~columns[-1] | np.isin(columns[0], asked))
        start, end = end, end + kept.size
        if end > len(features):
            # A sample may be a little larger than expected.
            features.resize((end + ROWS_PER_BATCH, len(names)), refcheck=False)
        features[start:end] = feature_matrix(batch, names)[kept]
        keys.append(tuple(column[kept] for column in columns))
    kinds = (np.int32, np.int32, np.int32, bool, bool)
    empty = tuple(np.empty(0, kind) for kind in kinds)
    users, items, halves, labels, is_holdout = (
        np.concatenate(column) for column in zip(empty, *keys, strict=True)
    )
    _, positives, negatives = counts
    trains = ~is_holdout
    return LabelledCandidates(
        names,
        features[:end],
        users,
        items,
        halves,
        labels,
        is_holdout,
        negative_share=(
            _kept_share((trains & ~labels).sum(), negatives)
            / _kept_share((trains & labels).sum(), positives)
        ),
    )


def _counts(rows: Any, asked_users: int) -> tuple[int, int, int]:
    """Return rows of users held out, and positives and negatives of the others.

    Of the users held out about the rows of so many who are asked.
    """
    found = to_arrow(
        rows.aggregate(
            f"count(*) filter ({_HELD_OUT}) as holdout, "
            f"count(distinct user_index) filter ({_HELD_OUT}) as users, "
            f"count(*) filter (not {_HELD_OUT} and is_label) as positives, "
            f"count(*) filter (not {_HELD_OUT} and not is_label) as negatives"
        )
    ).to_pylist()[0]
    holdout = found["holdout"] * asked_users // max(found["users"], 1)
    return holdout, found["positives"], found["negatives"]


def _keys(batch: pa.RecordBatch) -> tuple[np.ndarray, ...]:
    """Return users, items, halves, labels and whether held out."""
    names = ("user_index", "item_index", "training_half", "is_label", "is_holdout")
    return tuple(batch[name].to_numpy(zero_copy_only=False) for name in names)


def _is_kept(shares: Shares) -> str:
    """Return the condition by which rows are kept: held out by user, others alone.

    Of conditions that cannot fail: DuckDB moves those in front of the features.
    """
    user, pair = "user_index", "concat(user_index, ' ', item_index)"
    return (
        f"({_HELD_OUT} and {_is_drawn(user, shares.holdout_users)})"
        f" or (not {_HELD_OUT} and is_label and {_is_drawn(pair, shares.positives)})"
        f" or (not {_HELD_OUT} and not is_label"
        f" and {_is_drawn(pair, shares.negatives)})"
    )


def _is_drawn(key: str, share: float) -> str:
    """Return a condition that holds for a share of the keys, as if drawn."""
    if share >= 1.0:
        return "true"
    return f"md5(concat({key}, '')) < '{int(share * 16**8):08x}'"


def _share(wanted: float, count: int) -> float:
    return min(1.0, wanted / count) if count else 1.0


def _kept_share(kept: int, count: int) -> float:
    return kept / count if count and kept else 1.0
