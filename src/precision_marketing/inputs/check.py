"""Say what a build would make of a folder of inputs, before it is built.

The project's own models of staging are built into a database that is removed
afterwards; no value of the input is printed, only what values look like.
"""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from precision_marketing.inputs.advice import advise
from precision_marketing.inputs.staging import (
    CheckError,
    StagedInputs,
    find_project,
    stage_inputs,
)

# Names of files and columns that are listed in one line, at most.
NEARLY_ALL = 0.95
LISTED_NAMES = 12
# The reason of `value_gaps` for numbers that may have been read all the same.
UNCLEAR = "decimals_unclear"
# What is around dbt's sentence.
_FRAME = re.compile(
    r"^(\d+ of \d+ ERROR|Failure in|\w+ Error in|Encountered an|> |And \d+ more|$)"
)


def report(staged: StagedInputs) -> tuple[list[str], bool]:
    """Return what is known of a folder of inputs.

    Parameters
    ----------
    staged : StagedInputs
        Its database is still there.

    Returns
    -------
    lines : list of str
        For people; without any value of the input.
    is_sound : bool
        Whether a build would go on.
    """
    stops = list(dict.fromkeys([*_sentences(staged.errors), *staged.faults]))
    lines = []
    if not staged.database.exists():
        # The project could not be parsed.
        return ["A build would stop:", *(f"- {sentence}" for sentence in stops)], False
    with duckdb.connect(str(staged.database), read_only=True) as connection:
        if _has(connection, "present_columns"):
            lines += [*_inputs(connection, staged.is_staged), *_others(connection)]
        if staged.is_staged:
            lines += _unmatched(connection)
            health = _health(connection)
            lines += [message for outcome, message in health if outcome == "warned"]
            stops += [message for outcome, message in health if outcome == "stopped"]
    if stops:
        lines += ["", "A build would stop:", *(f"- {sentence}" for sentence in stops)]
    return lines, not stops


def _sentences(errors: list[str]) -> list[str]:
    """Return dbt's errors without what dbt writes around them."""
    said = (line.strip() for error in errors for line in error.splitlines())
    return [line for line in said if not _FRAME.match(line)]


def _inputs(connection: duckdb.DuckDBPyConnection, is_staged: bool) -> Iterator[str]:
    inputs = connection.sql(
        """
        select
            contract.input_name,
            any_value(is_required_input),
            list(column_name order by column_place)
        from contract
        group by contract.input_name
        order by min(input_place)
        """
    ).fetchall()
    for input_name, is_required, columns in inputs:
        files = connection.execute(
            "select file_format, count(*) from listed_files where input_name = ?"
            " group by all order by all",
            [input_name],
        ).fetchall()
        needed = "required" if is_required else "optional"
        if not files:
            yield f"{input_name} ({needed}): not there"
            continue
        found = ", ".join(
            f"{count} {name} {'file' if count == 1 else 'files'}"
            for name, count in files
        )
        yield f"{input_name} ({needed}): {found}"
        yield from _columns(connection, input_name, columns)
        if is_staged:
            yield from _rows(connection, input_name, columns)
            yield from _gaps(connection, input_name)
        if is_staged and input_name == "campaigns":
            yield from _days(connection)


