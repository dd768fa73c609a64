"""One mart of a build as it is published: minimal, by a profile."""

from __future__ import annotations

from typing import NamedTuple

import duckdb

from precision_marketing.privacy.profiles import SHARED, Profile
from precision_marketing.privacy.pseudonyms import PERSONAL_COLUMNS, pseudonym, use_key
from precision_marketing.privacy.small_groups import hidden_groups, hidden_of_wholes

# Rows as they were read, which the warehouse keeps.
CONTENTS = {"rejected_rows": "row_content"}
# Rows about one person each, without an id; of no use to others.
IN_HOUSE_ONLY = ("erasure_audit",)


class Grouped(NamedTuple):
    """Groups of people that rows of a mart are about, and what they are parts of.

    Parameters
    ----------
    whole : str
        SQL of the whole that a row belongs to; null for a row that is no group.
    group : str
        SQL of its group.
    counted : str
        SQL of what tells further rows of a group apart.
    columns : tuple of str
        What counts people, or where nothing does what they did: each at least once.
    rest : str
        A query of what the groups leave of the whole: the same, and people.
    hidden : tuple of str
        Columns that are null for a group that is hidden; without them its rows are
        left out.
    is_shown_in_house : bool
        Whether the profile `shared` alone hides groups.
    """

    whole: str
    group: str
    counted: str
    columns: tuple[str, ...]
    rest: str = ""
    hidden: tuple[str, ...] = ()
    is_shown_in_house: bool = False


def _of_items(counts: tuple[str, ...], hidden: tuple[str, ...]) -> Grouped:
    return Grouped("'all'", "item_id", "''", counts, "", (*counts, *hidden), True)


_GROUPED = {
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
    # An item in no segment's list has users there all the same: the rest.
    "popular_items": Grouped(
        "concat_ws(chr(31), segment_kind, item_id)",
        "segment",
        "''",
        ("user_count",),
        "select concat_ws(chr(31), parts.segment_kind, parts.item_id), '(rest)',"
        " concat_ws(chr(31), '', 'user_count'),"
        " any_value(wholes.user_count) - sum(parts.user_count) from {table} as parts"
        " inner join {table} as wholes on parts.item_id = wholes.item_id"
        " and wholes.segment_kind = 'all' and parts.segment_kind <> 'all'"
        " group by parts.segment_kind, parts.item_id",
        is_shown_in_house=True,
    ),
    # The customers of a month are of all cohorts; who stayed away is a group as well.
    "cohort_retention": Grouped(
        "cast(month_start_date as varchar)",
        "cast(cohort_start_date as varchar)",
        "''",
        (
            "active_user_count",
            "cohort_user_count",
            "(cohort_user_count - active_user_count)",
        ),
        is_shown_in_house=True,
    ),
    "item_pairs": Grouped(
        "concat_ws(chr(31), least(item_id, other_item_id),"
        " greatest(item_id, other_item_id))",
        "'both'",
        "''",
        ("pair_user_count",),
        is_shown_in_house=True,
    ),
    "refund_accounting": Grouped(
        "'all'",
        "concat_ws(chr(31), order_match, has_campaign)",
        "''",
        ("refund_count",),
        is_shown_in_house=True,
    ),
    # Days are parts of what campaign_performance says of the variant.
    "campaign_daily": Grouped(
        "concat_ws(chr(31), campaign_id, variant, attribution_model)",
        "concat_ws(chr(31), channel, activity_date)",
        "''",
        ("conversion_count", "refund_count"),
        "",
        (
            *("conversion_count", "click_conversion_count", "view_conversion_count"),
            *("channel_reported_conversion_count", "revenue_amount"),
            *("refund_count", "refund_amount", "net_revenue_amount"),
        ),
        True,
    ),
    "items": (
        _of_items(("viewing_user_count",), ("view_count",)),
        _of_items(
            ("buying_user_count",),
            (
                *("order_count", "quantity", "revenue_amount", "refund_count"),
                *("refund_amount", "net_revenue_amount", "net_margin_amount"),
            ),
        ),
        _of_items(
            ("refund_count",),
            ("refund_amount", "net_revenue_amount", "net_margin_amount"),
        ),
        _of_items(
            ("recommended_user_count", "top_3_user_count"),
            ("impression_count", "click_count"),
        ),
    ),
}
GROUPED = {
    mart: (groups,) if isinstance(groups, Grouped) else groups
    for mart, groups in _GROUPED.items()
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
    if profile.minimum_group > 1:
        for number, grouped in enumerate(GROUPED.get(mart, ())):
            if profile.name == SHARED or not grouped.is_shown_in_house:
                hidden = f"hidden_{mart}_{number}"
                cells = _cells(connection, table, grouped)
                groups = hidden_of_wholes(cells, profile.minimum_group)
                if groups:
                    _note_hidden(connection, hidden, groups)
                    rows = _without_hidden(rows, grouped, hidden)
        if mart == PATHS:
            rows = _with_merged_paths(connection, table, profile.minimum_group)
    if mart in IN_HOUSE_ONLY and profile.name == SHARED:
        rows = f"(select * from {table} where false)"
    replaced = ", ".join(f"{value} as {name}" for name, value in changed.items())
    return f"select *{f' replace ({replaced})' if replaced else ''} from {rows}"


def _cells(
    connection: duckdb.DuckDBPyConnection, table: str, grouped: Grouped
) -> list[tuple]:
    """Return whole, group, what is counted, and people."""
    whole, group = grouped.whole, grouped.group
    parts = [
        f"select {whole}, {group}, concat_ws(chr(31), {grouped.counted}, '{column}'),"
        f" {column} from {table} where {whole} is not null"
        for column in grouped.columns
    ]
    if grouped.rest:
        parts.append(grouped.rest.format(table=table))
    return connection.execute(" union ".join(parts)).fetchall()


def _note_hidden(
    connection: duckdb.DuckDBPyConnection, name: str, groups: list[tuple[str, str]]
) -> None:
    wholes, parts = zip(*groups, strict=True)
    connection.execute(
        f"create or replace temp table {name} as"
        " select unnest($wholes) as whole, unnest($parts) as part",
        {"wholes": list(wholes), "parts": list(parts)},
    )


def _without_hidden(rows: str, grouped: Grouped, hidden: str) -> str:
    """Return a query of rows without what a table of hidden groups names."""
    is_hidden = (
        f"exists (select 1 from {hidden} as hidden where hidden.whole ="
        f" {grouped.whole} and hidden.part = {grouped.group})"
    )
    if not grouped.hidden:
        return f"(select * from {rows} as shown where not {is_hidden})"
    columns = ", ".join(
        f"case when not {is_hidden} then {column} end as {column}"
        for column in dict.fromkeys(grouped.hidden)
    )
    return f"(select * replace ({columns}) from {rows} as shown)"


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
