"""Contact details in the one form that ad platforms hash."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_EMAIL = re.compile(r"[^@]+@[^@]+\.[^@.]+")
_GMAIL = {"gmail.com", "googlemail.com"}
# As spreadsheets write a long number; phone numbers with letters are read else.
_EXPONENT = re.compile(r"\d[eE][+-]?\d")


def hashed(text: str | None) -> str | None:
    """Return the SHA-256 of a text in hexadecimal; None stays None.

    Examples
    --------
    >>> hashed("janedoe@gmail.com")[:16]
    'd6117306485ed0e5'
    """
    return None if text is None else hashlib.sha256(text.encode()).hexdigest()


def email(text: str) -> str | None:
    """Return an address in lower case without blanks, None if it is none.

    Examples
    --------
    >>> email(" Jane.Doe+shop@Example.COM ")
    'jane.doe+shop@example.com'
    >>> email("jane at example.com") is None
    True
    """
    plain = "".join(text.split()).lower()
    return plain if _EMAIL.fullmatch(plain) else None


def google_email(address: str) -> str:
    """Return an address as Google has it: that of Gmail without points and suffix.

    Source: developers.google.com/data-manager/api/devguides/concepts/formatting

    Examples
    --------
    >>> google_email("cloudy.sanfrancisco+shopping@gmail.com")
    'cloudysanfrancisco@gmail.com'
    >>> google_email("user.name+nyc@example.com")
    'user.name+nyc@example.com'
    """
    name, domain = address.split("@")
    if domain not in _GMAIL:
        return address
    return f"{(name.split('+')[0] or name).replace('.', '')}@{domain}"


def tiktok_email(address: str) -> str:
    """Return an address as TikTok has it: without `+` and what follows it.

    Source: ads.tiktok.com/help/article/
    list-of-supported-ids-and-formats-for-a-customer-file

    Examples
    --------
    >>> tiktok_email("jane.doe+shop@example.com")
    'jane.doe@example.com'
    """
    name, domain = address.split("@")
    return f"{name.split('+')[0] or name}@{domain}"


def phone(text: str, country: str | None = None) -> str | None:
    """Return a phone number as `+`, country code and digits, None if it is none.

    Parameters
    ----------
    text : str
        As somebody wrote it.
    country : str, optional
        Two letters of ISO 3166-1, of numbers without a country code.

    Returns
    -------
    str or None
        E.164 (ITU-T).

    Examples
    --------
    >>> phone("(650) 253-0000", "US"), phone("00 44 20 7183 8750", "DE")
    ('+16502530000', '+442071838750')
    >>> phone("650 253 0000"), phone("4.42071838750E+11", "GB"), phone("0", "GB")
    (None, None, None)
    """
    import phonenumbers

    if _EXPONENT.search(text):
        return None
    try:
        number = phonenumbers.parse(
            re.sub(r"(?<=\d)\.0$", "", text.strip()), (country or "").upper() or None
        )
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def name(text: str) -> str | None:
    """Return a name in lower case without punctuation, one blank between words.

    Examples
    --------
    >>> name("  Mary-Ann  O'Neil ")
    'maryann oneil'
    >>> name("Valéry"), name("...")
    ('valéry', None)
    """
    return " ".join(_letters(text, " ").split()) or None


def place(text: str) -> str | None:
    """Return a city, state or postal code in lower case, letters and digits alone.

    Examples
    --------
    >>> place("San Francisco"), place("SW1A 1AA")
    ('sanfrancisco', 'sw1a1aa')
    """
    return _letters(text, "") or None


def country(text: str) -> str | None:
    """Return the two letters of a country in lower case, None if they are not two.

    Examples
    --------
    >>> country(" US "), country("Germany")
    ('us', None)
    """
    plain = text.strip().lower()
    return plain if re.fullmatch("[a-z]{2}", plain) else None


def _letters(text: str, kept: str) -> str:
    plain = unicodedata.normalize("NFC", text).lower()
    return "".join(
        " " if sign.isspace() and kept else sign
        for sign in plain
        if sign.isalnum() or (kept and sign.isspace())
    )
