"""The service as an ASGI application: endpoints over the current store."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp

from precision_marketing.service import answers, pages
from precision_marketing.service.endpoint import Endpoint, answered
from precision_marketing.service.feedback import FeedbackError, input_row
from precision_marketing.service.guard import Guard, Refusal, digests_of
from precision_marketing.service.journal import Journal
from precision_marketing.service.logs import Log
from precision_marketing.service.metrics import Metrics
from precision_marketing.service.questions import (
    MAXIMUM_USERS,
    body_of,
    from_query,
    question,
    text,
    texts,
    wrong,
)
from precision_marketing.service.reader import Current

# How often a worker looks for the next publication and writes its log, in seconds.
LOOK_SECONDS = 0.2
MAXIMUM_RECORDS = 1_000
STORE, FEEDBACK = "PRECISION_MARKETING_STORE", "PRECISION_MARKETING_FEEDBACK"
KEYS, RATE = "PRECISION_MARKETING_SERVICE_KEYS", "PRECISION_MARKETING_SERVICE_RATE"


class Service:
    """Endpoints, and what they share.

    Parameters
    ----------
    current : Current
        The store.
    journal : Journal or None
        Where feedback is kept; None: it is refused.
    """

    def __init__(self, current: Current, journal: Journal | None) -> None:
        self.current, self.journal = current, journal
        self.metrics, self.log = Metrics(), Log()
        self.is_ready = False

    async def recommendations(self, request: Request) -> Response:
        """Answer with a user's items."""
        store, asked = self.current.store, from_query(request)
        user = text(request.path_params["user_id"], "user_id")
        return answered(request, store, answers.recommendations(store, user, asked))

    async def session(self, request: Request) -> Response:
        """Answer with items for somebody whom no build has seen."""
        store, values = self.current.store, await body_of(request)
        if "context" in values:
            raise wrong("what is looked at are the items")
        asked = question({"context": values.pop("items", []), **values}, {"session_id"})
        name = text(values.get("session_id", ""), "session_id", is_needed=False)
        return answered(request, store, answers.session(store, name, asked))

    async def batch(self, request: Request) -> Response:
        """Answer with the items of several users; of whom nothing is said, null."""
        store, values = self.current.store, await body_of(request)
        users = texts(values.get("user_ids"), "user_ids", MAXIMUM_USERS)
        asked = question(values, {"user_ids"})
        found = []
        for user in users:
            try:
                found.append(answers.recommendations(store, user, asked))
            except answers.Withheld:
                found.append(b"null")
        return answered(request, store, b'{"answers":[%b]}' % b",".join(found))

    async def similar(self, request: Request) -> Response:
        """Answer with the items like one."""
        store, asked = self.current.store, from_query(request)
        item = text(request.path_params["item_id"], "item_id")
        return answered(request, store, answers.similar(store, item, asked))

    async def popular(self, request: Request) -> Response:
        """Answer with the most popular items."""
        store, asked = self.current.store, from_query(request)
        return answered(request, store, answers.popular(store, asked))

    async def offers(self, request: Request) -> Response:
        """Answer with the campaigns that a user may get."""
        return self._members(request, only_eligible=True)

    async def audiences(self, request: Request) -> Response:
        """Answer with the audiences that a user was a candidate of."""
        return self._members(request, only_eligible=False)

    def _members(self, request: Request, only_eligible: bool) -> Response:
        store = self.current.store
        user = text(request.path_params["user_id"], "user_id")
        return answered(request, store, answers.members(store, user, only_eligible))

    async def campaigns(self, request: Request) -> Response:
        """Answer with the ids of campaigns."""
        store = self.current.store
        return answered(request, store, answers.campaigns(store))

    async def campaign(self, request: Request) -> Response:
        """Answer with a campaign's results."""
        store = self.current.store
        name = text(request.path_params["campaign_id"], "campaign_id")
        return answered(request, store, answers.campaign(store, name))

    async def model(self, request: Request) -> Response:
        """Answer with the model card."""
        store = self.current.store
        return answered(request, store, answers.model(store))

    async def feedback(self, request: Request) -> Response:
        """Keep what users did for the next build."""
        if self.journal is None:
            raise Refusal(503, "no_feedback", "The service keeps no feedback.")
        values = await body_of(request)
        records = values.pop("feedback", None)
        if not isinstance(records, list) or not 1 <= len(records) <= MAXIMUM_RECORDS:
            raise wrong(f"feedback is a list of 1 to {MAXIMUM_RECORDS} records")
        if values:
            raise wrong("beside feedback there is nothing")
        rows = []
        for number, record in enumerate(records):
            try:
                rows.append(input_row(record))
            except FeedbackError as error:
                raise wrong(f"record {number}: {error}") from error
        store = self.current.store
        # Taken like others, and forgotten: nothing is kept of who is to be forgotten.
        kept = [row for row in rows if not store.is_withheld(row[1]["user_id"])]
        if kept:
            await self.journal.add(kept)
        for input_name, _ in kept:
            self.metrics.feedback_rows[input_name] += 1
        return Response(
            b'{"accepted":%d}' % len(rows), 202, media_type="application/json"
        )

    async def live(self, request: Request) -> Response:
        """Answer that the process is there."""
        return Response(b'{"is_live":true}', media_type="application/json")

    async def ready(self, request: Request) -> Response:
        """Answer whether requests are taken, and of which build the answers are."""
        if not self.is_ready:
            raise Refusal(503, "not_ready", "The service starts or stops.")
        return Response(pages.readiness(self.current), media_type="application/json")

    async def counts(self, request: Request) -> Response:
        """Answer with this worker's counts."""
        body = self.metrics.text(os.getpid(), self.current)
        return Response(body, media_type="text/plain; version=0.0.4")

    async def openapi(self, request: Request) -> Response:
        """Answer with the description for programs."""
        return Response(pages.openapi(), media_type="application/json")

    async def docs(self, request: Request) -> Response:
        """Answer with the description for people: one page without scripts."""
        headers = {"content-security-policy": pages.POLICY}
        return Response(pages.docs(), media_type="text/html", headers=headers)

    async def watch(self) -> None:
        """Look for the next store, turn old journals, write the log, and again."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                done = await self.current.look()
                if done is not None:
                    build = self.current.store.build_id
                    self.log.write("store", done=done, build_id=build)
                if self.journal is not None:
                    await self.journal.turn_if_due()
                self.log.flush()
            except Exception as error:
                # Such as a full disk: it goes on looking.
                self.log.fault(error)

    @asynccontextmanager
    async def lifespan(self, app: Router) -> AsyncIterator[None]:
        """Watch while the application runs; at its end keep what is to be kept."""
        task = asyncio.create_task(self.watch())
        self.is_ready = True
        try:
            yield
        finally:
            self.is_ready = False
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            if self.journal is not None:
                await self.journal.turn()
            self.log.write("stopped")
            self.log.flush()


def _routes(service: Service) -> list[Route]:
    user, item = "/v1/users/{user_id:path}", "/v1/items/{item_id:path}"
    gets: dict[str, Callable] = {
        f"{user}/recommendations": service.recommendations,
        f"{user}/offers": service.offers,
        f"{user}/audiences": service.audiences,
        f"{item}/similar": service.similar,
        "/v1/popular": service.popular,
        "/v1/campaigns": service.campaigns,
        "/v1/campaigns/{campaign_id:path}": service.campaign,
        "/v1/model": service.model,
        "/health/live": service.live,
        "/health/ready": service.ready,
        "/metrics": service.counts,
        "/openapi.json": service.openapi,
        "/docs": service.docs,
    }
    posts: dict[str, Callable] = {
        "/v1/sessions": service.session,
        "/v1/batch": service.batch,
        "/v1/feedback": service.feedback,
    }
    return [
        Route(path, Endpoint(endpoint), methods=[method])
        for method, found in (("GET", gets), ("POST", posts))
        for path, endpoint in found.items()
    ]


def application(
    store: Path, feedback: Path | None = None, keys: str = "", rate: float = 0
) -> ASGIApp:
    """Return the service as an ASGI application.

    Parameters
    ----------
    store : Path
        As `store.write_store` writes it; what replaces it is taken while it runs.
    feedback : Path, optional
        Input folder that feedback is written to; without it none is taken.
    keys : str
        `NAME=KEY,NAME=KEY`; empty: everybody may ask.
    rate : float
        Requests per second of a key and worker; 0: no limit.

    Raises
    ------
    StoreError
        If the store is not whole.
    ValueError
        If the keys are none.
    """
    service = Service(Current(store), Journal(feedback) if feedback else None)

    router = Router(_routes(service), redirect_slashes=False, lifespan=service.lifespan)
    return Guard(router, digests_of(keys), rate, service.metrics, service.log)


def create() -> ASGIApp:
    """Return the application that the environment describes, for a server's workers."""
    feedback = os.environ.get(FEEDBACK)
    return application(
        Path(os.environ[STORE]),
        Path(feedback) if feedback else None,
        os.environ.get(KEYS, ""),
        float(os.environ.get(RATE) or 0),
    )
