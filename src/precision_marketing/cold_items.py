"""Rankings of items that hardly anybody has touched, which only content can tell."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import csr_matrix

from precision_marketing.algorithms import scores_schema
from precision_marketing.relations import to_arrow, window_tables, with_window
from precision_marketing.windows import Window

LIST_LENGTH = 10

cold_schema = pa.schema([("item_set", pa.string()), *scores_schema])

Scorer = Callable[[Window], Iterator[pa.RecordBatch]]


@dataclass(frozen=True)
class ColdItems:
    """A set of items to rank alone.

    Attributes
    ----------
    item_set : str
        `untouched` or `cold`.
    items : array of int
        Their item_index.
    user_counts : array of int
        Different users of each in the window's history.
    """

    item_set: str
    items: np.ndarray
    user_counts: np.ndarray


def cold_window(
    window: Window,
    cold: ColdItems,
    labels: csr_matrix,
    *,
    evaluated_users: int,
    seed: int,
) -> Window:
    """Return a window in which only cold items may be ranked, for users they concern.

    Parameters
    ----------
    window : Window
    cold : ColdItems
    labels : csr_matrix, shape (n_users, n_items)
        1 for what a user got in the label slice.
    evaluated_users : int
        Most users to rank for; of more, that many are drawn.
    seed : int

    Returns
    -------
    Window
        Its users have a history and at least one label among the cold items.
    """
    is_cold = np.zeros(window.eligible_items.size, dtype=bool)
    is_cold[cold.items] = True
    label_counts = labels @ is_cold.astype(np.float64)
    has_history = np.diff(window.weights.indptr) > 0
    users = np.flatnonzero((label_counts > 0) & has_history)
    drawn = np.random.default_rng(seed).permutation(users)[: int(evaluated_users)]
    return replace(window, eligible_items=is_cold, scored_users=np.sort(drawn))


def popularity_scores(
    window: Window, cold: ColdItems, seed: int
) -> Iterator[pa.RecordBatch]:
    """Yield the cold items by users; the order of equally popular ones is drawn."""
    order = np.random.default_rng(seed).permutation(cold.items.size)
    scores = 1.0 + cold.user_counts + order / max(1, order.size)
    shape = (1, window.eligible_items.size)
    items = csr_matrix((scores, (np.zeros_like(cold.items), cold.items)), shape=shape)
    everybody = csr_matrix(np.ones((window.weights.shape[0], 1)))
    return window.top_items(everybody, items, LIST_LENGTH)


def cold_item_batches(
    windows: Iterator[Window],
    labels: Any,
    cold_items: Any,
    scorers: dict[str, Scorer],
    settings: dict[str, int],
) -> Iterator[pa.RecordBatch]:
    """Return the lists of popularity and of every scorer when only cold items count.

    Parameters
    ----------
    windows : iterator of Window
    labels, cold_items : duckdb.DuckDBPyRelation
        `int_labels` and `int_cold_items`; read at once.
    scorers : dict of str to callable
        Name to the function from a window to its lists (`scores_schema`).
    settings : dict
        evaluated_users, seed.

    Returns
    -------
    iterator of pyarrow.RecordBatch
        `cold_schema` with time_window and scorer in front, of `train` and `test`.
    """
    pairs = to_arrow(labels.project("time_window, user_index, item_index"))
    items = to_arrow(cold_items.order("item_index"))
    return _batches(
        windows,
        dict(window_tables(pairs)),
        dict(window_tables(items)),
        scorers,
        settings,
    )


def _batches(
    windows: Iterator[Window],
    pairs: dict[str, pa.Table],
    cold_items: dict[str, pa.Table],
    scorers: dict[str, Scorer],
    settings: dict[str, int],
) -> Iterator[pa.RecordBatch]:
    """Yield the batches of tables that are in memory."""
    evaluated_users, seed = settings["evaluated_users"], settings["seed"]
    for window in windows:
        if window.time_window == "serve":
            continue
        rows = pairs[window.time_window]
        positions = (rows["user_index"].to_numpy(), rows["item_index"].to_numpy())
        labels = csr_matrix(
            (np.ones(rows.num_rows), positions), shape=window.weights.shape
        )
        for cold in _sets(cold_items[window.time_window]):
            only_cold = cold_window(
                window, cold, labels, evaluated_users=evaluated_users, seed=seed
            )
            lists = {"popularity": popularity_scores(only_cold, cold, seed)} | {
                name: scorer(only_cold) for name, scorer in scorers.items()
            }
            for name, batches in lists.items():
                for batch in batches:
                    named = _first(batch, cold.item_set)
                    yield with_window(named, window.time_window, name)


def _sets(rows: pa.Table) -> Iterator[ColdItems]:
    """Yield the sets of cold items of a window."""
    for item_set in ("untouched", "cold"):
        part = rows.filter(pc.equal(rows["item_set"], item_set))
        yield ColdItems(
            item_set, part["item_index"].to_numpy(), part["user_count"].to_numpy()
        )


def _first(batch: pa.RecordBatch, item_set: str) -> pa.RecordBatch:
    """Return the first ranks of a batch, with the set they belong to."""
    first = batch.filter(pc.less_equal(batch["scorer_rank"], LIST_LENGTH))
    names = pa.array([item_set] * first.num_rows, pa.string())
    return first.add_column(0, cold_schema.field(0), names)
