"""Ask a service over many connections at once, each one request after another.

Its own process, so that its work is not that of whoever measures. Reads requests, one
JSON object a line, and prints what was answered:

    python -m benchmarks.service.load --port 8000 --seconds 5 < requests.jsonl
"""

import asyncio
import json
import re
import sys
import time

import click
import uvloop

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)


class _Connection(asyncio.Protocol):
    """One connection: its next request is sent when the last answer is whole."""

    def __init__(self, requests: list[bytes], first: int, step: int) -> None:
        self.requests, self.place, self.step = requests, first, step
        self.milliseconds: list[float] = []
        self.failed = 0
        self._buffer = b""
        self._sent_at = 0.0
        self._transport: asyncio.Transport | None = None
        self.is_done = False

    def connection_made(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._send()

    def connection_lost(self, error: Exception | None) -> None:
        self.failed += not self.is_done

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head_end = self._buffer.find(b"\r\n\r\n")
        if head_end < 0:
            return
        head = self._buffer[:head_end]
        length = _LENGTH.search(head)
        if length:
            is_whole = len(self._buffer) >= head_end + 4 + int(length[1])
        else:
            is_whole = bool(_CHUNKED.search(head)) and data.endswith(b"0\r\n\r\n")
        if is_whole:
            self.milliseconds.append((time.perf_counter() - self._sent_at) * 1e3)
            self.failed += b" 200 " not in head[:15]
            self._buffer = b""
            if self.is_done:
                self._transport.close()
            else:
                self._send()

    def _send(self) -> None:
        self._sent_at = time.perf_counter()
        self._transport.write(self.requests[self.place % len(self.requests)])
        self.place += self.step


def _message(port: int, asked: dict) -> bytes:
    """Return the bytes of a request that a line describes."""
    body = json.dumps(asked["body"]).encode() if "body" in asked else b""
    lines = [
        f"{'POST' if body else 'GET'} {asked['path']} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Authorization: Bearer " + asked["key"],
        *([f"Content-Length: {len(body)}"] if body else []),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def _ask(
    port: int, requests: list[bytes], connections: int, seconds: float
) -> dict:
    loop = asyncio.get_running_loop()
    asking = [_Connection(requests, n, connections) for n in range(connections)]
    began = time.perf_counter()
    for connection in asking:
        await loop.create_connection(lambda c=connection: c, "127.0.0.1", port)
    await asyncio.sleep(seconds)
    elapsed = time.perf_counter() - began
    for connection in asking:
        connection.is_done = True
    times = sorted(time for c in asking for time in c.milliseconds)
    await asyncio.sleep(0.2)
    return {
        "answers": len(times),
        "failed": sum(connection.failed for connection in asking),
        "per_second": len(times) / elapsed,
        "p50_milliseconds": times[len(times) // 2] if times else None,
        "p99_milliseconds": times[len(times) * 99 // 100] if times else None,
    }


@click.command()
@click.option("--port", type=int, required=True)
@click.option("--connections", type=int, default=16)
@click.option("--seconds", type=float, default=5.0)
def main(port: int, connections: int, seconds: float) -> None:
    """Ask, and print what was answered as JSON."""
    requests = [_message(port, json.loads(line)) for line in sys.stdin]
    print(json.dumps(uvloop.run(_ask(port, requests, connections, seconds))))


if __name__ == "__main__":
    main()
