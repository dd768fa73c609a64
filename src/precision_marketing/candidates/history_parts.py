"""What each item of a history adds to a scorer's score: its own sum, taken apart.

All scores are sums over the history, times a factor of the user's own that is left out
here. Naive Bayes and the SVM are sums over terms, of a logarithm of what all items of
the history have of a term: it is divided among them as they have of it, which is the
Aumann-Shapley value of a function of a sum.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from inspect import signature
from typing import Any

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix, diags_array

from precision_marketing.algorithms.collaborative.ials import ItemFactors
from precision_marketing.algorithms.collaborative.ials_parts import ials_parts
from precision_marketing.algorithms.collaborative.spectral import SpectralWeights
from precision_marketing.algorithms.content.naive_bayes import term_log_odds
from precision_marketing.algorithms.kernels.engine import factor
from precision_marketing.algorithms.kernels.pair_scores import ItemWeights
from precision_marketing.algorithms.kernels.sparse_product import sparse_product
from precision_marketing.algorithms.kernels.sums import pair_products, vector_products
from precision_marketing.build.windows import Window
from precision_marketing.scorers.content import field_weights, tfidf_profiles
from precision_marketing.scorers.content_products import Fields, side_by_side
from precision_marketing.scorers.linear_svm import learn_feature_weights, svm_features
from precision_marketing.scorers.registry import SCORERS, fit
from precision_marketing.scorers.scorer import Settings


@dataclass(frozen=True)
class Entries:
    """The items of the histories behind some scores.

    Attributes
    ----------
    users, items : array of int64, shape (n,)
        Pairs of a user, ascending, and an item with a score.
    pairs, sources : array of int64, shape (n_entries,)
        For each pair, and in its order, the items of the user's history.
    weights : array of float64, shape (n_entries,)
        What the history item counts.
    """

    users: np.ndarray
    items: np.ndarray
    pairs: np.ndarray
    sources: np.ndarray
    weights: np.ndarray


# From entries to what each adds to the score of its pair.
Parts = Callable[[Entries], np.ndarray]
# From a window, or a block of its users, to the parts of their scores; it can be sent.
PartsOfBlock = Callable[[Window], Parts]


def entries_of(history: csr_matrix, users: np.ndarray, items: np.ndarray) -> Entries:
    """Return the history items behind pairs of user and item.

    Examples
    --------
    >>> history = csr_matrix([[0.0, 2.0, 3.0], [4.0, 0.0, 0.0]])
    >>> entries = entries_of(history, np.array([0, 1]), np.array([0, 2]))
    >>> entries.pairs.tolist(), entries.sources.tolist(), entries.weights.tolist()
    ([0, 0, 1], [1, 2, 0], [2.0, 3.0, 4.0])
    """
    counts = np.diff(history.indptr)[users].astype(np.int64)
    pairs = np.repeat(np.arange(users.size), counts)
    before = np.cumsum(counts) - counts
    stored = np.arange(pairs.size) + np.repeat(history.indptr[users] - before, counts)
    return Entries(
        users,
        items,
        pairs,
        history.indices[stored].astype(np.int64),
        history.data[stored],
    )


def by_item_weights(weights: ItemWeights) -> Parts:
    """Return the parts of the scores `weights.of(history)`."""
    terms = []
    if weights.vectors is not None:
        terms.append(by_vectors(*weights.vectors))
    if weights.sources is not None:
        terms.append(by_rows(weights.sources, lambda _, items: weights.targets[items]))
    elif weights.by_source is not None:
        terms.append(_by_entries(weights.by_source))

    def parts(entries: Entries) -> np.ndarray:
        nothing = np.zeros(entries.pairs.size)
        return sum((term(entries) for term in terms), nothing)

    return parts


def _by_entries(by_source: csr_matrix | np.ndarray) -> Parts:
    """Return the parts of scores history @ by_source."""

    def parts(entries: Entries) -> np.ndarray:
        if not entries.pairs.size:
            return np.empty(0)
        found = by_source[entries.sources, entries.items[entries.pairs]]
        return entries.weights * np.asarray(found).ravel()

    return parts


def by_vectors(sources: np.ndarray, targets: np.ndarray) -> Parts:
    """Return the parts of scores (history @ sources) @ targets.T."""

    def parts(entries: Entries) -> np.ndarray:
        items = entries.items[entries.pairs]
        return entries.weights * vector_products(
            entries.sources, items, sources, targets
        )

    return parts


def by_rows(
    sources: csr_matrix, rows_of: Callable[[np.ndarray, np.ndarray], csr_matrix]
) -> Parts:
    """Return the parts of scores that are products of sparse rows.

    Parameters
    ----------
    sources : csr_matrix, shape (n_items, m)
        What a history item adds, times its weight.
    rows_of : callable
        From users and items of pairs to a row each, shape (n, m).
    """
    right = factor(csr_matrix(sources, dtype=np.float64))

    def parts(entries: Entries) -> np.ndarray:
        rows = csr_matrix(rows_of(entries.users, entries.items), dtype=np.float64)
        products = pair_products(
            entries.pairs, entries.sources, factor(rows), right, sources.shape[1]
        )
        return entries.weights * products

    return parts


def same_for_all(weights: ItemWeights) -> PartsOfBlock:
    """Return the parts that depend on the entries alone."""
    return partial(_same_for_all, weights)


def _same_for_all(weights: ItemWeights, block: Window) -> Parts:
    return by_item_weights(weights)


def _of_ials(window: Window, settings: Settings, factors: np.ndarray) -> PartsOfBlock:
    fitted = fit("ials", window, settings, {"factors": lambda: factors})
    return partial(_ials_of_block, fitted, settings["decay"])


def _ials_of_block(fitted: ItemFactors, decay: float, block: Window) -> Parts:
    parts = ials_parts(block.recent_weights(decay), fitted)
    return lambda entries: parts(entries.users, entries.items)


def _of_content_tfidf(
    window: Window, settings: Settings, fields: Fields
) -> PartsOfBlock:
    profiles = tfidf_profiles(fields, settings)
    return same_for_all(ItemWeights(sources=profiles, targets=profiles))


def _of_naive_bayes(window: Window, settings: Settings, fields: Fields) -> PartsOfBlock:
    return partial(_naive_bayes_of_block, settings, fields)


def _naive_bayes_of_block(settings: Settings, fields: Fields, block: Window) -> Parts:
    history = block.recent_weights(settings["decay"])
    weights = field_weights(settings)

    def rows_of(users: np.ndarray, items: np.ndarray) -> csr_matrix:
        return side_by_side(
            [
                weights[name]
                * _odds_by_occurrence(
                    history, field, settings["smoothing"], users, items
                )
                for name, field in fields.items()
            ]
        )

    return by_rows(side_by_side([f.counts for f in fields.values()]), rows_of)


def _of_linear_svm(window: Window, settings: Settings, fields: Fields) -> PartsOfBlock:
    features = svm_features(fields, settings["smoothing"])
    learned = learn_feature_weights(window, *features, settings)
    return partial(_linear_svm_of_block, settings, fields, learned)


def _linear_svm_of_block(
    settings: Settings, fields: Fields, learned: np.ndarray, block: Window
) -> Parts:
    history = block.recent_weights(settings["decay"])

    def rows_of(users: np.ndarray, items: np.ndarray) -> csr_matrix:
        rows = []
        for number, field in enumerate(fields.values()):
            of_cosine, of_odds = learned[2 * number : 2 * number + 2]
            sums = history[users] @ field.profiles
            lengths = np.sqrt(np.asarray(sums.power(2).sum(axis=1)).ravel())
            scale = of_cosine / np.where(lengths > 0, lengths, 1.0)
            rows.append(csr_matrix(diags_array(scale) @ field.profiles[items]))
            rows.append(
                of_odds
                * _odds_by_occurrence(
                    history, field, settings["smoothing"], users, items
                )
            )
        return side_by_side(rows)

    sources = [rows for f in fields.values() for rows in (f.profiles, f.counts)]
    return by_rows(side_by_side(sources), rows_of)


def _odds_by_occurrence(
    history: csr_matrix,
    field: Any,
    smoothing: float,
    users: np.ndarray,
    items: np.ndarray,
) -> csr_matrix:
    """Return the log-odds of the items' terms for each time that a user had them."""
    distinct, places = np.unique(users, return_inverse=True)
    liked = sparse_product(history[distinct], field.counts, "users' terms")
    odds = term_log_odds(
        history[distinct],
        field.counts,
        smoothing=smoothing,
        background=field.occurrences,
    )
    odds.data /= liked.data
    return csr_matrix(field.shares[items].multiply(odds[places]))


