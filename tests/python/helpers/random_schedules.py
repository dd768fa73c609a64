"""Random nights of a small shop, each held against a build from nothing.

Run `python random_schedules.py FOLDER SCHEDULES NIGHTS MARTS PARSED [SEED]`: so many
schedules of so many nights at most, drawn by hypothesis; without a seed the same ones
each time. MARTS is `all`, or `learned` for those that are made of what a night keeps.
dbt takes up what a `DbtProject` of a shop that learns each week has parsed in PARSED.
Each build is a fork that goes on from there, as a night is a process of its own, and
can be killed. Where a build is not what it has to be, the shortest schedule that shows
it is printed, and the process ends with 1.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
import time
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from dbt.cli.main import dbtRunner
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from killed_builds import Moments, forked

from benchmarks.equal_marts import differences
from precision_marketing.publishing.backup import back_up, put_back
from precision_marketing.publishing.publication import Publication
from precision_marketing.publishing.publishing import publish
from precision_marketing.publishing.unchanged import begin, finish

PROJECT = Path(__file__).parents[3]
PARTS = ("recommendations", "campaigns", "audiences")
LEARN = {"learn": "weekly"}
# A Friday, so that schedules come to a Monday soon.
FIRST_EVENING = date(2025, 6, 20)
DAYS_BEFORE, USERS, ITEMS = 30, 16, 10
# Of who has built before, by design (docs/operations.md), and what follows from them.
HISTORIES = {
    *("audience_history", "build_drift", "build_health", "erasure_audit"),
    *("programme_lift", "audience_members", "audience_summary"),
}
CATEGORIES = ("tea", "coffee")
LEARNED_MARTS = (
    *("recommendations", "recommender_quality", "similar_items", "ranking_choice"),
    *("recommendation_explanations", "neural_feature_importance", "row_accounting"),
    *("build_health", "rejected_rows", "value_gaps", "erasure_audit"),
)
# A build without a data test is not published.
TESTED = "every_input_row_has_one_fate"
SELECTED_BESIDES = ("stg_build_history", TESTED)
# What may befall a shop between two nights, beside arrivals. Two kinds at most do: were
# it all, hardly a night would keep what was learned, or learn anew for one reason.
KINDS = (
    *("corrections", "events withdrawn", "refunds", "consents turned", "erasures"),
    *("prices", "availabilities", "ends moved", "newcomers"),
)
RARELY = st.sampled_from((False, False, False, True))
ALLOWED = st.sets(st.sampled_from(KINDS), min_size=1, max_size=2)
Rows = dict[str, list[dict[str, Any]]]


def events_of(day: date, seed: int) -> list[dict[str, Any]]:
    """Return a day's events: most users look, a third of them buy."""
    draw = random.Random(f"{day} {seed}")
    rows = []
    for number in range(USERS):
        if draw.random() < 0.5:
            continue
        item = draw.randrange(ITEMS)
        at = datetime.combine(day, datetime.min.time()) + timedelta(
            seconds=draw.randrange(86400)
        )
        row = {
            "event_id": f"e{day:%m%d}-{seed}-{number}",
            "user_id": f"u{number:02}",
            "item_id": f"i{item:02}",
            "event_type": "purchase" if draw.random() < 0.4 else "view",
            "occurred_at": f"{at}",
        }
        if row["event_type"] == "purchase":
            row |= {
                "quantity": "1",
                "unit_price": str(5 + item),
                "order_id": f"o{day:%m%d}-{seed}-{number}",
            }
        rows.append(row)
    return rows


