"""What `--help` says of every command."""

from collections.abc import Iterator

import click

from precision_marketing.command_line.main import main

WIDTH = 88


def render() -> str:
    """Return a heading and the help of each command."""
    parts = [
        f"### {name}\n\n```text\n{text}\n```"
        for name, text in _helps(main, "precision-marketing")
    ]
    return "\n" + "\n\n".join(parts) + "\n\n"


def _helps(command: click.Command, name: str) -> Iterator[tuple[str, str]]:
    context = click.Context(command, info_name=name, terminal_width=WIDTH)
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            yield from _helps(command.commands[child], f"{name} {child}")
    else:
        lines = command.get_help(context).splitlines()
        yield name, "\n".join(line.rstrip() for line in lines)
