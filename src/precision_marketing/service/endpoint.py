"""One endpoint as ASGI, and the answer that it gives."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from precision_marketing.service.answers import Withheld
from precision_marketing.service.reader import Store


class Endpoint:
    """One endpoint as ASGI: half of the cost of what a router makes of a function.

    Parameters
    ----------
    answer : callable
        Takes a request, gives a response.
    """

    def __init__(self, answer: Callable[[Request], Awaitable[Response]]) -> None:
        self.answer = answer
        self.name = answer.__name__

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        response = await self.answer(Request(scope, receive))
        await response(scope, receive, send)


def answered(request: Request, store: Store, body: bytes | None) -> Response:
    """Return an answer of one build: whoever has it already is told so."""
    if body is None:
        raise Withheld
    if request.method == "POST":
        return Response(body, media_type="application/json")
    tag = f'"{store.build_id}"'
    headers = {"etag": tag, "cache-control": "private, no-cache"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
