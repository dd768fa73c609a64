"""Terms of text in any language: words, pieces of words, names.

Text is normalized (NFKC) and lower-cased. Chinese, Japanese and Korean text, which
does not (reliably) separate words, gives character n-grams instead of words.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

# Han, kana, bopomofo and hangul, after NFKC (which makes half-width forms full-width).
_CJK = (
    "\u1100-\u11ff\u2e80-\u2fdf\u3005-\u3007\u3031-\u3035\u3040-\u30ff\u3100-\u318f"
    "\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUNS = re.compile(f"([{_CJK}]+)|([^{_CJK}]+)")
# What separates the values of a field such as tags, after NFKC: "green, loose leaf".
_SEPARATORS = re.compile(r"[,;|/\n\u3001]+")
_PIECE_LENGTHS = (3, 4)


class _WordCharacters(dict):
    r"""Translation table: letters, marks and digits stay, the rest becomes a space.

    `\w` of `re` would not do: it splits at combining marks, so it breaks words of
    Hindi, Thai or Tamil. Filled as characters are met.
    """

    def __missing__(self, code: int) -> str:
        character = chr(code)
        is_word = unicodedata.category(character)[0] in "LMN"
        self[code] = character if is_word else " "
        return self[code]


_WORD_CHARACTERS = _WordCharacters()


def _runs(text: str | None) -> Iterator[tuple[str, str]]:
    """Yield each word's runs, either CJK characters or others, the other empty."""
    normalized = unicodedata.normalize("NFKC", text or "").lower()
    for word in normalized.translate(_WORD_CHARACTERS).split():
        yield from _RUNS.findall(word)


def terms(text: str | None) -> list[str]:
    """Return the terms of a text, in order, repeated as they occur.

    A term is a run of Unicode letters, marks and digits with at least one letter; of
    Chinese, Japanese and Korean text every character and every pair of neighboring
    characters.

    Parameters
    ----------
    text : str or None

    Returns
    -------
    list of str

    Examples
    --------
    >>> terms("Toy Story (1995), a 3D film")
    ['toy', 'story', 'a', '3d', 'film']
    >>> terms("iPhone手机壳")
    ['iphone', '手', '机', '壳', '手机', '机壳']
    """
    found: list[str] = []
    for ideographs, letters in _runs(text):
        found.extend(ideographs)
        found.extend(map("".join, pairwise(ideographs)))
        if any(character.isalpha() for character in letters):
            found.append(letters)
    return found


def pieces(text: str | None) -> list[str]:
    """Return the pieces of a text's words: runs of three and four characters.

    A word is marked at both ends, so that pieces know where they stand. They find
    inflected and compound forms: "roaster" and "roasters" share all but two. Chinese,
    Japanese and Korean runs give pieces of three characters, unmarked; their single
    characters and pairs are terms already.

    Parameters
    ----------
    text : str or None

    Returns
    -------
    list of str

    Examples
    --------
    >>> pieces("Teas")
    ['<te', 'tea', 'eas', 'as>', '<tea', 'teas', 'eas>']
    >>> pieces("手机壳")
    ['手机壳']
    """
    found: list[str] = []
    for ideographs, letters in _runs(text):
        found.extend(_slices(ideographs, 3))
        if any(character.isalpha() for character in letters):
            for length in _PIECE_LENGTHS:
                found.extend(_slices(f"<{letters}>", length))
    return found


def names(text: str | None) -> list[str]:
    """Return the values of a field of names, each as a whole, and their words.

    Parameters
    ----------
    text : str or None
        A brand or category, or a list of them: values are separated by commas,
        semicolons, bars, slashes or line ends.

    Returns
    -------
    list of str
        Each value normalized, with single spaces; and its terms, where they are not
        the value itself. A value without a letter or digit is left out.

    Examples
    --------
    >>> names("Leaf & Letter")
    ['leaf letter', 'leaf', 'letter']
    >>> names("green, loose leaf,")
    ['green', 'loose leaf', 'loose', 'leaf']
    """
    found: list[str] = []
    normalized = unicodedata.normalize("NFKC", text or "").lower()
    for part in _SEPARATORS.split(normalized):
        value = " ".join(part.translate(_WORD_CHARACTERS).split())
        if value:
            found.append(value)
            found.extend(term for term in terms(value) if term != value)
    return found


def _slices(word: str, length: int) -> list[str]:
    """Return the runs of `length` characters of a word."""
    return [word[start : start + length] for start in range(len(word) - length + 1)]
