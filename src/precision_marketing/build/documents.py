"""The fields of items' text, their terms as a table, and the matrices made of it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.content.naive_bayes import term_shares
from precision_marketing.algorithms.content.text import names, pieces, terms
from precision_marketing.algorithms.content.tfidf import term_counts, tfidf_weights
from precision_marketing.build.relations import (
    matrix,
    of_time_windows,
    to_arrow,
    window_tables,
    with_window,
)

# Field: the columns whose text it joins, and how it is cut into terms.
ITEM_FIELDS: dict[str, tuple[tuple[str, ...], Callable]] = {
    "words": (("title", "description", "category", "brand", "tags"), terms),
    "title": (("title",), terms),
    "title_pieces": (("title",), pieces),
    "category": (("category",), names),
    "brand": (("brand",), names),
    "tags": (("tags",), names),
}
# Cut by `terms`; apart, since every time window knows other reviews.
REVIEWS = "reviews"
FIELDS = (*ITEM_FIELDS, REVIEWS)

terms_schema = pa.schema(
    [
        ("field", pa.string()),
        ("item_index", pa.int32()),
        ("term_index", pa.int32()),
        ("term", pa.string()),
        ("term_count", pa.int32()),
        ("tfidf_weight", pa.float64()),
    ]
)
_ROWS_PER_BATCH = 1_000_000


@dataclass(frozen=True)
class Field:
    """The terms of one field of all items.

    Attributes
    ----------
    counts : csr_matrix, shape (n_items, n_terms)
        Occurrences.
    profiles : csr_matrix, shape (n_items, n_terms)
        TF-IDF weights, rows of length 1 or 0.
    """

    counts: csr_matrix
    profiles: csr_matrix

    def of_first(self, count: int) -> "Field":
        """Return the field of the first items alone."""
        return Field(self.counts[:count], self.profiles[:count])

    @cached_property
    def occurrences(self) -> np.ndarray:
        """Of each term in all items, float64."""
        return np.asarray(self.counts.sum(axis=0)).ravel()

    @cached_property
    def shares(self) -> csr_matrix:
        """As `term_shares` returns them."""
        return term_shares(self.counts)


def item_term_batches(
    items: pa.Table, settings: dict[str, int], learned: int | None = None
) -> Iterator[pa.RecordBatch]:
    """Yield the terms of the items' own text, field by field.

    Parameters
    ----------
    items : pyarrow.Table
        Columns title, description, category, brand, tags; row i is item_index i.
    settings : dict
        minimum_document_frequency, maximum_document_frequency, maximum_terms.
    learned : int, optional
        Items from the first on that decide which terms there are, and how rare each
        is; by default all.

    Yields
    ------
    pyarrow.RecordBatch
        `terms_schema`.
    """
    for field, (columns, analyzer) in ITEM_FIELDS.items():
        texts = zip(*(items[column].to_pylist() for column in columns), strict=True)
        # A line end between columns: no value of a name runs over two.
        documents = ("\n".join(filter(None, row)) for row in texts)
        yield from term_batches(field, documents, analyzer, settings, learned)


def review_term_batches(
    reviews: pa.Table, item_counts: Mapping[str, int], settings: dict[str, float]
) -> Iterator[pa.RecordBatch]:
    """Yield the terms of all items' reviews, window by window.

    Parameters
    ----------
    reviews : pyarrow.Table
        `int_item_reviews`: time_window, item_index, review_text.
    item_counts : mapping of str to int
        Window to its items, reviewed or not; other windows are left out.
    settings : dict
        Settings of `content_terms`.

    Yields
    ------
    pyarrow.RecordBatch
        `terms_schema` with time_window in front.
    """
    for time_window, rows in window_tables(reviews):
        if time_window not in item_counts:
            continue
        items, texts = rows["item_index"].to_pylist(), rows["review_text"].to_pylist()
        text_of = dict(zip(items, texts, strict=True))
        documents = (text_of.get(item) for item in range(item_counts[time_window]))
        for batch in term_batches(REVIEWS, documents, terms, settings):
            yield with_window(batch, time_window)


def term_batches(
    field: str,
    documents: Iterator[str | None],
    analyzer: Callable,
    settings: dict[str, int],
    learned: int | None = None,
) -> Iterator[pa.RecordBatch]:
    """Yield the terms of one field.

    Parameters
    ----------
    field : str
        Its name.
    documents : iterator of str or None
        Text of item_index 0, 1, ...
    analyzer : callable
        From a text to its terms.
    settings : dict
        As `item_term_batches`.
    learned : int, optional
        As for `term_counts`.

    Yields
    ------
    pyarrow.RecordBatch
        `terms_schema`; term repeats the column's word, so that analysts can read it.
    """
    limits = {
        name: settings[name]
        for name in (
            "minimum_document_frequency",
            "maximum_document_frequency",
            "maximum_terms",
        )
    }
    counts, columns = term_counts(documents, analyzer, learned=learned, **limits)
    profiles = tfidf_weights(counts, learned)
    rows = np.repeat(np.arange(counts.shape[0], dtype=np.int32), np.diff(counts.indptr))
    words = pa.array(columns, pa.string())
    for start in range(0, counts.nnz, _ROWS_PER_BATCH):
        part = slice(start, start + _ROWS_PER_BATCH)
        indices = pa.array(counts.indices[part], pa.int32())
        yield pa.record_batch(
            [
                pa.array([field] * len(indices), pa.string()),
                pa.array(rows[part], pa.int32()),
                indices,
                words.take(indices),
                pa.array(counts.data[part].astype(np.int32)),
                pa.array(profiles.data[part], pa.float64()),
            ],
            schema=terms_schema,
        )


def read_item_fields(relation: Any, n_items: int) -> dict[str, Field]:
    """Return the fields of `content_terms` that have a term, in the order of `FIELDS`.

    Parameters
    ----------
    relation : duckdb.DuckDBPyRelation
        `terms_schema`, in any order.
    n_items : int
        Rows of the matrices; items after them are not read.

    Returns
    -------
    dict of str to Field
    """
    # One field at a time, without the words: the table of all is many times as large.
    rows = relation.filter(f"item_index < {n_items}")
    tables = (
        (name, to_arrow(_numbers_only(rows.filter(f"field = '{name}'"))))
        for name in ITEM_FIELDS
    )
    return {name: _field(table, n_items) for name, table in tables if table.num_rows}


def read_fields(
    item_terms: Any, review_terms: Any, item_counts: Mapping[str, int]
) -> dict[str, dict[str, Field]]:
    """Return the fields of each time window that have a term, in the order of `FIELDS`.

    Parameters
    ----------
    item_terms : duckdb.DuckDBPyRelation
        `content_terms` (`terms_schema`), in any order.
    review_terms : duckdb.DuckDBPyRelation
        `content_review_terms` (`terms_schema` with time_window), in any order.
    item_counts : mapping of str to int
        Window to the rows of its matrices; other windows are not read.

    Returns
    -------
    dict of str to dict of str to Field
    """
    most = max(item_counts.values())
    own = read_item_fields(item_terms, most)
    of_windows = review_terms.filter(of_time_windows(item_counts))
    reviews = dict(window_tables(to_arrow(_numbers_only(of_windows, "time_window, "))))
    found = {}
    for name, count in item_counts.items():
        fields = own
        if count < most:
            fields = {field: rows.of_first(count) for field, rows in own.items()}
        if reviews[name].num_rows:
            fields = {**fields, REVIEWS: _field(reviews[name], count)}
        found[name] = fields
    return found


def _numbers_only(relation: Any, more: str = "") -> Any:
    """Return the columns of a relation of terms that matrices are made of."""
    return relation.project(f"{more}item_index, term_index, term_count, tfidf_weight")


def _field(table: pa.Table, n_items: int) -> Field:
    """Return a table of one field's terms as its matrices."""
    shape = (n_items, pc.max(table["term_index"]).as_py() + 1)
    return Field(
        matrix(table, "item_index", "term_index", "term_count", shape),
        matrix(table, "item_index", "term_index", "tfidf_weight", shape),
    )
