"""A schema of PostgreSQL that gives its place, and its grants, to a new one."""

from __future__ import annotations

import psycopg
from psycopg import sql

from precision_marketing.exports.faults import ExportError

# The table with the build's record: a schema without it is not ours.
RECORD = "publication"
# Whatever a role other than the owner may do with the schema and its tables.
_GRANTS = """
select
    'schema' as kind, null as name, grants.privilege_type, grants.is_grantable,
    roles.rolname
from pg_namespace, aclexplode(nspacl) as grants
left join pg_roles as roles on grants.grantee = roles.oid
where nspname = %(schema)s and grants.grantee <> nspowner
union all
select
    'table', relname, grants.privilege_type, grants.is_grantable, roles.rolname
from pg_class, aclexplode(relacl) as grants
left join pg_roles as roles on grants.grantee = roles.oid
where
    relnamespace = to_regnamespace(quote_ident(%(schema)s))
    and relkind = 'r' and grants.grantee <> relowner
order by 1, 2, 3, 4, 5
"""


def check_ours(cursor: psycopg.Cursor, schema: str) -> None:
    """Raise an ExportError if a schema holds what no export has written."""
    cursor.execute(
        "select relname from pg_class "
        "where relnamespace = to_regnamespace(quote_ident(%s)) "
        "and relkind in ('r', 'v', 'm', 'p', 'f', 'S') order by relname",
        [schema],
    )
    found = [name for (name,) in cursor.fetchall()]
    ours: set[str] = set()
    if RECORD in found:
        cursor.execute(
            sql.SQL("select json_object_keys(row_counts::json) from {}").format(
                sql.Identifier(schema, RECORD)
            )
        )
        ours = {RECORD, *(name for (name,) in cursor.fetchall())}
    others = sorted(set(found) - ours)
    if others:
        raise ExportError(
            f"The schema {schema} holds {others[0]}, which no export has written: "
            "move it, or name another schema with --to-schema."
        )


def swap(cursor: psycopg.Cursor, schema: str, new: str) -> None:
    """Put a new schema into the place of an old one, with the old one's grants."""
    cursor.execute(_GRANTS, {"schema": schema})
    grants = cursor.fetchall()
    cursor.execute("select to_regnamespace(quote_ident(%s)) is not null", [schema])
    if cursor.fetchall()[0][0]:
        _drop(cursor, schema)
    cursor.execute(
        sql.SQL("alter schema {} rename to {}").format(
            sql.Identifier(new), sql.Identifier(schema)
        )
    )
    for kind, name, privilege, is_grantable, role in grants:
        _grant(cursor, schema, kind, name, privilege, is_grantable, role)


def comment(cursor: psycopg.Cursor, target: sql.Composable, text: str) -> None:
    """Describe a schema, table or column."""
    cursor.execute(
        sql.SQL("comment on {} is {}").format(target, sql.Literal(text or None))
    )


def _drop(cursor: psycopg.Cursor, schema: str) -> None:
    cursor.execute(
        "select relname from pg_class "
        "where relnamespace = to_regnamespace(quote_ident(%s)) and relkind = 'r'",
        [schema],
    )
    tables = [sql.Identifier(schema, name) for (name,) in cursor.fetchall()]
    try:
        if tables:
            cursor.execute(
                sql.SQL("drop table {} restrict").format(sql.SQL(", ").join(tables))
            )
        cursor.execute(
            sql.SQL("drop schema {} restrict").format(sql.Identifier(schema))
        )
    except psycopg.errors.DependentObjectsStillExist as error:
        readers = (error.diag.message_detail or "").splitlines()
        raise ExportError(
            f"What reads the schema {schema} would be lost "
            f"({readers[0] if readers else 'a view'}): drop it and make it again "
            "after the export."
        ) from error


def _grant(
    cursor: psycopg.Cursor,
    schema: str,
    kind: str,
    name: str | None,
    privilege: str,
    is_grantable: bool,
    role: str | None,
) -> None:
    if kind == "table":
        cursor.execute(
            "select to_regclass(format('%%I.%%I', %s::text, %s::text))", [schema, name]
        )
        # A mart that is not exported any more.
        if cursor.fetchall()[0][0] is None:
            return
    target = sql.Identifier(schema) if name is None else sql.Identifier(schema, name)
    cursor.execute(
        sql.SQL("grant {} on {} {} to {}{}").format(
            sql.SQL(privilege),
            sql.SQL(kind),
            target,
            sql.SQL("public") if role is None else sql.Identifier(role),
            sql.SQL(" with grant option" if is_grantable else ""),
        )
    )
