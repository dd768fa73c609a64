"""What is answered: lists of items and offers, made of one store and a question."""

from __future__ import annotations

import hashlib
import json

from precision_marketing.service.lists import (
    Question,
    neighbors,
    of_session,
    popular_items,
)
from precision_marketing.service.reader import Store, parsed

_REASONS = ("reason_code", "because_item_id", "reason")


class Withheld(Exception):  # noqa: N818 - an answer rather than a fault
    """Nothing is said, and not why: erased, refusing, or not there."""


def recommendations(store: Store, user_id: str, question: Question) -> bytes:
    """Answer with a user's list as JSON; with what is popular if nobody knows the user.

    Filters leave fewer than `n` of a known user's items: only the build knows what the
    user has already, so nothing is put in their place.

    Raises
    ------
    Withheld
        If the user was erased or refuses.
    """
    body = store.body("recommendations", user_id)
    if body is None:
        return _head(store, is_known=False) + _listed(
            stranger(store, user_id, question)
        )
    lines = body.split(b"\n")
    if question.is_plain:
        return b"%b[%b]}" % (
            _head(store, is_known=True),
            b",".join(lines[: question.n]),
        )
    items = [item for item in parsed(lines) if question.wants(item)]
    if question.context:
        near = neighbors(store, question.context)
        # A stable sort: what is no neighbor keeps its order.
        items.sort(
            key=lambda item: (
                -near[item["item_id"]].score if item["item_id"] in near else 0.0
            )
        )
    return _head(store, is_known=True) + _listed(_cut(items, question))


def stranger(store: Store, user_id: str, question: Question) -> list[dict]:
    """Return what to offer a user of whom nothing is known but what is looked at.

    Raises
    ------
    Withheld
        If the user was erased or refuses.
    """
    if user_id and store.is_withheld(user_id):
        raise Withheld
    found = of_session(store, question) if question.context else []
    if len(found) < question.n:
        given = {item["item_id"] for item in found} | set(question.context)
        found += popular_items(store, question, given)
    chosen = found[: question.n]
    for rank, item in enumerate(chosen, start=1):
        item["rank"] = rank
        item["recommendation_id"] = _identifier(
            store,
            item.pop("scorer"),
            item["reason_code"],
            rank,
            user_id,
            item["item_id"],
        )
    return _cut(chosen, question)


def session(store: Store, session_id: str, question: Question) -> bytes:
    """Answer with items for somebody the build never saw, by what is looked at."""
    items = stranger(store, session_id, question)
    return _head(store, is_known=False) + _listed(items)


def similar(store: Store, item_id: str, question: Question) -> bytes | None:
    """Answer with the items like one as JSON; None if the item is not known."""
    entries = store.entries("similar", item_id)
    if not entries:
        return None
    wanted = [entry for entry in entries if question.wants(entry)][: question.n]
    return _head(store) + _listed(_identified(store, "similar_items", item_id, wanted))


def popular(store: Store, question: Question) -> bytes:
    """Answer with the most popular items, of a country if there is one, as JSON."""
    items = popular_items(store, question, set())[: question.n]
    for item in items:
        item.pop("scorer")
    items = _identified(store, "popularity", "", items)
    return _head(store) + _listed(_cut(items, question))


def members(store: Store, user_id: str, only_eligible: bool) -> bytes | None:
    """Answer with a user's audiences, or the offers among them, the dearest first."""
    body = store.body("members", user_id)
    if body is None:
        return None
    lines = body.split(b"\n")
    if not only_eligible:
        return b'%b"audiences":[%b]}' % (_start(store), b",".join(lines))
    offers = [row for row in parsed(lines) if row["is_eligible"]]
    dropped = ("is_eligible", "suppression_reason")
    for rank, offer in enumerate(offers, start=1):
        for name in dropped:
            offer.pop(name)
        offer["rank"] = rank
        offer["recommendation_id"] = _identifier(
            store, "audience", "offer", rank, user_id, offer["campaign_id"]
        )
    return b'%b"offers":%b}' % (_start(store), _dumped(offers))


def campaign(store: Store, campaign_id: str) -> bytes | None:
    """Answer with a campaign's results; None if there is no such campaign."""
    body = store.body("campaigns", campaign_id)
    return body and b"%b%b" % (_start(store), body[1:])


def campaigns(store: Store) -> bytes:
    """Answer with the ids of all campaigns."""
    return b'%b"campaign_ids":%b}' % (_start(store), _dumped(store.keys("campaigns")))


def model(store: Store) -> bytes | None:
    """Answer with the model card: what is served, and how it was judged."""
    body = store.body("model", "card")
    return body and b'%b"as_of_date":%b,%b' % (
        _start(store),
        _dumped(store.as_of_date),
        body[1:],
    )


def _start(store: Store) -> bytes:
    return b'{"build_id":%b,' % _dumped(store.build_id)


def _head(store: Store, is_known: bool | None = None) -> bytes:
    known = b"" if is_known is None else b'"is_known":%b,' % _dumped(is_known)
    return b'%b%b"items":' % (_start(store), known)


def _listed(items: list[dict]) -> bytes:
    return _dumped(items) + b"}"


def _dumped(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _cut(items: list[dict], question: Question) -> list[dict]:
    chosen = items[: question.n]
    if question.has_reasons:
        return chosen
    return [
        {name: value for name, value in item.items() if name not in _REASONS}
        for item in chosen
    ]


def _identified(store: Store, scorer: str, subject: str, items: list[dict]) -> list:
    """Return items with an id for what follows from them, as feedback names it."""
    return [
        item
        | {
            "rank": rank,
            "recommendation_id": _identifier(
                store,
                scorer,
                item.get("reason_code") or item["similarity_kind"],
                rank,
                subject,
                item["item_id"],
            ),
        }
        for rank, item in enumerate(items, start=1)
    ]


def _identifier(
    store: Store, scorer: str, reason: str, rank: int, subject: str, offered: str
) -> str:
    """Return an id as `macros/recommendation_ids.sql` writes it."""
    text = f"{subject}\x1f{offered}"
    digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:16]
    return f"r1.{scorer}.{reason}.{rank}.{store.as_of_date}.{digest}"
