"""How the whole build grows with the events: seconds, memory and the exponent."""

import math
import subprocess
import sys
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

from benchmarks.builds import AS_MAKE_RUN, Dbt, layer_seconds, slowest_models
from benchmarks.machine import PROJECT, describe
from benchmarks.measuring import measure

# Sizes of the generated shop. As many events per user in each, so that only the number
# of users grows, and of items with them, up to the 20,000 of the largest shop.
EVENTS_PER_USER = 50
USERS = {"0.1m": 2_000, "1m": 20_000, "10m": 200_000, "30m": 600_000}


def measure_size(name: str, dbt: Dbt, shop: Path) -> dict:
    """Generate a shop, build it whole, and return what that took.

    Parameters
    ----------
    name : str
        One of `USERS`.
    dbt : Dbt
        Its variables must name `shop` as `input_dir`.
    shop : Path
        Folder of the shop; kept, and not generated anew where it is complete.

    Returns
    -------
    dict
        JSON-ready: events, seconds, peak memory, seconds by layer, ten slowest models.

    Raises
    ------
    CommandFailedError
        If the generator or dbt fails.
    """
    generate(name, shop)
    dbt.parse()
    print(f"{name}: dbt build", flush=True)
    build = dbt.build(*AS_MAKE_RUN)
    return {
        "size": name,
        "events": _count_events(shop),
        "machine": describe(),
        "wall_seconds": build.cost.wall_seconds,
        "cpu_seconds": build.cost.cpu_seconds,
        "peak_megabytes": build.cost.peak_megabytes,
        "database_megabytes": build.database_megabytes,
        "layer_seconds": layer_seconds(build.results),
        "slowest_models": slowest_models(build.results, 10),
    }


def generate(name: str, shop: Path) -> None:
    """Generate a shop, unless it is there and complete.

    Parameters
    ----------
    name : str
        One of `USERS`.
    shop : Path
        Its folder.

    Raises
    ------
    CommandFailedError
        If the generator fails.
    """
    complete = shop / ".complete"
    if complete.exists():
        return
    print(f"{name}: generating the shop", flush=True)
    generator = [sys.executable, "-m", "examples.example_data"]
    users = ["--users", str(USERS[name])]
    measure(
        [
            *(*generator, *users, "--events-per-user", str(EVENTS_PER_USER)),
            *("--out", str(shop)),
        ],
        {"PYTHONPATH": str(PROJECT / "src")},
    )
    complete.touch()


def exponents(parts: Mapping[str, Mapping]) -> list[dict]:
    """Return the exponent of growth between each size and the next.

    Parameters
    ----------
    parts : mapping of str to mapping
        What `measure_size` returned, by size.

    Returns
    -------
    list of dict
        `smaller`, `larger` and `exponent`: ln(ratio of seconds) / ln(ratio of events),
        so 1 is linear growth and 2 quadratic; `cpu_exponent`: the same of CPU seconds,
        which vary less on a busy machine.

    Examples
    --------
    >>> parts = {
    ...     "1m": {"size": "1m", "events": 10, "wall_seconds": 2.0, "cpu_seconds": 2.0},
    ...     "10m": {
    ...         "size": "10m", "events": 100, "wall_seconds": 200.0, "cpu_seconds": 20.0
    ...     },
    ... }
    >>> exponents(parts)
    [{'smaller': '1m', 'larger': '10m', 'exponent': 2.0, 'cpu_exponent': 1.0}]
    """

    def exponent(smaller: Mapping, larger: Mapping, name: str) -> float:
        ratio = math.log(larger["events"] / smaller["events"])
        return math.log(larger[name] / smaller[name]) / ratio

    ordered = sorted(parts.values(), key=lambda part: part["events"])
    return [
        {
            "smaller": smaller["size"],
            "larger": larger["size"],
            "exponent": exponent(smaller, larger, "wall_seconds"),
            "cpu_exponent": exponent(smaller, larger, "cpu_seconds"),
        }
        for smaller, larger in pairwise(ordered)
    ]


def _count_events(shop: Path) -> int:
    # In a process of its own: whoever measures must be small.
    code = (
        "import sys, pyarrow.parquet as p;"
        "print(p.ParquetFile(sys.argv[1]).metadata.num_rows)"
    )
    path = shop / "events.parquet"
    return int(subprocess.check_output([sys.executable, "-c", code, str(path)]))
