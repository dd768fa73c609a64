"""Judge a finished build: its own figures, an independent recount, and a peer.

In a process of its own, so that its memory does not burden what is measured later.
"""

import json
from pathlib import Path

import click
import numpy as np

from benchmarks.builds import node_seconds
from benchmarks.options import FILE
from benchmarks.quality import last_basket, peer
from benchmarks.quality.metrics import largest_difference, mean_metrics
from benchmarks.quality.tables import (
    TestWindow,
    connect,
    read_labels,
    read_network_choice,
    read_published_ranking,
    read_quality,
    read_rankings,
    read_recall_ceiling,
    read_split,
    read_test_window,
)

# Above it, the package's figures and the recount are said to disagree.
TOLERANCE = 1e-9
# A label with as many events in the history is known well enough to be found. Filters
# that keep users and items with five events make rarer ones likely labels.
LEAST_EVENTS = 6
_LEARNED = (
    "candidate_features",
    "neural_scorer_model",
    "learned_scores",
    "served_learned_scores",
)
_BLEND = ("scorer_decisions", "blended_candidates")


def judge(
    database: Path, results: Path, threads: int, *, of_last_basket: bool = False
) -> dict:
    """Return the quality of every ranking of a build.

    Parameters
    ----------
    database : Path
        Of a finished `dbt build`.
    results : Path
        Its `run_results.json`.
    threads : int
        Of the peer.
    of_last_basket : bool
        Whether labels are last baskets, to be judged as the literature does.

    Returns
    -------
    dict
        JSON-ready: `rankings` by name with `metrics`, `seconds` and `difference`
        (between the package's figures and the recount), `published`, `split_on`,
        `recall_ceiling`, `network`, `agrees`, and `peer`, or `peer_missing` with the
        reason; `known_labels`, where each user has one label: the same of the users
        whose label has `LEAST_EVENTS` in the history; `last_basket` where asked for.
    """
    with connect(database) as connection:
        labels = read_labels(connection)
        lists = read_rankings(connection)
        quality = read_quality(connection)
        part = {
            "published": read_published_ranking(connection),
            "split_on": read_split(connection),
            "recall_ceiling": read_recall_ceiling(connection),
            "network": read_network_choice(connection),
        }
        window = read_test_window(connection, labels)
        if of_last_basket:
            part["last_basket"] = last_basket.judge_baskets(connection, lists, labels)
    seconds = ranking_seconds(results, sorted(quality))
    rankings = {
        name: {
            "metrics": quality[name],
            "seconds": seconds[name],
            "difference": largest_difference(
                quality[name], mean_metrics(lists.get(name, {}), labels)
            ),
        }
        for name in sorted(quality)
    }
    part["agrees"] = all(r["difference"] <= TOLERANCE for r in rankings.values())
    for ranking in rankings.values():
        # JSON has no infinity.
        if ranking["difference"] == float("inf"):
            ranking["difference"] = None
    part["rankings"] = rankings
    known = known_labels(window)
    if known and all(len(items) == 1 for items in labels.values()):
        part["known_labels"] = {
            "users": len(known),
            "rankings": {n: mean_metrics(lists.get(n, {}), known) for n in rankings},
        }
    try:
        found, spent = peer.rank(window, threads)
    except ImportError:
        part["peer_missing"] = "implicit is not installed"
        return part
    # As the package does: the most popular items where there is nothing else.
    shown = lists.get("popularity", {}) | found
    part["peer"] = {"metrics": mean_metrics(shown, labels), "seconds": spent}
    return part


def known_labels(window: TestWindow) -> dict[int, set[int]]:
    """Return the labels of users whose labels all have `LEAST_EVENTS` in the history.

    Parameters
    ----------
    window : TestWindow

    Returns
    -------
    dict of int to set of int
        By user, as in the window.
    """
    counts = np.bincount(window.history.indices, minlength=window.history.shape[1])
    return {
        user: items
        for user, items in window.labels.items()
        if counts[list(items)].min() >= LEAST_EVENTS
    }


def ranking_seconds(results: Path, rankings: list[str]) -> dict[str, float]:
    """Return the execution seconds of each ranking's own models.

    Parameters
    ----------
    results : Path
        dbt's `run_results.json`.
    rankings : list of str
        Scorers, `blend` and `neural`.

    Returns
    -------
    dict of str to float
        A scorer's models are those of the layer `scorers` whose names begin with its
        name; the models that all share are in none.
    """
    seconds = dict.fromkeys(rankings, 0.0)
    for layer, model, spent in node_seconds(results):
        if layer == "scorers":
            # The longest name: item_cosine_recent_scores is not item_cosine's.
            owners = [name for name in rankings if model.startswith(f"{name}_")]
            owners = [max(owners, key=len)] if owners else []
        elif layer == "candidates" and model in _LEARNED:
            # Trained and scored together: the seconds are of both.
            owners = ["neural", "logistic_regression", "learned_mean"]
        elif layer == "candidates" and model in _BLEND:
            owners = ["blend"]
        else:
            continue
        for owner in set(owners) & set(seconds):
            seconds[owner] += spent
    return seconds


@click.command(help=__doc__)
@click.option("--database", type=FILE, required=True)
@click.option("--run-results", type=FILE, required=True)
@click.option("--threads", type=click.IntRange(min=1), default=2, show_default=True)
@click.option("--last-basket", is_flag=True)
def main(database: Path, run_results: Path, threads: int, last_basket: bool) -> None:
    """Print what was found as JSON."""
    found = judge(database, run_results, threads, of_last_basket=last_basket)
    print(json.dumps(found, allow_nan=False))


if __name__ == "__main__":
    main()
