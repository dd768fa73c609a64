"""`python -m precision_marketing.service`: make the store, and answer from it."""

from __future__ import annotations

import os
from pathlib import Path

import click

from precision_marketing.publishing.publishing import published_of
from precision_marketing.service.store import StoreError, store_of, write_store

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_published = click.option(
    "--published",
    type=click.Path(path_type=Path),
    help="Published DuckDB file, if another than the build's is meant; its store is"
    " beside it.",
)
_database = click.option(
    "--database",
    type=click.Path(path_type=Path),
    help="DuckDB file of the build, which knows who was erased or refuses.",
)


def _published_file(published: Path | None, database: Path | None) -> Path:
    if published is None and database is None:
        raise click.UsageError("Name the --database, or the --published file.")
    return published or published_of(database)


@click.group()
def main() -> None:
    """Serve one publication's recommendations, offers and results by HTTP."""


@main.command()
@_published
@_database
def store(published: Path | None, database: Path | None) -> None:
    """Write the store of a published file; services that run take it at once."""
    try:
        path = write_store(_published_file(published, database), database)
    except StoreError as error:
        raise click.ClickException(f"No store was written. {error}") from error
    print(f"Store of {path.stat().st_size / 1e6:.1f} MB: {path}")


@main.command()
@_published
@_database
@click.option("--host", default="127.0.0.1", show_default=True, help="Address.")
@click.option("--port", default=8000, show_default=True, help="Port.")
@click.option(
    "--workers", type=click.IntRange(1), default=1, show_default=True, help="Processes."
)
@click.option(
    "--feedback",
    type=click.Path(path_type=Path, file_okay=False),
    help="Input folder that feedback is written to (default: none is taken).",
)
@click.option(
    "--rate",
    type=click.FloatRange(0),
    default=0,
    show_default=True,
    help="Requests per second of a key and worker; 0: no limit.",
)
def serve(
    published: Path | None,
    database: Path | None,
    host: str,
    port: int,
    workers: int,
    feedback: Path | None,
    rate: float,
) -> None:
    """Answer until stopped. Keys: PRECISION_MARKETING_SERVICE_KEYS=NAME=KEY,..."""
    try:
        import uvicorn

        from precision_marketing.service import app
        from precision_marketing.service.guard import digests_of
        from precision_marketing.service.logs import SERVER
        from precision_marketing.service.protocol import JoinedProtocol
        from precision_marketing.service.reader import open_store
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"{error.name} is missing: pip install 'precision-marketing[service]'"
        ) from error
    path = store_of(_published_file(published, database))
    try:
        keys = digests_of(os.environ.get(app.KEYS, ""))
        open_store(path).connection.close()
    except (StoreError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    if not keys and host not in _LOOPBACK:
        raise click.ClickException(
            f"Without keys everybody could read: set {app.KEYS}, or serve on 127.0.0.1."
        )
    os.environ[app.STORE] = str(path)
    os.environ[app.FEEDBACK] = str(feedback or "")
    os.environ[app.RATE] = str(rate)
    uvicorn.run(
        "precision_marketing.service.app:create",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        http=JoinedProtocol,
        # Its lines have what was asked for, which names users.
        access_log=False,
        log_config=SERVER,
        server_header=False,
        limit_concurrency=2_000,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=20,
        backlog=2_048,
    )


if __name__ == "__main__":
    main(prog_name="python -m precision_marketing.service")
