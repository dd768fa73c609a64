"""Uvicorn's HTTP protocol: one write for an answer, and an end that breaks off none."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# A worker that ends keeps quiet connections open so long: whoever asks within it is
# answered, and told to ask on another connection.
DRAIN_SECONDS = 1.0


class _Joined:
    """A transport that writes once for all that was written in one turn of the loop."""

    def __init__(self, transport: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._parts: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if not self._parts:
            self._loop.call_soon(self._flush)
        self._parts.append(data)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        parts, self._parts = self._parts, []
        if parts and not self._transport.is_closing():
            self._transport.write(b"".join(parts))


class JoinedProtocol(HttpToolsProtocol):
    """Writing is two thirds of what a small answer costs; twice is too often.

    Uvicorn closes quiet connections at once when a worker ends. A request that is on
    its way then finds nobody, which is an error for clients that do not ask again.
    """

    # Of the process, which has one server: connections may be made while it ends.
    _drains: ClassVar[bool] = False

    def connection_made(self, transport: Any) -> None:
        """Take a connection."""
        super().connection_made(_Joined(transport, self.loop))

    def on_headers_complete(self) -> None:
        """Begin an answer; while the worker ends, the last of its connection."""
        super().on_headers_complete()
        if self._drains and self.cycle is not None:
            self.cycle.keep_alive = False

    def shutdown(self) -> None:
        """End after the answer under way, or the next within `DRAIN_SECONDS`."""
        JoinedProtocol._drains = True
        if self.cycle is None or self.cycle.response_complete:
            self.loop.call_later(DRAIN_SECONDS, super().shutdown)
        else:
            super().shutdown()
