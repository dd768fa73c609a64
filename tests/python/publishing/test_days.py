"""A build that keeps what was learned has the marts of one that makes everything."""

import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from benchmarks.equal_marts import differences
from examples.days import write_evening
from examples.example_data.__main__ import main as generate
from precision_marketing.publishing.backup import back_up, put_back
from precision_marketing.publishing.histories import remember

# Of the builds before, by design: docs/operations.md.
HISTORIES = {"build_drift"}
WEEKLY = {"learn": "weekly"}
LEARNED = {"train_lists", "ials_scores", "neural_scorer_model", "int_item_features"}
# With text and embedding, bought on the day on which it is published.
NEW_ITEM = """
    insert into items by name select * replace (
        'an_item_of_monday' as item_id, '2025-06-23' as published_at
    ) from items where embedding is not null order by item_id limit 1;
    insert into events by name select * replace (
        'of_monday' as event_id, 'order_of_monday' as order_id,
        'an_item_of_monday' as item_id, '2025-06-23 10:00:00' as occurred_at
    ) from events where event_type = 'purchase' and quantity is not null
    order by event_id limit 1
"""
# As far as it is decided what is kept.
DECISION = ("--select", "+int_kept_tables")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("generated") / "shop"
    arguments = ["--users", "150", "--out", str(folder), "--format", "parquet"]
    result = CliRunner().invoke(generate, arguments)
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture(scope="module")
def project(tmp_path_factory, shared_folder, dbt_project):
    """The project of a shop that learns each week, which is another graph."""
    folder = tmp_path_factory.mktemp("weekly")
    return type(dbt_project)(folder, shared_folder / "parsed_weekly", windows=WEEKLY)


@pytest.fixture(scope="module")
def build(project):
    """Return a function that builds a folder's inputs; it gives what is kept."""

    def run(
        database: Path,
        inputs: Path,
        *flags: str,
        code: str = "1f0e",
        learn: str = "learn: weekly",
    ) -> set[str]:
        # As `precision-marketing build` says it.
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PRECISION_MARKETING_CODE", code)
            errors = project.run(
                *("build", "--exclude-resource-type", "unit_test", "test", *flags),
                database=database / "inputs.duckdb",
                input_dir=inputs,
                variables=f"{{windows: {{{learn}}}, input_checks: "
                "{as_of: 2025-06-30}}",
            )
        assert not errors, errors
        with duckdb.connect(str(database / "inputs.duckdb")) as connection:
            rows = connection.sql(
                "select table_name from intermediate.int_kept_tables where is_kept"
            ).fetchall()
        return {name for (name,) in rows}

    return run


@pytest.fixture(scope="module")
def sunday_and_monday(shop, build, tmp_path_factory) -> tuple[Path, Path]:
    """A database of both days, and the inputs of the second."""
    folder = tmp_path_factory.mktemp("days")
    database, inputs = folder / "days", folder / "monday"
    write_evening(shop, date(2025, 6, 22), folder / "sunday")
    assert build(database, folder / "sunday") == set()
    # New events, by newcomers too and of a new item; rows in another order.
    write_evening(shop, date(2025, 6, 23), folder / "exported", seed=7)
    _write_changed(folder / "exported", inputs, NEW_ITEM)
    assert build(database, inputs) >= LEARNED
    return database, inputs


def test_the_day_after_has_the_marts_of_a_build_of_all(
    sunday_and_monday, build, tmp_path
):
    database, inputs = sunday_and_monday
    assert build(tmp_path, inputs) == set()
    found = differences(database / "inputs.duckdb", tmp_path / "inputs.duckdb")
    assert found.keys() <= HISTORIES, found


# Of a user and an item that were there when all was learned.
USER = (
    "(select user_id from events join users using (user_id)"
    " where occurred_at < '2025-02-01' order by all limit 1)"
)
ITEM = (
    "(select item_id from events join items using (item_id)"
    " where occurred_at < '2025-02-01' order by all limit 1)"
)


def test_what_is_new_leaves_what_was_learned_as_it_is(
    sunday_and_monday, build, tmp_path
):
    changes = (
        "insert into events by name select 'new' as event_id, user_id, item_id,"
        " event_type, '2025-06-24 10:00:00' as occurred_at from events limit 1",
        "insert into users by name select 'newcomer' as user_id,"
        " '2025-06-24 10:00:00' as signed_up_at",
        "insert into items by name select 'a_new_item' as item_id, 'tea' as category,"
        " '2025-06-24' as published_at",
        f"update items set is_available = 'false' where item_id = {ITEM}",
    )
    kept = _kept_after(";".join(changes), sunday_and_monday, build, tmp_path)
    assert kept >= LEARNED