def first_inputs() -> Rows:
    """Return a shop of a campaign with a control, on its first evening."""
    users = [f"u{number:02}" for number in range(USERS)]
    began = FIRST_EVENING - timedelta(days=15)
    days = [FIRST_EVENING - timedelta(days=age) for age in range(DAYS_BEFORE)]
    return {
        "events": [row for day in days for row in events_of(day, 0)],
        "items": [
            {
                "item_id": f"i{number:02}",
                "title": f"{CATEGORIES[number % 2]} number {number}",
                "category": CATEGORIES[number % 2],
                "price": str(5 + number),
                "published_at": "2025-01-01",
            }
            for number in range(ITEMS)
        ],
        "users": [
            {
                "user_id": user,
                "signed_up_at": "2025-01-01",
                "has_email_consent": "true",
                "has_ads_consent": "true",
                "has_profiling_consent": "true",
            }
            for user in users
        ],
        "campaigns": [
            {
                "campaign_id": name,
                "name": name,
                "channel": "email",
                "started_at": f"{began}",
                "ended_at": f"{FIRST_EVENING - timedelta(days=5)}",
                "target_category": category,
                "click_window_days": "7",
                "currency": "EUR",
            }
            for name, category in (("c1", "tea"), ("c2", "coffee"))
        ],
        "campaign_assignments": [
            {
                "campaign_id": "c1",
                "user_id": user,
                "variant": "control" if place % 3 == 0 else "a",
                "assigned_at": f"{began}",
            }
            for place, user in enumerate(users)
        ],
        "campaign_touches": [
            {
                "touch_id": f"t{place}",
                "campaign_id": "c1",
                "user_id": user,
                "channel": "email",
                "touch_type": ("send", "impression", "click")[place % 3],
                "touched_at": f"{began + timedelta(days=1)} 0{place % 9}:00:00",
            }
            for place, user in enumerate(users)
            if place % 3
        ],
        "campaign_spend": [
            {"campaign_id": "c1", "spend_date": f"{began}", "spend": "12"}
        ],
        # A column that nobody fills has no type.
        "erasure_requests": [{"user_id": "stranger", "requested_at": "2025-06-01"}],
    }


class Shop:
    """Inputs of an evening, a database that goes on, and builds from nothing."""

    def __init__(self, folder: Path, parsed: Path, marts: str):
        self.folder, self.parsed = folder, parsed
        self.selected = ("resource_type:model", "resource_type:seed", TESTED)
        published: tuple[str, ...] = ()
        if marts == "learned":
            published = LEARNED_MARTS
            self.selected = (*(f"+{name}" for name in published), *SELECTED_BESIDES)
        self.inputs = folder / "inputs"
        self.database = folder / "nights" / "inputs.duckdb"
        self.published = folder / "nights" / "published" / "inputs.duckdb"
        self.variables = {
            "parts": PARTS,
            "windows": LEARN,
            "publication": {"marts": list(published), "earlier": 0},
        }
        self._manifest: Any = None
        self.builds, self.seconds = 0, 0.0

    def write(self, inputs: Rows, order: int) -> None:
        """Write the inputs as an export does, in an order of rows."""
        self.inputs.mkdir(parents=True, exist_ok=True)
        for name, rows in inputs.items():
            shuffled = random.Random(order).sample(rows, len(rows))
            names = dict.fromkeys(name for row in rows for name in row)
            columns = {
                name: pa.array([row.get(name) for row in shuffled], pa.string())
                for name in names
            }
            pq.write_table(pa.table(columns), self.inputs / f"{name}.parquet")

    def parse(self) -> None:
        """Parse as `DbtProject` does, so that it takes up what that has parsed."""
        self._name("inputs.duckdb", "tests/inputs/empty")
        variables = {"windows": LEARN}
        command = ["parse", "--vars", json.dumps({"parts": PARTS} | variables)]
        found = dbtRunner().invoke([*command, *self._common(self.parsed)])
        assert found.success, found.exception
        self._manifest = found.result

    def begin(self, *flags: str) -> Publication | str:
        """Return the publication that stands, or the reason to build."""
        self.database.parent.mkdir(parents=True, exist_ok=True)
        self._name(self.database, self.inputs)
        command = ["dbt", "build", "--vars", json.dumps(self.variables), *flags]
        return begin(self.database, self.published, command, PROJECT)

    def build(self, database: Path, *flags: str, last: int | None = None) -> int:
        """Build in a fork: 0 if it succeeded, -9 if it was killed as asked.

        `last` is the statement before which it is killed.
        """
        database.parent.mkdir(parents=True, exist_ok=True)
        counted = self.folder / "statements"

        def run() -> bool:
            self._name(database, self.inputs)
            found = dbtRunner(manifest=self._manifest).invoke(
                [
                    *("build", "--exclude-resource-type", "unit_test", *flags),
                    *("--indirect-selection", "empty", "--select", *self.selected),
                    *("--vars", json.dumps(self.variables)),
                    *self._common(self.folder / "target"),
                ]
            )
            for node in getattr(found.result, "results", []):
                if node.status == "error":
                    print(node.node.name, node.message, file=sys.stderr)
            return found.success

        before = _seconds_of_children()
        moments = Moments(last, None if last else counted)
        status = forked(lambda: moments.in_statements(run))
        self.builds += 1
        self.seconds += _seconds_of_children() - before
        return status

    def statements(self) -> int:
        """Return how many the last build had that was not killed."""
        return int((self.folder / "statements").read_text())

    def publish(self) -> None:
        publish(self.database, self.published)
        finish(self.database, self.published)

    def from_nothing(self, histories: Path | None) -> Path:
        """Build the inputs in a new database, which begins with histories if given."""
        folder = self.folder / "at_once"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        database = folder / "inputs.duckdb"
        if histories is not None:
            put_back(database, histories)
        status = self.build(database)
        assert status == 0, f"a build from nothing ended with {status}"
        return database

    def keep_histories(self) -> Path | None:
        """Copy the histories before a build; none before the first."""
        if not self.database.exists():
            return None
        with duckdb.connect(str(self.database), read_only=True) as connection:
            builds = connection.sql(
                "select 1 from duckdb_tables() where table_name = 'build_history'"
            ).fetchall()
        if not builds:
            return None
        return back_up(self.database, self.folder / "histories.duckdb").path

    def say_that_quality_fell(self) -> None:
        """Write what the publication of a fall writes."""
        with duckdb.connect(str(self.database)) as connection:
            connection.execute(
                "insert into history.build_measures by name select build_id,"
                " 'quality' as measure_name, 'ndcg@10' as subject,"
                " 0.1 as measured_value, 'warned' as outcome,"
                " true as is_relearning_due from history.build_history"
                " where published_at is not null order by started_at desc limit 1"
            )

    def kept(self) -> int:
        with duckdb.connect(str(self.database), read_only=True) as connection:
            ((count,),) = connection.sql(
                "select count(*) from intermediate.int_kept_tables where is_kept"
            ).fetchall()
        return count

    def _name(self, database: Path | str, inputs: Path | str) -> None:
        os.environ |= {
            "PRECISION_MARKETING_DATABASE": str(database),
            "PRECISION_MARKETING_INPUT_DIR": str(inputs),
            "PRECISION_MARKETING_THREADS": "2",
            # As `precision-marketing build` says it: of the same code all along.
            "PRECISION_MARKETING_CODE": "1f0e",
            "DBT_PROFILES_DIR": str(PROJECT),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "False",
        }

    def _common(self, target: Path) -> list[str]:
        return [
            *("--quiet", "--no-use-colors", "--log-level", "none", "--no-write-json"),
            *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
            *("--target-path", str(target), "--log-path", str(self.folder / "logs")),
        ]


