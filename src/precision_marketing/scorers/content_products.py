"""What the content scorers share: products of users' and items' terms, in blocks."""

from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix, hstack

from precision_marketing.algorithms.content.naive_bayes import term_log_odds
from precision_marketing.algorithms.kernels.dense_rows import LANES, dense_product
from precision_marketing.algorithms.kernels.engine import factor
from precision_marketing.algorithms.kernels.sparse_product import distinct_rows
from precision_marketing.algorithms.kernels.sums import row_work
from precision_marketing.algorithms.kernels.top_items import iterate_top_items
from precision_marketing.algorithms.kernels.top_scores import iterate_top_scores
from precision_marketing.build.documents import Field
from precision_marketing.build.windows import Window

Fields = dict[str, Field]
# From the weights of some users' histories to the left factor of their scores.
LeftFactor = Callable[[csr_matrix], csr_matrix]

# Entries of users' terms that a block may have: about 250 MB.
_BLOCK_ENTRIES = 20_000_000
# Bytes of one block of dense scores.
_DENSE_BYTES = 64 * 2**20
# Multiplications side by side in the time of one at a scattered place.
_DENSE_GAIN = 6


def log_odds_by_field(fields: Fields, smoothing: float) -> list[LeftFactor]:
    """Return, for each field, the function from weights to users' log-odds."""
    return [
        lambda weights, f=field: term_log_odds(
            weights, f.counts, smoothing=smoothing, background=f.occurrences
        )
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
    blocks = user_blocks(weights, right, window.scored_users)
    shown = np.flatnonzero(window.eligible_items & (np.diff(right.indptr) > 0))
    if shown.size == 0:
        return
    right = csr_matrix(right[shown], dtype=np.float64).sorted_indices()
    by_term = right.T.tocsr()
    starts = by_term.indptr.astype(np.int64)
    # What is sold in many sizes has one text, which is multiplied once.
    first, kinds = distinct_rows(right)
    wide = factor(right[first])
    width = min(LANES, max(1, _DENSE_BYTES // (8 * shown.size)))
    items = pa.array(shown, pa.int32())
    for users in blocks:
        rows = left(weights[users])
        numbers = np.arange(users.size)
        settings = {
            "users": numbers,
            "exclude": window.excluded[users][:, shown],
            "allowed_items": None,
            "item_scale": None,
            "top_n": top_n,
        }
        work = row_work(numbers, factor(rows), starts).sum()
        if _DENSE_GAIN * work > users.size * wide[1].size * LANES / width:
            batches = iterate_top_scores(
                lambda part, rows=rows: dense_product(rows[part], wide).take(kinds, 1),
                n_items=shown.size,
                block_size=width,
                task="top items by text",
                **settings,
            )
        else:
            batches = iterate_top_items(rows, by_term, **settings)
        names = pa.array(users, pa.int32())
        for batch in batches:
            user, item, *rest = batch.columns
            yield pa.record_batch(
                [names.take(user), items.take(item), *rest], schema=batch.schema
            )


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

    Examples
    --------
    Each of four users has one item of one term.

    >>> weights = terms = csr_matrix(np.eye(4))
    >>> blocks = user_blocks(weights, terms, np.arange(4), maximum_entries=2)
    >>> [users.tolist() for users in blocks]
    [[0], [1, 2], [3]]
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


def side_by_side(matrices: list[csr_matrix]) -> csr_matrix:
    """Return matrices of as many rows next to each other."""
    return hstack(matrices, format="csr")
