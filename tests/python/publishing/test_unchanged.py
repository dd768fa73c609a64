"""A run on what has not changed does nothing; whatever changes alone is built."""

from __future__ import annotations

import json
import os
from pathlib import Path

import duckdb
import pytest
from recorded_builds import record_build

from precision_marketing.publishing import ingredients, unchanged
from precision_marketing.publishing.histories import remember
from precision_marketing.publishing.last_build import LEFT_OUT
from precision_marketing.publishing.publication import Publication
from precision_marketing.publishing.publishing import publish, published_of

COMMAND = ["dbt", "build", "--vars", "{input_dir: inputs}"]
LIST = (
    "create or replace table history.stg_suppressed_users as "
    "select 1 as request_number, 'h1' as user_hash, null::timestamp as readmitted_at"
)


class Shop:
    """A project with inputs, and runs of it that make one build after another."""

    def __init__(self, folder: Path):
        self.folder, self.database = folder, folder / "my shop.duckdb"
        self.builds = 0
        for name, text in {
            "dbt_project.yml": "name: shop\nvars: {shop: {}}\n",
            "profiles.yml": "shop: \"{{ env_var('SHOP_PLACE', 'here') }}\"\n",
            "models/one.sql": "select 1 as one",
            "inputs/events.csv": "user_id\nu1\n",
            "inputs/parts/items.csv": "item_id\ni1\n",
        }.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def begin(self, *command: str) -> Publication | str:
        return unchanged.begin(
            self.database,
            published_of(self.database),
            list(command or COMMAND),
            self.folder,
        )

    def finish(self) -> None:
        unchanged.finish(self.database, published_of(self.database))

    def build(self) -> None:
        self.builds += 1
        with duckdb.connect(str(self.database)) as connection:
            connection.execute("create schema if not exists marts")
            for mart, column in LEFT_OUT:
                connection.execute(
                    f"create or replace table marts.{mart} as "
                    f"select 'invalid_number' as {column}"
                )
            connection.execute(
                "create or replace table marts.row_accounting as select 1 as n"
            )
            record_build(connection, f"build-{self.builds}")
            connection.execute(
                "update history.build_history set started_at = started_at "
                f"+ interval '{self.builds} hours' where build_id = ?",
                [f"build-{self.builds}"],
            )
            connection.execute(LIST)

    def run(self, *command: str) -> Publication | str:
        found = self.begin(*command)
        if isinstance(found, str):
            self.build()
            publish(self.database)
            self.finish()
        return found

    def execute(self, statement: str) -> None:
        with duckdb.connect(str(self.database)) as connection:
            connection.execute(statement)


@pytest.fixture
def shop(tmp_path, monkeypatch):
    monkeypatch.setenv("DBT_PROFILES_DIR", str(tmp_path / "shop"))
    monkeypatch.delenv("PRECISION_MARKETING_INPUT_DIR", raising=False)
    (tmp_path / "shop").mkdir()
    return Shop(tmp_path / "shop")


def test_a_second_run_leaves_all_as_it_is_and_names_the_build(shop):
    assert shop.run() == "no earlier run has come to its end"
    before = {path: path.stat() for path in shop.folder.rglob("*.duckdb")}
    found = shop.run()
    assert isinstance(found, Publication)
    assert found.build_id == "build-1"
    assert "published 20" in found.in_words()
    assert {path: path.stat() for path in shop.folder.rglob("*.duckdb")} == before
    assert isinstance(shop.run(), Publication)


def test_times_of_files_are_nothing_and_their_bytes_are_all(shop):
    shop.run()
    events = shop.folder / "inputs" / "events.csv"
    os.utime(events, (1, 1))
    assert isinstance(shop.run(), Publication)
    kept = events.stat()
    events.write_text("user_id\nu2\n")
    os.utime(events, ns=(kept.st_atime_ns, kept.st_mtime_ns))
    assert shop.run() == "inputs/events.csv changed"
    assert isinstance(shop.run(), Publication)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("inputs/events.csv", "user_id\nu1\nu2\n"),
        ("inputs/parts/items.csv", ""),
        ("inputs/users.csv", "user_id\n"),
        ("inputs/parts/items.csv", None),
        ("models/one.sql", "select 2 as one"),
        ("models/two.sql", "select 1 as one"),
        ("models/one.sql", None),
        ("macros/one.sql", "{% macro one() %}1{% endmacro %}"),
        ("seeds/one.csv", "one\n1\n"),
        ("docs/one.md", "{% docs one %}One.{% enddocs %}"),
        ("dbt_packages/other/macros/one.sql", "{% macro one() %}1{% endmacro %}"),
        (
            "dbt_project.yml",
            "name: shop\nvars: {shop: {windows: {label_share: 0.2}}}\n",
        ),
        ("profiles.yml", "shop: another\n"),
    ],
)
def test_a_file_that_changes_is_built_from(shop, name, text):
    shop.run()
    path = shop.folder / name
    if text is None:
        path.unlink()
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert "changed" in shop.run()
    assert isinstance(shop.run(), Publication)


