"""A dbt build shows how far its long algorithms are."""

import os
import re
import subprocess
import sys

from whole_builds import PROJECT

# As on the command line, except that every step of the work is worth a report.
EVERY_STEP = """
from precision_marketing.algorithms.kernels import progress
progress._SECONDS_BETWEEN_REPORTS = 0.0
from dbt.cli.main import cli
cli()
"""


def test_a_build_shows_the_progress_of_long_algorithms_on_its_console(tmp_path):
    events = [
        f"u{user},i{item},purchase,2024-01-{1 + (user + item) % 28:02d} 10:00:00"
        for user in range(40)
        for item in range(12)
        if (user * item + user) % 3
    ]
    items = [f"i{item}" for item in range(12)]
    header = "user_id,item_id,event_type,occurred_at"
    (tmp_path / "events.csv").write_text("\n".join([header, *events]) + "\n")
    (tmp_path / "items.csv").write_text("\n".join(["item_id", *items]) + "\n")
    ours = ("DBT_", "PRECISION_MARKETING_")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(ours)} | {
        "PRECISION_MARKETING_DATABASE": str(tmp_path / "shop.duckdb"),
        "PRECISION_MARKETING_INPUT_DIR": str(tmp_path),
        "DBT_TARGET_PATH": str(tmp_path / "target"),
        "DBT_LOG_PATH": str(tmp_path / "logs"),
    }
    finished = subprocess.run(
        [
            *(sys.executable, "-c", EVERY_STEP, "--no-use-colors", "build"),
            *("--select", "+item_cosine_scores"),
            *("--exclude-resource-type", "test", "unit_test"),
        ],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert finished.returncode == 0, finished.stdout[-3000:] + finished.stderr[-2000:]
    line = r"^\d\d:\d\d:\d\d  {}: ([\d,]+) of \1 rows \(100 %\), \d+ s$"
    for task in ("item neighbors", "top items"):
        assert re.search(line.format(task), finished.stdout, re.MULTILINE), task
    # Once on the console, not again on the error stream.
    assert "item neighbors" not in finished.stderr