def allowed(kind: str) -> Any:
    """Let a rule be drawn in a night that allows what it does."""
    return precondition(lambda self: kind in self.allowed)


def _seconds_of_children() -> float:
    times = os.times()
    return times.children_user + times.children_system


# What all schedules have done, to be said at the end.
FOUND = Counter({"builds that kept": 0, "builds that learned": 0})


def machine_of(shop_of: Any, nights: int) -> type[RuleBasedStateMachine]:
    """Return the state machine of shops that a function makes, of so many nights."""

    class Nights(RuleBasedStateMachine):
        """What befalls a shop between builds, and what a build has to be then."""

        def __init__(self) -> None:
            super().__init__()
            self.shop: Shop = shop_of()
            self.rows = first_inputs()
            self.day, self.order = FIRST_EVENING, 0
            self.late: list[tuple[date, dict]] = []
            self.has_fallen, self.was_changed, self.was_killed = False, False, False
            self.nights, self.has_arrived, self.allowed = 0, False, set()
            FOUND["schedules"] += 1

        def changed(self, what: str) -> None:
            FOUND[what] += 1
            self.was_changed = True
            self.order += 1
            self.shop.write(self.rows, self.order)

        @initialize(late=st.integers(0, 3), seed=st.integers(0, 9), kinds=ALLOWED)
        def next_day(self, late: int, seed: int, kinds: set[str]) -> None:
            self.allowed = kinds
            self.pass_days(1, late, seed)

        @precondition(lambda self: not self.has_arrived)
        @rule(days=st.integers(1, 4), late=st.integers(0, 3), seed=st.integers(0, 9))
        def arrive(self, days: int, late: int, seed: int) -> None:
            self.pass_days(days, late, seed)

        @rule()
        def rest(self) -> None:
            """Let a schedule end without a night more."""

        def pass_days(self, days: int, late: int, seed: int) -> None:
            self.has_arrived = True
            for _ in range(days):
                self.day += timedelta(days=1)
                rows = events_of(self.day, seed)
                # Some come one to three days later.
                self.late += [
                    (self.day + timedelta(days=1 + place), row)
                    for place, row in enumerate(rows[:late])
                ]
                self.rows["events"] += rows[late:]
                here = [row for day, row in self.late if day <= self.day]
                self.late = [(day, row) for day, row in self.late if day > self.day]
                self.rows["events"] += here
            self.changed("arrivals")

        # Counted from the newest, so that half of them are too new to be learned from.
        @allowed("corrections")
        @rule(place=st.integers(0, 15) | st.integers(0, 200), price=st.integers(1, 90))
        def correct(self, place: int, price: int) -> None:
            events = self.rows["events"]
            events[-1 - place] |= {
                "event_type": "purchase",
                "quantity": "2",
                "unit_price": str(price),
            }
            self.changed("corrections")

        @allowed("events withdrawn")
        @rule(place=st.integers(0, 15) | st.integers(0, 200))
        def withdraw_event(self, place: int) -> None:
            self.rows["events"].pop(-1 - place)
            self.changed("events withdrawn")

        @allowed("refunds")
        @rule(place=st.integers(0, 50))
        def refund(self, place: int) -> None:
            bought = [r for r in self.rows["events"] if r["event_type"] == "purchase"]
            row = bought[-1 - place]
            back = {
                "event_id": f"r{self.order}",
                "event_type": "refund",
                "occurred_at": f"{self.day} 23:00:00",
            }
            self.rows["events"].append(row | back)
            self.changed("refunds")

        @allowed("consents turned")
        @rule(
            user=st.integers(0, USERS - 1),
            kind=st.sampled_from(("email", "ads", "profiling")),
        )
        def turn_consent(self, user: int, kind: str) -> None:
            row, name = self.rows["users"][user], f"has_{kind}_consent"
            row[name] = "false" if row[name] == "true" else "true"
            self.changed("consents turned")

        @allowed("erasures")
        @rule(user=st.integers(0, USERS - 1))
        def erase(self, user: int) -> None:
            self.rows["erasure_requests"].append(
                {"user_id": f"u{user:02}", "requested_at": f"{self.day}"}
            )
            self.changed("erasures")

        @allowed("prices")
        @rule(item=st.integers(0, ITEMS - 1), price=st.integers(1, 90))
        def change_price(self, item: int, price: int) -> None:
            self.rows["items"][item]["price"] = str(price)
            self.changed("prices")

        @allowed("availabilities")
        @rule(item=st.integers(0, ITEMS - 1))
        def turn_availability(self, item: int) -> None:
            row = self.rows["items"][item]
            was = row.get("is_available", "true")
            row["is_available"] = "false" if was == "true" else "true"
            self.changed("availabilities")

        # An item in a category of its own, and somebody who bought it, or nobody yet.
        @allowed("newcomers")
        @rule(is_bought=st.booleans())
        def come_new(self, is_bought: bool) -> None:
            number = f"{self.order:03}"
            self.rows["items"].append(
                {
                    "item_id": f"i-{number}",
                    "title": f"cocoa number {number}",
                    "category": "cocoa",
                    "price": "7",
                    "published_at": f"{self.day}",
                }
            )
            if is_bought:
                self.rows["events"].append(
                    {
                        "event_id": f"n{number}",
                        "user_id": f"a-{number}",
                        "item_id": f"i-{number}",
                        "event_type": "purchase",
                        "occurred_at": f"{self.day} 12:00:00",
                        "quantity": "1",
                        "unit_price": "7",
                        "order_id": f"n{number}",
                    }
                )
            self.changed("newcomers")

        @allowed("ends moved")
        @rule(campaign=st.integers(0, 1), days=st.integers(-9, 9), fades=st.booleans())
        def move_end(self, campaign: int, days: int, fades: bool) -> None:
            row = self.rows["campaigns"][campaign]
            row["ended_at"] = None if fades else f"{self.day + timedelta(days=days)}"
            self.changed("ends moved")

        @precondition(lambda self: self.was_changed and not self.was_killed)
        @rule(share=st.floats(0.1, 0.99))
        def kill(self, share: float) -> None:
            self.was_killed = True
            last = max(1, int(share * self.shop.statements()))
            status = self.shop.build(self.shop.database, last=last)
            assert status in (0, -9), f"a build that is killed ended with {status}"
            FOUND["kills" if status else "kills that came too late"] += 1

        @precondition(lambda self: self.nights < nights - 1)
        @rule(full=RARELY, falls=st.booleans(), kinds=ALLOWED)
        def build(self, full: bool, falls: bool, kinds: set[str]) -> None:
            flags = ["--full-refresh"] if full else []
            self.has_arrived, self.allowed = False, kinds
            reason = self.shop.begin(*flags)
            if isinstance(reason, Publication):
                FOUND["nights without a change"] += 1
                assert not self.was_changed
                assert "published" in reason.in_words()
                return
            self.was_changed, self.was_killed = False, False
            self.nights += 1
            histories = self.shop.keep_histories()
            status = self.shop.build(self.shop.database, *flags)
            assert status == 0, f"a build ended with {status}"
            kept = self.shop.kept()
            FOUND["builds that kept" if kept else "builds that learned"] += 1
            FOUND["full builds"] += full
            assert not (full and kept), "a full refresh kept tables"
            # Without any, every other time.
            alone = self.nights % 2 == 0 and not self.has_fallen
            at_once = self.shop.from_nothing(None if alone else histories)
            found = differences(self.shop.database, at_once)
            assert found.keys() <= (HISTORIES if alone else set()), (found, kept)
            self.shop.publish()
            again = self.shop.begin()
            assert isinstance(again, Publication), f"built again, since {again}"
            if falls:
                FOUND["falls"] += 1
                self.has_fallen = True
                self.shop.say_that_quality_fell()

        def teardown(self) -> None:
            try:
                if sys.exc_info()[0] is None:
                    # Every schedule ends with a night, or nothing would be asked of it.
                    type(self).build(self, False, False, set())
            finally:
                FOUND["builds in all"] += self.shop.builds
                FOUND["seconds of them"] += round(self.shop.seconds)
                print(json.dumps(FOUND), file=sys.stderr, flush=True)

    return Nights