@pytest.mark.parametrize(
    ("name", "value", "is_built"),
    [
        ("PRECISION_MARKETING_THREADS", "1", True),
        ("PRECISION_MARKETING_PROFILE", "in-house", True),
        ("PRECISION_MARKETING_BUILD_ID", "tonight", True),
        ("DBT_TARGET", "other", True),
        ("SHOP_PLACE", "there", True),
        ("PRECISION_MARKETING_WAIT", "1", False),
        ("EDITOR", "vi", False),
    ],
)
def test_the_environment_that_a_build_reads_is_part_of_it(
    shop, monkeypatch, name, value, is_built
):
    monkeypatch.delenv(name, raising=False)
    shop.run()
    monkeypatch.setenv(name, value)
    assert isinstance(shop.run(), str) == is_built


def test_a_folder_that_the_environment_names_is_an_input(shop, monkeypatch):
    monkeypatch.setenv("PRECISION_MARKETING_INPUT_DIR", str(shop.folder / "inputs"))
    shop.run("dbt", "build")
    assert isinstance(shop.run("dbt", "build"), Publication)
    (shop.folder / "inputs" / "events.csv").write_text("")
    assert "events.csv changed" in shop.run("dbt", "build")


@pytest.mark.parametrize(
    "command",
    [
        ["dbt", "build", "--vars", "{input_dir: inputs, lift: {history_days: 30}}"],
        ["dbt", "build", "--vars={input_dir: inputs}"],
        ["dbt", "build", "--vars", "{}"],
        [*COMMAND, "--select", "campaigns"],
    ],
)
def test_another_command_is_built(shop, command):
    shop.run()
    assert shop.run(*command) != shop.begin(*command)
    assert isinstance(shop.begin(*COMMAND), str)


@pytest.mark.parametrize(
    "variables",
    [
        "{inputs: {events: db.schema.events}}",
        "{precision_marketing: {inputs: {events: db.schema.events}}}",
        "{input_dir: 's3://bucket/shop'}",
        "{input_dir: \"{{ env_var('FOLDER') }}\"}",
    ],
)
def test_what_cannot_be_seen_from_here_is_built_each_time(shop, variables):
    command = ["dbt", "build", "--vars", variables]
    shop.run(*command)
    assert "cannot be seen" in shop.run(*command)


def test_another_version_of_an_engine_is_built(shop, monkeypatch):
    shop.run()
    before = ingredients.metadata.distributions
    monkeypatch.setattr(
        ingredients.metadata, "distributions", lambda: list(before())[:-1]
    )
    assert shop.run() == "installed packages changed"


def test_after_a_full_run_a_plain_one_has_nothing_to_do(shop):
    shop.run(*COMMAND, "--full-refresh")
    assert isinstance(shop.begin(*COMMAND), Publication)


def test_a_full_run_starts_anew(shop):
    shop.run()
    assert shop.run(*COMMAND, "--full-refresh") == "`--full-refresh` starts anew"


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (
            "update history.stg_suppressed_users set readmitted_at = now()",
            "the list of the erased changed",
        ),
        (
            "update history.build_history set state = 'failed'",
            "the last build did not succeed as a whole",
        ),
        (
            "update history.build_nodes set state = 'unfinished'",
            "the last build did not succeed as a whole",
        ),
        (
            "update history.build_history set build_id = 'of somebody else'",
            "another build has been made since",
        ),
        ("drop schema history cascade", "no earlier run has come to its end"),
    ],
)
def test_a_database_that_is_not_as_the_run_left_it_is_built(shop, statement, reason):
    shop.run()
    shop.execute(statement)
    assert shop.begin() == reason


def test_a_published_file_that_is_not_as_the_run_left_it_is_made_again(shop):
    shop.run()
    published = published_of(shop.database)
    with duckdb.connect(str(published)) as connection:
        connection.execute("create table marts.other as select 1 as one")
    assert shop.run() == "the published file is another one"
    published.unlink()
    assert shop.run() == "the published file is not whole"
    assert isinstance(shop.run(), Publication)


