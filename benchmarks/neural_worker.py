"""Train or score on generated candidates, in a process of its own.

The candidates are a query, not a table: DuckDB makes them vector by vector while they
are read, so that neither memory nor disk ever holds all of them, and what is measured
is the package's own `train` and `score`.
"""

import json
import time
from pathlib import Path

import click
import duckdb
import pyarrow.parquet as pq

from benchmarks.options import FILE
from precision_marketing.build.relations import arrow_batches
from precision_marketing.learned.labelled_candidates import ROWS_PER_BATCH
from precision_marketing.learned.learned_scores import score_served
from precision_marketing.learned.model_training import train

CANDIDATES = 100
# As many groups as the package has, so that the importance costs what it costs.
GROUPS = 10
SETTINGS = {
    "seeds": 3,
    "maximum_epochs": 12,
    "patience": 3,
    "batch_size": 1024,
    "learning_rate": 1e-3,
    "negatives_per_positive": 10,
    "seed": 0,
    "maximum_training_rows": 250_000,
}
PENALTY = {"penalty": 1.0}


def candidates(users: int, features: int, time_window: str) -> str:
    """Return the query of the candidates of one window.

    Parameters
    ----------
    users : int
        Each with `CANDIDATES` candidates.
    features : int
        Columns in [0, 1), drawn by hash of user, item and column. The label's odds
        follow the product of the first two and the third: 2 % are positive.
    time_window : str
        train (roles as in the package) or serve.

    Returns
    -------
    str
    """
    columns = ", ".join(
        f"((pair_hash * {2 * place + 3} + {place}) >> 20) % 65536 / 65536e0"
        f" as feature_g{place % GROUPS}__{place}"
        for place in range(features)
    )
    return f"""
        with pairs as (
            select
                cast(number // {CANDIDATES} as integer) as user_index,
                cast(number % {CANDIDATES} as integer) as item_index,
                hash(number) >> 16 as pair_hash,
                hash(number + 1000000007) % 65536 / 65536e0 as noise
            from range({users * CANDIDATES}) as numbers(number)
        ),
        featured as (select *, {columns} from pairs)
        select
            '{time_window}' as time_window, * exclude (pair_hash, noise),
            noise < 0.08 * feature_g0__0 * feature_g1__1
            + 0.02 * (feature_g2__2 > 0.9)::integer as is_label,
            user_index % 2 as training_half,
            case when user_index % 10 < 2 then 'stopping' else 'training' end
                as training_role
        from featured
    """


@click.command(help=__doc__)
@click.argument("step", type=click.Choice(["train", "score", "read"]))
@click.option("--users", type=int, required=True)
@click.option("--features", type=int, required=True)
@click.option("--threads", type=int, required=True)
@click.option("--models", type=FILE, required=True)
@click.option("--out", type=FILE, required=True)
def main(
    step: str, users: int, features: int, threads: int, models: Path, out: Path
) -> None:
    """Run one step and write its rows and seconds."""
    connection = duckdb.connect(config={"threads": threads})
    window = "train" if step == "train" else "serve"
    relation = connection.sql(candidates(users, features, window))
    started = time.perf_counter()
    if step == "train":
        rows = users * CANDIDATES
        table = train(relation, SETTINGS, PENALTY)
        pq.write_table(table, models)
    elif step == "score":
        trained = connection.cursor().read_parquet(str(models))
        scores = score_served(relation, trained, "neural")
        rows = sum(batch.num_rows for batch in scores)
    else:
        rows = sum(batch.num_rows for batch in arrow_batches(relation, ROWS_PER_BATCH))
    seconds = time.perf_counter() - started
    out.write_text(json.dumps({"rows": rows, "seconds": seconds}))


if __name__ == "__main__":
    main()
