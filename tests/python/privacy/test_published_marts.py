"""What is published of people: pseudonyms, groups, and no contents of rows."""

import hmac

import duckdb
import pytest

from precision_marketing.privacy.profiles import (
    KEY_VARIABLE,
    PROFILE_VARIABLE,
    UNCHANGED,
    PrivacyError,
    Profile,
    read_profile,
)
from precision_marketing.privacy.published_marts import OTHER_PATHS, mart_query

KEY = b"k" * 32
IN_HOUSE, SHARED = Profile("in-house", 5, None), Profile("shared", 10, KEY)


@pytest.fixture
def build():
    """Give a connection with some marts of a build."""
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as build; create schema build.marts")
    connection.execute(
        "create table build.marts.recommendations as select * from (values"
        " ('r1.a', 'ann', 1), ('r1.b', 'bob', 1), ('r1.c', null, 2))"
        " as t (recommendation_id, user_id, recommendation_rank)"
    )
    connection.execute(
        "create table build.marts.rejected_rows as"
        " select 'events' as input_name, '{\"user_id\": \"ann\"}' as row_content"
    )
    connection.execute(
        "create table build.marts.conversion_paths as select * from (values"
        " ('a', ['a'], 1, 1, 90::bigint, 10::bigint, 0.9e0, 200::bigint,"
        " 500.0::decimal(18, 4), 1.5e0, 30),"
        " ('b', ['b'], 1, 1, 12, 0, 1.0, 20, 60.0, 2.0, 30),"
        " ('a > b', ['a', 'b'], 2, 2, 3, 1, 0.75, 8, 10.0, 3.0, 30),"
        " ('b > a', ['b', 'a'], 2, 2, 1, 0, 1.0, 2, null, 7.0, 30))"
        " as t (path, path_steps, step_count, channel_count, conversion_count,"
        " unconverted_user_count, converted_path_share, touch_count, revenue_amount,"
        " average_days_to_conversion, lookback_days)"
    )
    connection.execute(
        "create table build.marts.campaign_lift_by_segment as"
        " select 'c' as campaign_id, variant, 'country' as segment_kind, segment,"
        " treated as treated_user_count, control as control_user_count"
        " from (values ('a', 'AT', 3, 40), ('a', 'CH', 12, 30), ('a', 'DE', 90, 80),"
        " ('b', 'AT', 20, 40), ('b', 'CH', 15, 30), ('b', 'DE', 60, 80))"
        " as t (variant, segment, treated, control)"
    )
    connection.execute(
        "create table build.marts.recommender_quality as"
        " select 'test' as time_window, 'ials' as scorer, 'ndcg' as metric, 10 as k,"
        " segment, user_count from (values ('all', 87), ('new', 4), ('light', 7),"
        " ('regular', 30), ('heavy', 46), ('cold_items', 84))"
        " as t (segment, user_count)"
    )
    return connection


def rows(connection, mart: str, profile: Profile, columns: str = "*") -> list[tuple]:
    """Return what is published of a mart, as dictionaries' values, sorted."""
    query = mart_query(connection, f"build.marts.{mart}", mart, profile)
    found = connection.execute(f"select {columns} from ({query}) order by all")
    return found.fetchall()


def test_in_house_ids_stay_and_shared_ones_are_keyed_hashes(build):
    published = rows(build, "recommendations", IN_HOUSE, "recommendation_id, user_id")
    assert published == [("r1.a", "ann"), ("r1.b", "bob"), ("r1.c", None)]

    def keyed(text: str) -> str:
        return hmac.new(KEY, text.encode(), "sha256").hexdigest()[:32]

    shared = rows(build, "recommendations", SHARED, "recommendation_id, user_id")
    assert shared == sorted(
        [
            (keyed("r1.a"), keyed("ann")),
            (keyed("r1.b"), keyed("bob")),
            (keyed("r1.c"), None),
        ]
    )


@pytest.mark.parametrize("length", [32, 64, 65, 200])
def test_keys_of_any_length_are_those_of_the_standard(build, length):
    key = bytes(number % 251 for number in range(length))
    profile = Profile("shared", 10, key)
    found = rows(build, "recommendations", profile, "user_id")
    assert (hmac.new(key, b"ann", "sha256").hexdigest()[:32],) in found


