"""The linear SVM over a window: what its features are and from whom it learns."""

from typing import NamedTuple

import numpy as np
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
from precision_marketing.scorers.scorer import Lists, Scorer, Settings


class FeatureWeights(NamedTuple):
    """The fields whose likeness counts, and how much each feature of them does."""

    fields: Fields
    weights: np.ndarray


def _fit(window: Window, settings: Settings, fields: Fields) -> FeatureWeights | None:
    """Return what a linear SVM learned from the window's history, if anything.

    Its features are, for each field, the cosine and the mean log-odds; it learns how
    much each counts from the last items of sampled users.
    """
    features = svm_features(fields, settings["smoothing"])
    weights = learn_feature_weights(window, *features, settings)
    return FeatureWeights(fields, weights) if weights.any() else None


def _lists(
    block: Window, histories: csr_matrix, fitted: FeatureWeights, settings: Settings
) -> Lists:
    """Yield the best items by the features that count."""
    lefts, rights = svm_features(fitted.fields, settings["smoothing"])
    used = np.flatnonzero(fitted.weights)

    def left(history: csr_matrix) -> csr_matrix:
        return side_by_side([fitted.weights[n] * lefts[n](history) for n in used])

    right = side_by_side([rights[n] for n in used])
    return top_by_text(block, histories, left, right, settings["candidates"])


LINEAR_SVM = Scorer(_fit, _lists)


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
