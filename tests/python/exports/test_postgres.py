"""Marts in a real PostgreSQL: types, descriptions, keys, grants, all at once."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from postgres_server import running_server

from precision_marketing.exports.faults import ExportError
from precision_marketing.publishing.published_files import LockedError

psycopg = pytest.importorskip("psycopg")
postgres = pytest.importorskip("precision_marketing.exports.postgres")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Give the address of a server."""
    with running_server() as dsn:
        yield dsn


@pytest.fixture
def dsn(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give the address, with the password in the environment and no schema left."""
    monkeypatch.setenv("PGPASSWORD", "a password")
    yield server
    monkeypatch.setenv("PGPASSWORD", "a password")
    with psycopg.connect(server, autocommit=True) as connection:
        for schema in ("reports", "marts"):
            connection.execute(f"drop schema if exists {schema} cascade")


def ask(dsn: str, query: str) -> list[tuple]:
    """Return a query's rows."""
    with psycopg.connect(dsn) as connection:
        return connection.execute(query).fetchall()


def test_values_and_types_are_those_of_the_marts(shop: Path, dsn: str) -> None:
    rows = postgres.export_postgres(shop, dsn)
    assert rows["lists"] == 3
    assert rows["audience_members"] == 9
    assert ask(dsn, "select * from marts.row_accounting order by 1") == [
        ("", None, None),
        ("events", 5, Decimal("0.2500")),
    ]
    first, empty, none = ask(dsn, "select * from marts.lists order by list_id")
    assert first == (
        *(1, ["a,b", 'say "hi"', "back\\slash", None, ""]),
        *(datetime.datetime(2025, 1, 2, 3, 4, 5, 678000), datetime.date(2025, 1, 2)),
        *(True, float("inf"), Decimal(123456789012345678901234567890)),
    )
    assert empty[1] == []
    assert none[1] is None
    types = ask(
        dsn,
        "select column_name, format_type(atttypid, atttypmod) from pg_attribute, "
        "information_schema.columns where attrelid = 'marts.lists'::regclass "
        "and attname = column_name and table_name = 'lists' order by attnum",
    )
    assert dict(types) == {
        **{"list_id": "integer", "names": "text[]", "value": "double precision"},
        **{"seen_at": "timestamp without time zone", "day": "date", "is_on": "boolean"},
        "large": "numeric(39,0)",
    }


def test_descriptions_keys_and_the_builds_name_are_there(shop: Path, dsn: str) -> None:
    postgres.export_postgres(shop, dsn)
    assert ask(
        dsn,
        "select obj_description('marts.row_accounting'::regclass), "
        "col_description('marts.row_accounting'::regclass, 2), "
        "obj_description('marts'::regnamespace)",
    )[0][:2] == ('Rows of each input; it\'s a "count".', "Rows that were read.")
    named = ask(dsn, "select obj_description('marts'::regnamespace)")[0][0]
    assert named.startswith("Marts of the build build-1, published ")
    assert ask(dsn, "select build_id from marts.publication") == [("build-1",)]
    keys = ask(
        dsn,
        "select conrelid::regclass::text, pg_get_constraintdef(oid) from pg_constraint "
        "where contype = 'p' and connamespace = 'marts'::regnamespace order by 1",
    )
    assert keys == [
        ("marts.audience_summary", "PRIMARY KEY (campaign_id)"),
        ("marts.customers", "PRIMARY KEY (user_id)"),
        ("marts.row_accounting", "PRIMARY KEY (input_name)"),
    ]


def test_a_later_export_takes_the_place_with_its_grants(make_shop, dsn: str) -> None:
    postgres.export_postgres(make_shop(), dsn)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("create role reader")
        connection.execute("grant usage on schema marts to reader")
        connection.execute("grant select on marts.lists to reader with grant option")
        connection.execute("grant select on marts.customers to public")
    later = make_shop("delete from marts.lists where list_id > 1;", "build-2")
    # The reader's transaction began before and sees one build to its end.
    with psycopg.connect(dsn) as reader:
        assert reader.execute("select count(*) from pg_class").fetchall()
        postgres.export_postgres(later, dsn)
    assert ask(dsn, "select count(*) from marts.lists") == [(1,)]
    assert ask(dsn, "select build_id from marts.publication") == [("build-2",)]
    assert ask(
        dsn,
        "select has_schema_privilege('reader', 'marts', 'usage'), "
        "has_table_privilege('reader', 'marts.lists', 'select with grant option'), "
        "has_table_privilege('reader', 'marts.customers', 'select'), "
        "has_table_privilege('reader', 'marts.row_accounting', 'select')",
    ) == [(True, True, True, False)]
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("drop owned by reader; drop role reader")


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        (
            "create schema marts; create table marts.mine (a int)",
            "holds mine, which no",
        ),
        ("create schema marts; create view marts.v as select 1", "holds v, which no"),
    ],
)
def test_what_no_export_has_written_is_not_replaced(
    shop: Path, dsn: str, before: str, reason: str
) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(before)
    with pytest.raises(ExportError, match=reason):
        postgres.export_postgres(shop, dsn)