def test_the_key_stands_in_no_statement(build):
    query = mart_query(build, "build.marts.recommendations", "recommendations", SHARED)
    assert "getvariable" in query
    assert KEY.decode() not in query
    assert KEY.hex() not in query


@pytest.mark.parametrize("profile", [IN_HOUSE, SHARED, UNCHANGED])
def test_contents_of_rejected_rows_stay_in_the_warehouse(build, profile):
    assert rows(build, "rejected_rows", profile) == [("events", None)]


def test_a_segment_that_is_small_in_one_arm_is_in_no_row_nor_its_complement(build):
    columns = "distinct segment"
    in_house = rows(build, "campaign_lift_by_segment", IN_HOUSE, columns)
    assert in_house == [("DE",)]
    everything = rows(build, "campaign_lift_by_segment", UNCHANGED, columns)
    assert everything == [("AT",), ("CH",), ("DE",)]


def test_users_left_over_by_a_part_of_all_count_as_a_group(build):
    shown = rows(build, "recommender_quality", IN_HOUSE, "segment")
    # `new` is small, and `light` with it; all but three have cold items.
    assert shown == [("all",), ("heavy",), ("regular",)]


def test_rare_paths_are_one_and_every_sum_stays(build):
    sums = (
        "sum(conversion_count), sum(unconverted_user_count), sum(touch_count),"
        " sum(revenue_amount)"
    )
    for profile in (IN_HOUSE, SHARED):
        assert rows(build, "conversion_paths", profile, sums) == rows(
            build, "conversion_paths", UNCHANGED, sums
        )
    other = [
        row
        for row in rows(build, "conversion_paths", IN_HOUSE)
        if row[0] == OTHER_PATHS
    ]
    # Days: three conversions of 3 and one of 7.
    path, steps, step_count, _, orders, without, rate, touches, revenue, days, _ = (
        other[0]
    )
    assert (path, steps, step_count) == (OTHER_PATHS, [OTHER_PATHS], None)
    assert (orders, without, rate, touches, float(revenue)) == (4, 1, 0.8, 10, 10)
    assert days == 4
    assert [row[0] for row in rows(build, "conversion_paths", IN_HOUSE, "path")] == [
        *("(other paths)", "a", "b")
    ]


@pytest.mark.parametrize("profile", [IN_HOUSE, SHARED])
def test_columns_and_types_of_a_mart_stay(build, profile):
    for mart in ("recommendations", "conversion_paths", "recommender_quality"):
        table = f"build.marts.{mart}"
        query = mart_query(build, table, mart, profile)
        described = [
            build.execute(
                f"select column_name, column_type from (describe {what})"
            ).fetchall()
            for what in (table, query)
        ]
        assert described[0] == described[1] != []


@pytest.fixture
def with_profiles(build, monkeypatch):
    """Give the build with the profiles that its settings make."""
    monkeypatch.delenv(PROFILE_VARIABLE, raising=False)
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    build.execute("create schema build.staging")
    build.execute(
        "create table build.staging.stg_privacy_profiles as select *,"
        " 'in-house' as default_profile from (values ('in-house', 5, false),"
        " ('shared', 10, true)) as t (profile, minimum_group, has_pseudonyms)"
    )
    return build


def test_the_profile_is_the_one_asked_for_or_else_the_settings(
    with_profiles, monkeypatch
):
    assert read_profile(with_profiles, "build") == IN_HOUSE
    monkeypatch.setenv(KEY_VARIABLE, KEY.decode())
    assert read_profile(with_profiles, "build", "shared") == SHARED
    monkeypatch.setenv(PROFILE_VARIABLE, "shared")
    assert read_profile(with_profiles, "build") == SHARED


@pytest.mark.parametrize("key", [None, "", "short"])
def test_without_a_secret_key_nothing_is_shared(with_profiles, monkeypatch, key):
    if key is not None:
        monkeypatch.setenv(KEY_VARIABLE, key)
    with pytest.raises(PrivacyError, match=KEY_VARIABLE):
        read_profile(with_profiles, "build", "shared")


def test_an_unknown_profile_is_refused_also_without_profiles(with_profiles, build):
    with pytest.raises(PrivacyError, match="in-house, shared or public"):
        read_profile(with_profiles, "build", "everyone")
    build.execute("drop table build.staging.stg_privacy_profiles")
    assert read_profile(build, "build") == UNCHANGED
    with pytest.raises(PrivacyError, match="run `dbt build`"):
        read_profile(build, "build", "shared")
