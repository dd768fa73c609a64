"""The content scorers: each a product of users' and items' terms."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.collaborative.neighbors import item_neighbors_schema
from precision_marketing.algorithms.content.item_embedding import embedding_scores
from precision_marketing.algorithms.content.tfidf import (
    combined_profiles,
    content_neighbors,
    user_profiles,
)
from precision_marketing.build.documents import FIELDS
from precision_marketing.build.windows import Window
from precision_marketing.scorers.content_products import (
    Fields,
    log_odds_by_field,
    side_by_side,
    top_by_text,
)
from precision_marketing.scorers.linear_svm import LINEAR_SVM
from precision_marketing.scorers.scorer import Lists, Scorer, Settings


def content_scorers(
    embeddings: np.ndarray | None, settings_of: Callable[[str], dict[str, float]]
) -> dict[str, Callable[[Window, Fields], Iterator[pa.RecordBatch]]]:
    """Return the content scorers by name, each from a window and fields to its lists.

    Parameters
    ----------
    embeddings : array of float32, shape (n_items, d), or None
        As `read_embeddings` returns; None leaves that scorer's lists empty.
    settings_of : callable
        From the name of a scorer to its settings; called at once.

    Returns
    -------
    dict of str to callable
    """

    def lists(
        scorer: Scorer, settings: Settings, window: Window, known: Fields
    ) -> Lists:
        given = known
        if scorer.fit is _embedding_fit:
            # A window that is learned from does not know the newest items.
            n_items = window.eligible_items.size
            given = None if embeddings is None else embeddings[:n_items]
        fitted = scorer.fit(window, settings, given)
        return scorer.lists_of(window, settings, fitted)

    return {
        name: partial(lists, scorer, settings_of(name))
        for name, scorer in CONTENT.items()
    }


def _embedding_fit(
    window: Window, settings: Settings, embeddings: np.ndarray | None
) -> np.ndarray | None:
    """Return the embeddings, shape (n_items, d), as `read_embeddings` does."""
    return embeddings


def _embedding_lists(
    block: Window, histories: csr_matrix, embeddings: np.ndarray, settings: Settings
) -> Lists:
    """Yield the items whose embedding is most like the mean of the user's items'."""
    return block.top_scores(
        embedding_scores(histories, embeddings), settings["candidates"]
    )


def field_weights(settings: dict[str, float]) -> dict[str, float]:
    """Return the weight of each field from a scorer's settings `<field>_weight`."""
    return {name: settings[f"{name}_weight"] for name in FIELDS}


def tfidf_profiles(fields: Fields, settings: dict[str, float]) -> csr_matrix:
    """Return the TF-IDF profile of each item over all its fields.

    Parameters
    ----------
    fields : dict of str to Field
        Fields that have a term; may be empty.
    settings : dict
        `<field>_weight` for each field.

    Returns
    -------
    csr_matrix, shape (n_items, n_terms)
        Rows of length 1 or 0.
    """
    profiles = {name: field.profiles for name, field in fields.items()}
    return combined_profiles(profiles, field_weights(settings))


def tfidf_neighbors(fields: Fields, settings: dict[str, float]) -> pa.Table:
    """Return the nearest items of each item by what is written of them.

    Parameters
    ----------
    fields : mapping of str to Field
        Fields of the items' texts by name; may be empty.
    settings : dict
        Settings of `content_tfidf`.

    Returns
    -------
    pyarrow.Table
        `item_neighbors_schema`; no rows where no field is known.
    """
    if not fields:
        return item_neighbors_schema.empty_table()
    profiles = tfidf_profiles(fields, settings)
    return content_neighbors(profiles, top_k=settings["neighbors"])


def _tfidf_fit(window: Window, settings: Settings, fields: Fields) -> csr_matrix | None:
    """Return each item's profile, if any text is known."""
    return tfidf_profiles(fields, settings) if fields else None


def _tfidf_lists(
    block: Window, histories: csr_matrix, items: csr_matrix, settings: Settings
) -> Lists:
    """Yield the items whose text is most like that of the user's items, by cosine."""
    return top_by_text(
        block,
        histories,
        lambda weights: user_profiles(weights, items),
        items,
        settings["candidates"],
    )


def _naive_bayes_fit(
    window: Window, settings: Settings, fields: Fields
) -> Fields | None:
    """Return the fields, if one of them counts."""
    weights = field_weights(settings)
    return fields if any(weights[name] for name in fields) else None


def _naive_bayes_lists(
    block: Window, histories: csr_matrix, fields: Fields, settings: Settings
) -> Lists:
    """Yield the items whose terms are most typical of what the user likes.

    The score is the weighted mean over an item's fields of the field's mean log-odds.
    """
    shown = {name: field_weights(settings)[name] for name in fields}
    total = sum(shown.values())
    log_odds = log_odds_by_field(fields, settings["smoothing"])
    right = [shown[name] / total * f.shares for name, f in fields.items()]

    def left(weights: csr_matrix) -> csr_matrix:
        return side_by_side([odds(weights) for odds in log_odds])

    return top_by_text(
        block, histories, left, side_by_side(right), settings["candidates"]
    )


CONTENT: Mapping[str, Scorer] = {
    "content_tfidf": Scorer(_tfidf_fit, _tfidf_lists),
    "naive_bayes": Scorer(_naive_bayes_fit, _naive_bayes_lists),
    "linear_svm": LINEAR_SVM,
    "item_embedding": Scorer(_embedding_fit, _embedding_lists),
}
