"""The profile `public`: noise, its account, and a file with nothing else in it."""

import math
import statistics

import duckdb
import pytest
from recorded_builds import record_build

from precision_marketing.publishing.publishing import (
    PublishingError,
    publish,
    published_of,
)

pytest.importorskip("opendp", reason="OpenDP is not installed (extra `public`)")

from precision_marketing.privacy.noise import multiplier_for, noised, told

DELTA = 1e-6
USERS = 400


def build_again(database, build_id: str, treated: int = USERS) -> None:
    """Make a build of two campaigns, the second without anybody, and record it."""
    with duckdb.connect(str(database)) as shop:
        shop.execute(
            "create schema if not exists marts; create schema if not exists staging;"
            "create schema if not exists intermediate"
        )
        shop.execute("create or replace table marts.row_accounting as select 1 as a")
        shop.execute("create or replace table marts.customers as select 'xq0' as user")
        shop.execute(
            "create or replace table staging.stg_public_budget as"
            f" select 1e0 as epsilon, {DELTA} as delta, 1.5e0 as total_epsilon,"
            " 4 as campaigns_per_user, 3 as orders_per_campaign,"
            " 50 as revenue_per_campaign"
        )
        shop.execute(
            "create or replace table intermediate.int_campaigns as"
            " select unnest(['c1', 'c2']) as campaign_id, 'Spring' as campaign_name,"
            " 'email' as channel, 'EUR' as currency, timestamp '2025-03-01' as"
            " started_at, timestamp '2025-03-31' as ended_at"
        )
        shop.execute(
            "create or replace table intermediate.int_bounded_campaign_users as"
            " select 'c1' as campaign_id, 'xq' || n as user_id, 'treatment' as arm,"
            f" 1 as order_count, 1000 as revenue_hundredths from range({treated}) as t"
            " (n)"
        )
        record_build(shop, build_id)
        for schema, table in (
            ("staging", "stg_public_budget"),
            ("intermediate", "int_campaigns"),
            ("intermediate", "int_bounded_campaign_users"),
        ):
            shop.execute(
                "insert or replace into history.build_nodes values"
                " (?, 'table', ?, ?, ?, 'finished')",
                [f"model.precision_marketing.{table}", schema, table, build_id],
            )


@pytest.fixture
def database(tmp_path):
    """Give the path of a small build."""
    path = tmp_path / "shop.duckdb"
    build_again(path, "build-1")
    return path


def published(database, query: str) -> list[tuple]:
    """Return what a query finds in the public file."""
    path = published_of(database, "public")
    with duckdb.connect(str(path), read_only=True) as file:
        return file.execute(query).fetchall()


def releases(database) -> int:
    with duckdb.connect(str(database), read_only=True) as shop:
        query = "select count(*) from history.public_releases"
        return shop.execute(query).fetchall()[0][0]


def test_noise_spends_the_budget_and_no_more():
    multiplier = multiplier_for(1.0, 3, DELTA)
    assert 0.999 < told([multiplier], 3, DELTA) <= 1.0
    # Bun and Steinke (2016), proposition 1.3, is an upper bound.
    rho = 3 / (2 * multiplier**2)
    assert told([multiplier], 3, DELTA) <= rho + 2 * math.sqrt(rho * -math.log(DELTA))
    assert told([], 3, DELTA) == 0


def test_two_releases_tell_more_than_one_and_less_than_twice_as_much():
    multiplier = multiplier_for(1.0, 3, DELTA)
    assert 1.2 < told([multiplier] * 2, 3, DELTA) < 2
    assert told([multiplier] * 2, 3, DELTA) == told([multiplier], 6, DELTA)


def test_the_spread_of_the_noise_is_that_of_the_account():
    cells = noised({"a": [7] * 4000}, {"a": 5.0}, 8.0)["a"]
    assert statistics.mean(cells) == pytest.approx(7, abs=3)
    assert statistics.pstdev(cells) == pytest.approx(40, rel=0.06)


