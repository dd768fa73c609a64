"""dbt's manifest of this project, parsed on an input without rows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

PROJECT = Path(__file__).parents[1]
TARGET = "target/lint"
INPUTS = PROJECT / TARGET / "inputs"
ENVIRONMENT = {
    "PRECISION_MARKETING_INPUT_DIR": str(INPUTS),
    "PRECISION_MARKETING_DATABASE": ":memory:",
    "DBT_PROFILES_DIR": str(PROJECT),
    "DBT_TARGET_PATH": TARGET,
    "DBT_LOG_PATH": TARGET,
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "False",
}
PARSE = ("--quiet", "--warn-error", "parse")


def write_inputs() -> None:
    """Write the inputs of `tests/inputs/empty` as Parquet, which needs no build.

    A model that reads CSV does not compile before `csv_records` is built.
    """
    INPUTS.mkdir(parents=True, exist_ok=True)
    for path in sorted((PROJECT / "tests" / "inputs" / "empty").glob("*.csv")):
        target = INPUTS / f"{path.stem}.parquet"
        duckdb.sql(
            f"copy (from read_csv('{path}', header = true, all_varchar = true))"
            f" to '{target}' (format parquet)"
        )


@cache
def manifest() -> dict[str, Any]:
    """Parse the project and return the manifest.

    Raises
    ------
    SystemExit
        With dbt's own message, if it does not parse.
    """
    write_inputs()
    finished = subprocess.run(
        [*(sys.executable, "-W", "ignore", "-m", "dbt.cli.main"), *PARSE],
        cwd=PROJECT,
        env=os.environ | ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode:
        sys.exit(finished.stdout + finished.stderr)
    path = PROJECT / TARGET / "manifest.json"
    return json.loads(path.read_text(encoding="utf-8"))