def test_a_run_that_did_not_come_to_its_end_is_run_again(shop):
    shop.begin()
    shop.build()
    publish(shop.database)
    # Killed before the page was written: it would stay that of the day before.
    assert shop.begin() == "no earlier run has come to its end"


def test_rows_that_were_in_the_future_are_looked_at_again_on_another_day(
    shop, monkeypatch
):
    shop.begin()
    shop.build()
    shop.execute(
        "update marts.rejected_rows set rejection_reason = 'occurred_at_in_future'"
    )
    publish(shop.database)
    shop.finish()
    assert isinstance(shop.begin(), Publication)
    note = json.loads(unchanged._note(shop.database).read_text())
    note["day"] = "2001-01-01"
    unchanged._note(shop.database).write_text(json.dumps(note))
    assert shop.begin() == "times that were in the future may be none today"


def test_a_build_of_somebody_else_is_not_taken_for_the_one_that_was_published(shop):
    shop.begin()
    shop.build()
    publish(shop.database)
    shop.build()
    shop.finish()
    assert isinstance(shop.begin(), str)


def test_a_publication_that_was_killed_is_remembered_by_the_next_run(shop, monkeypatch):
    shop.begin()
    shop.build()
    monkeypatch.setattr(
        "precision_marketing.publishing.publishing.remember", lambda *_: None
    )
    publish(shop.database)
    remembered = "select published_at is not null from history.build_history"

    def is_remembered() -> bool:
        with duckdb.connect(str(shop.database), read_only=True) as connection:
            return connection.execute(remembered).fetchall()[0][0]

    assert not is_remembered()
    shop.begin()
    assert is_remembered()


def test_a_database_that_was_deleted_has_its_histories_again(shop):
    shop.run()
    shop.database.unlink()
    assert shop.run() == "no earlier run has come to its end"
    with duckdb.connect(str(shop.database), read_only=True) as connection:
        builds = connection.execute(
            "select build_id from history.build_history order by started_at"
        ).fetchall()
    assert builds == [("build-1",), ("build-2",)]
    assert isinstance(shop.run(), Publication)


def test_the_note_is_its_owners_alone_and_names_no_value(shop, monkeypatch):
    monkeypatch.setenv("PRECISION_MARKETING_PSEUDONYM_KEY", "a secret of ours")
    shop.run()
    note = unchanged._note(shop.database)
    assert note.stat().st_mode & 0o777 == 0o600
    assert "secret" not in note.read_text()


def remembering(path: Path, as_of: str, users: list[str], build: str) -> Path:
    """Make a build whose contact list has these users at a time."""
    with duckdb.connect(str(path)) as connection:
        for schema in ("marts", "intermediate", "history"):
            connection.execute(f"create schema if not exists {schema}")
        connection.execute(
            "create or replace table marts.row_accounting as select 1 as n"
        )
        connection.execute(
            "create or replace table intermediate.int_audience_as_of as "
            f"select timestamp '{as_of}' as as_of_at"
        )
        history = "(campaign_id varchar, user_id varchar)"
        connection.execute(
            f"create table if not exists history.audience_history {history}"
        )
        connection.execute(f"create or replace table marts.audience_history {history}")
        for user in users:
            connection.execute(
                "insert into marts.audience_history values ('c1', ?)", [user]
            )
        record_build(connection, build)
    return path


def test_only_what_is_published_is_remembered_and_no_earlier_time_forgets_it(tmp_path):
    path = tmp_path / "shop.duckdb"

    def remembered() -> list[str]:
        with duckdb.connect(str(path)) as connection:
            rows = connection.execute(
                "select user_id from history.audience_history order by all"
            ).fetchall()
        return [user for (user,) in rows]

    publish(remembering(path, "2025-03-08", ["u1", "u2"], "b1"))
    assert remembered() == ["u1", "u2"]
    remembering(path, "2025-03-09", ["u3"], "b2")
    assert remembered() == ["u1", "u2"]
    publish(remembering(path, "2025-03-01", ["u1"], "b3"))
    assert remembered() == ["u1", "u2"]
    publish(remembering(path, "2025-03-08", ["u1"], "b4"))
    assert remembered() == ["u1"]
    remember(path, "b4")
    assert remembered() == ["u1"]
    with duckdb.connect(str(path)) as connection:
        assert connection.execute(
            "select build_id from history.build_history where published_at is null"
        ).fetchall() == [("b2",)]