def attack(
    folder: Path,
    schedules: int,
    nights: int,
    marts: str,
    parsed: Path,
    number: int | None,
) -> None:
    """Run so many schedules; raise with the shortest one that fails."""
    # In one folder, since the inputs' is one of the things that may have changed.
    before, current = folder / "before", folder / "current"
    folder.mkdir(parents=True, exist_ok=True)
    first = Shop(current, parsed, marts)
    first.parse()
    # Compiled and imported once, for all forks.
    import precision_marketing.scorers.registry  # noqa: F401

    # All schedules begin with the same evening, so that it is built once.
    first.write(first_inputs(), 0)
    first.begin()
    assert first.build(first.database) == 0
    first.publish()
    FOUND["builds in all"] += first.builds
    FOUND["seconds of them"] += round(first.seconds)
    current.rename(before)

    def shop_of() -> Shop:
        shutil.rmtree(current, ignore_errors=True)
        shutil.copytree(before, current)
        shop = Shop(current, parsed, marts)
        shop._manifest = first._manifest
        return shop

    machine = machine_of(shop_of, nights)
    machine.TestCase.settings = settings(
        max_examples=schedules,
        stateful_step_count=6 * nights,
        deadline=None,
        database=None,
        derandomize=number is None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
        print_blob=False,
    )
    if number is not None:
        machine = seed(number)(machine)
    run_state_machine_as_test(machine, settings=machine.TestCase.settings)


if __name__ == "__main__":
    folder, schedules, nights, marts, parsed, *number = sys.argv[1:]
    began = time.process_time()
    try:
        attack(
            *(Path(folder), int(schedules), int(nights), marts, Path(parsed)),
            int(number[0]) if number else None,
        )
    finally:
        FOUND["seconds of this process"] += round(time.process_time() - began)
        print(json.dumps(FOUND))
