"""One mart of a build as it is published: minimal, by a profile."""

from __future__ import annotations

from typing import NamedTuple

import duckdb

from precision_marketing.privacy.profiles import Profile
from precision_marketing.privacy.pseudonyms import PERSONAL_COLUMNS, pseudonym, use_key
from precision_marketing.privacy.small_groups import hidden_groups, hidden_of_wholes

# Rows as they were read, which the warehouse keeps.
CONTENTS = {"rejected_rows": "row_content"}


class Grouped(NamedTuple):
    """A mart with a row for each group of a whole that is published too.

    Parameters
    ----------
    whole : str
        SQL of the whole that a row belongs to; null for a row that is no group.
    group : str
        SQL of its group.
    counted : str
        SQL of what tells further rows of a group apart.
    columns : tuple of str
        Columns that count people.
    rest : str
        A query of what the groups leave of the whole: the same, and people.
    """

    whole: str
    group: str
    counted: str
    columns: tuple[str, ...]
    rest: str = ""


GROUPED = {
    "campaign_lift_by_segment": Grouped(
        "concat_ws(chr(31), campaign_id, segment_kind)",
        "segment",
        "variant",
        ("treated_user_count", "control_user_count"),
    ),
    # Users of cold items are a group beside the kinds of histories, and against all.
    "recommender_quality": Grouped(
        "case when segment <> 'all'"
        " then concat_ws(chr(31), time_window, segment = 'cold_items') end",
        "segment",
        "concat_ws(chr(31), scorer, metric, k)",
        ("user_count",),
        "select concat_ws(chr(31), time_window, true), '(rest)',"
        " concat_ws(chr(31), scorer, metric, k, 'user_count'),"
        " max(user_count) filter (where segment = 'all')"
        " - max(user_count) filter (where segment = 'cold_items')"
        " from {table} group by time_window, scorer, metric, k",
    ),
    "propensity_calibration": Grouped(
        "campaign_id",
        "cast(propensity_decile as varchar)",
        "''",
        ("scored_user_count",),
    ),
    "recommendation_feedback": Grouped(
        "concat_ws(chr(31), scorer, reason_code, channel)",
        "cast(recommendation_rank as varchar)",
        "''",
        ("user_count",),
    ),
}
# Paths are merged, since what is known of them adds up.
PATHS = "conversion_paths"
OTHER_PATHS = "(other paths)"


def mart_query(
    connection: duckdb.DuckDBPyConnection, table: str, mart: str, profile: Profile
) -> str:
    """Return the query whose rows of a mart are published.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Has the build attached; gets the key and a temporary table of hidden groups.
    table : str
        The mart in the build, quoted.
    mart : str
        Its name.
    profile : Profile
        What is published of people.

    Returns
    -------
    str
        A SELECT with the mart's columns in their order, for this connection.
    """
    types = dict(
        connection.execute(
            f"select column_name, column_type from (describe {table})"
        ).fetchall()
    )
    changed = {}
    if mart in CONTENTS and CONTENTS[mart] in types:
        changed[CONTENTS[mart]] = f"cast(null as {types[CONTENTS[mart]]})"
    if profile.key is not None:
        use_key(connection, profile.key)
        changed |= {name: pseudonym(name) for name in PERSONAL_COLUMNS if name in types}
    rows = table
    # Of one user there is a group everywhere: nothing is too small.
    if mart in GROUPED and profile.minimum_group > 1:
        rows = _without_small_groups(connection, table, mart, profile.minimum_group)
    elif mart == PATHS and profile.minimum_group > 1:
        rows = _with_merged_paths(connection, table, profile.minimum_group)
    replaced = ", ".join(f"{value} as {name}" for name, value in changed.items())
    return f"select *{f' replace ({replaced})' if replaced else ''} from {rows}"


def _without_small_groups(
    connection: duckdb.DuckDBPyConnection, table: str, mart: str, minimum: int
) -> str:
    grouped = GROUPED[mart]
    whole, group = grouped.whole, grouped.group
    parts = [
        f"select {whole}, {group}, concat_ws(chr(31), {grouped.counted}, '{column}'),"
        f" {column} from {table} where {whole} is not null"
        for column in grouped.columns
    ]
    if grouped.rest:
        parts.append(grouped.rest.format(table=table))
    cells = connection.execute(" union ".join(parts)).fetchall()
    hidden = hidden_of_wholes(cells, minimum)
    if not hidden:
        return table
    name = f"hidden_{mart}"
    connection.execute(
        f"create or replace temp table {name} (whole varchar, part varchar)"
    )
    connection.executemany(f"insert into {name} values (?, ?)", hidden)
    return (
        f"(select * from {table} as shown where not exists (select 1 from {name} as"
        f" hidden where hidden.whole = {whole} and hidden.part = {group}))"
    )


def _with_merged_paths(
    connection: duckdb.DuckDBPyConnection, table: str, minimum: int
) -> str:
    """Merge the paths that too few people went into one row."""
    paths = connection.execute(
        f"select path, conversion_count + unconverted_user_count from {table}"
    ).fetchall()
    merged = sorted(hidden_groups({path: {"": size} for path, size in paths}, minimum))
    if not merged:
        return table
    connection.execute("create or replace temp table merged_paths (path varchar)")
    connection.executemany(
        "insert into merged_paths values (?)", [(path,) for path in merged]
    )
    is_merged = "path in (select path from merged_paths)"
    return (
        f"(from {table} where not {is_merged} union all by name"
        f" select '{OTHER_PATHS}' as path, ['{OTHER_PATHS}'] as path_steps,"
        " cast(sum(conversion_count) as bigint) as conversion_count,"
        " cast(sum(unconverted_user_count) as bigint) as unconverted_user_count,"
        " sum(conversion_count) / nullif(sum(conversion_count +"
        " unconverted_user_count), 0) as converted_path_share,"
        " cast(sum(touch_count) as bigint) as touch_count,"
        " cast(sum(revenue_amount) as decimal(18, 4)) as revenue_amount,"
        " sum(average_days_to_conversion * conversion_count) / nullif(sum("
        "conversion_count), 0) as average_days_to_conversion,"
        f" any_value(lookback_days) as lookback_days from {table} where {is_merged})"
    )
