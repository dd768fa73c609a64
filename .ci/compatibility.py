"""Build the example with every supported pair of dbt and DuckDB, each installed anew.

`make compatibility` runs it: one environment a pair below `target/compatibility`, the
example built there with all its tests, one line a pair. It takes about three minutes a
pair; `--only 1.12` runs those whose name begins so.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import click
import locked

PROJECT = Path(__file__).parents[1]
WORK = PROJECT / "target" / "compatibility"
# The last parser of dbt 1.12 that the package index has as a wheel: later ones fetch
# theirs from elsewhere while they install. dbt starts with it all the same.
PARSER = "dbt-core-experimental-parser==2.0.0a4"

# Run in an environment: what dbt and the library there ask for, but for each other.
NEEDED = """
from importlib.metadata import requires
for name in ("dbt-core", "dbt-duckdb", "precision-marketing"):
    for line in requires(name):
        if "extra ==" not in line and not line.startswith(("dbt-core", "dbt-duckdb")):
            print(line)
"""


class Pair(NamedTuple):
    """Versions that are installed together."""

    dbt_core: str
    dbt_duckdb: str
    duckdb: str

    @property
    def name(self) -> str:
        """Say both versions, as the table does."""
        return f"{self.dbt_core} with DuckDB {self.duckdb}"

    @property
    def packages(self) -> list[str]:
        """Return what pip is to install exactly."""
        return [
            f"dbt-core=={self.dbt_core}",
            f"dbt-duckdb=={self.dbt_duckdb}",
            f"duckdb=={self.duckdb}",
        ]


# Lowest and newest of each line; the locked pair among them.
PAIRS = (
    Pair("1.11.2", "1.10.0", "1.4.2"),
    Pair("1.11.16", "1.11.1", "1.4.5"),
    Pair("1.11.16", "1.11.1", "1.5.6"),
    Pair("1.11.16", "1.11.1", "2.0.1"),
    Pair("1.12.6", "1.11.1", "1.5.6"),
)


def run(command: list[str], log: Path, **variables: str) -> bool:
    """Run a command with its output in a file; return whether it succeeded."""
    ours = ("DBT_", "PRECISION_MARKETING_", "PYTHONPATH")
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    with log.open("a", encoding="utf-8") as output:
        finished = subprocess.run(
            command,
            cwd=PROJECT,
            env=inherited | variables,
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    return finished.returncode == 0


def install(pair: Pair, folder: Path, log: Path) -> str:
    """Make the pair's environment; return what stands in the way, or ''."""
    python = str(folder / "bin" / "python")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if not run([sys.executable, "-m", "venv", "--clear", str(folder)], log):
        return "no virtual environment"
    rest = [
        str(pin)
        for pin in locked.pins("runtime")
        if not pin.name.startswith(("dbt", "duckdb"))
    ]
    # dbt's own dependencies decide; the lock only fills in where they leave it open.
    names = ("numba", "numpy", "pandas", "pyarrow", "scikit-learn", "scipy")
    others = [line for line in rest if line.split("==")[0] in (*names, "threadpoolctl")]
    # The library too, so that pip holds the pair against pyproject.toml's floors.
    others.append(str(PROJECT))
    if run([*pip, *pair.packages, *others], log):
        return ""
    # PARSER is older than dbt asks for: so dbt and what asks for it are installed
    # unchecked, and then by name what these need.
    alone = [*pair.packages, PARSER, str(PROJECT)]
    if not run([*pip, "--no-deps", *alone], log):
        return "cannot be installed here"
    needed = subprocess.run(
        [python, "-c", NEEDED], capture_output=True, text=True, check=True
    )
    if run([*pip, *needed.stdout.splitlines(), pair.packages[-1], *others[:-1]], log):
        return ""
    return "cannot be installed here"


def build(pair: Pair, folder: Path, log: Path) -> str:
    """Build the example; return the last line that dbt says of it."""
    succeeded = run(
        [str(folder / "bin" / "dbt"), "--no-use-colors", "build", "--no-partial-parse"],
        log,
        PRECISION_MARKETING_DATABASE=str(folder / "shop.duckdb"),
        DBT_TARGET_PATH=str(folder / "target"),
        DBT_LOG_PATH=str(folder / "logs"),
        DBT_PROFILES_DIR=str(PROJECT),
        DBT_SEND_ANONYMOUS_USAGE_STATS="False",
    )
    said = [line for line in log.read_text().splitlines() if "Done. PASS=" in line]
    result = said[-1].split("Done. ")[1] if said else "stopped before its end"
    return "" if succeeded else result


@click.command(help=__doc__)
@click.option("--only", default="", help="Pairs whose name begins with this.")
@click.option("--keep", is_flag=True, help="Keep the environments (1 GB each).")
def main(only: str, keep: bool) -> None:
    """Run the pairs one after the other and print a line for each."""
    pairs = [pair for pair in PAIRS if pair.name.startswith(only)]
    if not pairs:
        names = ", ".join(pair.name for pair in PAIRS)
        raise click.UsageError(f"No pair begins with {only!r}. The pairs are {names}.")
    WORK.mkdir(parents=True, exist_ok=True)
    failed = 0
    for pair in pairs:
        folder = WORK / f"{pair.dbt_core}-{pair.duckdb}"
        log = WORK / f"{folder.name}.log"
        log.unlink(missing_ok=True)
        click.echo(f"dbt {pair.name}: ", nl=False)
        fault = install(pair, folder, log)
        started = time.monotonic()
        fault = fault or build(pair, folder, log)
        seconds = time.monotonic() - started
        outcome = f"FAILED, {fault} ({log.relative_to(PROJECT)})" if fault else "passed"
        click.echo(f"{outcome}, {seconds:.0f} s")
        failed += bool(fault)
        if not keep:
            subprocess.run(["rm", "-rf", str(folder)], check=True)
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
