"""A small published shop, with an audience of people who share addresses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from recorded_builds import record_build

from precision_marketing.publishing.publishing import publish

SHOP = """
create schema marts;
create table marts.row_accounting (
    input_name varchar primary key, rows_read bigint, share decimal(18, 4)
);
comment on table marts.row_accounting is 'Rows of each input; it''s a "count".';
comment on column marts.row_accounting.rows_read is 'Rows that were read.';
insert into marts.row_accounting values ('events', 5, 0.25), ('', null, null);
create table marts.lists (
    list_id integer, names varchar[], seen_at timestamp, day date, is_on boolean,
    value double, large hugeint
);
insert into marts.lists values
    (1, ['a,b', 'say "hi"', 'back\\slash', null, ''], '2025-01-02 03:04:05.678',
    '2025-01-02', true, 'inf', 123456789012345678901234567890),
    (2, [], null, null, null, null, null), (3, null, null, null, false, 0.1, 7);
create table marts.audience_members (
    campaign_id varchar, user_id varchar, is_eligible boolean,
    is_comparison_holdout boolean, audience_rank bigint
);
create table marts.audience_summary (campaign_id varchar primary key, channel varchar);
create table marts.customers (
    user_id varchar primary key, has_email_consent boolean, has_ads_consent boolean
);
insert into marts.audience_summary values ('c/1', 'email');
insert into marts.customers
select 'u' || i, i <> 3, i <> 2 from range(1, 10) as numbers (i);
insert into marts.audience_members
select 'c/1', 'u' || i, i < 7, i in (7, 8), i from range(1, 10) as numbers (i);
"""


@pytest.fixture
def make_shop(tmp_path: Path) -> Callable[[str], Path]:
    """Return how to publish the shop; more SQL changes it before."""

    def make(change: str = "", build_id: str = "build-1") -> Path:
        database = tmp_path / "shop.duckdb"
        database.unlink(missing_ok=True)
        with duckdb.connect(str(database)) as connection:
            connection.execute(SHOP + change)
            record_build(connection, build_id)
        return publish(database).path

    return make


@pytest.fixture
def shop(make_shop: Callable[[str], Path]) -> Path:
    """Give the published shop."""
    return make_shop()


@pytest.fixture
def contacts(tmp_path: Path) -> Path:
    """Give contacts: u5 has none, u9 is of nobody in the audience, u10 of nobody."""
    path = tmp_path / "its contacts.csv"
    path.write_text(
        "\ufeffUser_ID;Email;phone;first_name;last_name;zip;country;city;state;note\n"
        "u1; A.B+x@GMAIL.com ;(650) 253-0001;Zoë;O'Neil;94016-1234;US;San José;CA;\n"
        "u1;second@example.com;;;;;;;;\n"
        "u2;two@example.com;+44 20 7183 8750;;;;GB;;;\n"
        "u3;three@example.com;650 253 0003;;;;;;;\n"
        "u4;no address;12;Ann;Lee;;US;;;\n"
        "u6;SIX@example.com ;650 253 0006;;;;;;;\n"
        "u7;seven@example.com;650 253 0007;;;;;;;\n"
        "u9;nine@example.com;;;;;;;;\n"
        "u10;ten@example.com;;;;;;;;\n",
        encoding="utf-8",
    )
    return path
