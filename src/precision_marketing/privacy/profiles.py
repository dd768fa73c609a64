"""Profiles of publication: whose ids are written, and how small a group may be."""

from __future__ import annotations

import os
from dataclasses import dataclass

import duckdb

# A model of staging: the var `privacy`, one row for each profile.
PROFILES = "stg_privacy_profiles"
KEY_VARIABLE = "PRECISION_MARKETING_PSEUDONYM_KEY"
PROFILE_VARIABLE = "PRECISION_MARKETING_PROFILE"
SHORTEST_KEY = 32
# Campaigns alone, with noise; asked for by name, never by a setting.
PUBLIC = "public"
SHARED = "shared"


class PrivacyError(Exception):
    """Nothing may be published like this; the message says why and what to do."""


@dataclass(frozen=True)
class Profile:
    """What is published of people.

    Parameters
    ----------
    name : str
        `in-house`, `shared` or `public`.
    minimum_group : int
        Users that a group has at least; 1 leaves every group as it is.
    key : bytes or None
        Secret by which ids become pseudonyms; None leaves them as they are.
    """

    name: str
    minimum_group: int
    key: bytes | None


# Of a database that no build of this package made, or one from before profiles.
UNCHANGED = Profile("in-house", 1, None)
# Nothing of it is a group or an id.
OF_CAMPAIGNS = Profile(PUBLIC, 1, None)


def named_profile(named: str | None = None) -> str | None:
    """Return the profile that a caller names, or else the environment, if any."""
    return named or os.environ.get(PROFILE_VARIABLE) or None


def read_profile(
    connection: duckdb.DuckDBPyConnection, catalog: str, named: str | None = None
) -> Profile:
    """Return a profile as a build's settings have it.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Has the build attached.
    catalog : str
        The name under which it is attached.
    named : str, optional
        The profile. Without it, the one of the environment's
        `PRECISION_MARKETING_PROFILE`, or else of the setting `privacy: {profile: …}`.

    Returns
    -------
    Profile
        With the key of the environment's `PRECISION_MARKETING_PSEUDONYM_KEY` if it
        writes pseudonyms.

    Raises
    ------
    PrivacyError
        If there is no such profile, or no key of at least 32 characters for one that
        writes pseudonyms.
    """
    named = named_profile(named)
    if named == PUBLIC:
        return OF_CAMPAIGNS
    schemas = connection.execute(
        "select schema_name from duckdb_tables() "
        "where database_name = ? and table_name = ?",
        [catalog, PROFILES],
    ).fetchall()
    if not schemas:
        if named not in (None, UNCHANGED.name):
            raise PrivacyError(
                f"The build has no profile `{named}`: run `dbt build` with this "
                "version first."
            )
        return UNCHANGED
    rows = connection.execute(
        "select profile, minimum_group, has_pseudonyms "
        f'from {catalog}."{schemas[0][0]}".{PROFILES} '
        "where profile = coalesce($named, default_profile)",
        {"named": named},
    ).fetchall()
    if not rows:
        raise PrivacyError(
            f"There is no profile `{named}`: it is in-house, shared or public."
        )
    name, minimum_group, has_pseudonyms = rows[0]
    return Profile(name, minimum_group, _key() if has_pseudonyms else None)


def _key() -> bytes:
    key = os.environ.get(KEY_VARIABLE, "")
    if len(key) < SHORTEST_KEY:
        raise PrivacyError(
            f"Pseudonyms need a secret key of at least {SHORTEST_KEY} characters in "
            f"the environment variable {KEY_VARIABLE}: make one with `openssl rand "
            "-hex 32`, and keep it, since another key gives other pseudonyms."
        )
    return key.encode()