def _of_item_embedding(
    window: Window, settings: Settings, embeddings: np.ndarray
) -> PartsOfBlock:
    return same_for_all(ItemWeights(vectors=(embeddings, embeddings)))


def _of_spectral(
    window: Window, settings: Settings, before: SpectralWeights | None
) -> PartsOfBlock:
    return _of_fit("spectral", window, settings, before=before)


def _of_local_ridge(
    window: Window, settings: Settings, neighbors: pa.Table
) -> PartsOfBlock:
    return _of_fit("local_ridge", window, settings, neighbors=neighbors)


def _of_ease(window: Window, settings: Settings) -> PartsOfBlock:
    return _of_fit("ease", window, settings)


def _of_fit(
    name: str, window: Window, settings: Settings, before: Any = None, **inputs: Any
) -> PartsOfBlock:
    """Return what items add to scores by the fit that the lists were made with."""
    given = {key: partial(inputs.__getitem__, key) for key in inputs}
    fitted = fit(name, window, settings, given, before)
    if fitted is None:
        return same_for_all(ItemWeights())
    return same_for_all(SCORERS[name].item_weights(fitted))


# By the library's function. Parameters after window and settings: see `own_parts`.
DECOMPOSITIONS: Mapping[str, Callable[..., PartsOfBlock]] = {
    "spectral": _of_spectral,
    "local_ridge": _of_local_ridge,
    "ease": _of_ease,
    "ials": _of_ials,
    "content_tfidf": _of_content_tfidf,
    "naive_bayes": _of_naive_bayes,
    "linear_svm": _of_linear_svm,
    "item_embedding": _of_item_embedding,
}


def own_parts(
    function: str,
    window: Window,
    settings: Settings,
    inputs: Mapping[str, Callable[[], Any]],
) -> PartsOfBlock:
    """Return the parts of a scorer of `DECOMPOSITIONS`, fitted to a window.

    Inputs are those of `registry.fit`, and `before`, the fit of the window before.
    """
    given = {name: inputs[name]() for name in inputs_of(function)}
    return DECOMPOSITIONS[function](window, settings, **given)


def inputs_of(function: str) -> set[str]:
    """Return what a decomposition needs beside window and settings."""
    return signature(DECOMPOSITIONS[function]).parameters.keys() - {
        "window",
        "settings",
    }
