"""Words for items and reviews, drawn from the vocabulary of their category and style.

Two items read alike when they share category, brand and style, which is also what
makes them please the same people (`catalogue.py`). That is the content signal.
"""

import numpy as np

from examples.example_data.catalogue import CATEGORIES, Catalogue
from examples.example_data.vocabulary import (
    COMPLAINT,
    MIDDLING,
    PECULIAR_TITLES,
    PRAISE,
)


def item_texts(
    rng: np.random.Generator, catalogue: Catalogue
) -> tuple[list[str], list[str], list[str]]:
    """Return title, description and comma-separated tags of every item.

    Parameters
    ----------
    rng : Generator
        Source of the draws.
    catalogue : Catalogue
        Items with category, brand and style.

    Returns
    -------
    tuple of three lists of str, each of length n_items
        Cost grows with items, never with users or events.
    """
    picks = rng.random((catalogue.item_count, 5))
    titles, descriptions, tags = [], [], []
    for item in range(catalogue.item_count):
        category = CATEGORIES[catalogue.category[item]]
        style = category.styles[catalogue.style[item]]
        brand = category.brands[catalogue.brand[item]]
        noun = _pick(style.nouns, picks[item, 0])
        first_adjective = int(picks[item, 1] * len(style.adjectives))
        adjective = style.adjectives[first_adjective]
        other_adjective = style.adjectives[(first_adjective + 1) % 3]
        size = _pick(category.sizes, picks[item, 2])
        first_phrase = int(picks[item, 3] * len(style.phrases))
        phrase = style.phrases[first_phrase]
        other_phrase = style.phrases[(first_phrase + 1) % 3]
        titles.append(f"{brand} {noun} {size}")
        descriptions.append(
            f"{adjective.capitalize()} and {other_adjective} {noun.lower()} "
            f"by {brand}, {size}. {phrase.capitalize()}. {other_phrase.capitalize()}. "
            f"From our {style.name} range in {category.name}."
        )
        tags.append(",".join((style.name, adjective, noun.lower())))
    _write_peculiar_titles(titles, catalogue)
    return titles, descriptions, tags


def _pick(words: tuple[str, ...], share: float) -> str:
    """Return the word at a share in [0, 1) of the list."""
    return words[int(share * len(words))]


def _write_peculiar_titles(titles: list[str], catalogue: Catalogue) -> None:
    """Give the awkward titles to the first items they fit; a small shop lacks some."""
    names = [category.name for category in CATEGORIES]
    for category, brand, style, title in PECULIAR_TITLES:
        index = names.index(category)
        fits = (
            (catalogue.category == index)
            & (catalogue.brand == CATEGORIES[index].brands.index(brand))
            & (catalogue.style == style)
        )
        if fits.any():
            titles[int(np.argmax(fits))] = title


def review_texts(
    rng: np.random.Generator, catalogue: Catalogue, item: np.ndarray, rating: np.ndarray
) -> tuple[list[str], np.ndarray]:
    """Return the distinct review texts and, for each rating, which one it carries.

    Parameters
    ----------
    rng : Generator
        Source of the draws.
    catalogue : Catalogue
        Items with their style.
    item : int array, shape (n_ratings,)
        Item index of each rating.
    rating : int array, shape (n_ratings,)
        Stars, 1 to 5.

    Returns
    -------
    texts : list of str
        One text for each (style, phrase, mood, opening) there is.
    code : int array, shape (n_ratings,)
        Index into `texts`, -1 where the rating has no words.
    """
    moods = (COMPLAINT, MIDDLING, PRAISE)
    openings = max(len(mood) for mood in moods)
    texts = [
        f"{mood[opening % len(mood)]}. {phrase.capitalize()}."
        for category in CATEGORIES
        for style in category.styles
        for phrase in style.phrases
        for mood in moods
        for opening in range(openings)
    ]
    mood = np.digitize(rating, [3, 4])  # 1-2 stars, 3 stars, 4-5 stars
    style_code = catalogue.category[item].astype(np.int64) * 3 + catalogue.style[item]
    phrase = rng.integers(0, 3, len(item))
    opening = rng.integers(0, openings, len(item))
    code = ((style_code * 3 + phrase) * 3 + mood) * openings + opening
    return texts, np.where(rng.random(len(item)) < 0.6, code, -1)
