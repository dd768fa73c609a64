"""The sections that `publishing.summary` prints, each from one mart."""

from __future__ import annotations

from textwrap import wrap

import duckdb

from precision_marketing.publishing.text_table import Column, format_table

WIDTH = 100
RECOMMENDATIONS_PER_USER = 3
MAXIMUM_CAMPAIGN_ROWS = 40
# The two figures that published comparisons of recommenders report most.
QUALITY_METRICS = (("ndcg", 10, "NDCG@10"), ("recall", 20, "recall@20"))
# Numbers before text, so that campaign 2 comes before campaign 10.
CAMPAIGN_ORDER = "try_cast(campaign_id as bigint) nulls last, campaign_id, variant"


def recommendations(connection: duckdb.DuckDBPyConnection, users: int) -> str:
    """Return the best recommendations of the first users, each with its reason."""
    total, user_count = connection.execute(
        "select count(*), count(distinct user_id) from marts.recommendations"
    ).fetchall()[0]
    if not total:
        return "No recommendations: no user has an eligible item."
    summary = f"{total:,} recommendations for {user_count:,} users."
    rows = connection.execute(
        "select user_id, recommendation_rank, coalesce(item_title, item_id), "
        "winning_scorer, reason_text from marts.recommendations "
        "where recommendation_rank <= $ranks and user_id in ("
        "select distinct user_id from marts.recommendations "
        "order by user_id limit $users) order by user_id, recommendation_rank",
        {"ranks": RECOMMENDATIONS_PER_USER, "users": users},
    ).fetchall()
    if not rows:
        return summary
    table = _table(
        ["user", "rank", "item", "scorer", "reason"],
        [(user, str(rank), *texts) for user, rank, *texts in rows],
        numbers={"rank"},
    )
    return f"{table}\n{summary}"


def recommender_quality(connection: duckdb.DuckDBPyConnection) -> str:
    """Return each scorer's figures beside popularity's, the best first."""
    blocks = []
    for metric, k, label in QUALITY_METRICS:
        rows = connection.execute(
            "select scorer, metric_value, interval_lower, interval_upper, "
            "popularity_value, user_count, is_published "
            "from marts.recommender_quality where time_window = 'test' "
            "and segment = 'all' and metric = ? and k = ? "
            "order by metric_value desc nulls last, scorer",
            [metric, k],
        ).fetchall()
        if rows:
            numbers = [label, "interval", "popularity", "ratio", "users"]
            blocks.append(
                _table(
                    ["scorer", *numbers, "served"],
                    [_quality_row(*row) for row in rows],
                    numbers=set(numbers),
                )
            )
    if not blocks:
        return (
            "Not measured: no user has both a history and something new in the test "
            "window."
        )
    return "\n\n".join([*blocks, *_doubt(connection)])


