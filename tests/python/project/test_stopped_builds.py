"""Inputs that cannot be believed stop the build; no mart changes or is published."""

from __future__ import annotations

import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import pytest

from precision_marketing.publishing.publishing import PublishingError, publish

SHOP: dict[str, list[dict[str, Any]]] = {
    "events": [
        {
            "user_id": f"u{number % 30}",
            "item_id": f"i{number % 7}",
            "event_type": "purchase" if number % 4 == 0 else "view",
            "occurred_at": f"2025-01-{1 + number % 28:02} 10:00:00",
        }
        for number in range(200)
    ],
    "items": [{"item_id": f"i{number}"} for number in range(7)],
    "users": [{"user_id": f"u{n}", "has_ads_consent": "true"} for n in range(30)],
    "campaigns": [{"campaign_id": "c1", "channel": "email"}],
}
LATER = [event | {"occurred_at": "2025-02-01"} for event in SHOP["events"]]
# The mart `campaigns` stands for those that BI reads.
SELECTED = (
    *("+campaigns", "+int_events", "+stg_build_history"),
    *("+build_health", "+row_accounting"),
)
# Of data tests those that stop a build alone, which stand in files of their own.
UNTESTED = ("--exclude", "test_type:generic")


class Shop:
    """A shop that is built and published after its files have changed."""

    def __init__(self, folder: Path, dbt_project, write_csv):
        self.inputs = folder / "inputs"
        self.database = folder / "build" / "inputs.duckdb"
        self.published = folder / "published" / "shop.duckdb"
        self._project, self._write_csv = dbt_project, write_csv
        self._tables: dict[str, list[dict[str, Any]]] = {}
        self._is_sound = False

    def write(self, tables: dict[str, list[dict[str, Any]]]) -> None:
        self._tables = tables
        shutil.rmtree(self.inputs, ignore_errors=True)
        for name, rows in tables.items():
            self._write_csv(self.inputs, name, rows)

    def build(self, accept: str = "") -> str:
        """Build as `make run` does; return '' or the errors."""
        errors = self.build_only(*SELECTED, accept=accept)
        self._is_sound = not errors and self._tables == SHOP
        return errors

    def be_sound(self) -> None:
        """Build the whole shop, unless that was the last thing built."""
        self.write(SHOP)
        if not self._is_sound:
            assert self.build() == ""

    def build_only(self, *selected: str, accept: str = "") -> str:
        self._is_sound = False
        return self._project.run(
            *("build", "--select", *selected, "--exclude-resource-type", "unit_test"),
            *UNTESTED,
            database=self.database,
            input_dir=self.inputs,
            variables=f"{{input_checks: {{as_of: 2025-02-01}},"
            f" health: {{accept: [{accept}]}},"
            " publication: {marts: [campaigns, row_accounting]}}",
        )

    def read(self, query: str) -> list[tuple[Any, ...]]:
        # dbt's own connection may still be open: not read only (test_audience_history).
        with duckdb.connect(str(self.database)) as connection:
            return connection.execute(query).fetchall()

    def stops(self) -> list[tuple[str, str]]:
        """Return what the mart `build_health` says has stopped the build."""
        return self.read(
            "select check_name || '.' || input_name, message from marts.build_health "
            "where outcome = 'stopped' order by all"
        )


