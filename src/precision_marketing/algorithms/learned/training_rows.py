"""Labelled rows in a fixed order, so that the order they came in changes nothing."""

from dataclasses import dataclass

import numpy as np


class NotEnoughTrainingData(ValueError):  # noqa: N818 - a state of the data, no fault
    """The data cannot train a network; the sentence says what is missing."""


@dataclass(frozen=True, eq=False)
class TrainingRows:
    """Rows in the order of user and item, as positions in the caller's arrays."""

    positions: np.ndarray
    users: np.ndarray
    labels: np.ndarray
    is_holdout: np.ndarray

    @classmethod
    def checked(
        cls,
        n_rows: int,
        labels: np.ndarray,
        users: np.ndarray,
        items: np.ndarray,
        holdout_users: np.ndarray,
    ) -> "TrainingRows":
        """Return the rows sorted, or raise ValueError."""
        arrays = [np.asarray(array) for array in (labels, users, items, holdout_users)]
        if any(array.shape != (n_rows,) for array in arrays):
            raise ValueError("every column must have the same length as features")
        if not np.isin(arrays[0], (0, 1)).all():
            raise ValueError("labels must be 0 or 1")
        positions = np.lexsort((arrays[2], arrays[1]))
        labels, users, items, is_holdout = (array[positions] for array in arrays)
        is_holdout = is_holdout.astype(bool)
        same_user = users[1:] == users[:-1]
        if (same_user & (items[1:] == items[:-1])).any():
            raise ValueError("a pair of user and item occurs more than once")
        if (same_user & (is_holdout[1:] != is_holdout[:-1])).any():
            raise ValueError("a user is both held out and not")
        return cls(positions, users, labels.astype(np.float64), is_holdout)

    def subset(self, chosen: np.ndarray) -> "TrainingRows":
        """Return the chosen rows, by mask or by sorted positions."""
        return TrainingRows(
            self.positions[chosen],
            self.users[chosen],
            self.labels[chosen],
            self.is_holdout[chosen],
        )

    def drawn(self, negatives: int, generator: np.random.Generator) -> np.ndarray:
        """Return places of every positive and of `negatives` times as many negatives.

        The positives stand first, the negatives in the order of the draw.
        """
        positive = np.flatnonzero(self.labels == 1)
        negative = np.flatnonzero(self.labels == 0)
        count = min(negative.size, negatives * positive.size)
        chosen = generator.choice(negative, count, replace=False)
        return np.concatenate([positive, chosen])

    def whole_users(self, maximum_rows: int) -> "TrainingRows":
        """Return the rows of users with a positive, of not more than about so many.

        A user without a positive has no NDCG. Whole users, evenly over their numbers.
        """
        with_positive = np.unique(self.users[self.labels == 1])
        rows = self.subset(np.isin(self.users, with_positive))
        share = min(1.0, maximum_rows / max(rows.users.size, 1))
        count = max(1, int(with_positive.size * share))
        places = np.arange(count) * with_positive.size // count
        return rows.subset(np.isin(rows.users, with_positive[places]))


def check_enough(rows: TrainingRows, part: str, minimum_users: int) -> None:
    """Raise NotEnoughTrainingData if a part of the rows cannot be learned from."""
    n_users = np.unique(rows.users[rows.labels == 1]).size
    if n_users < minimum_users:
        raise NotEnoughTrainingData(
            f"the {part} rows have {n_users} users with a positive label;"
            f" {minimum_users} are needed"
        )
    if (rows.labels == 1).all():
        raise NotEnoughTrainingData(f"the {part} rows have no negative label")
