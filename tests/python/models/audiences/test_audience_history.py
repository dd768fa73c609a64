"""Entries and exits over builds of one database, of a shop that goes on."""

from datetime import datetime, timedelta

import duckdb
import pytest

from precision_marketing.publishing.histories import remember

FIRST, SECOND = datetime(2025, 3, 1), datetime(2025, 3, 8)
# Where only users have changed: what is made of them.
OF_USERS = ("csv_files", "csv_records", "stg_users_checked+,+audience_history")
USERS = [f"u{number:02}" for number in range(40)]
BUYER, LEAVER, ERASED = "u01", "u02", "u03"
NEWCOMER, LATECOMER = "u50", "u99"


def shop_until(day: datetime) -> dict[str, list[dict]]:
    """Return the inputs of a shop in which everybody looks at something each day."""
    events = [
        {
            "user_id": user,
            "item_id": f"i{(place + age) % 6}",
            "event_type": "view",
            "occurred_at": (day - timedelta(days=age, minutes=place)).isoformat(),
        }
        for age in range(20)
        for place, user in enumerate(USERS)
        if not (age and place % (age + 1))
    ]
    return {
        "events": events,
        "items": [{"item_id": f"i{n}", "category": "tea"} for n in range(6)],
        "users": [{"user_id": user, "has_email_consent": "true"} for user in USERS],
        "campaigns": [
            {"campaign_id": "c1", "channel": "email", "target_category": "tea"}
        ],
        "erasure_requests": [{"user_id": "stranger"}],
    }


@pytest.fixture(scope="module")
def build(tmp_path_factory, dbt_project, write_csv):
    """Return a function that builds inputs into one database and gives the history."""
    folder = tmp_path_factory.mktemp("history")
    database = folder / "build" / "inputs.duckdb"

    def run(inputs, *flags, select=("+audience_history",), share=0, is_published=True):
        for name, rows in inputs.items():
            write_csv(folder, name, rows)
        errors = dbt_project.run(
            *("build", "--select", *select, *flags),
            *("--exclude-resource-type", "test", "unit_test"),
            database=database,
            input_dir=folder,
            variables=f"{{audiences: {{global_holdout_share: {share},"
            f" campaign_holdout_share: {share}}}}}",
        )
        assert not errors, errors
        if is_published:
            with duckdb.connect(str(database)) as connection:
                ((build_id,),) = connection.execute(
                    "select build_id from history.build_history "
                    "order by started_at desc limit 1"
                ).fetchall()
            remember(database, build_id)
        # Not read only, as `fetch` is: dbt's own connection may still be open here, and
        # DuckDB gives a process one way of opening a file.
        with duckdb.connect(str(database)) as connection:
            return connection.sql("from marts.audience_history order by all").fetchall()

    return run


def test_later_builds_add_entries_and_exits_and_the_same_build_adds_nothing(build):
    first = build(shop_until(FIRST))
    assert [row[1] for row in first] == USERS
    assert {row[2:] for row in first} == {(FIRST, None, None)}

    inputs = shop_until(SECOND)
    inputs["events"] += [
        {
            "user_id": user,
            "item_id": "i1",
            "event_type": "purchase",
            "occurred_at": (SECOND - timedelta(hours=1)).isoformat(),
        }
        for user in (BUYER, LATECOMER)
    ]
    inputs["users"] += [{"user_id": NEWCOMER, "has_email_consent": "true"}]
    for row in inputs["users"]:
        if row["user_id"] == LEAVER:
            row["has_email_consent"] = "false"
    inputs["erasure_requests"] += [{"user_id": ERASED}]
    # A draw is for good: the larger share would hold out a quarter of the first users,
    # and only the newcomer is drawn by it.
    second = build(inputs, share=0.15)
    rows = {row[1]: row[2:] for row in second}
    assert rows.pop(BUYER) == (FIRST, SECOND, "recent_buyer")
    assert rows.pop(NEWCOMER) == (SECOND, None, None)
    # Who took consent back or asked to be erased is in no row, and who bought on the
    # first day was never on the list.
    assert not rows.keys() & {LEAVER, ERASED, LATECOMER}
    assert set(rows.values()) == {(FIRST, None, None)}
    assert len(rows) == len(USERS) - 3

    assert build(inputs, select=["audience_history"]) == second
    # Neither a full refresh nor what is never published forgets or is remembered.
    refreshed = build(
        inputs, "--full-refresh", select=["+audience_history"], share=0.15
    )
    assert refreshed == second
    for row in inputs["users"]:
        row["has_email_consent"] = str(row["user_id"] != "u05").lower()
    unpublished = build(inputs, select=OF_USERS, share=0.15, is_published=False)
    assert "u05" not in {row[1] for row in unpublished}
    for row in inputs["users"]:
        row["has_email_consent"] = str(row["user_id"] != LEAVER).lower()
    assert build(inputs, select=OF_USERS, share=0.15) == second
