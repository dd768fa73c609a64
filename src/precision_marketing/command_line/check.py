"""`precision-marketing check`."""

from __future__ import annotations

from pathlib import Path

import click

from precision_marketing.command_line import options
from precision_marketing.command_line.outcomes import INPUTS


@click.command(short_help="Say what a build would make of a folder of inputs.")
@click.option(
    "--input-dir",
    type=options.FOLDER,
    required=True,
    envvar="PRECISION_MARKETING_INPUT_DIR",
    show_envvar=True,
    help="Folder of the inputs; with --map the one that they are written to.",
)
@options.variables
@click.option(
    "--map",
    "mapping",
    metavar="SYSTEM",
    help="Write the inputs from an export of this system first, such as shopify.",
)
@click.option(
    "--export",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the export, for --map.",
)
@options.project_dir
@click.pass_context
def check(
    ctx: click.Context,
    input_dir: Path,
    variables: str,
    mapping: str | None,
    export: Path | None,
    project_dir: Path,
) -> None:
    """Check a folder of inputs as a build would, in seconds and without one.

    No value of the inputs is printed, only what values look like.
    """
    if (mapping is None) != (export is None):
        raise click.UsageError("--map and --export are given together.")
    from precision_marketing.inputs.check import check_inputs
    from precision_marketing.inputs.mapping import map_exports

    if mapping and export:
        for line in map_exports(mapping, export, input_dir):
            click.echo(line)
    lines, is_sound = check_inputs(project_dir, input_dir, variables)
    for line in lines:
        click.echo(line)
    click.echo("\nA build would go on." if is_sound else "Nothing was built.")
    if not is_sound:
        ctx.exit(INPUTS)
