"""The matrices that the engines work on: a public set, or one drawn at random."""

from pathlib import Path

import click
import numpy as np
from scipy.sparse import csr_matrix, load_npz, save_npz

from benchmarks.options import FILE, FOLDER
from benchmarks.sets import PUBLIC

GENERATED = "generated-10m"
_USERS, _ITEMS, _PAIRS = 150_000, 50_000, 9_800_000
_CLUSTERS, _OWN_SHARE = 40, 0.6


def from_events(folder: Path, split_on: str) -> csr_matrix:
    """Return the history of a public set: who had what before the published split.

    Parameters
    ----------
    folder : Path
        With events.parquet.
    split_on : str
        Day from which events are no history any more.

    Returns
    -------
    csr_matrix, shape (n_users, n_items), float64
        Ones; one per user and item. Users and items by order of their ids.
    """
    import duckdb

    query = """
        select distinct
            dense_rank() over (order by user_id) - 1 as user_index,
            dense_rank() over (order by item_id) - 1 as item_index,
            occurred_at < cast(? as timestamp) as is_history
        from read_parquet(?)
    """
    parameters = [split_on, str(folder / "events.parquet")]
    found = duckdb.execute(query, parameters).fetchnumpy()
    shape = (int(found["user_index"].max()) + 1, int(found["item_index"].max()) + 1)
    kept = np.asarray(found["is_history"], dtype=bool)
    return _matrix(found["user_index"][kept], found["item_index"][kept], shape)


def generated(
    n_users: int = _USERS, n_items: int = _ITEMS, n_pairs: int = _PAIRS, seed: int = 0
) -> csr_matrix:
    """Return interactions drawn at random.

    A user's activity is lognormal(0, 1); an item's popularity falls with its rank r as
    (r + 50)^-0.8. Users and items belong to 40 clusters; 0.6 of a user's events are of
    items of the own cluster. Events are drawn until there are enough distinct pairs,
    about 1.25 for each at the default size, and pairs are dropped at random down to
    `n_pairs`.

    Parameters
    ----------
    n_users, n_items, n_pairs : int
    seed : int
        The same arguments give the same matrix (with the same numpy).

    Returns
    -------
    csr_matrix, shape (n_users, n_items), float64
        Ones.
    """
    random = np.random.default_rng(seed)
    activity = random.lognormal(0, 1, n_users)
    popularity = (np.arange(n_items) + 50.0) ** -0.8
    user_clusters = random.integers(0, _CLUSTERS, n_users)
    item_clusters = random.integers(0, _CLUSTERS, n_items)
    pairs = np.empty(0, dtype=np.int64)
    while pairs.size < n_pairs:
        users = _draw(random, activity, int(1.25 * (n_pairs - pairs.size)) + 1)
        items = _draw(random, popularity, users.size)
        own = random.random(users.size) < _OWN_SHARE
        wanted = np.where(own, user_clusters[users], -1)
        for cluster in range(_CLUSTERS):
            members = np.flatnonzero(item_clusters == cluster)
            chosen = np.flatnonzero(wanted == cluster)
            if members.size:
                drawn = _draw(random, popularity[members], chosen.size)
                items[chosen] = members[drawn]
        pairs = np.union1d(pairs, users * n_items + items)
    kept = random.permutation(pairs)[:n_pairs]
    # Otherwise an item's position would be its rank by popularity.
    shuffled = random.permutation(n_items)
    return _matrix(kept // n_items, shuffled[kept % n_items], (n_users, n_items))


def read(path: Path) -> csr_matrix:
    """Return the matrix that `main` wrote."""
    return csr_matrix(load_npz(path))


def _draw(random: np.random.Generator, weights: np.ndarray, count: int) -> np.ndarray:
    """Draw positions with probabilities proportional to weights."""
    sums = np.cumsum(weights)
    found = np.searchsorted(sums, random.random(count) * sums[-1], side="right")
    return np.minimum(found, len(weights) - 1)


def _matrix(rows: np.ndarray, columns: np.ndarray, shape: tuple) -> csr_matrix:
    result = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)
    result.sort_indices()
    return result


@click.command(help=__doc__)
@click.option("--folder", type=FOLDER, help="A public set (default: drawn).")
@click.option("--small", is_flag=True, help="Draw a small one.")
@click.option("--out", type=FILE, required=True)
def main(folder: Path | None, small: bool, out: Path) -> None:
    """Write the matrix as scipy's npz."""
    if folder:
        found = from_events(folder, PUBLIC[folder.name])
    elif small:
        found = generated(500, 300, 5_000)
    else:
        found = generated()
    save_npz(out, found, compressed=False)


if __name__ == "__main__":
    main()
