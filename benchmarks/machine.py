"""What a measurement ran on, without which its seconds mean nothing."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
PACKAGES = (
    *("dbt-core", "dbt-duckdb", "duckdb", "numba", "numpy", "scipy"),
    *("implicit", "sparse_dot_topn", "lenskit"),
)


def describe() -> dict:
    """Return date, commit, cores, memory, load and versions as a JSON-ready mapping.

    Returns
    -------
    dict
        `measured_at` (UTC), `commit`, `cpu_count`, `memory_gigabytes` (10^9 bytes, or
        None where the system does not say), `load_average` (runnable processes over
        the last minute: above the cores, the seconds are those of a shared machine),
        `system`, `python`, `packages` (version by name, those installed).
    """
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "cpu_count": os.cpu_count(),
        "memory_gigabytes": _memory(),
        "load_average": round(os.getloadavg()[0], 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": {name: found for name in PACKAGES if (found := _version(name))},
    }


def one_line(machine: dict) -> str:
    """Return what `describe` found as a line of text."""
    memory = machine["memory_gigabytes"]
    packages = ", ".join(
        f"{name} {found}" for name, found in machine["packages"].items()
    )
    return (
        f"{machine['measured_at'][:10]}, commit {machine['commit']}, "
        f"{machine['cpu_count']} cores, {f'{memory:.0f} GB' if memory else '? GB'}, "
        f"load {machine['load_average']}, {machine['system']}, "
        f"Python {machine['python']}, {packages}"
    )


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _memory() -> float | None:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    except (ValueError, OSError):
        return None


def _commit() -> str:
    """Return the commit, with + where the project differs from it, or 'unknown'."""
    commands = (
        ["git", "rev-parse", "--short", "HEAD"],
        # What the benchmarks write themselves is no difference.
        [
            *("git", "status", "--porcelain", "--", "."),
            *(":!benchmarks/parts", ":!benchmarks/report.md"),
        ],
    )
    try:
        head, changes = (
            subprocess.check_output(
                command, cwd=PROJECT, text=True, stderr=subprocess.DEVNULL
            ).strip()
            for command in commands
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return head + ("+" if changes else "")