@pytest.mark.parametrize(
    "change",
    [
        "insert into events by name select 'late' as event_id, user_id, item_id,"
        " event_type, '2025-06-22 23:59:59' as occurred_at from events limit 1",
        "delete from events where event_id = (select max(event_id) from events"
        " where occurred_at like '2025-06-1%' and event_id like 'e%')",
        f"insert into erasure_requests by name select {USER} as user_id",
        f"update users set has_profiling_consent = 'false' where user_id = {USER}",
        f"update items set price = '4711' where item_id = {ITEM}",
        f"update items set title = 'another' where item_id = {ITEM}",
    ],
)
def test_what_changes_before_the_day_until_which_all_is_learned_learns_anew(
    sunday_and_monday, build, tmp_path, change
):
    assert _kept_after(change, sunday_and_monday, build, tmp_path) == set()


def test_other_code_and_a_full_refresh_keep_nothing(sunday_and_monday, build):
    assert build(*sunday_and_monday, *DECISION, code="other") == set()
    assert build(*sunday_and_monday, *DECISION, "--full-refresh") == set()


def test_who_builds_otherwise_keeps_nothing_and_nothing_is_kept_of_it(
    sunday_and_monday, build, tmp_path
):
    database, inputs = sunday_and_monday
    copy = tmp_path / "inputs.duckdb"
    shutil.copy(database / "inputs.duckdb", copy)
    assert build(tmp_path, inputs, *DECISION, code="") == set()
    assert build(tmp_path, inputs, *DECISION) == set()


@pytest.mark.parametrize(("code", "is_dropped"), [("1f0e", True), ("", False)])
def test_a_table_that_is_not_kept_has_all_its_windows(
    sunday_and_monday, build, tmp_path, code, is_dropped
):
    database, inputs = sunday_and_monday
    copy = tmp_path / "inputs.duckdb"
    shutil.copy(database / "inputs.duckdb", copy)
    counted = (
        "select time_window, count(*) from scorers.ease_scores"
        " group by all order by all"
    )
    with duckdb.connect(str(copy)) as connection:
        before = connection.sql(counted).fetchall()
        if is_dropped:
            connection.execute("drop table scorers.ease_scores")
    build(tmp_path, inputs, "--select", "ease_scores", code=code)
    with duckdb.connect(str(copy)) as connection:
        assert connection.sql(counted).fetchall() == before
    assert [window for window, _ in before] == ["serve", "test"]


def test_a_published_fall_of_quality_is_learned_from_on_the_next_night(
    sunday_and_monday, shop, build, tmp_path
):
    when_due = {"learn": "learn: when_due, learn_every_weeks: 1"}
    before, monday = sunday_and_monday
    tuesday, night, at_once = (tmp_path / name for name in ("tuesday", "night", "new"))
    write_evening(shop, date(2025, 6, 24), tuesday)
    for folder in (night, at_once):
        folder.mkdir()
    database = night / "inputs.duckdb"
    shutil.copy(before / "inputs.duckdb", database)
    with duckdb.connect(str(database)) as connection:
        ((build_id,),) = connection.sql(
            "select build_id from history.build_history where state = 'succeeded'"
            " order by started_at desc limit 1"
        ).fetchall()
        fallen = connection.sql(
            "update marts.build_drift set is_relearning_due = true, outcome = 'warned',"
            " message = 'fell' where measure_name = 'quality' returning subject"
        ).fetchall()
    assert fallen
    # Built, and not published.
    assert build(night, tuesday, *DECISION, **when_due) >= LEARNED
    remember(database, build_id)
    # Said on Monday, when it was not known.
    assert build(night, monday, *DECISION, **when_due) >= LEARNED
    # Of another kind of input it says nothing.
    of_another = "update history.build_history set input_source = ? where build_id = ?"
    for source, kept in (("tables", LEARNED), ("folder", set())):
        with duckdb.connect(str(database)) as connection:
            connection.execute(of_another, [source, build_id])
        found = build(night, tuesday, *DECISION, **when_due)
        assert found >= kept
        assert bool(found) == bool(kept)
    put_back(
        at_once / "inputs.duckdb", back_up(database, tmp_path / "kept.duckdb").path
    )
    for folder in (night, at_once):
        assert build(folder, tuesday, **when_due) == set()
    assert differences(database, at_once / "inputs.duckdb") == {}
    with duckdb.connect(str(database), read_only=True) as connection:
        assert connection.sql(
            "select learned_before from intermediate.int_time_boundaries"
        ).fetchall() == [(date(2025, 6, 24),)]


def _kept_after(change: str, before: tuple[Path, Path], build, folder: Path) -> set:
    """Return what is kept when inputs have changed."""
    database, inputs = before
    _write_changed(inputs, folder / "changed", change)
    return build(database, folder / "changed", *DECISION)


def _write_changed(inputs: Path, changed: Path, change: str) -> None:
    """Write inputs after statements that change them, of which all is a text."""
    changed.mkdir()
    with duckdb.connect() as connection:
        for path in inputs.glob("*.parquet"):
            connection.execute(f"create table {path.stem} as from '{path}'")
        connection.execute(change)
        for path in inputs.glob("*.parquet"):
            connection.execute(
                f"copy {path.stem} to '{changed / path.name}' (format parquet)"
            )
