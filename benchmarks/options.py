"""The options of `python -m benchmarks`, and the kinds of path that all of it takes."""

import os
import shlex
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import yaml

from benchmarks.machine import PROJECT
from benchmarks.parts import SECTIONS

DATA_VARIABLE = "PRECISION_MARKETING_BENCHMARK_DATA"
FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
_PRESENT_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


def _names(context: click.Context, parameter: click.Parameter, text: str) -> list[str]:
    return [name for name in text.replace(",", " ").split() if name]


def _sections(*asked: Any) -> list[str]:
    names = _names(*asked)
    unknown = set(names) - {*SECTIONS, "report"}
    if unknown:
        raise click.BadParameter(f"there is no section {', '.join(sorted(unknown))}")
    return names


def _mapping(context: click.Context, parameter: click.Parameter, text: str) -> dict:
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise click.BadParameter(f"this is no YAML: {error}") from error
    if not isinstance(found, dict):
        raise click.BadParameter(
            "it must be a mapping, such as '{windows: {label_share: 0.2}}'"
        )
    return found


def _command(context: click.Context, parameter: click.Parameter, text: str) -> list:
    words = shlex.split(text)
    if not words or not shutil.which(words[0]):
        raise click.BadParameter(
            f"there is no command {text}: install dbt or set --dbt"
        )
    return words


_OPTIONS = (
    click.option(
        "--only",
        callback=_sections,
        default=",".join(SECTIONS),
        metavar="SECTIONS",
        help=f"Of {','.join(SECTIONS)}; 'report' measures nothing and renders the "
        "report from the parts (default: all).",
    ),
    click.option(
        "--sets",
        callback=_names,
        default="",
        metavar="NAMES",
        help="Only these, such as yelp2018,generated-10m,1m,example (default: all).",
    ),
    click.option(
        "--resume", is_flag=True, help="Keep the parts that were measured before."
    ),
    click.option(
        "--data",
        type=FOLDER,
        default=lambda: (
            os.environ.get(DATA_VARIABLE) or PROJECT.parent / "shared" / "data"
        ),
        metavar="FOLDER",
        help="Where the public sets lie, one folder each; also by the environment "
        f"variable {DATA_VARIABLE} (default: ../shared/data).",
    ),
    click.option(
        "--input-dir",
        type=_PRESENT_FOLDER,
        multiple=True,
        metavar="FOLDER",
        help="A folder of input files to judge and to cost too; may be repeated.",
    ),
    click.option(
        "--vars",
        callback=_mapping,
        default="{}",
        metavar="YAML",
        help="dbt vars of these folders, such as '{windows: {label_share: 0.2}}'.",
    ),
    click.option(
        "--shops",
        type=FOLDER,
        metavar="FOLDER",
        help="Keep the generated shops of growth and campaigns here, and use those "
        "that are there (default: generate and delete).",
    ),
    click.option(
        "--repeats",
        type=click.IntRange(min=1),
        default=3,
        show_default=True,
        help="Of timed runs.",
    ),
    click.option("--threads", type=click.IntRange(min=1), default=2, show_default=True),
    click.option(
        "--draws",
        type=click.IntRange(min=2),
        default=2_000,
        show_default=True,
        help="Campaigns without an effect of each kind; a quarter as many are looked "
        "at daily, or stamped in one arm alone. Fewer take less time and prove less.",
    ),
    click.option(
        "--limit",
        type=float,
        default=600.0,
        show_default=True,
        metavar="SECONDS",
        help="Leave out an engine whose run takes longer.",
    ),
    click.option(
        "--lenskit-python",
        metavar="PYTHON",
        help="Interpreter that has lenskit (default: this one).",
    ),
    click.option(
        "--dbt",
        callback=_command,
        default=lambda: shlex.join([sys.executable, "-m", "dbt.cli.main"]),
        metavar="COMMAND",
        help="dbt command (default: that of this Python).",
    ),
    click.option(
        "--scratch",
        type=FOLDER,
        metavar="FOLDER",
        help="For databases (default: /tmp).",
    ),
    click.option(
        "--json",
        is_flag=True,
        help="Also write report.json: the targets and all parts in one file.",
    ),
    click.option(
        "--results",
        type=FOLDER,
        default=PROJECT / "benchmarks",
        metavar="FOLDER",
        help="For parts and report (default: benchmarks).",
    ),
)


def with_options(command: Callable) -> Callable:
    """Give a function the options of the benchmarks, as keyword arguments."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
