"""TF-IDF profiles of items and users from text of any language.

Source: Salton, Buckley (1988), "Term-weighting approaches in automatic text
retrieval"; Pazzani, Billsus (2007), "Content-based recommendation systems", section
10.2 (a user profile as the weighted sum of item profiles). Counted and weighted by
scikit-learn; the limit on terms is ours, since its own `max_features` breaks ties by
the order in which a sort happens to leave them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix, diags_array, hstack
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.preprocessing import normalize

from precision_marketing.algorithms.collaborative.neighbors import item_neighbors_schema
from precision_marketing.algorithms.kernels.engine import (
    iterate_top_entries,
    transposed,
)
from precision_marketing.algorithms.kernels.selection import (
    as_weights,
    check_count,
    check_not_negative,
)
from precision_marketing.algorithms.kernels.sparse_product import (
    distinct_rows,
    sparse_product,
)


def term_counts(
    documents: Iterable[str | None],
    analyzer: Callable[[str | None], list[str]],
    *,
    minimum_document_frequency: int,
    maximum_document_frequency: int,
    maximum_terms: int,
    learned: int | None = None,
) -> tuple[csr_matrix, list[str]]:
    """Return how often each term occurs in each document.

    Parameters
    ----------
    documents : iterable of str or None
        Text of item_index 0, 1, ...; read once.
    analyzer : callable
        From a text to its terms, such as `terms`.
    minimum_document_frequency : int
        Documents that must have a term, >= 1. A term of one item links no items.
    maximum_document_frequency : int
        Documents that may have a term, >= the minimum. A term of more items tells
        little and costs much: the work of comparing items grows with the square of it.
    maximum_terms : int
        Most terms to keep, >= 1: those with the most occurrences, ties by code point.
    learned : int, optional
        Documents from the first on that decide which terms are kept; by default all.

    Returns
    -------
    counts : csr_matrix, shape (n_documents, n_terms), float64
    terms : list of str
        The columns, sorted by code point. Empty if no term is frequent enough.

    Raises
    ------
    ValueError
        If a setting is below 1, or the maximum below the minimum.

    Examples
    --------
    >>> from precision_marketing.algorithms.content.text import terms
    >>> settings = dict(minimum_document_frequency=1, maximum_document_frequency=9)
    >>> counts, columns = term_counts(
    ...     ["red red shoe", None], terms, maximum_terms=10, **settings
    ... )
    >>> columns, counts.toarray().tolist()
    (['red', 'shoe'], [[2.0, 1.0], [0.0, 0.0]])
    """
    check_count("minimum_document_frequency", minimum_document_frequency)
    check_count("maximum_terms", maximum_terms)
    if maximum_document_frequency < minimum_document_frequency:
        raise ValueError(
            f"maximum_document_frequency ({maximum_document_frequency}) must be at"
            f" least minimum_document_frequency ({minimum_document_frequency})"
        )
    numbers: dict[str | None, int] = {}
    number_of: list[int] = []

    def distinct() -> Iterator[str | None]:
        # What is sold in many sizes has one text: it is cut into terms once.
        for document in documents:
            if document not in numbers:
                numbers[document] = len(numbers)
                yield document
            number_of.append(numbers[document])

    vectorizer = CountVectorizer(analyzer=analyzer, dtype=np.float64)
    try:
        found = csr_matrix(vectorizer.fit_transform(distinct()))
    except ValueError as refusal:
        # Where there is no term at all, scikit-learn raises.
        if not str(refusal).startswith("empty vocabulary"):
            raise
        return csr_matrix((len(number_of), 0)), []
    copies = np.bincount(number_of[:learned], minlength=found.shape[0])
    frequencies = found.astype(bool).T @ copies
    kept = np.flatnonzero(
        (frequencies >= minimum_document_frequency)
        & (frequencies <= maximum_document_frequency)
    )
    totals = (found.T @ copies)[kept]
    most = np.sort(kept[np.argsort(-totals, kind="stable")[: int(maximum_terms)]])
    counts = found[:, most][number_of]
    counts.sort_indices()
    return counts, vectorizer.get_feature_names_out()[most].tolist()


def tfidf_weights(counts: csr_matrix, learned: int | None = None) -> csr_matrix:
    """Return the TF-IDF profile of each item.

    With f the occurrences of a term in the item's document, n the number of items and
    d the number of items with the term, its weight is
    (1 + ln f) (ln((1 + n) / (1 + d)) + 1), and each row is divided by its length.

    Parameters
    ----------
    counts : csr_matrix, shape (n_items, n_terms)
        As `term_counts` returns them.
    learned : int, optional
        Items from the first on that n and d count; by default all.

    Returns
    -------
    csr_matrix, shape (n_items, n_terms), float64
        Rows of length 1; all zero for an item without a term.

    Examples
    --------
    >>> tfidf_weights(csr_matrix([[1, 1], [1, 0], [0, 0]])).toarray().round(3).tolist()
    [[0.605, 0.796], [1.0, 0.0], [0.0, 0.0]]
    """
    return _weighted(counts, "l2", learned)


def tfidf_lengths(counts: Sequence[csr_matrix]) -> np.ndarray:
    """Return the length of each item's TF-IDF row before it is divided by it.

    Parameters
    ----------
    counts : sequence of csr_matrix, shape (n_items, n_terms of the field)
        As for `tfidf_weights`, one for each field; their rows stand side by side.

    Returns
    -------
    array of float64, shape (n_items,)
        How much an item's text says: many terms, and rare ones; 0 without a term.

    Examples
    --------
    >>> tfidf_lengths([csr_matrix([[1, 1], [1, 0], [0, 0]])]).round(3).tolist()
    [2.127, 1.288, 0.0]
    """
    squares = [_weighted(field, None).power(2).sum(axis=1) for field in counts]
    return np.sqrt(sum(np.asarray(square).ravel() for square in squares))


def _weighted(
    counts: csr_matrix, norm: str | None, learned: int | None = None
) -> csr_matrix:
    """Return TF-IDF weights, rows divided by their length or as they are."""
    if counts.nnz == 0:
        return csr_matrix(counts.shape)
    transformer = TfidfTransformer(sublinear_tf=True, norm=norm)
    return csr_matrix(transformer.fit(counts[:learned]).transform(counts))


def combined_profiles(
    fields: dict[str, csr_matrix], field_weights: dict[str, float]
) -> csr_matrix:
    """Return the profile of each item over all its fields.

    The fields' rows, each of length 1, stand side by side, times the square root of
    the field's weight, and the whole row is divided by its length. The cosine of two
    items is then the weighted mean of their fields' cosines, where both have the same
    fields; what a field without text would weigh goes to the others.

    Parameters
    ----------
    fields : dict of str to csr_matrix, shape (n_items, terms of the field)
        Rows of length 1 or 0.
    field_weights : dict of str to float
        Weight of each field, unit-free, >= 0.

    Returns
    -------
    csr_matrix, shape (n_items, terms of all fields), float64
        Rows of length 1; all zero for an item without text.

    Raises
    ------
    ValueError
        If a weight is negative or not finite.
    KeyError
        If a field has no weight.

    Examples
    --------
    >>> title, brand = csr_matrix([[1.0], [1.0]]), csr_matrix([[1.0], [0.0]])
    >>> fields = {"title": title, "brand": brand}
    >>> combined_profiles(fields, {"title": 1, "brand": 3}).toarray().round(3).tolist()
    [[0.5, 0.866], [1.0, 0.0]]
    """
    check_not_negative(**field_weights)
    blocks = [np.sqrt(field_weights[name]) * rows for name, rows in fields.items()]
    return of_length_one(as_weights(hstack(blocks, format="csr")))


def of_length_one(rows: csr_matrix) -> csr_matrix:
    """Return a matrix with each row divided by its length, 0 where that is 0.

    Examples
    --------
    >>> of_length_one(csr_matrix([[3.0, 4.0], [0.0, 0.0]])).toarray().tolist()
    [[0.6, 0.8], [0.0, 0.0]]
    """
    scaled = csr_matrix(normalize(rows)) if rows.nnz else csr_matrix(rows.shape)
    scaled.sort_indices()
    return scaled


def content_neighbors(
    profiles: csr_matrix, *, top_k: int, block_size: int | None = None
) -> pa.Table:
    """Return the `top_k` items with the most similar text, by cosine.

    Parameters
    ----------
    profiles : csr_matrix, shape (n_items, n_terms), float64
        Rows of length 1 or 0, >= 0, as `combined_profiles` returns them.
    top_k : int
        Neighbors per item, >= 1. Fewer are returned where fewer share a term.
    block_size : int, optional
        Items per block. By default blocks are cut to about 256 MB.

    Returns
    -------
    pyarrow.Table
        As `item_neighbors`, similarity in (0, 1]. Items without text have no rows.

    Raises
    ------
    ValueError
        If a profile is negative, not finite or longer than 1, or `top_k` is below 1.

    Examples
    --------
    >>> profiles = tfidf_weights(csr_matrix([[1, 1, 0], [1, 1, 0], [0, 0, 1]]))
    >>> content_neighbors(profiles, top_k=1)["similarity"].to_pylist()
    [1.0, 1.0]
    """
    check_count("top_k", top_k)
    checked = as_weights(profiles)
    lengths = np.sqrt(np.asarray(checked.power(2).sum(axis=1)).ravel())
    if (lengths > 1 + 1e-9).any():
        raise ValueError("profiles must have rows of length 1")
    # Profiles from elsewhere may be a rounding error too long.
    checked = csr_matrix(diags_array(1.0 / np.maximum(lengths, 1.0)) @ checked)
    first, kinds = distinct_rows(checked)
    # One more, since an item may be among the nearest of its own text.
    batches = iterate_top_entries(
        checked,
        transposed(checked),
        first,
        top_n=top_k + 1,
        schema=item_neighbors_schema,
        task="content neighbors",
        block_size=block_size,
    )
    found = pa.Table.from_batches(batches, schema=item_neighbors_schema)
    return _of_each_item(found, first, kinds, top_k)


def _of_each_item(
    found: pa.Table, first: np.ndarray, kinds: np.ndarray, top_k: int
) -> pa.Table:
    """Return the neighbors of every item, from those of the first item of each text."""
    starts = np.searchsorted(
        found["item_index"].to_numpy(), np.append(first, kinds.size)
    )
    counts = np.diff(starts)[kinds]
    items = np.repeat(np.arange(kinds.size, dtype=np.int32), counts)
    places = np.arange(items.size) - np.repeat(np.cumsum(counts) - counts, counts)
    table = found.take(starts[kinds][items] + places)
    neighbors = table["neighbor_index"].to_numpy()
    ranks = table["neighbor_rank"].to_numpy().copy()
    own = np.flatnonzero(neighbors == items)
    own_rank = np.full(kinds.size, top_k + 1, np.int32)
    own_rank[items[own]] = ranks[own]
    ranks -= ranks > own_rank[items]
    is_kept = (neighbors != items) & (ranks <= top_k)
    return pa.table(
        [items, table["neighbor_index"], table["similarity"], ranks],
        schema=item_neighbors_schema,
    ).filter(is_kept)


def user_profiles(weights: csr_matrix, profiles: csr_matrix) -> csr_matrix:
    """Return each user's profile: the weighted sum of their items', of length 1.

    Parameters
    ----------
    weights : csr_matrix, shape (n_users, n_items), float64
        Implicit-feedback weights, unit-free, >= 0. Row u is user_index u.
    profiles : csr_matrix, shape (n_items, n_terms), float64
        As `combined_profiles` returns them.

    Returns
    -------
    csr_matrix, shape (n_users, n_terms), float64
        Rows of length 1; all zero for a user none of whose items has text.

    Raises
    ------
    ValueError
        If a weight is negative or not finite.

    Notes
    -----
    A user's row has at most as many non-zeros as their items' rows together.

    Examples
    --------
    >>> profiles = csr_matrix([[1.0, 0.0], [0.0, 1.0]])
    >>> user_profiles(csr_matrix([[3.0, 4.0]]), profiles).toarray().round(3).tolist()
    [[0.6, 0.8]]
    """
    return of_length_one(sparse_product(as_weights(weights), profiles, "users' terms"))
