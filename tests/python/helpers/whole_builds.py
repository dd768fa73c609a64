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


def build_everything(
    database: Path,
    *,
    input_dir: Path | str = "",
    threads: int = 2,
    excluded: tuple[str, ...] = (),
    **variables: Any,
) -> WholeBuild:
    """Run `dbt build` as a user would; fail with its output if it fails.

    `excluded` are types of resources, such as `unit_test`.
    """
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
            *(sys.executable, "-m", "dbt.cli.main", "--no-use-colors", "build"),
            *("--vars", json.dumps(variables)),
            *(("--exclude-resource-type", *excluded) if excluded else ()),
        ],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert finished.returncode == 0, finished.stdout[-5000:] + finished.stderr[-2000:]
    return WholeBuild(database, finished.stdout)