def _days(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Yield how many campaigns end with a day and not at a time of it."""
    ends, days = connection.sql(
        "select count(ended_at), count(*) filter"
        " (date_part('microsecond', ended_at) = 59999999) from staging.stg_campaigns"
    ).fetchone()
    if days:
        yield f"  ended_at: {days:,} of {ends:,} are days, which end with them"


def _columns(
    connection: duckdb.DuckDBPyConnection, input_name: str, columns: list[str]
) -> Iterator[str]:
    rows = connection.execute(
        "select column_name from present_columns where input_name = ?", [input_name]
    ).fetchall()
    present = {name for (name,) in rows}
    if present:
        yield f"  read: {_names(name for name in columns if name in present)}"
        yield f"  not there: {_names(name for name in columns if name not in present)}"
        yield f"  not read: {_names(sorted(present - set(columns)))}"


def _rows(
    connection: duckdb.DuckDBPyConnection, input_name: str, columns: list[str]
) -> Iterator[str]:
    connection.execute(
        "select * from marts.row_accounting where input_name = ?", [input_name]
    )
    names = [column[0] for column in connection.description]
    fates = dict(zip(names, connection.fetchone(), strict=True))
    read = fates["rows_read"]
    yield "  rows: " + ", ".join(
        f"{count:,} {name.removeprefix('rows_').replace('_', ' ')}"
        for name, count in fates.items()
        if name in {"rows_read", "rows_kept"} or (name != "input_name" and count)
    )
    for reason, count in connection.execute(
        f"""
        select rejection_reason, count(*) as row_count
        from (
            select rejection_reason from staging.stg_{input_name}_checked
            where row_status = 'rejected'
            union all
            select 'line that is broken: ' || rejection_reason
            from staging.stg_broken_records
            where input_name = ?
        )
        group by rejection_reason
        order by row_count desc, rejection_reason
        """,
        [input_name],
    ).fetchall():
        shape = _rejected_shape(connection, input_name, reason, columns)
        yield (
            f"  rejected: {reason}, {count:,} rows ({count / read:.1%})"
            f"{f', most look like `{shape}`' if shape else ''}: {advise(reason, shape)}"
        )


def _rejected_shape(
    connection: duckdb.DuckDBPyConnection,
    input_name: str,
    reason: str,
    columns: list[str],
) -> str | None:
    """Return what most values look like of the column that a reason is about."""
    about = [name for name in columns if reason.endswith(f"_{name}")] or [
        name for name in columns if reason.startswith(f"{name}_")
    ]
    if not about or reason.startswith("missing"):
        return None
    (shape,) = connection.execute(
        f"""
        select {_shape(f"json_extract_string(row_content, '$.{max(about, key=len)}')")}
        from staging.stg_{input_name}_checked
        where rejection_reason = ?
        group by all
        order by count(*) desc, 1
        limit 1
        """,
        [reason],
    ).fetchone()
    return shape


def _shape(text: str) -> str:
    r"""Return SQL of what a text looks like: digits as 9, letters as a."""
    digits = rf"regexp_replace(left({text}, 40), '\pN', '9', 'g')"
    return rf"regexp_replace({digits}, '\pL', 'a', 'g')"


def _gaps(connection: duckdb.DuckDBPyConnection, input_name: str) -> Iterator[str]:
    if not _has(connection, "value_gaps"):
        return
    for column, reason, count in connection.execute(
        "select column_name, gap_reason, row_count from marts.value_gaps"
        " where input_name = ? order by all",
        [input_name],
    ).fetchall():
        advice = advise(f"{reason}_{column}")
        found = "may be thousands" if reason == UNCLEAR else "taken as missing"
        yield f"  {found}: {column}, {reason}, {count:,} rows: {advice}"


def _has(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    return bool(
        connection.execute(
            "select 1 from information_schema.tables where table_name = ?", [table]
        ).fetchall()
    )


def _others(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    rows = connection.sql(
        "select file_name from listed_files where input_name is null order by file_name"
    ).fetchall()
    if rows:
        yield f"Other files, which are not read: {_names(name for (name,) in rows)}"


def _unmatched(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Yield which inputs name users or items that no other input knows."""
    users = """
        select
            input_name, 'users', 'events', unmatched_user_count, user_count,
            user_id_shape, event_user_id_shape
        from staging.stg_unmatched_users
        where unmatched_user_count > 0
        order by input_name
        """
    has_users = _has(connection, "stg_unmatched_users")
    rows = connection.sql(users).fetchall() if has_users else []
    items = connection.sql(
        f"""
        with ids as (
            select item_id, bool_or(is_item) as is_known
            from (
                select distinct item_id, false as is_item from staging.stg_events
                union all
                select item_id, true from staging.stg_items
            )
            group by item_id
            having not bool_and(is_item)
        )
        select
            'events', 'items', 'items', count(*) filter (not is_known), count(*),
            mode({_shape("item_id")} order by item_id) filter (not is_known),
            (select mode({_shape("item_id")} order by item_id) from staging.stg_items)
        from ids
        having count(*) filter (not is_known) > 0
        """
    ).fetchall()
    for input_name, what, other, unmatched, count, shape, other_shape in rows + items:
        # Some users never order, and some items were deleted: that is no fault.
        if shape == other_shape and unmatched < NEARLY_ALL * count:
            continue
        yield (
            f"{input_name}: {unmatched:,} of {count:,} {what} are not in {other}; most"
            f" look like `{shape}` here and `{other_shape}` there: write them alike"
        )


def _health(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    if not _has(connection, "build_health"):
        return []
    return connection.sql(
        "select outcome, message from marts.build_health where outcome <> 'ok'"
        " order by check_name, input_name"
    ).fetchall()


def _names(names: Any) -> str:
    listed = list(names)
    more = len(listed) - LISTED_NAMES
    return (
        ", ".join(listed[:LISTED_NAMES]) + (f" and {more} more" if more > 0 else "")
        or "none"
    )


def check_inputs(
    project_dir: Path, input_dir: Path, variables: str
) -> tuple[list[str], bool]:
    """Return what a build would make of a folder of inputs.

    Parameters
    ----------
    project_dir : Path
        Of the package, or of a project that has installed it.
    input_dir : Path
        Folder of the inputs.
    variables : str
        YAML or JSON of dbt's `--vars`.

    Returns
    -------
    lines : list of str
        For people; without any value of the input.
    is_sound : bool
        Whether a build would go on.

    Raises
    ------
    CheckError
        If there is no such folder or project, or `variables` is no mapping.
    """
    if not input_dir.is_dir():
        raise CheckError(f"`{input_dir}` is no folder: give --input-dir.")
    project = find_project(project_dir)
    with tempfile.TemporaryDirectory(prefix="precision_marketing_") as work:
        return report(stage_inputs(project, input_dir, Path(work), variables))
