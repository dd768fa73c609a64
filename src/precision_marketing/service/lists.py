"""Items for a question: neighbors of what is looked at, and what is popular."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from precision_marketing.service.reader import Store

# An item that was looked at before counts so much less than the one after it.
_SESSION_DECAY = 0.8
_LONGEST_LIST = 10


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


@dataclass(slots=True)
class Near:
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


def neighbors(store: Store, context: Iterable[str]) -> dict[str, Near]:
    """Return neighbors of what is looked at, by item.

    Similarities compare within an item and a kind only, so ranks are added up.
    """
    near: dict[str, Near] = {}
    weight = 1.0
    for item_id in reversed(tuple(context)):
        for entry in store.entries("similar", item_id):
            gain = weight * (_LONGEST_LIST + 1 - entry["rank"]) / _LONGEST_LIST
            found = near.get(entry["item_id"])
            if found is None:
                near[entry["item_id"]] = Near(gain, gain, entry, item_id)
            else:
                found.score += gain
                if gain > found.most:
                    found.most, found.entry, found.because = gain, entry, item_id
        weight *= _SESSION_DECAY
    return near


def of_session(store: Store, question: Question) -> list[dict]:
    """Return neighbors of what is looked at, the nearest first."""
    seen = set(question.context)
    by_item = neighbors(store, question.context)
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


def popular_items(store: Store, question: Question, given: set[str]) -> list[dict]:
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
