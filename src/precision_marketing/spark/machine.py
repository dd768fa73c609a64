"""What has to be on a machine before a build on Spark begins."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

# Spark 4 runs on it and later.
JAVA = 17


class SparkError(Exception):
    """The build on Spark cannot begin; the message says why and what to do."""


def check_machine(environment: Mapping[str, str] = os.environ) -> None:
    """Stop unless PySpark, dbt-spark and Java are there.

    Parameters
    ----------
    environment : mapping of str to str
        `JAVA_HOME` names another Java than that of `PATH`.

    Raises
    ------
    SparkError
        With the line that installs what is missing.
    """
    for module in ("pyspark", "dbt.adapters.spark"):
        if not _is_there(module):
            raise SparkError(
                f"`{module}` is not installed: run `pip install"
                " 'precision-marketing[spark]'`, or `make spark` in a checkout."
            )
    if environment.get("SPARK_REMOTE"):
        raise SparkError(
            "Spark Connect (`SPARK_REMOTE`) is not supported, since dbt-spark asks for"
            " Hive in its session: name the cluster in SPARK_MASTER."
        )
    home = environment.get("JAVA_HOME")
    java = shutil.which(
        str(Path(home) / "bin" / "java") if home else "java",
        path=environment.get("PATH"),
    )
    found = java_version(java) if java else None
    if found is None or found < JAVA:
        what = "is not there" if found is None else f"{found} is too old"
        raise SparkError(
            f"Java {what}: Spark needs Java {JAVA} or newer. On Debian or Ubuntu run"
            f" `apt-get install openjdk-{JAVA}-jre-headless`, or set JAVA_HOME."
        )


def warehouse_of(project_dir: Path) -> Path:
    """Return the folder of Spark's tables, as profiles.yml has it."""
    named = os.environ.get("PRECISION_MARKETING_WAREHOUSE", "target/spark/warehouse")
    return project_dir / named


def java_version(java: str) -> int | None:
    """Return the first number of Java's version; none if it does not run."""
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True)
    except OSError:
        return None
    # Java 8 says 1.8.
    version = re.search(r'version "(?:1\.)?(\d+)', said.stderr + said.stdout)
    return int(version[1]) if version else None


def _is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False
