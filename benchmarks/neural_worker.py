"""Train or score on generated candidates, in a process of its own.

The candidates are a query, not a table: DuckDB makes them vector by vector while they
are read, so that neither memory nor disk ever holds all of them, and what is measured
is the package's own `train` and `score`.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from precision_marketing.build.relations import arrow_batches
from precision_marketing.learned.labelled_candidates import ROWS_PER_BATCH
from precision_marketing.learned.learned_scores import score, train

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
    "maximum_training_rows": 2_000_000,
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


def main() -> int:
    """Do one step and write what it took as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", choices=["train", "score", "read"])
    parser.add_argument("--users", type=int, required=True)
    parser.add_argument("--features", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    connection = duckdb.connect(config={"threads": options.threads})
    window = "train" if options.step == "train" else "serve"
    relation = connection.sql(candidates(options.users, options.features, window))
    started = time.perf_counter()
    if options.step == "train":
        rows = options.users * CANDIDATES
        table = train(relation, SETTINGS, PENALTY)
        pq.write_table(table, options.models)
    elif options.step == "score":
        models = connection.cursor().read_parquet(str(options.models))
        rows = sum(batch.num_rows for batch in score(relation, models)) // 2
    else:
        rows = sum(batch.num_rows for batch in arrow_batches(relation, ROWS_PER_BATCH))
    seconds = time.perf_counter() - started
    options.out.write_text(json.dumps({"rows": rows, "seconds": seconds}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
