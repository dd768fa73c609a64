"""`precision-marketing serve` and `store`."""

from __future__ import annotations

from pathlib import Path

import click

from precision_marketing.command_line import options


def write_store(published: Path, database: Path | None) -> None:
    """Write the store of a published file, and say so."""
    from precision_marketing.service import store

    path = store.write_store(published, database)
    click.echo(f"Store of {path.stat().st_size / 1e6:.1f} MB: {path}")


@click.command(short_help="Write what the service answers from.")
@options.database
@options.published
def store(database: Path | None, published: Path | None) -> None:
    """Write the store of a published file; services that run take it at once.

    `build`, `publish` and `rollback` do it too. Only the build's database knows who
    was erased or refuses: without it, with --published alone, they are unknown users.
    """
    if database is None and published is None:
        database = options.DATABASE
    write_store(options.published_file(published, database), database)


@click.command(short_help="Answer from the published file over HTTP.")
@options.database
@options.published
@click.option("--host", default="127.0.0.1", show_default=True, help="Address.")
@click.option("--port", default=8000, show_default=True, help="Port.")
@click.option(
    "--workers", type=click.IntRange(1), default=1, show_default=True, help="Processes."
)
@click.option(
    "--feedback",
    type=options.FOLDER,
    help="Input folder that feedback is written to.  [default: none is taken]",
)
@click.option(
    "--rate",
    type=click.FloatRange(0),
    default=0,
    show_default=True,
    help="Requests per second of a key and worker; 0: no limit.",
)
def serve(
    database: Path | None,
    published: Path | None,
    host: str,
    port: int,
    workers: int,
    feedback: Path | None,
    rate: float,
) -> None:
    """Answer until stopped, from the store beside the published file.

    Keys: PRECISION_MARKETING_SERVICE_KEYS=NAME=KEY,...
    """
    try:
        from precision_marketing.service.serving import serve_store
    except ModuleNotFoundError as error:
        raise click.UsageError(
            f"{error.name} is missing: pip install 'precision-marketing[service]'"
        ) from error
    from precision_marketing.service.store import store_of

    serve_store(
        store_of(options.published_file(published, database)),
        host=host,
        port=port,
        workers=workers,
        feedback=feedback,
        rate=rate,
    )
