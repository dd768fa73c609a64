"""The content scorers over a window: each a product of users' and items' terms."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix, hstack

from precision_marketing.algorithms import (
    Choices,
    combined_profiles,
    embedding_scores,
    fit_ranking_svm,
    iterate_top_items,
    pair_differences,
    sample_choices,
    term_log_odds,
    term_shares,
    user_profiles,
)
from precision_marketing.documents import FIELDS, Field
from precision_marketing.windows import Window

Fields = dict[str, Field]
# From the weights of some users' histories to the left factor of their scores.
LeftFactor = Callable[[csr_matrix], csr_matrix]

# Entries of users' terms that a block may have: about 250 MB.
_BLOCK_ENTRIES = 20_000_000


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
    by_text = {
        "content_tfidf": tfidf_scores,
        "naive_bayes": naive_bayes_scores,
        "linear_svm": linear_svm_scores,
    }
    scorers = {
        name: partial(scores, settings=settings_of(name))
        for name, scores in by_text.items()
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
    right = [shown[name] / total * term_shares(f.counts) for name, f in fields.items()]

    def left(weights: csr_matrix) -> csr_matrix:
        return _side_by_side([odds(weights) for odds in log_odds])

    yield from top_by_text(
        window,
        window.recent_weights(settings["decay"]),
        left,
        _side_by_side(right),
        settings["candidates"],
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
        return _side_by_side([weights[n] * lefts[n](history) for n in used])

    yield from top_by_text(
        window,
        window.recent_weights(settings["decay"]),
        left,
        _side_by_side([rights[n] for n in used]),
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
        rights.extend([field.profiles, term_shares(field.counts)])
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


def log_odds_by_field(fields: Fields, smoothing: float) -> list[LeftFactor]:
    """Return, for each field, the function from weights to users' log-odds."""
    return [
        lambda weights, f=field: term_log_odds(weights, f.counts, smoothing=smoothing)
        for field in fields.values()
    ]


def top_by_text(
    window: Window,
    weights: csr_matrix,
    left: LeftFactor,
    right: csr_matrix,
    top_n: int,
) -> Iterator[pa.RecordBatch]:
    """Yield the best eligible items by left(weights) @ right.T, in blocks of users.

    Parameters
    ----------
    window : Window
    weights : csr_matrix, shape (n_users, n_items)
        Weights of the histories.
    left : callable
        From rows of `weights` to the left factor; called with a block of users, so
        that only their terms are in memory.
    right : csr_matrix, shape (n_items, n_terms)
        Items' rows.
    top_n : int
        Items per user.

    Yields
    ------
    pyarrow.RecordBatch
        `scores_schema`.
    """
    by_term = right.T.tocsr()
    for users in user_blocks(weights, right, window.scored_users):
        batches = iterate_top_items(
            left(weights[users]),
            by_term,
            users=np.arange(users.size),
            exclude=window.excluded[users],
            allowed_items=window.eligible_items,
            item_scale=None,
            top_n=top_n,
        )
        numbers = pa.array(users, pa.int32())
        for batch in batches:
            yield batch.set_column(0, "user_index", numbers.take(batch["user_index"]))


def user_blocks(
    weights: csr_matrix,
    item_terms: csr_matrix,
    users: np.ndarray,
    maximum_entries: int = _BLOCK_ENTRIES,
) -> list[np.ndarray]:
    """Cut users into blocks whose items have at most so many terms.

    Parameters
    ----------
    weights : csr_matrix, shape (n_users, n_items)
    item_terms : csr_matrix, shape (n_items, n_terms)
    users : array of int
        In the order of the result.
    maximum_entries : int
        Terms of a block; one user may have more.

    Returns
    -------
    list of array of int
    """
    if users.size == 0:
        return []
    counts = np.diff(item_terms.indptr).astype(np.float64)
    terms_of_item = np.concatenate([[0.0], np.cumsum(counts[weights.indices])])
    entries = (
        terms_of_item[weights.indptr[users + 1]] - terms_of_item[weights.indptr[users]]
    )
    blocks = (np.cumsum(entries) // maximum_entries).astype(np.int64)
    return np.split(users, np.flatnonzero(np.diff(blocks)) + 1)


def _side_by_side(matrices: list[csr_matrix]) -> csr_matrix:
    """Return matrices of as many rows next to each other."""
    return hstack(matrices, format="csr")
