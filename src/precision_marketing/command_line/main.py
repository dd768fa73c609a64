"""The group of all commands: what one raises becomes a sentence and an exit code."""

from __future__ import annotations

import sys
import traceback
from typing import Any

import click

from precision_marketing.command_line.backup import backup, restore
from precision_marketing.command_line.build import build
from precision_marketing.command_line.check import check
from precision_marketing.command_line.export import export
from precision_marketing.command_line.outcomes import EXIT_CODES, INTERRUPTED, explain
from precision_marketing.command_line.publish import publish, rollback
from precision_marketing.command_line.report import report
from precision_marketing.command_line.serve import serve, store
from precision_marketing.command_line.warm import warm


class Commands(click.Group):
    """A group whose commands end with one sentence, and with a code of the table."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was named."""
        # A title may hold characters that the terminal's encoding lacks.
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            click.echo("Interrupted.", err=True)
            ctx.exit(INTERRUPTED)
        except Exception as error:
            code, sentence = explain(error)
            if ctx.params["traceback"]:
                traceback.print_exc()
            elif sentence is None:
                # Its own words may hold what stands in a row.
                sentence = (
                    f"{type(error).__name__}, a fault of the program: run the same "
                    f"as `{ctx.info_name} --traceback ...` to see where."
                )
            if sentence is not None:
                click.echo(f"Error: {sentence}", err=True)
            ctx.exit(code)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the exit codes below the commands."""
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code), says) for code, says in EXIT_CODES.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--traceback", is_flag=True, help="Show where a fault was found.")
@click.version_option(package_name="precision-marketing")
def main(traceback: bool) -> None:
    """Recommendations, audiences and campaign measurement, from a folder of inputs."""


for command in (
    *(check, build, publish, report, serve, store, export, rollback),
    *(backup, restore, warm),
):
    main.add_command(command)
