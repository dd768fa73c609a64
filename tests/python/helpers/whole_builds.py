"""Builds of the whole graph in a process of their own, as a user would run them."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[3]


@dataclass(frozen=True)
class WholeBuild:
    """A finished `dbt build` of the whole graph."""

    database: Path
    output: str


def build_everything(database: Path, **options: Any) -> WholeBuild:
    """Build and test every table, without the unit tests, which take no data."""
    exclude = ("--exclude-resource-type", "unit_test")
    return run_dbt(database, "build", *exclude, **options)


def run_dbt(
    database: Path,
    *command: str,
    input_dir: Path | str = "",
    threads: int = 2,
    **variables: Any,
) -> WholeBuild:
    """Run a dbt command as a user would; fail with its output if it fails."""
    database.parent.mkdir(parents=True, exist_ok=True)
    ours = ("DBT_", "PRECISION_MARKETING_")
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    environment = inherited | {
        "PRECISION_MARKETING_DATABASE": str(database),
        "PRECISION_MARKETING_INPUT_DIR": str(input_dir),
        "PRECISION_MARKETING_THREADS": str(threads),
        "DBT_TARGET_PATH": str(database.parent / "target"),
        "DBT_LOG_PATH": str(database.parent / "logs"),
    }
    finished = subprocess.run(
        [
            *(sys.executable, "-m", "dbt.cli.main", "--no-use-colors", *command),
            *("--vars", json.dumps(variables)),
        ],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert finished.returncode == 0, finished.stdout[-5000:] + finished.stderr[-2000:]
    return WholeBuild(database, finished.stdout)
