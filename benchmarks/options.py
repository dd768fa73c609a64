"""The options of `python -m benchmarks`."""

import argparse
import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

from benchmarks.machine import PROJECT
from benchmarks.parts import SECTIONS

DATA_VARIABLE = "PRECISION_MARKETING_BENCHMARK_DATA"


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Return the options, or end with what is wrong.

    Parameters
    ----------
    arguments : sequence of str, optional
        Without them, those of the process.

    Returns
    -------
    argparse.Namespace
    """
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure quality, speed and memory, the learned scorers at size, "
        "growth, the campaign marts, and what a build costs; write report.md. "
        "docs/benchmarks.md explains.",
    )
    parser.add_argument(
        "--only",
        type=_names,
        default=list(SECTIONS),
        metavar="SECTIONS",
        help=f"of {','.join(SECTIONS)}; 'report' measures nothing and renders the "
        "report from the parts (default: all)",
    )
    parser.add_argument(
        "--sets",
        type=_names,
        default=[],
        metavar="NAMES",
        help="only these, such as yelp2018,generated-10m,1m,example (default: all)",
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="keep the parts that were measured before",
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=_data_folder(),
        metavar="FOLDER",
        help="where the public sets lie, one folder each; also by the environment "
        f"variable {DATA_VARIABLE} (default: ../shared/data)",
    )
    parser.add_argument(
        "--input-dir",
        type=Path,
        action="append",
        default=[],
        metavar="FOLDER",
        help="a folder of input files to judge and to cost too; may be repeated",
    )
    parser.add_argument(
        "--vars",
        type=yaml.safe_load,
        default={},
        metavar="YAML",
        help="dbt vars of these folders, such as '{label_share: 0.2}'",
    )
    parser.add_argument(
        "--shops",
        type=Path,
        metavar="FOLDER",
        help="keep the generated shops of growth and campaigns here, and use those "
        "that are there (default: generate and delete)",
    )
    parser.add_argument(
        "--repeats", type=int, default=3, help="of timed runs (default: 3)"
    )
    parser.add_argument("--threads", type=int, default=2, help="default: 2")
    parser.add_argument(
        "--limit",
        type=float,
        default=600.0,
        metavar="SECONDS",
        help="leave out an engine whose run takes longer (default: 600)",
    )
    parser.add_argument(
        "--lenskit-python",
        metavar="PYTHON",
        help="interpreter that has lenskit (default: this one)",
    )
    parser.add_argument(
        "--dbt",
        type=shlex.split,
        default=[sys.executable, "-m", "dbt.cli.main"],
        metavar="COMMAND",
        help="dbt command (default: that of this Python)",
    )
    parser.add_argument(
        "--scratch", type=Path, metavar="FOLDER", help="for databases (default: /tmp)"
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="also write report.json: the targets and all parts in one file",
    )
    parser.add_argument(
        "--results",
        type=Path,
        default=PROJECT / "benchmarks",
        metavar="FOLDER",
        help="for parts and report (default: benchmarks)",
    )
    options = parser.parse_args(arguments)
    unknown = set(options.only) - {*SECTIONS, "report"}
    if unknown:
        parser.error(f"--only: there is no section {', '.join(sorted(unknown))}")
    if not isinstance(options.vars, dict):
        parser.error("--vars must be a mapping, such as '{label_share: 0.2}'")
    if options.repeats < 1 or options.threads < 1:
        parser.error("--repeats and --threads must be 1 or more")
    if not shutil.which(options.dbt[0]):
        parser.error(f"there is no command {options.dbt[0]}: install dbt or set --dbt")
    for folder in options.input_dir:
        if not folder.is_dir():
            parser.error(f"--input-dir {folder} is not a folder")
    return options


def _names(text: str) -> list[str]:
    return [name for name in text.replace(",", " ").split() if name]


def _data_folder() -> Path:
    return Path(os.environ.get(DATA_VARIABLE) or PROJECT.parent / "shared" / "data")
