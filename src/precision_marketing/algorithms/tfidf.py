"""TF-IDF profiles of items and users from text of any language.

Source: Salton, Buckley (1988), "Term-weighting approaches in automatic text
retrieval"; Pazzani, Billsus (2007), "Content-based recommendation systems", section
10.2 (a user profile as the weighted sum of item profiles). Weights as in
scikit-learn's `TfidfVectorizer(sublinear_tf=True)`.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix, diags_array, eye_array
from sklearn.feature_extraction.text import TfidfVectorizer

from precision_marketing.algorithms._engine import iterate_top_entries, transposed
from precision_marketing.algorithms._selection import as_weights, check_count
from precision_marketing.algorithms.neighbors import item_neighbors_schema

# Han, kana, bopomofo and hangul, after NFKC (which makes half-width forms full-width).
_CJK = (
    "\u1100-\u11ff\u2e80-\u2fdf\u3005-\u3007\u3031-\u3035\u3040-\u30ff\u3100-\u318f"
    "\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUNS = re.compile(f"([{_CJK}]+)|([^{_CJK}]+)")


class _WordCharacters(dict):
    r"""Translation table: letters, marks and digits stay, the rest becomes a space.

    `\w` of `re` would not do: it splits at combining marks, so it breaks words of
    Hindi, Thai or Tamil. Filled as characters are met.
    """

    def __missing__(self, code: int) -> str:
        character = chr(code)
        is_word = unicodedata.category(character)[0] in "LMN"
        self[code] = character if is_word else " "
        return self[code]


_WORD_CHARACTERS = _WordCharacters()


def terms(text: str | None) -> list[str]:
    """Return the terms of a text, in order, repeated as they occur.

    Text is normalised (NFKC) and lower-cased. A term is a run of Unicode letters,
    marks and digits with at least one letter; of Chinese, Japanese and Korean text,
    which does not (reliably) separate words, every character and every pair of
    neighboring characters.

    Parameters
    ----------
    text : str or None

    Returns
    -------
    list of str

    Examples
    --------
    >>> terms("Toy Story (1995), a 3D film")
    ['toy', 'story', 'a', '3d', 'film']
    >>> terms("iPhone手机壳")
    ['iphone', '手', '机', '壳', '手机', '机壳']
    """
    found: list[str] = []
    normalized = unicodedata.normalize("NFKC", text or "").lower()
    for word in normalized.translate(_WORD_CHARACTERS).split():
        for ideographs, letters in _RUNS.findall(word):
            found.extend(ideographs)
            found.extend(map("".join, pairwise(ideographs)))
            if any(character.isalpha() for character in letters):
                found.append(letters)
    return found


def item_profiles(
    documents: Sequence[str | None],
    *,
    minimum_document_frequency: int,
    maximum_document_frequency: int,
    maximum_terms: int,
) -> tuple[csr_matrix, list[str]]:
    """Return the TF-IDF profile of each item.

    With f the occurrences of a term in the item's document, n the number of items and
    d the number of items with the term, its weight is
    (1 + ln f) (ln((1 + n) / (1 + d)) + 1), and each row is divided by its length.

    Parameters
    ----------
    documents : sequence of str or None
        Text of item_index 0, 1, ...
    minimum_document_frequency : int
        Items that must have a term, >= 1. A term of one item links no items.
    maximum_document_frequency : int
        Items that may have a term, >= the minimum. A term of more items tells little
        and costs much: the work of comparing items grows with the square of it.
    maximum_terms : int
        Most terms to keep, >= 1: those with the most occurrences.

    Returns
    -------
    profiles : csr_matrix, shape (n_items, n_terms), float64
        Rows of length 1; all zero for an item without a kept term.
    terms : list of str
        The columns, sorted by code point. Empty if no term is frequent enough.

    Raises
    ------
    ValueError
        If a setting is below 1, or the maximum below the minimum.

    Examples
    --------
    >>> frequencies = dict(minimum_document_frequency=1, maximum_document_frequency=9)
    >>> settings = dict(frequencies, maximum_terms=10)
    >>> profiles, columns = item_profiles(["red shoe", "red", None], **settings)
    >>> columns
    ['red', 'shoe']
    >>> profiles.toarray().round(3).tolist()
    [[0.605, 0.796], [1.0, 0.0], [0.0, 0.0]]
    """
    check_count("minimum_document_frequency", minimum_document_frequency)
    check_count("maximum_terms", maximum_terms)
    if maximum_document_frequency < minimum_document_frequency:
        raise ValueError(
            f"maximum_document_frequency ({maximum_document_frequency}) must be at"
            f" least minimum_document_frequency ({minimum_document_frequency})"
        )
    term_lists = [terms(document) for document in documents]
    frequencies = Counter(term for words in term_lists for term in set(words))
    # scikit-learn raises where no term is left, which is an answer here, not an error.
    if not any(
        minimum_document_frequency <= frequency <= maximum_document_frequency
        for frequency in frequencies.values()
    ):
        return csr_matrix((len(term_lists), 0), dtype=np.float64), []
    vectorizer = TfidfVectorizer(
        analyzer=list,
        sublinear_tf=True,
        min_df=int(minimum_document_frequency),
        max_df=int(maximum_document_frequency),
        max_features=int(maximum_terms),
        dtype=np.float64,
    )
    profiles = csr_matrix(vectorizer.fit_transform(term_lists))
    profiles.sort_indices()
    return profiles, vectorizer.get_feature_names_out().tolist()


def content_neighbors(
    profiles: csr_matrix, *, top_k: int, block_size: int | None = None
) -> pa.Table:
    """Return the `top_k` items with the most similar text, by cosine.

    Parameters
    ----------
    profiles : csr_matrix, shape (n_items, n_terms), float64
        Rows of length 1 or 0, >= 0, as `item_profiles` returns them.
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
    >>> frequencies = dict(minimum_document_frequency=1, maximum_document_frequency=9)
    >>> settings = dict(frequencies, maximum_terms=10)
    >>> profiles, _ = item_profiles(["red shoe", "red shoe", "blue"], **settings)
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
    batches = iterate_top_entries(
        checked,
        transposed(checked),
        np.arange(checked.shape[0]),
        top_n=top_k,
        schema=item_neighbors_schema,
        task="content neighbors",
        excluded=csr_matrix(eye_array(checked.shape[0])),
        block_size=block_size,
    )
    return pa.Table.from_batches(batches, schema=item_neighbors_schema)


def user_profiles(weights: csr_matrix, profiles: csr_matrix) -> csr_matrix:
    """Return each user's profile: the weighted sum of their items', of length 1.

    Parameters
    ----------
    weights : csr_matrix, shape (n_users, n_items), float64
        Implicit-feedback weights, unit-free, >= 0. Row u is user_index u.
    profiles : csr_matrix, shape (n_items, n_terms), float64
        As `item_profiles` returns them.

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
    sums = csr_matrix(as_weights(weights) @ profiles)
    lengths = np.sqrt(np.asarray(sums.power(2).sum(axis=1)).ravel())
    # A user without text has no non-zeros, so the factor does not matter.
    factors = 1.0 / np.where(lengths > 0, lengths, 1.0)
    scaled = csr_matrix(diags_array(factors) @ sums)
    scaled.sort_indices()
    return scaled
