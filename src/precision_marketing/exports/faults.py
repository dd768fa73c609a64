"""What keeps an export from being written."""

from __future__ import annotations


class ExportError(Exception):
    """Nothing was exported; the message says why and what to do."""


class ContactsError(Exception):
    """The contacts cannot be read; the message says why, without any of them."""