@pytest.fixture(scope="module")
def shop(tmp_path_factory, dbt_project, write_csv):
    made = Shop(tmp_path_factory.mktemp("stopped"), dbt_project, write_csv)
    made.write(SHOP)
    assert made.build() == ""
    publish(made.database, made.published)
    return made


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"events": None},
            {"input_empty.events": "none of 0 rows of `events` is kept"},
        ),
        (
            {"events": [e | {"occurred_at": "soon"} for e in SHOP["events"]]},
            {
                "rows_rejected.events": "200 of 200 rows of `events` are rejected, most"
                " often as"
            },
        ),
        (
            {"events": LATER[:19], "users": ()},
            {
                "rows_fell.events": "19 rows, and had 200 in the",
                "input_vanished.users": "`users` has 0 rows, and had 30 in",
            },
        ),
    ],
)
def test_a_stopped_build_changes_no_mart_and_is_not_published(shop, changed, said):
    before = sha256(shop.published.read_bytes()).hexdigest()
    history = shop.read("select count(*) from history.stg_build_history")
    tables = SHOP | {"campaigns": [{"campaign_id": "c2"}]} | changed
    if changed.get("events", ()) is None:
        shop.write(tables | {"events": SHOP["events"][:1]})
        header = (shop.inputs / "events.csv").read_text().splitlines()[0]
        (shop.inputs / "events.csv").write_text(header + "\n")
    else:
        shop.write({name: rows for name, rows in tables.items() if rows})
    assert "stopped_checks_stop_the_build" in shop.build()
    if "rows_fell.events" in said:
        # However often: what was stopped is no build that others are compared with.
        assert shop.build() != ""
    stops = dict(shop.stops())
    for check, text in said.items():
        assert text in stops[check]
        assert f"accept it with `health: {{accept: [{check}]}}`." in stops[check]
    assert shop.read("select campaign_id from marts.campaigns") == [("c1",)]
    assert shop.read("select count(*) from history.stg_build_history") == history
    with pytest.raises(PublishingError, match="The inputs stopped the build"):
        publish(shop.database, shop.published)
    assert sha256(shop.published.read_bytes()).hexdigest() == before


def test_what_is_accepted_is_built_and_what_others_are_compared_with(shop):
    shop.write({name: rows for name, rows in SHOP.items() if name != "users"})
    # The test above is stopped by this, where it is not accepted.
    assert shop.build(accept="input_vanished.users") == ""
    publish(shop.database, shop.published)
    # Not asked again: the last build that was not stopped had no users either.
    assert shop.build() == ""


def test_a_build_that_failed_elsewhere_is_not_published_until_one_succeeds(shop):
    shop.be_sound()
    broken = "{inputs: {events: no_such_table, items: no_such_table}}"
    errors = shop._project.run(
        *("build", "--select", "stg_items_checked", *UNTESTED),
        database=shop.database,
        input_dir="",
        variables=broken,
    )
    assert errors != ""
    assert shop.stops() == []
    with pytest.raises(PublishingError, match="such as stg_items_checked"):
        publish(shop.database, shop.published)
    assert shop.build() == ""
    publish(shop.database, shop.published)


def test_marts_of_two_builds_are_not_published_however_well_each_went(shop):
    """A second command is another build, unless it only ends the first one."""
    shop.be_sound()
    assert shop.build_only("row_accounting") == ""
    with pytest.raises(PublishingError, match=r"come of 2 builds: .* are of another"):
        publish(shop.database, shop.published)
    assert shop.build() == ""
    before = shop.read("select build_id from history.build_history order by all")
    assert shop.build_only("stopped_checks_stop_the_build") == ""
    assert (
        shop.read("select build_id from history.build_history order by all") == before
    )
    counts = publish(shop.database, shop.published).build.row_counts
    assert counts == {"campaigns": 1, "row_accounting": 8}

    # As a kill leaves it; a run of nothing but what is unfinished ends that build.
    shop.read("update history.build_history set state = 'running'")
    shop.read(
        "update history.build_nodes set state = 'unfinished'"
        " where table_name = 'campaigns' and kind = 'mart'"
    )
    with pytest.raises(PublishingError, match="such as campaigns"):
        publish(shop.database, shop.published)
    assert shop.build_only("precision_marketing.marts.campaigns.campaigns") == ""
    assert (
        shop.read("select build_id from history.build_history order by all") == before
    )
    publish(shop.database, shop.published)


def test_a_copied_database_is_read_under_another_name(shop, tmp_path):
    copy = shutil.copy(shop.database, tmp_path / "a copy.duckdb")
    with duckdb.connect(str(copy), read_only=True) as connection:
        views = connection.execute(
            "select schema_name, view_name from duckdb_views() where not internal"
        ).fetchall()
        assert len(views) > 3
        for schema, view in views:
            connection.execute(f"select * from {schema}.{view} limit 1").fetchall()
