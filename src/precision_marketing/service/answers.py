"""What is answered: lists of items and offers, made of one store and a question."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from precision_marketing.service.reader import Store, parsed

_REASONS = ("reason_code", "because_item_id", "reason")
# An item that was looked at before counts so much less than the one after it.
_SESSION_DECAY = 0.8
_LONGEST_LIST = 10


class Withheld(Exception):  # noqa: N818 - an answer rather than a fault
    """Nothing is said, and not why: erased, refusing, or not there."""


@dataclass(frozen=True)
class Question:
    """Which items are wanted.

    Parameters
    ----------
    n : int
        Items at most, 1-100.
    categories, brands, exclude : frozenset of str
        Items of these alone, where there are any; and items not to give.
    context : tuple of str
        Items that are being looked at, the latest last.
    has_reasons : bool
        Whether to say why.
    country : str
        Of a user who is not known; empty: not said.
    """

    n: int = 10
    categories: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()
    context: tuple[str, ...] = ()
    has_reasons: bool = True
    country: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether the first n of a list are the answer as they are."""
        return self.has_reasons and not (
            self.categories or self.brands or self.exclude or self.context
        )

    def wants(self, item: dict) -> bool:
        """Return whether an item passes the filters."""
        return (
            item["item_id"] not in self.exclude
            and (not self.categories or item["category"] in self.categories)
            and (not self.brands or item["brand"] in self.brands)
        )


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
        near = _neighbors(store, question.context)
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
    found = _of_session(store, question) if question.context else []
    if len(found) < question.n:
        given = {item["item_id"] for item in found} | set(question.context)
        found += _popular(store, question, given)
    chosen = found[: question.n]
    for rank, item in enumerate(chosen, start=1):
        item["rank"] = rank
        item["recommendation_id"] = _identifier(
            store, item.pop("scorer"), item["reason_code"], rank, user_id, item
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
    items = _popular(store, question, set())[: question.n]
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


def _neighbors(store: Store, context: Iterable[str]) -> dict[str, _Near]:
    """Return neighbors of what is looked at, by item.

    Similarities compare within an item and a kind only, so ranks are added up.
    """
    near: dict[str, _Near] = {}
    weight = 1.0
    for item_id in reversed(tuple(context)):
        for entry in store.entries("similar", item_id):
            gain = weight * (_LONGEST_LIST + 1 - entry["rank"]) / _LONGEST_LIST
            found = near.get(entry["item_id"])
            if found is None:
                near[entry["item_id"]] = _Near(gain, gain, entry, item_id)
            else:
                found.score += gain
                if gain > found.most:
                    found.most, found.entry, found.because = gain, entry, item_id
        weight *= _SESSION_DECAY
    return near


@dataclass(slots=True)
class _Near:
    """A neighbor: sum of gains, the largest of them, its entry, and whose it is."""

    score: float
    most: float
    entry: dict
    because: str

    def item(self) -> dict:
        """Return the item as it is answered, with the reason."""
        title = self.entry["similar_to"] or self.because
        is_chosen = self.entry["similarity_kind"] == "chosen_together"
        reason = "Because you looked at" if is_chosen else "Similar to"
        return _item(
            self.entry,
            "session",
            self.score,
            "because_you_chose" if is_chosen else "similar_content",
            self.because,
            f"{reason} “{title}”.",
        )


def _of_session(store: Store, question: Question) -> list[dict]:
    """Return neighbors of what is looked at, the nearest first."""
    seen = set(question.context)
    by_item = _neighbors(store, question.context)
    found = [
        (-near.score, item_id)
        for item_id, near in by_item.items()
        if item_id not in seen and question.wants(near.entry)
    ]
    nearest = sorted(found)[: question.n]
    return [by_item[item_id].item() for _, item_id in nearest]


def _item(
    entry: dict,
    scorer: str,
    score: float | None,
    code: str,
    because: str | None,
    reason: str,
) -> dict:
    return {
        "item_id": entry["item_id"],
        "title": entry["title"],
        "category": entry["category"],
        "brand": entry["brand"],
        "rank": 0,
        "score": score,
        "reason_code": code,
        "because_item_id": because,
        "reason": reason,
        "scorer": scorer,
    }


def _popular(store: Store, question: Question, given: set[str]) -> list[dict]:
    """Return popular items that are not given already, of a country if it has any."""
    country = store.entries("popular", question.country) if question.country else []
    reasons = {
        True: ("popular_in_your_segment", "Popular with customers in your country."),
        False: ("popular", "Popular with our customers."),
    }
    found: list[dict] = []
    given = set(given)
    for is_country, entries in ((True, country), (False, store.entries("popular", ""))):
        code, reason = reasons[is_country]
        for entry in entries:
            if len(found) == question.n:
                break
            if entry["item_id"] not in given and question.wants(entry):
                given.add(entry["item_id"])
                found.append(_item(entry, "popularity", None, code, None, reason))
    return found


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
                item,
            ),
        }
        for rank, item in enumerate(items, start=1)
    ]


def _identifier(
    store: Store, scorer: str, reason: str, rank: int, subject: str, item: dict
) -> str:
    """Return an id as `macros/recommendation_ids.sql` writes it."""
    text = f"{subject}\x1f{item['item_id']}"
    digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:16]
    return f"r1.{scorer}.{reason}.{rank}.{store.as_of_date}.{digest}"
