"""Erasure is complete and remembered: bytes, marts, weights, and later builds."""

import os
import random
import shutil
from pathlib import Path

import duckdb
import pytest
from membership import attack, features

from precision_marketing.privacy.fresh_file import forget_erased
from precision_marketing.publishing.publishing import publish

ERASED = {"Zoë-Quillfeather-77": "The marmalade kettle hums.", "0042817": "Wobbly lid!"}
STRANGER = "nobody-Plumtree-5"
# As the person wrote them, not as the shop did.
REQUESTS = ["  zoe\u0308-quillfeather-77 ", "99001.0", "0042817", STRANGER]
USERS = ["0099001", *(f"u{number:03}" for number in range(240))]
# Many for so few users, so that what somebody took together nearly nobody else did.
ITEMS = 240
# Who is erased as well, and who never came to the shop: of them an attacker asks.
CROWD = [f"e{number:03}" for number in range(120)]
STRANGERS = [f"n{number:03}" for number in range(240)]
# What counts the rows that are left out, or who asked for it, or compares their number
# with the last build's.
COUNTS = {"row_accounting", "erasure_audit", "build_health"}
OF_ERASED = ["erased_user_count", "candidate_user_count"]


def history(user: str) -> list[dict]:
    """Return a user's events, which no other user's depend on."""
    generator = random.Random(user)
    taste = generator.randrange(3)
    return [
        {
            "user_id": user,
            "item_id": f"i{3 * generator.randrange(ITEMS // 3) + taste}",
            "event_type": generator.choice(["purchase", "view"]),
            "occurred_at": f"2025-01-{day:02d} {generator.randrange(24):02d}:00:00",
            "unit_price": 5,
            "order_id": f"o-{user}-{day}",
            "review_text": ERASED.get(user, "") if day == 9 else "",
            "rating": 5 if day == 9 else "",
        }
        for day in range(1, 29)
        if day == 9 or generator.random() < 0.4
    ]


def shop(users: list[str]) -> dict[str, list[dict]]:
    """Return the inputs of a shop with these users, the erased ones' last."""
    return {
        "items": [
            {"item_id": f"i{n}", "title": f"Tea {n}", "category": "tea", "price": 5 + n}
            for n in range(ITEMS)
        ],
        "users": [{"user_id": user, "country": "NL"} for user in users],
        "events": [event for user in users for event in history(user)],
        "campaigns": [
            {
                "campaign_id": "c1",
                "channel": "email",
                "started_at": "2025-01-10",
                "ended_at": "2025-01-20",
                "target_category": "tea",
            }
        ],
        "campaign_assignments": [
            {
                "campaign_id": "c1",
                "user_id": user,
                "variant": "control" if number % 3 == 0 else "a",
                "assigned_at": "2025-01-10",
            }
            for number, user in enumerate(users)
        ],
        "campaign_touches": [
            {
                "touch_id": f"t-{user}",
                "campaign_id": "c1",
                "user_id": user,
                "channel": "email",
                "touch_type": "click",
                "touched_at": "2025-01-11 03:00:00",
            }
            for number, user in enumerate(users)
            if number % 3
        ],
    }


def marts(database: Path) -> dict[str, list[tuple]]:
    """Return the rows of every mart; what counts the erased is left out."""
    with duckdb.connect(str(database), read_only=True) as connection:
        found = {}
        for (name,) in connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'marts'"
        ).fetchall():
            if name not in COUNTS:
                left_out = f"exclude ({', '.join(OF_ERASED)})"
                found[name] = connection.execute(
                    f"select * {left_out if name == 'audience_summary' else ''}"
                    f" from marts.{name} order by all"
                ).fetchall()
        return found


def traces(*folders: Path) -> list[tuple[str, str]]:
    """Return the files in which a byte sequence of the erased stands, and which."""
    texts = [*ERASED, *ERASED.values(), *REQUESTS]
    return [
        (str(path), text)
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file()
        for text in texts
        if text.strip().encode() in path.read_bytes()
    ]


# Marts of few models, by which a user who is back would be seen.
FEW = ("+customer_segments", "+campaign_daily", "+erasure_audit", "+row_accounting")


@pytest.fixture(scope="module")
def builds(tmp_path_factory, dbt_project, write_csv):
    """Build a shop with the users, after their requests, and without the requests.

    Gives a copy of the folder that each build has written to.
    """
    folder = tmp_path_factory.mktemp("erasing")
    kept = tmp_path_factory.mktemp("kept")
    output = dbt_project.work / folder.name

    def build(step: str, selected: tuple[str, ...]) -> Path:
        untested = ("unit_test",) if not selected else ("unit_test", "test")
        database = dbt_project.build(folder, excluded=untested, selected=selected)
        if not selected:
            publish(database, output / "published" / "shop.duckdb")
        elif step != "before":
            forget_erased(database)
        return Path(shutil.copytree(output, kept / step))

    for name, rows in shop([*USERS, *ERASED, *CROWD]).items():
        write_csv(folder, name, rows)
    results = {"before": build("before", FEW)}
    requests = [
        {"user_id": user, "requested_at": "2025-02-01"} for user in (*REQUESTS, *CROWD)
    ]
    write_csv(folder, "erasure_requests", requests)
    results["erasing"] = build("erasing", ())
    (folder / "erasure_requests.csv").unlink()
    results["later"] = build("later", FEW)
    return results


@pytest.fixture(scope="module")
def never_held(tmp_path_factory, dbt_project, write_csv) -> Path:
    """Build the same shop without the users."""
    folder = tmp_path_factory.mktemp("never")
    for name, rows in shop(USERS).items():
        write_csv(folder, name, rows)
    return dbt_project.build(folder, excluded=("unit_test", "test"))