def test_the_file_has_the_two_tables_and_nothing_of_the_rows(database):
    publish(database, profile="public")
    tables = published(
        database, "select schema_name, table_name from duckdb_tables() order by all"
    )
    assert tables == [
        ("marts", "privacy_budget"),
        ("marts", "public_campaigns"),
        ("publication", "build"),
        ("publication", "keys"),
    ]
    record = "inputs, settings, data_until, tests_warned, tests_not_run"
    assert published(database, f"select {record} from publication.build") == [
        ("{}", "{}", None, None, None)
    ]
    assert b"xq" not in published_of(database, "public").read_bytes()


def test_every_campaign_has_every_arm_whoever_is_in_it(database):
    publish(database, profile="public")
    rows = published(
        database,
        "select campaign_id, arm, user_count, user_count_margin, orders_per_user"
        " from marts.public_campaigns order by all",
    )
    arms = ["control", "not drawn", "treatment"]
    assert [row[:2] for row in rows] == [(c, a) for c in ("c1", "c2") for a in arms]
    margin = rows[0][3]
    assert margin == pytest.approx(1.96 * multiplier_for(1.0, 3, DELTA) * 2, rel=1e-6)
    # Five deviations of the noise.
    truth = {("c1", "treatment"): USERS}
    for campaign, arm, users, *_ in rows:
        assert abs(users - truth.get((campaign, arm), 0)) < 5 * margin / 1.96
    assert rows[2][4] is not None


def test_a_build_tells_the_same_however_often_it_is_published(database):
    publish(database, profile="public")
    first = published(database, "from marts.public_campaigns")
    publish(database, profile="public")
    assert published(database, "from marts.public_campaigns") == first
    assert releases(database) == 1


def test_no_release_goes_beyond_the_total(database):
    publish(database, profile="public")
    build_again(database, "build-2")
    publish(database, profile="public")
    told_so_far = "select epsilon from marts.privacy_budget where part = 'all releases'"
    assert 1.2 < published(database, told_so_far)[0][0] <= 1.5
    build_again(database, "build-3")
    kept = published(database, "from marts.public_campaigns")
    with pytest.raises(PublishingError, match=r"2 public releases .*_total_epsilon"):
        publish(database, profile="public")
    assert releases(database) == 2
    assert published(database, "from marts.public_campaigns") == kept


def test_a_build_of_the_same_name_that_ended_later_is_another(database):
    publish(database, profile="public")
    build_again(database, "build-2", treated=9000)
    with duckdb.connect(str(database)) as shop:
        shop.execute("update history.build_nodes set build_id = 'build-1'")
        shop.execute("delete from history.build_history where build_id = 'build-2'")
        shop.execute("update history.build_history set ended_at = '2025-07-02'")
    publish(database, profile="public")
    assert releases(database) == 2
    query = "select max(user_count) > 5000 from marts.public_campaigns"
    assert published(database, query) == [(True,)]


def test_sums_of_another_build_than_the_marts_are_refused(database):
    with duckdb.connect(str(database)) as shop:
        shop.execute(
            "update history.build_nodes set build_id = 'build-0'"
            " where table_name = 'int_bounded_campaign_users'"
        )
    with pytest.raises(PublishingError, match="int_bounded_campaign_users"):
        publish(database, profile="public")
    assert releases(database) == 0


def test_public_and_in_house_files_never_take_each_others_place(database):
    publish(database)
    publish(database, profile="public")
    in_house = published_of(database)
    before = in_house.read_bytes()
    assert published_of(database, "public").name == "shop_public.duckdb"
    for target, profile in (
        (in_house, "public"),
        (published_of(database, "public"), None),
    ):
        with pytest.raises(PublishingError, match="publish to another file"):
            publish(database, target, profile=profile)
    assert in_house.read_bytes() == before
