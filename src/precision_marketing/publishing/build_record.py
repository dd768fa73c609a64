"""The record of a build, which decides whether its marts are published.

The project's hooks write it: `build_history` has a row for each build, `build_nodes`
says which build each table and test is of (macros/builds/).
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

import duckdb

from precision_marketing.build.sql_text import identifier

HISTORY = "build_history"
NODES = "build_nodes"
HEALTH = "build_health"
ERASURES = "erasure_requests"


class BuildError(Exception):
    """The build is not good; the message says why and what to do."""


class InputsError(BuildError):
    """The inputs stopped the build; the message says why."""


@dataclass(frozen=True)
class BuildRecord:
    """What a build knows of itself.

    Parameters
    ----------
    build_id : str
        Its name.
    started_at, ended_at : datetime
        UTC.
    code_version : str
        The package's version and a checksum of its models.
    settings : dict
        Vars that were given, and those about publication.
    data_until : datetime or None
        The latest event that was kept, UTC.
    inputs : dict of str to dict
        By input its `rows` and their `fingerprint`.
    row_counts : dict of str to int
        Rows by mart.
    tests_passed, tests_warned, tests_not_run : int
        Data tests; those that warned are among those that passed.
    same_erasures : frozenset of str
        Builds of this database that have read the same requests for erasure.
    """

    build_id: str
    started_at: datetime
    ended_at: datetime
    code_version: str
    settings: dict
    data_until: datetime | None
    inputs: dict[str, dict]
    row_counts: dict[str, int]
    tests_passed: int
    tests_warned: int
    tests_not_run: int
    same_erasures: frozenset[str]


def verified_build(
    connection: duckdb.DuckDBPyConnection, schema: str, tables: list[str]
) -> BuildRecord:
    """Return the record of the one build that all marts of a schema come from.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Has the database attached as `build`.
    schema : str
        Schema of the marts.
    tables : list of str
        Tables that are in it.

    Returns
    -------
    BuildRecord
        Its `row_counts` are those of the marts to publish, ordered by name.

    Raises
    ------
    BuildError
        If the build was stopped by its inputs, did not succeed as a whole, has not all
        marts or none of its tests, or if marts were changed since, come of several
        builds or of none that is recorded.
    """
    _check_health(connection, schema, tables)
    notes = _notes(connection, schema)
    nodes = connection.execute(
        f"select unique_id, kind, schema_name, table_name, build_id, state "
        f"from {notes}.{NODES} order by unique_id"
    ).fetchall()
    marts = {row[3]: row for row in nodes if row[1:3] == ("mart", schema)}
    # A mart that was never made is missing; any other was begun and not finished.
    pending = [row for row in nodes if row[5] == "unfinished" and row[4] is not None]
    if pending:
        # `model.precision_marketing.campaigns`; a test ends with a hash besides.
        raise BuildError(
            f"The last build did not succeed as a whole: {len(pending)} of its tables "
            f"and tests failed or did not run, such as {pending[0][0].split('.')[2]}. "
            "Mend what failed and run `dbt build` again."
        )
    marts = _wanted(connection, notes, marts)
    record = _record(connection, notes, marts)
    counts = _counts(connection, schema, tables, marts, record)
    return replace(record, row_counts=counts)


def _check_health(
    connection: duckdb.DuckDBPyConnection, schema: str, tables: list[str]
) -> None:
    if HEALTH not in tables:
        return
    stops = connection.execute(
        f"select message from build.{identifier(schema)}.{HEALTH} "
        "where outcome = 'stopped' order by check_name, input_name"
    ).fetchall()
    if stops:
        sentences = " ".join(message for (message,) in stops)
        raise InputsError(f"The inputs stopped the build. {sentences}")


def _notes(connection: duckdb.DuckDBPyConnection, schema: str) -> str:
    """Return the schema with the notes of the builds of these marts."""
    schemas = connection.execute(
        "select table_schema from information_schema.tables "
        "where table_catalog = 'build' and table_name = ? order by table_schema",
        [NODES],
    ).fetchall()
    for (found,) in schemas:
        notes = f"build.{identifier(found)}"
        noted = connection.execute(
            f"select count(*) from {notes}.{NODES} "
            "where kind = 'mart' and schema_name = ?",
            [schema],
        ).fetchall()
        if noted[0][0]:
            return notes
    raise BuildError(
        f"No build of the schema `{schema}` is recorded: run `dbt build` once with "
        "this version of the package."
    )


def _wanted(
    connection: duckdb.DuckDBPyConnection, notes: str, marts: dict[str, tuple]
) -> dict[str, tuple]:
    """Return the marts that the latest build was told to publish."""
    told = connection.execute(
        f"select settings from {notes}.{HISTORY} order by started_at desc, build_id "
        "limit 1"
    ).fetchall()
    wanted = json.loads(told[0][0])["publication"]["marts"] or list(marts)
    if unknown := sorted(set(wanted) - set(marts)):
        raise BuildError(
            f"There is no mart `{unknown[0]}`, which `publication: {{marts: ...}}` "
            f"names: the marts are {', '.join(sorted(marts))}."
        )
    return {name: marts[name] for name in sorted(wanted)}


def _record(
    connection: duckdb.DuckDBPyConnection, notes: str, marts: dict[str, tuple]
) -> BuildRecord:
    """Return the record of the build of the marts, if it is one."""
    builds = Counter(row[4] for row in marts.values() if row[4] is not None)
    if not builds:
        raise BuildError("No mart has been built: run `dbt build`.")
    if len(builds) > 1:
        main = builds.most_common(1)[0][0]
        others = sorted(
            name for name, row in marts.items() if row[4] not in {None, main}
        )
        raise BuildError(
            f"The marts come of {len(builds)} builds: {len(others)} of {len(marts)} "
            f"are of another one than the others, such as {others[0]}. Run `dbt build` "
            "of all of them."
        )
    rows = connection.execute(
        f"select state, build_id, started_at, ended_at, code_version, settings, "
        "data_until, inputs, row_counts, tests_passed, tests_warned, tests_not_run "
        f"from {notes}.{HISTORY} where build_id = ?",
        list(builds),
    ).fetchall()
    if not rows or rows[0][0] != "succeeded":
        state = rows[0][0] if rows else "unknown"
        raise BuildError(
            f"The build of the marts has not succeeded, it is {state}: run `dbt build` "
            "again."
        )
    _, *facts = rows[0]
    for place in (4, 6, 7):
        facts[place] = json.loads(facts[place] or "{}")
    return BuildRecord(*facts, _builds_of_same_erasures(connection, notes, facts[6]))


def _builds_of_same_erasures(
    connection: duckdb.DuckDBPyConnection, notes: str, inputs: dict[str, dict]
) -> frozenset[str]:
    builds = connection.execute(
        f"select build_id, inputs from {notes}.{HISTORY} where inputs is not null"
    ).fetchall()
    return frozenset(
        build_id
        for build_id, facts in builds
        if json.loads(facts).get(ERASURES) == inputs.get(ERASURES)
    )


def _counts(
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    tables: list[str],
    marts: dict[str, tuple],
    record: BuildRecord,
) -> dict[str, int]:
    """Return the rows of what is to be published, if all is as the build left it."""
    missing = sorted(
        name for name in marts if name not in record.row_counts or name not in tables
    )
    if missing:
        raise BuildError(
            f"{len(missing)} of {len(marts)} marts are not built, such as "
            f"{missing[0]}: run `dbt build` of all, or name those to publish in the "
            "setting `publication: {marts: [...]}`."
        )
    if not record.tests_passed:
        raise BuildError(
            "No data test of the build has run: run `dbt test`, or `dbt build` with "
            "its tests."
        )
    for name in marts:
        target = f"build.{identifier(schema)}.{identifier(name)}"
        (found,) = connection.execute(f"select count(*) from {target}").fetchall()[0]
        if found != record.row_counts[name]:
            raise BuildError(
                f"`{name}` has {found:,} rows and had {record.row_counts[name]:,} when "
                "the build ended: something else has written to it. Run `dbt build` "
                "again."
            )
    return {name: record.row_counts[name] for name in marts}
