"""Of two tables that are shared, the difference tells nothing of a small group."""

import csv
import random
from pathlib import Path

import duckdb
import pytest

from precision_marketing.privacy.profiles import UNCHANGED, Profile
from precision_marketing.privacy.published_marts import (
    CONTENTS,
    GROUPED,
    IN_HOUSE_ONLY,
    PATHS,
    mart_query,
)

MINIMUM = 10
SHARED = Profile("shared", MINIMUM, b"k" * 32)
SEED = Path(__file__).parents[3] / "seeds" / "reference" / "mart_purposes.csv"
# Two published tables: of a mart, and of the whole that its groups are parts of.
DIFFERENCES = {
    "cohort_retention": ("month_start_date", "active_user_count"),
    "items": ("'all'", "buying_user_count"),
    "popular_items": ("segment_kind || item_id", "user_count"),
    "campaign_daily": ("campaign_id || variant", "conversion_count"),
    "refund_accounting": ("'all'", "refund_count"),
}


def shop(seed: int) -> duckdb.DuckDBPyConnection:
    """Return marts of a made-up build whose parts add up to their wholes."""
    draw = random.Random(seed)

    def size() -> int:
        return draw.choice([0, draw.randint(0, 12), draw.randint(10, 90)])

    connection = duckdb.connect()
    connection.execute("attach ':memory:' as build; create schema build.marts")
    cohorts = [
        (cohort, month, active + size(), active)
        for cohort in range(4)
        for month in range(cohort, 5)
        for active in [size()]
    ]
    items = [(f"i{number}", size(), size(), size(), size()) for number in range(9)]
    popular = []
    for number in range(9):
        parts = {country: size() for country in ("AT", "CH", "DE", "FR")}
        item = f"i{number}"
        popular.append(("all", "all", item, sum(parts.values())))
        # Lists of countries are short: what is not in one is in none.
        popular += [
            ("country", c, item, n) for c, n in parts.items() if n and c != "FR"
        ]
    days = [
        ("c1", variant, "email", day, "last", size(), size())
        for variant in ("a", "b")
        for day in range(6)
    ]
    refunds = [(match, known, size()) for match in "abc" for known in (True, False)]
    for mart, columns, values in (
        (
            "cohort_retention",
            "cohort_start_date, month_start_date, cohort_user_count, active_user_count",
            cohorts,
        ),
        ("popular_items", "segment_kind, segment, item_id, user_count", popular),
        (
            "items",
            "item_id, viewing_user_count, buying_user_count, refund_count,"
            " recommended_user_count",
            items,
        ),
        (
            "campaign_daily",
            "campaign_id, variant, channel, activity_date,"
            " attribution_model, conversion_count, refund_count",
            days,
        ),
        ("refund_accounting", "order_match, has_campaign, refund_count", refunds),
    ):
        rows = ", ".join(str(row) for row in values)
        # Whatever else of the mart would be blank.
        others = {c for g in GROUPED[mart] for c in g.hidden} - set(columns.split(", "))
        more = "".join(f", 1.5 as {column}" for column in sorted(others))
        connection.execute(
            f"create table build.marts.{mart} as select *{more}"
            f" from (values {rows}) as t ({columns})"
        )
    connection.execute("alter table build.marts.items drop column top_3_user_count")
    connection.execute("alter table build.marts.items add top_3_user_count integer")
    return connection


def told(connection, mart: str, profile: Profile) -> list[tuple]:
    """Return small groups that a mart shows, and small differences to its wholes."""
    whole, people = DIFFERENCES[mart]
    table = f"build.marts.{mart}"
    shown, small = mart_query(connection, table, mart, profile), MINIMUM - 1
    parts = "segment_kind <> 'all'" if mart == "popular_items" else "true"
    # The whole of an item's countries is its row of all.
    total = (
        f"select 'country' || item_id as whole, sum({people}) as people from {table}"
        " where segment_kind = 'all' group by all"
        if mart == "popular_items"
        else f"select {whole} as whole, sum({people}) as people from {table}"
        " group by all"
    )
    return connection.execute(
        f"with shown as ({shown}), wholes as ({total}),"
        f" parts as (select {whole} as whole, sum({people}) as people from shown"
        f" where {parts} group by all)"
        f" select 'shown', {people} from shown where {people} between 1 and {small}"
        " union all"
        " select 'difference', wholes.people - coalesce(parts.people, 0) from wholes"
        " left join parts using (whole)"
        f" where wholes.people - coalesce(parts.people, 0) between 1 and {small}"
        # Nothing of the whole is shown: it is no difference.
        " and parts.people > 0"
    ).fetchall()


@pytest.mark.parametrize("mart", DIFFERENCES)
def test_no_difference_of_two_shared_tables_is_a_small_group(mart):
    found = before = 0
    for seed in range(25):
        connection = shop(seed)
        found += len(told(connection, mart, SHARED))
        before += len(told(connection, mart, UNCHANGED))
    assert found == 0
    # The attack is one: without the profile it finds groups.
    assert before > 25


def test_pairs_of_few_people_are_not_shared_however_many_baskets_they_fill():
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as build; create schema build.marts")
    connection.execute(
        "create table build.marts.item_pairs as select * from (values"
        " ('a', 'b', 30, 4), ('b', 'a', 30, 4), ('a', 'c', 12, 11), ('c', 'a', 12, 11))"
        " as t (item_id, other_item_id, pair_basket_count, pair_user_count)"
    )

    def pairs(profile):
        query = mart_query(connection, "build.marts.item_pairs", "item_pairs", profile)
        rows = f"select item_id || other_item_id from ({query}) order by all"
        return [pair for (pair,) in connection.execute(rows).fetchall()]

    assert pairs(SHARED) == ["ac", "ca"]
    assert pairs(Profile("in-house", 5, None)) == ["ab", "ac", "ba", "ca"]


def test_what_the_matrix_says_of_small_groups_is_what_is_done():
    with SEED.open(encoding="utf-8", newline="") as file:
        said = {row["mart"]: row["small_groups"] for row in csv.DictReader(file)}
    done = {PATHS: "merged"}
    done |= dict.fromkeys(CONTENTS, "rows without contents")
    done |= dict.fromkeys(IN_HOUSE_ONLY, "empty when shared")
    for mart, groups in GROUPED.items():
        assert len({(bool(g.hidden), g.is_shown_in_house) for g in groups}) == 1
        done[mart] = "blank" if groups[0].hidden else "left out"
        done[mart] += " when shared" if groups[0].is_shown_in_house else ""
    as_they_are = {"rows of people", "of campaigns", "of the whole shop"}
    assert {m: how for m, how in said.items() if how not in as_they_are} == done
