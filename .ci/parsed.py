"""dbt's manifest of this project, parsed on an input of two header lines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[1]
TARGET = "target/lint"
ENVIRONMENT = {
    "PRECISION_MARKETING_INPUT_DIR": "tests/inputs/empty",
    "PRECISION_MARKETING_DATABASE": ":memory:",
    "DBT_PROFILES_DIR": str(PROJECT),
    "DBT_TARGET_PATH": TARGET,
    "DBT_LOG_PATH": TARGET,
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "False",
}
PARSE = ("--quiet", "--warn-error", "parse")


@cache
def manifest() -> dict[str, Any]:
    """Parse the project and return the manifest.

    Raises
    ------
    SystemExit
        With dbt's own message, if it does not parse.
    """
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
