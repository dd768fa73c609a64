"""Export a build's windows to the peer; judge both lists on the same users and labels.

In a process of its own, so that its memory does not burden what is measured later.
"""

import json
from pathlib import Path

import click

from benchmarks.options import FILE, FOLDER
from benchmarks.quality.metrics import mean_metrics
from benchmarks.quality.tables import (
    connect,
    read_labels,
    read_published_ranking,
    read_rankings,
)

# What the peer is given, by file.
_WINDOWS = {
    "history": """
        select time_window, user_index, item_index, event_count, last_event_at,
            is_excluded
        from intermediate.int_user_item_matrix where time_window in ('train', 'test')
        order by all
    """,
    "labels": """
        select time_window, user_index, item_index from intermediate.int_labels
        where time_window = 'train' order by all
    """,
    "items": """
        select time_window, item_index, is_eligible
        from intermediate.int_item_features order by all
    """,
}


def export_windows(database: Path, folder: Path) -> None:
    """Write what the peer reads, and no label of `test`.

    Parameters
    ----------
    database : Path
        Of a finished build.
    folder : Path
        Made where it is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with connect(database) as connection:
        for name, query in _WINDOWS.items():
            path = str(folder / f"{name}.parquet")
            connection.sql(query).write_parquet(path)


def judge(database: Path, folder: Path) -> dict:
    """Return NDCG@10 of the published ranking and of the peer's, over the same users.

    Parameters
    ----------
    database : Path
        Of a finished build.
    folder : Path
        Holds the peer's ranking.parquet.

    Returns
    -------
    dict
        `published`: its name; `ours` and `peer`: value, standard error, users.
    """
    with connect(database) as connection:
        published = read_published_ranking(connection)
        labels = read_labels(connection)
        lists = read_rankings(connection)
        rows = connection.execute(
            "select user_index, item_index from read_parquet(?)"
            " order by user_index, rank",
            [str(folder / "ranking.parquet")],
        ).fetchall()
    found: dict[int, list[int]] = {}
    for user, item in rows:
        found.setdefault(user, []).append(item)
    # As the package does: the most popular items where there is nothing else.
    shown = lists.get("popularity", {}) | found
    return {
        "published": published,
        "ours": mean_metrics(lists[published], labels)["ndcg@10"],
        "peer": mean_metrics(shown, labels)["ndcg@10"],
    }


@click.command(help=__doc__)
@click.option("--database", type=FILE, required=True)
@click.option("--windows", type=FOLDER, required=True)
@click.option("--export", "is_export", is_flag=True, help="Write the windows.")
def main(database: Path, windows: Path, is_export: bool) -> None:
    """Export, or print the judgment as JSON."""
    if is_export:
        export_windows(database, windows)
    else:
        print(json.dumps(judge(database, windows), allow_nan=False))


if __name__ == "__main__":
    main()
