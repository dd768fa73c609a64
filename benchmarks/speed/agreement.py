"""Check an engine's results against plain scipy before anything is timed.

Ties are allowed: where several items are equally similar, engines cut their lists
differently. So values are compared, position by position, and every item's value with
its exact one; the ranking is compared with sums over the engine's own lists.
"""

import json
from pathlib import Path
from typing import Any

import click
import numpy as np
from scipy.sparse import csr_matrix, diags_array, load_npz

from benchmarks.options import FILE, FOLDER
from benchmarks.speed import NEIGHBORS, TOP_ITEMS
from benchmarks.speed.interactions import read

# Of a similarity, and of a score relative to 1: some engines work in single precision.
TOLERANCE = 1e-5
_ITEMS, _USERS = 300, 500


def neighbors_error(matrix: csr_matrix, found: csr_matrix, items: np.ndarray) -> float:
    """Return the largest error of similarities among some items' neighbors.

    Parameters
    ----------
    matrix : csr_matrix, shape (n_users, n_items)
        Interactions.
    found : csr_matrix, shape (n_items, n_items)
        Similarities, row = item, column = neighbor.
    items : array of int
        Rows to be checked.

    Returns
    -------
    float
        Infinite where a list is too short, too long or holds the item itself.
    """
    lengths = np.sqrt(np.asarray(matrix.power(2).sum(axis=0)).ravel())
    scale = np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    scaled = csr_matrix(matrix @ diags_array(scale))
    by_item = csr_matrix(scaled.T)
    error = 0.0
    for item in items:
        exact = (by_item[[item]] @ scaled).toarray().ravel()
        exact[item] = 0.0
        error = max(error, _list_error(exact, *_row(found, item), NEIGHBORS))
    return error


def ranking_error(
    matrix: csr_matrix,
    weights: csr_matrix,
    top: tuple[np.ndarray, np.ndarray],
    users: np.ndarray,
    *,
    hides_history: bool,
) -> float:
    """Return the largest relative error of scores among some users' top items.

    Parameters
    ----------
    matrix : csr_matrix, shape (n_users, n_items)
        Interactions.
    weights : csr_matrix, shape (n_items, n_items)
        Row = item of the history, column = item to be recommended.
    top : tuple of arrays, shape (n_users, 20)
        Items, -1 for none, and scores, best first.
    users : array of int
        Rows to be checked.
    hides_history : bool

    Returns
    -------
    float
        Infinite where a list is too short, too long or holds an item twice.
    """
    error = 0.0
    for user in users:
        exact = (matrix[[user]] @ weights).toarray().ravel()
        if hides_history:
            exact[_row(matrix, user)[0]] = 0.0
        items, scores = (array[user] for array in top)
        kept = items >= 0
        found = _list_error(exact, items[kept], scores[kept], TOP_ITEMS)
        error = max(error, found / max(1.0, exact.max(initial=0.0)))
    return error


def overlap(ours: csr_matrix, theirs: csr_matrix) -> float:
    """Return the share of our neighbors that another engine lists too."""
    shared = ours.astype(bool).multiply(theirs.astype(bool)).nnz
    return shared / max(ours.nnz, 1)


def _row(matrix: csr_matrix, row: int) -> tuple[np.ndarray, np.ndarray]:
    entries = slice(matrix.indptr[row], matrix.indptr[row + 1])
    return matrix.indices[entries], matrix.data[entries]


def _list_error(
    exact: np.ndarray, items: np.ndarray, values: np.ndarray, length: int
) -> float:
    """Compare a list with the largest positive entries of `exact`."""
    best = np.sort(exact[exact > 0])[::-1][:length]
    if len(values) != len(best) or len(np.unique(items)) != len(items):
        return np.inf
    if not len(best):
        return 0.0
    as_listed = np.abs(exact[items] - values).max()
    return float(max(as_listed, np.abs(np.sort(values)[::-1] - best).max()))


def check(
    interactions: Path,
    results: Path,
    ours: Path,
    *,
    pruned_by: str,
    hides_history: bool,
) -> dict:
    """Return how well an engine's saved results agree.

    Parameters
    ----------
    interactions : Path
    results, ours : Path
        Folders that the workers of the engine and of "ours" saved.
    pruned_by, hides_history
        As in `benchmarks.speed.engines.Engine`.

    Returns
    -------
    dict
        JSON-ready: `agrees`, `neighbors_error`, `ranking_error` (None: the lists are
        not comparable), `neighbors_overlap` with ours, `top_overlap` with ours (None
        where the ranking holds seen items).
    """
    matrix = read(interactions)
    found = csr_matrix(load_npz(results / "neighbors.npz"))
    reference = csr_matrix(load_npz(ours / "neighbors.npz"))
    top = _load_ranking(results)
    random = np.random.default_rng(0)
    touched = np.unique(matrix.indices)
    items = random.choice(touched, min(_ITEMS, touched.size), replace=False)
    users = random.choice(matrix.shape[0], min(_USERS, matrix.shape[0]), replace=False)
    weights = found if pruned_by == "source" else csr_matrix(found.T)
    errors = {
        "neighbors_error": neighbors_error(matrix, found, items),
        "ranking_error": ranking_error(
            matrix, weights, top, users, hides_history=hides_history
        ),
    }
    finite = {name: e if np.isfinite(e) else None for name, e in errors.items()}
    top_overlap = None
    if hides_history:
        best = _load_ranking(ours)[0]
        shared = sum(
            len(np.intersect1d(best[user][best[user] >= 0], top[0][user]))
            for user in users
        )
        top_overlap = shared / max(int((best[users] >= 0).sum()), 1)
    return {
        "agrees": all(error <= TOLERANCE for error in errors.values()),
        **finite,
        "neighbors_overlap": overlap(reference, found),
        "top_overlap": top_overlap,
    }


def _load_ranking(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    with np.load(folder / "ranking.npz") as arrays:
        return arrays["items"], arrays["scores"]


@click.command(help=__doc__)
@click.option("--interactions", type=FILE, required=True)
@click.option("--results", type=FOLDER, required=True)
@click.option("--ours", type=FOLDER, required=True)
@click.option("--pruned-by", required=True)
@click.option("--hides-history", is_flag=True)
def main(**options: Any) -> None:
    """Print what was compared as JSON."""
    print(json.dumps(check(**options), allow_nan=False))


if __name__ == "__main__":
    main()
