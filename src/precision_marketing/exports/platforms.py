"""The files of customers that ad platforms take, by their own documentation.

docs/exports.md names the pages and their dates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from precision_marketing.exports import normalised
from precision_marketing.exports.normalised import hashed

Contact = dict[str, str | None]


@dataclass(frozen=True)
class Column:
    """One column of a platform's file.

    Parameters
    ----------
    header : str
        Its name there.
    field : str
        The contact's field that it is made of.
    value : callable
        The contact in the form that the platform asks for; None leaves it empty.
    is_hashed : bool
        Whether the file has the SHA-256 of it.
    """

    header: str
    field: str
    value: Callable[[Contact], str | None]
    is_hashed: bool = True

    def written(self, contact: Contact) -> str:
        """Return what stands in the file."""
        value = self.value(contact)
        return (hashed(value) if self.is_hashed else value) or ""


@dataclass(frozen=True)
class Platform:
    """A platform's file of customers.

    Parameters
    ----------
    name : str
        As `--format` has it.
    columns : tuple of Column
        In the file's order; those whose field no contact has are left out.
    together : frozenset of str
        Headers that stand in a file, and in a row, all or none.
    fewest : int
        Rows below which the platform makes no audience, or shows no ads to it.
    """

    name: str
    columns: tuple[Column, ...]
    together: frozenset[str] = frozenset()
    fewest: int = 0

    def columns_of(self, fields: set[str]) -> tuple[Column, ...]:
        """Return the columns of a file of contacts that have these fields."""
        found = [column for column in self.columns if column.field in fields]
        if not self.together <= {column.header for column in found}:
            found = [column for column in found if column.header not in self.together]
        return tuple(found)

    def row(self, columns: tuple[Column, ...], contact: Contact) -> list[str] | None:
        """Return a contact's row; None if nobody can be found by it."""
        values = {column.header: column.written(contact) for column in columns}
        if not all(values.get(header) for header in self.together):
            values |= dict.fromkeys(self.together & set(values), "")
        names_somebody = any(
            values[column.header]
            for column in columns
            if column.field in {"email", "phone"} or column.header in self.together
        )
        return list(values.values()) if names_somebody else None


def _of(
    field: str, make: Callable[[str], str | None]
) -> Callable[[Contact], str | None]:
    def value(contact: Contact) -> str | None:
        text = contact.get(field)
        return None if text is None else make(text)

    return value


def _digits(number: str) -> str:
    return number.removeprefix("+")


def _meta_zip(contact: Contact) -> str | None:
    code = contact.get("zip")
    is_american = (contact.get("country") or "").lower() == "us"
    plain = normalised.place(code) if code else None
    return plain[:5] if plain and is_american else plain


def _upper_country(text: str) -> str | None:
    code = normalised.country(text)
    return code and code.upper()


def _lower(text: str) -> str:
    return text.lower()


def _same(text: str) -> str:
    return text


# E-mail and phone come here as `normalised.email` and `normalised.phone` make them.
PLATFORMS = {
    platform.name: platform
    for platform in (
        Platform(
            "google",
            (
                Column("Email", "email", _of("email", normalised.google_email)),
                Column("Phone", "phone", _of("phone", _same)),
                Column("First Name", "first_name", _of("first_name", _lower)),
                Column("Last Name", "last_name", _of("last_name", _lower)),
                Column("Country", "country", _of("country", _upper_country), False),
                Column("Zip", "zip", _of("zip", _same), False),
            ),
            frozenset({"First Name", "Last Name", "Country", "Zip"}),
            fewest=100,
        ),
        Platform(
            "meta",
            (
                Column("email", "email", _of("email", _same)),
                Column("phone", "phone", _of("phone", _digits)),
                Column("fn", "first_name", _of("first_name", normalised.name)),
                Column("ln", "last_name", _of("last_name", normalised.name)),
                Column("ct", "city", _of("city", normalised.place)),
                Column("st", "state", _of("state", normalised.place)),
                Column("zip", "zip", _meta_zip),
                Column("country", "country", _of("country", normalised.country)),
            ),
            fewest=100,
        ),
        Platform(
            "tiktok",
            (
                Column("Email_SHA256", "email", _of("email", normalised.tiktok_email)),
                Column("Phone_SHA256", "phone", _of("phone", _digits)),
            ),
            fewest=1_000,
        ),
    )
}
