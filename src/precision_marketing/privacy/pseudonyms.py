"""Keyed hashes in place of ids: HMAC-SHA256 as an expression of DuckDB."""

from __future__ import annotations

import hashlib

import duckdb

# Bytes of a block of SHA-256, which a key is filled up to (RFC 2104).
BLOCK = 64
# Columns that name a person, or what the shop's own tables know a person by.
PERSONAL_COLUMNS = ("user_id", "conversion_id", "touch_id", "recommendation_id")


def use_key(connection: duckdb.DuckDBPyConnection, key: bytes) -> None:
    """Give a connection the key of its pseudonyms.

    As variables of the session, so that the key is in no statement and no message.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Whose statements use `pseudonym`.
    key : bytes
        Secret. Who knows it can find the pseudonym of an id, and nobody else.
    """
    if len(key) > BLOCK:
        key = hashlib.sha256(key).digest()
    filled = key.ljust(BLOCK, b"\0")
    for name, pad in (("inner", 0x36), ("outer", 0x5C)):
        connection.execute(
            f"set variable pseudonym_{name} = ?", [bytes(byte ^ pad for byte in filled)]
        )


def pseudonym(column: str) -> str:
    """Return SQL that makes a pseudonym of an id: equal ids have equal ones.

    HMAC with SHA-256, its first 32 hexadecimal digits. Source: RFC 2104, whose section
    5 asks for half of the hash at least.

    Parameters
    ----------
    column : str
        Expression of a text; null stays null.

    Returns
    -------
    str
        An expression of type VARCHAR, for a connection that has a key (`use_key`).

    Examples
    --------
    >>> import hmac
    >>> shop = duckdb.connect()
    >>> use_key(shop, b"secret")
    >>> made = shop.execute("select " + pseudonym("'u1'")).fetchall()[0][0]
    >>> made == hmac.new(b"secret", b"u1", "sha256").hexdigest()[:32]
    True
    """
    message = f"getvariable('pseudonym_inner') || encode({column})"
    inner = f"unhex(sha256({message}))"
    return f"left(sha256(getvariable('pseudonym_outer') || {inner}), 32)"
