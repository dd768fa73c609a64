"""Training and scoring of the learned scorers at size: rows per second and memory."""

import json
import sys
from pathlib import Path

import duckdb

from benchmarks.machine import PROJECT, describe
from benchmarks.measuring import measure

# Users with 100 candidates each. The smaller size shows that memory does not grow.
USERS = {"0.1m-users": 100_000, "1m-users": 1_000_000}
FEATURES = 85
STEPS = ("read", "train", "score")


def measure_size(
    name: str,
    scratch: Path,
    threads: int,
    users: int | None = None,
    features: int = FEATURES,
) -> dict:
    """Read, train on and score generated candidates, a process each.

    Parameters
    ----------
    name : str
        One of `USERS`, whose number of users is taken, or any name with `users`.
    scratch : Path
        Folder for the models.
    threads : int
        Of DuckDB.
    users, features : int
        Size of the candidates: 100 for each user.

    Returns
    -------
    dict
        JSON-ready: rows, seconds, rows per second and peak memory by step; `read` is
        what making and reading the features takes, which both other steps contain.
        Rows of `train` are all that were read, of which it keeps a bounded sample.

    Raises
    ------
    CommandFailedError
        If a step fails.
    """
    users = USERS[name] if users is None else users
    models = scratch / "models.parquet"
    steps = {}
    for step in STEPS:
        print(f"{name}: {step}", flush=True)
        out = scratch / f"{step}.json"
        cost = measure(
            [
                *(sys.executable, "-m", "benchmarks.neural_worker", step),
                *("--users", str(users), "--features", str(features)),
                *("--threads", str(threads), "--models", str(models)),
                *("--out", str(out)),
            ],
            {
                "PYTHONPATH": f"{PROJECT / 'src'}",
                "PRECISION_MARKETING_THREADS": str(threads),
            },
            PROJECT,
        )
        found = json.loads(out.read_text())
        steps[step] = {
            **found,
            "rows_per_second": found["rows"] / found["seconds"],
            "cpu_seconds": cost.cpu_seconds,
            "peak_megabytes": cost.peak_megabytes,
        }
    return {
        "size": name,
        "users": users,
        "features": features,
        "machine": describe(),
        "epochs": _epochs(models),
        "steps": steps,
    }


def _epochs(models: Path) -> dict[str, int]:
    """Return how many epochs each network was trained."""
    query = (
        "select seed, max(epoch) from read_parquet(?)"
        " where record_type = 'epoch_metric' group by seed order by seed"
    )
    with duckdb.connect() as connection:
        rows = connection.execute(query, [str(models)]).fetchall()
    return {str(seed): epochs for seed, epochs in rows}
