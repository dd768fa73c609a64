"""Around every request: keys, limits, time, one log line without ids, counts."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from precision_marketing.service.answers import Withheld
from precision_marketing.service.logs import Log
from precision_marketing.service.metrics import Metrics

# Without a key: a balancer asks for health, people for the pages about the service.
PUBLIC = ("/health/live", "/health/ready", "/openapi.json", "/docs")
MAXIMUM_BYTES = 1_000_000
MAXIMUM_SECONDS = 10.0


class Refusal(Exception):  # noqa: N818 - an answer rather than a fault
    """A request is not answered; status, a word for programs, and a sentence."""

    def __init__(self, status: int, word: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.word, self.sentence = status, word, sentence


def digests_of(keys: str) -> dict[bytes, str]:
    """Return names by hash of key, of a text `NAME=KEY,NAME=KEY`.

    Raises
    ------
    ValueError
        If an entry is no pair, a name is given twice, or a key is shorter than 16.

    Examples
    --------
    >>> list(digests_of("shop=0123456789abcdef").values())
    ['shop']
    """
    found: dict[bytes, str] = {}
    for entry in filter(None, (part.strip() for part in keys.split(","))):
        name, separator, key = entry.partition("=")
        if not separator or not name or len(key) < 16:
            raise ValueError(
                "write keys as NAME=KEY,NAME=KEY, with 16 letters at least"
            )
        if name in found.values():
            raise ValueError(f"the key {name} is given twice")
        found[hashlib.sha256(key.encode()).digest()] = name
    return found


class Buckets:
    """So many requests a second of each key, and a second's worth at once.

    Parameters
    ----------
    rate : float
        Requests per second of a key and worker; 0: no limit.
    """

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, name: str) -> bool:
        """Return whether a request of a key may be answered, and count it."""
        if not self.rate:
            return True
        now = time.monotonic()
        most = max(self.rate, 1.0)
        left, seen = self._left.get(name, (most, now))
        left = min(left + (now - seen) * self.rate, most)
        is_free = left >= 1
        self._left[name] = (left - is_free, now)
        return is_free


class Guard:
    """ASGI middleware around the endpoints.

    Parameters
    ----------
    app : ASGIApp
        The endpoints; `scope["endpoint"]` names the one that has answered.
    digests : mapping of bytes to str
        Names of keys by hash; empty: everybody may ask.
    rate : float
        Requests per second of a key.
    metrics : Metrics
        What is counted.
    log : Log
        What is noted.
    """

    def __init__(
        self,
        app: ASGIApp,
        digests: Mapping[bytes, str],
        rate: float,
        metrics: Metrics,
        log: Log,
    ) -> None:
        self.app, self.digests = app, digests
        self.buckets, self.metrics, self.log = Buckets(rate), metrics, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        # Its router raises, rather than answers, what it has no endpoint for.
        scope["app"] = self
        began = time.perf_counter()
        status, key = 500, ""

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            key = self._key(scope)
            receive = _limited(scope, receive)
            if scope["method"] == "POST":
                async with asyncio.timeout(MAXIMUM_SECONDS):
                    await self.app(scope, receive, sent)
            else:
                await self.app(scope, receive, sent)
        except Refusal as refusal:
            await _refuse(sent, refusal)
        except Withheld:
            await _refuse(sent, Refusal(404, "not_found", "Nothing is known of it."))
        except HTTPException as error:
            word = "no_endpoint" if error.status_code == 404 else "wrong_method"
            sentence = "See /docs for what may be asked."
            await _refuse(sent, Refusal(error.status_code, word, sentence))
        except TimeoutError:
            sentence = f"The request took longer than {MAXIMUM_SECONDS:g} s."
            await _refuse(sent, Refusal(408, "timeout", sentence))
        except Exception as error:
            self.log.fault(error)
            await _refuse(sent, Refusal(500, "fault", "The service has a fault."))
        finally:
            seconds = time.perf_counter() - began
            endpoint = getattr(scope.get("endpoint"), "name", "none")
            self.metrics.observe(endpoint, status, seconds)
            self.log.write(
                "request",
                endpoint=endpoint,
                status=status,
                milliseconds=round(seconds * 1000, 3),
                key=key,
            )

    def _key(self, scope: Scope) -> str:
        """Return the name of the request's key, or refuse it."""
        if scope["path"] in PUBLIC:
            return ""
        name = ""
        if self.digests:
            given = b""
            for header, value in scope["headers"]:
                if header == b"x-api-key":
                    given = value
                elif header == b"authorization" and value[:7].lower() == b"bearer ":
                    given = value[7:]
            # Of a hash no time tells how much of a key is right.
            name = self.digests.get(hashlib.sha256(given).digest(), "")
            if not name:
                raise Refusal(401, "no_key", "Send a key: Authorization: Bearer KEY.")
        if not self.buckets.take(name):
            raise Refusal(429, "too_many", "Too many requests: ask again in a second.")
        return name


def _limited(scope: Scope, receive: Receive) -> Receive:
    """Refuse a body that says or turns out to be too large."""
    for header, value in scope["headers"]:
        if header == b"content-length" and (
            not value.isdigit() or int(value[:12]) > MAXIMUM_BYTES
        ):
            raise _too_large()
    length = 0

    async def limited() -> Message:
        nonlocal length
        message = await receive()
        length += len(message.get("body", b""))
        if length > MAXIMUM_BYTES:
            raise _too_large()
        return message

    return limited


def _too_large() -> Refusal:
    return Refusal(413, "too_large", f"A body has at most {MAXIMUM_BYTES:,} bytes.")


async def _refuse(send: Send, refusal: Refusal) -> None:
    body = json.dumps({"error": refusal.word, "message": refusal.sentence}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    if refusal.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    if refusal.status == 429:
        headers.append((b"retry-after", b"1"))
    start = {
        "type": "http.response.start",
        "status": refusal.status,
        "headers": headers,
    }
    await send(start)
    await send({"type": "http.response.body", "body": body})
