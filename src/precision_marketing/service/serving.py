"""The server's processes, over one store."""

from __future__ import annotations

import os
from pathlib import Path

import uvicorn

from precision_marketing.service import app
from precision_marketing.service.guard import digests_of
from precision_marketing.service.logs import SERVER
from precision_marketing.service.protocol import JoinedProtocol
from precision_marketing.service.reader import open_store
from precision_marketing.service.store import StoreError

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def serve_store(
    store: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    workers: int = 1,
    feedback: Path | None = None,
    rate: float = 0,
) -> None:
    """Answer from a store over HTTP until stopped.

    Parameters
    ----------
    store : Path
        As `write_store` has made it; a newer one in its place is taken at once.
    host : str
        Address. One that others reach needs keys in the environment.
    port : int
        Port.
    workers : int
        Processes.
    feedback : Path, optional
        Input folder that feedback is written to; without it none is taken.
    rate : float
        Requests per second of a key and worker; 0: no limit.

    Raises
    ------
    StoreError
        If there is no store that can be read, keys are not written as they should be,
        or everybody could read.
    """
    try:
        keys = digests_of(os.environ.get(app.KEYS, ""))
        open_store(store).connection.close()
    except ValueError as error:
        raise StoreError(str(error)) from error
    if not keys and host not in _LOOPBACK:
        raise StoreError(
            f"Without keys everybody could read: set {app.KEYS}, or serve on 127.0.0.1."
        )
    os.environ[app.STORE] = str(store)
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
