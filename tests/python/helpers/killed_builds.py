"""Kill builds and publications of a small shop at many moments, while readers read.

Run `python killed_builds.py FOLDER BUILDS PUBLICATIONS PARSED`: in how many of each
one is killed, at moments spread evenly over its statements or its lines. dbt takes up
what a `DbtProject` has parsed in the folder PARSED, or parses there; each build is a
fork that goes on from there. What was found is printed as JSON.
"""

from __future__ import annotations

import csv
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from dbt.adapters.duckdb.environments.local import DuckDBCursorWrapper
from dbt.cli.main import dbtRunner

from precision_marketing.publishing import publishing
from precision_marketing.publishing.publishing import PublishingError, publish

PROJECT = Path(__file__).parents[3]
PACKAGE = str(Path(publishing.__file__).parent)
SELECTED = ("+campaigns", "+row_accounting", "+build_health")
READERS = 4
# Mixed would be a mart of one build beside another's, or beside another record.
READER = """
import json, pathlib, sys, time, duckdb
path, stop = sys.argv[1:]
reads, failed, mixed = 0, [], 0
while not pathlib.Path(stop).exists():
    try:
        with duckdb.connect(path, read_only=True) as connection:
            seen = connection.execute(
                "select (select count(*) from marts.campaigns), (select rows_read "
                "from marts.row_accounting where input_name = 'campaigns'), "
                "(select inputs from publication.build)"
            ).fetchall()[0]
        counts = {*seen[:2], json.loads(seen[2])["campaigns"]["rows"]}
        mixed += len(counts) > 1
    except Exception as error:
        failed.append(str(error))
    reads += 1
    time.sleep(0.25)
print(json.dumps({"reads": reads, "failed": failed, "mixed": mixed}))
"""


class Shop:
    """A shop of a campaign more in each version, its database and its readers' file."""

    def __init__(self, folder: Path, parsed: Path):
        self.inputs, self.database = folder / "inputs", folder / "inputs.duckdb"
        self.published = folder / "published" / "inputs.duckdb"
        self.version = 0
        self._common = [
            *("--quiet", "--no-use-colors", "--log-level", "none", "--no-write-json"),
            *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
            *("--log-path", str(folder)),
        ]
        self.renew()
        self._vars = json.dumps(
            {
                "parts": ["campaigns"],
                "input_checks": {"as_of": "2025-02-01"},
                "publication": {"marts": ["campaigns", "row_accounting"], "earlier": 1},
            }
        )
        # As of every other parse of this part, or dbt would parse anew.
        os.environ["PRECISION_MARKETING_INPUT_DIR"] = "tests/inputs/empty"
        os.environ["PRECISION_MARKETING_DATABASE"] = self.database.name
        part = ("--vars", json.dumps({"parts": ["campaigns"]}))
        target = ("--target-path", str(parsed))
        self._manifest = (
            dbtRunner().invoke(["parse", *part, *target, *self._common]).result
        )
        self._common += ["--target-path", str(folder / "target")]
        os.environ["PRECISION_MARKETING_INPUT_DIR"] = str(self.inputs)
        os.environ["PRECISION_MARKETING_DATABASE"] = str(self.database)
        os.environ["PRECISION_MARKETING_THREADS"] = "1"

    def renew(self) -> None:
        self.version += 1
        self.inputs.mkdir(exist_ok=True)
        campaigns = [{"campaign_id": f"c{n}"} for n in range(self.version)]
        events = [
            {
                "user_id": f"u{number % 30}",
                "item_id": "i1",
                "event_type": "purchase",
                "occurred_at": "2025-01-10",
            }
            for number in range(120)
        ]
        for name, rows in {
            "events": events,
            "items": [{"item_id": "i1"}],
            "campaigns": campaigns,
        }.items():
            with (self.inputs / f"{name}.csv").open("w", newline="") as file:
                writer = csv.DictWriter(file, fieldnames=list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)

    def build(self) -> bool:
        """Build with the tests that stop a build; whether it succeeded."""
        result = dbtRunner(manifest=self._manifest).invoke(
            [
                *("build", "--select", *SELECTED),
                *("--exclude-resource-type", "unit_test"),
                *("--exclude", "test_type:generic", "--vars", self._vars),
                *self._common,
            ]
        )
        if not result.success:
            print(result.exception, result.result, file=sys.stderr)
        return result.success

    def publish(self) -> bool:
        """Publish; false where it is refused in words."""
        try:
            publish(self.database, self.published)
        except PublishingError as error:
            print(error, file=sys.stderr)
            return False
        return True


