"""Read what a request asks for, and refuse what cannot be meant."""

from __future__ import annotations

import json
from collections.abc import Mapping

from starlette.requests import Request

from precision_marketing.service.answers import Question
from precision_marketing.service.guard import Refusal

MAXIMUM_ITEMS = 100
MAXIMUM_USERS = 100
_LISTS = ("category", "brand", "exclude", "context")
_NAMES = {"n", "reasons", "country", *_LISTS}
_TRUTH = {"true": True, "false": False}


def from_query(request: Request) -> Question:
    """Return the question of a GET, whose lists are repeated or divided by commas.

    Raises
    ------
    Refusal
        400, if a parameter is unknown or no such value.
    """
    query = request.query_params
    values: dict[str, object] = {}
    for name in query:
        if name in _LISTS:
            parts = ",".join(query.getlist(name)).split(",")
            values[name] = [part for part in parts if part]
        elif name == "n":
            number = query[name]
            is_number = number.isascii() and number.isdigit() and len(number) < 4
            values[name] = int(number) if is_number else None
        elif name == "reasons":
            values[name] = _TRUTH.get(query[name].lower())
        else:
            values[name] = query[name]
    return question(values)


def question(values: Mapping[str, object], names: set[str] = frozenset()) -> Question:
    """Return the question that a mapping puts.

    Parameters
    ----------
    values : mapping
        By the names of the service's parameters.
    names : set of str
        Further names that the mapping may have.

    Raises
    ------
    Refusal
        400, if a name is unknown or a value is none of its kind.
    """
    unknown = sorted(values.keys() - _NAMES - names)
    if unknown:
        raise wrong(f"there is no parameter {unknown[0]!r}")
    n = values.get("n", 10)
    # JSON has one kind of number.
    if isinstance(n, float) and n.is_integer():
        n = int(n)
    if isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= MAXIMUM_ITEMS:
        raise wrong(f"n is a whole number from 1 to {MAXIMUM_ITEMS}")
    reasons = values.get("reasons", True)
    if not isinstance(reasons, bool):
        raise wrong("reasons is true or false")
    country = text(values.get("country", ""), "country", is_needed=False)
    lists = {name: texts(values.get(name, []), name) for name in _LISTS}
    return Question(
        n=n,
        categories=frozenset(lists["category"]),
        brands=frozenset(lists["brand"]),
        exclude=frozenset(lists["exclude"]),
        context=tuple(lists["context"]),
        has_reasons=reasons,
        country=country,
    )


def text(value: object, name: str, is_needed: bool = True) -> str:
    """Return a text that can be looked up, or refuse it."""
    if not isinstance(value, str) or (is_needed and not value) or len(value) > 500:
        raise wrong(f"{name} is a text of at most 500 characters")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise wrong(f"{name} has half of a character") from error
    return value


def texts(value: object, name: str, most: int = MAXIMUM_ITEMS) -> list[str]:
    """Return a list of texts, or refuse it."""
    if not isinstance(value, list) or len(value) > most:
        raise wrong(f"{name} is a list of at most {most}")
    return [text(part, name) for part in value]


async def body_of(request: Request) -> dict:
    """Return the object that a POST brings, or refuse it."""
    try:
        found = json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise wrong("the body is no JSON") from error
    if not isinstance(found, dict):
        raise wrong("the body is no object")
    return found


def wrong(sentence: str) -> Refusal:
    """Return the refusal of a question that cannot be meant."""
    return Refusal(400, "wrong_question", f"What is asked cannot be meant: {sentence}.")
