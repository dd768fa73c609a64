"""The words of the shop: what each category, brand and style is written with.

A style is a way of using a category (espresso or filter coffee). Styles and brands have
taste vectors of their own (`catalogue.py`) and words of their own (here), so that items
that please the same people also read alike: content similarity has signal.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Style:
    """One way of using a category, with the words that go with it."""

    name: str
    nouns: tuple[str, ...]
    adjectives: tuple[str, ...]
    phrases: tuple[str, ...]


@dataclass(frozen=True)
class Category:
    """One category: price range in whole cents, months of high season, words.

    `interval_days` is the typical time between two purchases of a consumable item and
    None for durable goods.
    """

    name: str
    interval_days: float | None
    cheapest_cents: int
    dearest_cents: int
    peak_month: int
    peak_share: float
    brands: tuple[str, str, str]
    sizes: tuple[str, ...]
    styles: tuple[Style, Style, Style]


def style(name: str, nouns: str, adjectives: str, phrases: str) -> Style:
    """Return a style from comma- and semicolon-separated words."""
    return Style(
        name,
        tuple(nouns.split(", ")),
        tuple(adjectives.split(", ")),
        tuple(phrases.split("; ")),
    )


# Titles that break careless quoting and encodings, on purpose: category, brand, index
# of the style, title.
PECULIAR_TITLES = (
    ("coffee", "Monte Alto", 0, 'Monte Alto "Notte" Espresso Beans 1 kg'),
    ("audio", "Blue Hour", 1, "Blue Hour Party Speaker white 🎉"),
    ("tea", "Yunnan Garden", 0, "云南绿茶 Yunnan Garden Green Tea 100 g"),
    ("books", "Petit Chef", 0, "Petit Chef's Café Crème Cookbook, illustrated"),
)

PRAISE = (
    "Exactly as described",
    "Would buy again",
    "Better than I expected",
    "My new favorite",
    "Great value",
)
COMPLAINT = (
    "Not for me",
    "Arrived damaged",
    "Too expensive for what it is",
    "I expected more",
    "Sent it back",
)
MIDDLING = ("It is fine", "Does the job", "Good, not great", "As expected")
