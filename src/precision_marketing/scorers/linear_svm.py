"""The linear SVM over a window: what its features are and from whom it learns."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.content.linear_svm import (
    Choices,
    fit_ranking_svm,
    pair_differences,
    sample_choices,
)
from precision_marketing.algorithms.content.tfidf import user_profiles
from precision_marketing.build.windows import Window
from precision_marketing.scorers.content_products import (
    Fields,
    LeftFactor,
    log_odds_by_field,
    side_by_side,
    top_by_text,
)


def linear_svm_scores(
    window: Window, fields: Fields, settings: dict[str, float]
) -> Iterator[pa.RecordBatch]:
    """Yield the best items by what a linear SVM learned from the window's history.

    Its features are, for each field, the cosine and the mean log-odds; it learns how
    much each counts from the last items of sampled users.

    Parameters
    ----------
    window : Window
    fields : dict of str to Field
    settings : dict
        decay, smoothing, penalty, training_users, negatives, seed, candidates.

    Yields
    ------
    pyarrow.RecordBatch
        `scores_schema`; nothing where nobody has two items.
    """
    lefts, rights = svm_features(fields, settings["smoothing"])
    weights = learn_feature_weights(window, lefts, rights, settings)
    if not weights.any():
        return
    used = np.flatnonzero(weights)

    def left(history: csr_matrix) -> csr_matrix:
        return side_by_side([weights[n] * lefts[n](history) for n in used])

    yield from top_by_text(
        window,
        window.recent_weights(settings["decay"]),
        left,
        side_by_side([rights[n] for n in used]),
        settings["candidates"],
    )


def svm_features(
    fields: Fields, smoothing: float
) -> tuple[list[LeftFactor], list[csr_matrix]]:
    """Return the SVM's features: per field the cosine, then the mean log-odds.

    Parameters
    ----------
    fields : dict of str to Field
    smoothing : float
        As `term_log_odds`.

    Returns
    -------
    lefts : list of callable
        From weights to users' rows.
    rights : list of csr_matrix
        Items' rows.
    """
    lefts: list[LeftFactor] = []
    rights: list[csr_matrix] = []
    odds = log_odds_by_field(fields, smoothing)
    for field, log_odds in zip(fields.values(), odds, strict=True):
        lefts.append(lambda weights, f=field: user_profiles(weights, f.profiles))
        lefts.append(log_odds)
        rights.extend([field.profiles, field.shares])
    return lefts, rights


def learn_feature_weights(
    window: Window,
    lefts: list[LeftFactor],
    rights: list[csr_matrix],
    settings: dict[str, float],
) -> np.ndarray:
    """Return the SVM's weight of each feature, learned from the history alone.

    Parameters
    ----------
    window : Window
        Only its history is read, no label.
    lefts, rights : lists
        As `svm_features` returns.
    settings : dict
        decay, penalty, training_users, negatives, seed.

    Returns
    -------
    array of float64, shape (n_features,)
        >= 0; all 0 where nothing can be learned.
    """
    choices = sample_choices(
        window.weights,
        window.recency_positions,
        maximum_users=settings["training_users"],
        negatives=settings["negatives"],
        seed=settings["seed"],
    )
    if not rights or choices.users.size == 0:
        return np.zeros(len(rights))
    history = _decayed(choices, settings["decay"])
    factors = [
        (left(history), right) for left, right in zip(lefts, rights, strict=True)
    ]
    differences, scales = pair_differences(choices, factors)
    # Per thousand pairs, so that the sample's size does not change what is learned.
    penalty = 1000.0 * settings["penalty"] / max(1, len(differences))
    return fit_ranking_svm(differences, penalty=penalty) / scales


def _decayed(choices: Choices, decay: float) -> csr_matrix:
    """Return the weights without the hidden items, older days counting less."""
    positions = choices.recency_positions
    rows = np.repeat(np.arange(positions.shape[0]), np.diff(positions.indptr))
    # The hidden item may have been all of the last day: the day before is the first.
    first = np.full(positions.shape[0], np.inf)
    np.minimum.at(first, rows, positions.data)
    factors = positions.copy()
    factors.data = float(decay) ** (positions.data - first[rows])
    return choices.weights.multiply(factors).tocsr()
