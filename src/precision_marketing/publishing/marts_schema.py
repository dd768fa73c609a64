"""The schema of a database that holds the marts.

At root it is `marts`; in a host project dbt puts the host's own schema before it
(`analytics_marts`), or whatever the host's `generate_schema_name` makes of it.
"""

from __future__ import annotations

import duckdb

# The mart that every build makes, whatever parts it has.
EVERY_BUILDS_MART = "row_accounting"


class SchemaError(Exception):
    """The marts' schema is not there or not clear; the message names those found."""


def marts_schema(
    connection: duckdb.DuckDBPyConnection, catalog: str, named: str | None = None
) -> str:
    """Return the schema of an attached database that holds the marts.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Has the database attached.
    catalog : str
        The name under which it is attached.
    named : str, optional
        The schema that was asked for. Without it, the one schema with a table
        `row_accounting` is taken.

    Returns
    -------
    str
        Name of the schema, as the database spells it.

    Raises
    ------
    SchemaError
        If the named schema has no tables, or if none is named and not exactly one
        schema has marts.

    Examples
    --------
    >>> shop = duckdb.connect()
    >>> _ = shop.execute("create schema shop_marts; create schema raw")
    >>> _ = shop.execute("create table shop_marts.row_accounting (rows_read bigint)")
    >>> marts_schema(shop, "memory")
    'shop_marts'
    >>> _ = shop.execute("create table raw.row_accounting (rows_read bigint)")
    >>> marts_schema(shop, "memory")
    Traceback (most recent call last):
        ...
    precision_marketing.publishing.marts_schema.SchemaError: The schemas `raw`, \
`shop_marts` all have marts: name one with --schema.
    >>> marts_schema(shop, "memory", named="raw")
    'raw'
    """
    tables = connection.execute(
        "select table_schema, list(table_name) from information_schema.tables "
        "where table_catalog = ? group by table_schema order by table_schema",
        [catalog],
    ).fetchall()
    found = ", ".join(f"`{schema}`" for schema, _ in tables) or "none"
    if named is not None:
        if named not in dict(tables):
            raise SchemaError(
                f"No tables in schema `{named}`; schemas with tables: {found}."
            )
        return named
    with_marts = [schema for schema, names in tables if EVERY_BUILDS_MART in names]
    if not with_marts:
        raise SchemaError(
            f"No schema has the mart `{EVERY_BUILDS_MART}`: run `dbt build`, or name "
            f"the marts' schema with --schema; schemas with tables: {found}."
        )
    if len(with_marts) > 1:
        names = ", ".join(f"`{schema}`" for schema in with_marts)
        raise SchemaError(
            f"The schemas {names} all have marts: name one with --schema."
        )
    return with_marts[0]