def test_no_byte_of_the_erased_is_left(builds, dbt_project):
    assert {text for _, text in traces(builds["before"])} >= set(ERASED)
    assert traces(builds["erasing"], builds["later"]) == []
    assert traces(dbt_project.work / "target", dbt_project.work / "logs") == []


def test_marts_and_weights_are_those_of_a_build_that_never_held_them(
    builds, never_held
):
    found, expected = marts(builds["erasing"] / "inputs.duckdb"), marts(never_held)
    assert expected["neural_scorer_weights"]
    assert expected["recommendations"]
    assert {name: found[name] == rows for name, rows in expected.items()} == {
        name: True for name in expected
    }


def test_nobody_can_tell_who_was_erased_from_who_was_never_there(builds):
    published = builds["erasing"] / "published" / "shop.duckdb"

    def of(users: list[str]):
        histories = {u: [e["item_id"] for e in history(u)] for u in users}
        return features(published, histories)

    there, erased, strangers = of(USERS[1:]), of(CROWD), of(STRANGERS)
    known = there[:120], strangers[:120]
    # The attack works: who is still there is found.
    area, lower, _ = attack(known, (there[120:], strangers[120:]))
    assert lower > 0.6, area
    area, lower, upper = attack(known, (erased, strangers[120:]))
    assert lower < 0.5 < upper, area


def test_each_request_is_confirmed_and_one_that_matches_nobody_says_so(builds, fetch):
    rows = fetch(
        builds["erasing"] / "inputs.duckdb",
        "select outcome, events_row_count, users_row_count,"
        " checked_relation_count > 20, holding_relation_count"
        " from marts.erasure_audit order by request_number",
    )
    erased = [("erased", len(history(user)), 1, True, 0) for user in (*ERASED, *CROWD)]
    nobody = ("matches nobody", 0, 0, True, 0)
    assert sorted(rows) == sorted([*erased, nobody, nobody])
    health = fetch(
        builds["erasing"] / "inputs.duckdb",
        "select message from marts.build_health"
        " where check_name = 'zeros_lost' and input_name = 'erasure_requests'",
    )
    assert "like `99999`, and in `events` with other zeros" in health[0][0]


def test_a_build_without_the_requests_brings_nobody_back(builds, never_held, fetch):
    later = marts(builds["later"] / "inputs.duckdb")
    expected = marts(never_held)
    for name in ("customer_segments", "campaign_daily"):
        assert later[name] == expected[name], name
    vanished = (
        "select distinct outcome from staging.stg_input_health"
        " where input_name = 'erasure_requests'"
    )
    assert fetch(builds["later"] / "inputs.duckdb", vanished) == [("ok",)]
    erased = "select rows_erased from marts.row_accounting where input_name = 'events'"
    outcome = "select outcome, events_row_count from marts.erasure_audit order by all"
    for query in (erased, outcome):
        rows = [
            fetch(builds[step] / "inputs.duckdb", query)
            for step in ("erasing", "later")
        ]
        assert rows[0] == rows[1]
        assert rows[0][0][-1] > 0


def test_a_table_of_before_in_which_an_erased_user_is_found_fails_the_build(
    builds, dbt_project, tmp_path
):
    database = Path(
        shutil.copy(builds["later"] / "inputs.duckdb", tmp_path / "inputs.duckdb")
    )
    with duckdb.connect(str(database)) as connection:
        # As of a part that is no longer built; a host's own table is its own affair.
        for name in ("recommendations", "of_the_host"):
            connection.execute(
                f"create or replace table marts.{name} as select '0042817' as user_id"
            )
    errors = dbt_project.run(
        *("run", "--select", "erasure_audit"),
        database=database,
        input_dir="",
    )
    assert 'Erased users are still in "marts"."recommendations":' in errors


def test_a_build_alone_says_what_publishing_still_does(builds, dbt_project, tmp_path):
    later = builds["later"] / "inputs.duckdb"
    database = Path(shutil.copy(later, tmp_path / "inputs.duckdb"))
    for is_said in (False, True):
        errors = dbt_project.run(
            *("run", "--select", "erasure_audit"), database=database, input_dir=""
        )
        assert not errors
        assert any("Freed blocks" in text for text in dbt_project.said) == is_said
        with duckdb.connect(str(database)) as connection:
            connection.execute("drop table if exists history.rewritten_for_requests")


def test_only_who_is_readmitted_by_hand_leaves_the_list(
    builds, dbt_project, tmp_path, fetch
):
    later = builds["later"] / "inputs.duckdb"
    database = Path(shutil.copy(later, tmp_path / "inputs.duckdb"))
    for expected in ("", "No user is erased by request 1"):
        errors = dbt_project.run(
            *("run-operation", "precision_marketing.readmit"),
            *("--args", "{request: 1}"),
            database=database,
            input_dir="",
        )
        assert bool(expected) == bool(errors)
        assert expected in errors
    active = "select count(*) from history.stg_suppressed_users where readmitted_at"
    assert fetch(database, f"{active} is null") == [(3 + len(CROWD),)]
    assert fetch(database, f"{active} is not null") == [(1,)]


def test_a_file_keeps_its_mode_when_it_is_written_anew(builds, tmp_path):
    database = Path(
        shutil.copy(builds["erasing"] / "inputs.duckdb", tmp_path / "inputs.duckdb")
    )
    database.chmod(0o640)
    assert forget_erased(database)
    assert database.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["inputs.duckdb"]