def test_after_a_fault_the_old_marts_are_there_still(make_shop, dsn: str) -> None:
    postgres.export_postgres(make_shop(), dsn)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("create schema reports")
        connection.execute("create view reports.v as select * from marts.lists")
    with pytest.raises(ExportError, match=r"view reports\.v depends on table"):
        postgres.export_postgres(make_shop("", "build-2"), dsn)
    odd = make_shop("create table marts.odd as select interval 1 day as a;", "build-3")
    with pytest.raises(ExportError, match=r"odd\.a is of a type that is not copied"):
        postgres.export_postgres(odd, dsn)
    assert ask(dsn, "select build_id from marts.publication") == [("build-1",)]
    assert ask(dsn, "select count(*) from reports.v") == [(3,)]
    assert ask(dsn, "select to_regnamespace('marts_being_written')") == [(None,)]


def test_who_reads_is_waited_for_and_what_cannot_be_held_is_not_said(
    make_shop, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgres.export_postgres(make_shop(), dsn)
    later = make_shop("", "build-2")
    monkeypatch.setattr(postgres, "LOCK_SECONDS", 1)
    with psycopg.connect(dsn) as reader:
        reader.execute("select * from marts.lists")
        with pytest.raises(LockedError, match="Somebody reads the schema marts"):
            postgres.export_postgres(later, dsn)
    odd = make_shop(
        "update marts.row_accounting set input_name = 'jane' || chr(0) "
        "where rows_read = 5;"
    )
    with pytest.raises(ExportError, match="cannot hold a value of the marts") as found:
        postgres.export_postgres(odd, dsn)
    assert "jane" not in str(found.value)
    assert ask(dsn, "select build_id from marts.publication") == [("build-1",)]


def test_some_marts_may_be_named_and_another_schema(shop: Path, dsn: str) -> None:
    rows = postgres.export_postgres(shop, dsn, "reports", ("lists",))
    assert rows == {"lists": 3}
    with pytest.raises(ExportError, match="There is no mart nope"):
        postgres.export_postgres(shop, dsn, "reports", ("nope",))
    # And all after some: what was not exported before is no stranger's.
    assert len(postgres.export_postgres(shop, dsn, "reports")) == 5


def test_a_password_is_the_environments(shop: Path, dsn: str, monkeypatch) -> None:
    for given in (f"{dsn} password=x", "postgresql://owner:x@localhost/postgres"):
        with pytest.raises(ExportError, match="give it as PGPASSWORD"):
            postgres.export_postgres(shop, given)
    with pytest.raises(ExportError, match="--dsn cannot be read"):
        postgres.export_postgres(shop, "no address")
    monkeypatch.setenv("PGPASSWORD", "another")
    with pytest.raises(ExportError, match="password authentication failed"):
        postgres.export_postgres(shop, dsn)
