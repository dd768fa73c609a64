"""The content scorers over a window: each a product of users' and items' terms."""

from collections.abc import Callable, Iterator
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
from precision_marketing.scorers.linear_svm import linear_svm_scores


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
    scorers = {
        name: partial(scores, settings=settings_of(name))
        for name, scores in TEXT_SCORERS.items()
    }
    of_embedding = settings_of("item_embedding")
    return scorers | {
        "item_embedding": lambda window, fields: item_embedding_scores(
            window, embeddings, of_embedding
        )
    }


def item_embedding_scores(
    window: Window, embeddings: np.ndarray | None, settings: dict[str, float]
) -> Iterator[pa.RecordBatch]:
    """Yield the items whose embedding is most like the mean of the user's items'.

    Parameters
    ----------
    window : Window
    embeddings : array of float32, shape (n_items, d), or None
        As `read_embeddings` returns.
    settings : dict
        decay, candidates.

    Yields
    ------
    pyarrow.RecordBatch
        `scores_schema`; nothing where no item has an embedding.
    """
    if embeddings is None:
        return
    weights = window.recent_weights(settings["decay"])
    yield from window.top_scores(
        embedding_scores(weights, embeddings), settings["candidates"]
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


def tfidf_scores(
    window: Window, fields: Fields, settings: dict[str, float]
) -> Iterator[pa.RecordBatch]:
    """Yield the items whose text is most like that of the user's items, by cosine.

    Parameters
    ----------
    window : Window
    fields : dict of str to Field
    settings : dict
        decay, candidates, `<field>_weight`.

    Yields
    ------
    pyarrow.RecordBatch
        `scores_schema`.
    """
    if not fields:
        return
    items = tfidf_profiles(fields, settings)
    yield from top_by_text(
        window,
        window.recent_weights(settings["decay"]),
        lambda weights: user_profiles(weights, items),
        items,
        settings["candidates"],
    )


def naive_bayes_scores(
    window: Window, fields: Fields, settings: dict[str, float]
) -> Iterator[pa.RecordBatch]:
    """Yield the items whose terms are most typical of what the user likes.

    The score is the weighted mean over an item's fields of the field's mean log-odds.

    Parameters
    ----------
    window : Window
    fields : dict of str to Field
    settings : dict
        decay, smoothing, candidates, `<field>_weight`.

    Yields
    ------
    pyarrow.RecordBatch
        `scores_schema`.
    """
    shown = {name: field_weights(settings)[name] for name in fields}
    if not any(shown.values()):
        return
    total = sum(shown.values())
    log_odds = log_odds_by_field(fields, settings["smoothing"])
    right = [shown[name] / total * f.shares for name, f in fields.items()]

    def left(weights: csr_matrix) -> csr_matrix:
        return side_by_side([odds(weights) for odds in log_odds])

    yield from top_by_text(
        window,
        window.recent_weights(settings["decay"]),
        left,
        side_by_side(right),
        settings["candidates"],
    )


# By the name of the scorer, those that read the fields of the items' text.
TEXT_SCORERS = {
    "content_tfidf": tfidf_scores,
    "naive_bayes": naive_bayes_scores,
    "linear_svm": linear_svm_scores,
}
