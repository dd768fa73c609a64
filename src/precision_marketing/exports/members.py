"""Who is in an audience at the moment of an export, and who is not any more."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

from precision_marketing.build.sql_text import identifier, literal
from precision_marketing.exports.contacts import FIELDS, KEY
from precision_marketing.exports.faults import ExportError

MARTS = ("audience_members", "audience_summary", "customers")
# Of the history of a build's database: who has asked for erasure.
_ERASED = "stg_suppressed_users"
# Consents of contacts, in words; any other word is none (docs/inputs.md).
_CONSENTS = (
    *("true", "t", "yes", "y", "1", "1.0", "on"),
    *("subscribed", "granted", "opt-in"),
)


def find_members(
    connection: duckdb.DuckDBPyConnection,
    audience: str,
    contacts: pa.Table | None,
    for_ads: bool,
    database: Path | None = None,
) -> dict[str, int]:
    """Make the tables `members` of an audience and `barred`, joined with contacts.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Has a published file open. The table is a temporary one: a row for each user
        who is eligible or held out to compare, and for each row of contacts of hers,
        with `user_id`, `is_holdout`, `audience_rank` and every field of contacts.
        `barred` has the contacts of who refuses or was erased, in the audience or not:
        who shares an address with them is not to be sent to.
    audience : str
        A `campaign_id`.
    contacts : pyarrow.Table or None
        As `read_contacts` gives them; without them all fields are null.
    for_ads : bool
        Whether an ad platform is to have them: then consent to ads is asked for,
        whatever the campaign's channel.
    database : Path, optional
        The build, which knows who has asked for erasure since the publication.

    Returns
    -------
    dict of str to int
        Users: `audience`, `no_consent`, `erased`, and `other_contacts`, the users of
        contacts who are not in it.

    Raises
    ------
    ExportError
        If there is no such audience, a mart is missing, ids are pseudonyms, or none of
        the contacts is of the audience.
    """
    channel = _channel(connection, audience)
    consent = "has_email_consent" if channel == "email" else "has_ads_consent"
    if for_ads:
        consent = "has_ads_consent"
    _take_contacts(connection, contacts)
    erased = _erased(connection, database)
    refused = f"lower({consent}) not in ({', '.join(map(literal, _CONSENTS))})"
    connection.execute(
        f"""
        create temp table refusing as
        select user_id from marts.customers where not {consent}
        union
        select user_id from contacts where {refused}
        """
    )
    connection.execute(
        f"""
        create temp table audience as
        select
            members.user_id,
            not members.is_eligible as is_holdout,
            members.audience_rank,
            members.user_id in (select user_id from marts.customers)
            and members.user_id not in (from refusing) as has_consent,
            {erased.format(user="members.user_id")} as is_erased
        from marts.audience_members as members
        where
            members.campaign_id = ?
            and (members.is_eligible or members.is_comparison_holdout)
        """,
        [audience],
    )
    fields = ", ".join(f"contacts.{name}" for name in FIELDS)
    connection.execute(
        f"""
        create temp table barred as
        select contacts.*
        from contacts
        where
            contacts.user_id in (from refusing)
            or {erased.format(user="contacts.user_id")}
        """
    )
    connection.execute(
        f"""
        create temp table members as
        select distinct
            audience.user_id,
            audience.is_holdout,
            audience.audience_rank,
            {fields}
        from audience
        left join contacts using (user_id)
        where audience.has_consent and not audience.is_erased
        """
    )
    counts = connection.execute(
        """
        select
            count(*),
            count(*) filter (not is_erased and not has_consent),
            count(*) filter (is_erased),
            (
                select count(distinct user_id) from contacts
                where user_id not in (select user_id from audience)
            ),
            (select count(distinct user_id) from contacts)
        from audience
        """
    ).fetchall()[0]
    if contacts is not None and counts[0] and counts[3] == counts[4]:
        raise ExportError(
            f"None of the {counts[4]:,} users of the contacts is in the audience "
            f"{audience}: see that user_id is written as in the inputs."
        )
    names = ("audience", "no_consent", "erased", "other_contacts")
    return dict(zip(names, counts, strict=False))


def _channel(connection: duckdb.DuckDBPyConnection, audience: str) -> str:
    marts = connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'marts'"
    ).fetchall()
    missing = sorted(set(MARTS) - {name for (name,) in marts})
    if missing:
        raise ExportError(
            f"The mart `{missing[0]}` is not published: build the part `audiences`, "
            "and name it in the setting `publication: {marts: [...]}` if that is set."
        )
    audiences = dict(
        connection.execute(
            "select campaign_id, channel from marts.audience_summary order by all"
        ).fetchall()
    )
    if audience not in audiences:
        listed = ", ".join(list(audiences)[:20]) or "none"
        raise ExportError(f"There is no audience {audience}: there are {listed}.")
    return audiences[audience]


def _take_contacts(
    connection: duckdb.DuckDBPyConnection, contacts: pa.Table | None
) -> None:
    columns = ", ".join(f"{name} varchar" for name in (KEY, *FIELDS))
    connection.execute(f"create temp table contacts ({columns})")
    if contacts is not None:
        connection.register("given", contacts)
        connection.execute(
            f"insert into contacts by name from given where {KEY} is not null"
        )
        connection.unregister("given")


def _erased(connection: duckdb.DuckDBPyConnection, database: Path | None) -> str:
    """Return SQL of whether `{user}` was erased after the publication."""
    if database is None or not database.is_file():
        return "false"
    try:
        connection.execute(f"attach {literal(database)} as build (read_only)")
    except duckdb.Error as error:
        raise ExportError(
            f"{database}, which knows who was erased, cannot be read."
        ) from error
    schemas = connection.execute(
        "select schema_name from duckdb_tables() "
        "where database_name = 'build' and table_name = ?",
        [_ERASED],
    ).fetchall()
    tests = [
        "exists (select 1 from "
        f"build.{_escaped(schema)}.{_ERASED} as erased "
        "where erased.readmitted_at is null and erased.user_hash = sha256("
        "erased.salt || chr(31) || lower(nfc_normalize({user}))))"
        for (schema,) in schemas
    ]
    return f"({' or '.join(tests) or 'false'})"


def _escaped(schema: str) -> str:
    """Return a schema's name for a text that is formatted once more."""
    return identifier(schema).replace("{", "{{").replace("}", "}}")