def _doubt(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return a sentence if what is served is not surely better than popularity."""
    served = connection.execute(
        "select scorer, interval_lower, popularity_value, user_count "
        "from marts.recommender_quality where time_window = 'test' "
        "and segment = 'all' and metric = 'ndcg' and k = 10 and is_published"
    ).fetchone()
    if served is None:
        return []
    scorer, lower, popularity, users = served
    if scorer == "popularity":
        doubt = f"Served is popularity: on {users:,} users nothing was surely better."
    elif lower is None or popularity is None or lower > popularity:
        return []
    else:
        doubt = (
            f"Served is {scorer}, which is not surely better than popularity: on "
            f"{users:,} users the interval of its NDCG@10 begins at {lower:.4f}, and "
            f"popularity has {popularity:.4f}."
        )
    return ["\n".join(wrap(doubt, WIDTH))]


def _quality_row(
    scorer: str,
    value: float | None,
    lower: float | None,
    upper: float | None,
    popularity: float | None,
    users: int | None,
    is_published: bool | None,
) -> tuple[str | None, ...]:
    has_interval = lower is not None and upper is not None
    return (
        scorer,
        _number(value, 4),
        f"{lower:.4f} to {upper:.4f}" if has_interval else None,
        _number(popularity, 4),
        _number(value / popularity, 2) if value is not None and popularity else None,
        _number(users),
        "yes" if is_published else "",
    )


def campaign_performance(connection: duckdb.DuckDBPyConnection) -> str:
    """Return campaigns by last touch, and what the channels themselves report."""
    query = (
        "select coalesce(campaign_name, campaign_id), variant, contacted_user_count, "
        "{} from marts.campaign_performance where attribution_model = '{}' "
        f"order by {CAMPAIGN_ORDER}"
    )
    touched = connection.execute(
        query.format(
            "impression_count, click_count, 100 * ctr, conversion_count, "
            "spend_amount, revenue_amount, roas",
            "last_touch",
        )
    ).fetchall()
    reported = connection.execute(
        query.format("conversion_count, converting_user_count", "channel_reported")
    ).fetchall()
    reported = [row for row in reported if row[3]]
    if not touched and not reported:
        return "No campaigns were given."
    parts = []
    # Contacts alone fill no table that the channels' own report does not fill better.
    if any(any(row[3:]) for row in touched) or not reported:
        parts.append(_last_touch(connection, touched))
    else:
        parts.append("Last touch found no impression, click, spend or order to count.")
    if reported:
        numbers = ["contacted users", "conversions", "converting users"]
        table = _campaign_table(numbers, reported, decimals=[0, 0, 0])
        parts.append(
            f"Conversions that the channels report, such as redeemed coupons:\n{table}"
        )
    return "\n\n".join(parts)


def _last_touch(connection: duckdb.DuckDBPyConnection, rows: list[tuple]) -> str:
    numbers = ["users", "impressions", "clicks", "CTR %"]
    numbers += ["orders", "spend", "revenue", "ROAS"]
    table = _campaign_table(numbers, rows, decimals=[0, 0, 0, 2, 0, 0, 0, 2])
    currencies = connection.execute(
        "select distinct currency from marts.campaign_performance "
        "where currency is not null order by currency"
    ).fetchall()
    money = f" Money in {', '.join(name for (name,) in currencies)}."
    return (
        f"{table}\nUsers: contacted. Orders and revenue: by last touch. "
        f"A dash: not measured.{money if currencies else ''}"
    )


def _campaign_table(numbers: list[str], rows: list[tuple], decimals: list[int]) -> str:
    """Format rows of campaign, variant and numbers; cut a long table short."""
    table = _table(
        ["campaign", "variant", *numbers],
        [
            (*row[:2], *map(_number, row[2:], decimals))
            for row in rows[:MAXIMUM_CAMPAIGN_ROWS]
        ],
        numbers=set(numbers),
    )
    further = len(rows) - MAXIMUM_CAMPAIGN_ROWS
    if further > 0:
        table += f"\n... and {further:,} more rows in marts.campaign_performance"
    return table


def row_accounting(connection: duckdb.DuckDBPyConnection, has_reasons: bool) -> str:
    """Return the fate of each input's rows; inputs without rows share one line."""
    rows = connection.execute(
        "select input_name, rows_read, rows_kept, rows_rejected, rows_duplicate, "
        "rows_merged, rows_erased from marts.row_accounting order by input_name"
    ).fetchall()
    given = [row for row in rows if row[1]]
    absent = [row[0] for row in rows if not row[1]]
    if not given:
        return "No input had any rows."
    numbers = ["read", "kept", "rejected", "duplicate", "merged", "erased"]
    table = _table(
        ["input", *numbers],
        [(row[0], *map(_number, row[1:])) for row in given],
        numbers=set(numbers),
    )
    if has_reasons and any(row[3] for row in given):
        table += f"\n{_rejections(connection)}"
    return table + (f"\nWithout rows: {', '.join(absent)}." if absent else "")


def _rejections(connection: duckdb.DuckDBPyConnection) -> str:
    """Return a sentence on why rows were rejected, each input's first reasons first."""
    reasons = connection.execute(
        "select input_name, string_agg(reason, ', ' order by row_count desc, reason) "
        "from (select input_name, count(*) as row_count, "
        "replace(rejection_reason, '_', ' ') || ' ' || count(*) as reason "
        "from marts.rejected_rows group by input_name, rejection_reason) "
        "group by input_name order by input_name"
    ).fetchall()
    texts = [f"{name} ({told})" for name, told in reasons]
    return "\n".join(wrap(f"Rejected: {'; '.join(texts)}.", WIDTH))


def build_health(connection: duckdb.DuckDBPyConnection) -> str:
    """Return what the checks of the inputs have found, or that they found nothing."""
    rows = connection.execute(
        "select message from marts.build_health where outcome <> 'ok' "
        "order by outcome, check_name, input_name"
    ).fetchall()
    if not rows:
        return "No check of the inputs has anything to say."
    lines = [
        wrap(message, WIDTH, initial_indent="- ", subsequent_indent="  ")
        for (message,) in rows
    ]
    return "\n".join(line for wrapped in lines for line in wrapped)


def _table(headers: list[str], rows: list[tuple], numbers: set[str]) -> str:
    columns = [Column(header, is_number=header in numbers) for header in headers]
    return format_table(columns, rows, WIDTH)


def _number(value: float | None, decimals: int = 0) -> str | None:
    return None if value is None else f"{value:,.{decimals}f}"
