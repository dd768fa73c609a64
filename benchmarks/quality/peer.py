"""Plain cosine from `implicit` on the package's own history, labels and exclusions."""

import time
import warnings

import numpy as np

from benchmarks.quality.tables import TestWindow

NEIGHBORS = 100
NAME = f"implicit CosineRecommender, {NEIGHBORS} neighbors"
_USERS_PER_BLOCK = 1_000


def rank(window: TestWindow, threads: int) -> tuple[dict[int, list[int]], float]:
    """Rank all eligible items for every user with a label.

    Parameters
    ----------
    window : TestWindow
    threads : int

    Returns
    -------
    lists : dict of int to list of int
        Up to 20 items by user, best first; none for a user without history.
    seconds : float
        Fitting and ranking.

    Raises
    ------
    ImportError
        If `implicit` is not installed.
    """
    from implicit.nearest_neighbours import CosineRecommender

    started = time.perf_counter()
    # One more: implicit's lists hold the item itself.
    model = CosineRecommender(K=NEIGHBORS + 1, num_threads=threads)
    with warnings.catch_warnings():
        # It warns of a conversion of its own.
        warnings.simplefilter("ignore")
        model.fit(window.history, show_progress=False)
    barred = np.flatnonzero(~window.eligible)
    users = np.array(list(window.labels))
    # Users of like histories together: each block asks for as many items as its longest
    # exclusion could hide.
    hidden = np.diff(window.excluded.indptr)
    users = users[np.argsort(hidden[users], kind="stable")]
    lists: dict[int, list[int]] = {}
    for start in range(0, len(users), _USERS_PER_BLOCK):
        block = users[start : start + _USERS_PER_BLOCK]
        items, scores = model.recommend(
            block,
            window.history[block],
            N=20 + int(hidden[block].max()),
            filter_already_liked_items=False,
            filter_items=barred if barred.size else None,
        )
        for user, found, values in zip(block, items, scores, strict=True):
            own = window.excluded.indices[
                window.excluded.indptr[user] : window.excluded.indptr[user + 1]
            ]
            kept = (values > 0) & ~np.isin(found, own)
            if kept.any():
                lists[int(user)] = found[kept][:20].tolist()
    return lists, time.perf_counter() - started