def forked(action: Callable[[], bool]) -> int:
    """Run in a fork: 0 if it succeeded, 1 if not, -9 if it was killed."""
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if action() else 1)
        except BaseException as error:
            print(repr(error), file=sys.stderr)
            os._exit(3)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


class Moments:
    """Count statements of dbt, or lines of publishing; kill before one of them."""

    def __init__(self, last: int | None = None, report: Path | None = None):
        self._count, self._last, self._report = 0, last, report

    def pass_one(self) -> None:
        self._count += 1
        if self._count == self._last:
            os.kill(os.getpid(), signal.SIGKILL)

    def in_statements(self, action: Callable[[], bool]) -> bool:
        execute = DuckDBCursorWrapper.execute

        def counted(cursor, *arguments, **named):
            self.pass_one()
            return execute(cursor, *arguments, **named)

        DuckDBCursorWrapper.execute = counted
        return self._end(action())

    def in_lines(self, action: Callable[[], bool]) -> bool:
        def trace(frame, event, argument):
            if not frame.f_code.co_filename.startswith(PACKAGE):
                return None
            if event == "line":
                self.pass_one()
            return trace

        sys.settrace(trace)
        succeeded = action()
        sys.settrace(None)
        return self._end(succeeded)

    def _end(self, succeeded: bool) -> bool:
        if self._report is not None:
            self._report.write_text(str(self._count))
        return succeeded


def limited(bytes_of_a_file: int, action: Callable[[], bool]) -> bool:
    """Act as if the disk were full behind so many bytes of a file."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_of_a_file, bytes_of_a_file))
    return action()


def attack(folder: Path, builds: int, publications: int, parsed: Path) -> dict:
    shop = Shop(folder, parsed)
    counted = folder / "counted"
    assert forked(lambda: Moments(report=counted).in_statements(shop.build)) == 0
    statements = int(counted.read_text())
    assert forked(lambda: Moments(report=counted).in_lines(shop.publish)) == 0
    lines = int(counted.read_text())
    stop = folder / "stop"
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READER, str(shop.published), str(stop)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(READERS)
    ]
    found: dict = {"statements": statements, "lines": lines}
    try:
        found["killed_builds"] = [
            # dbt looks around first; from a sixth of its statements on it writes.
            _killed_build(
                shop, 1 + statements * (number and builds + 5 * number) // (6 * builds)
            )
            for number in range(builds)
        ]
        shop.renew()
        found["full_builds"] = [
            [
                # Less than what is free in the file after so many killed builds.
                forked(lambda: limited(300_000, shop.build)),
                forked(shop.publish),
            ]
        ]
        found["last_build"] = [forked(shop.build)]
        found["full_publications"] = [
            forked(lambda size=size: limited(size, shop.publish))
            for size in (1000, 300_000)
        ]
        found["killed_publications"] = [
            forked(
                lambda last=1 + lines * number // publications: Moments(last).in_lines(
                    shop.publish
                )
            )
            for number in range(publications)
        ]
        found["last_publication"] = [forked(shop.publish)]
    finally:
        stop.touch()
        reports = [json.loads(reader.communicate()[0]) for reader in readers]
    found["reads"] = [report["reads"] for report in reports]
    found["failed_reads"] = [text for report in reports for text in report["failed"]]
    found["mixed_reads"] = sum(report["mixed"] for report in reports)
    return found


def _killed_build(shop: Shop, last: int) -> list[int]:
    """Kill a build of new inputs, try to publish what it left; return both outcomes."""
    shop.renew()
    outcome = forked(lambda: Moments(last).in_statements(shop.build))
    return [outcome, forked(shop.publish)]


if __name__ == "__main__":
    folder, builds, publications, parsed = sys.argv[1:]
    print(
        json.dumps(attack(Path(folder), int(builds), int(publications), Path(parsed)))
    )
