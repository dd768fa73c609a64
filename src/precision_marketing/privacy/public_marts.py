"""The tables of the profile `public`: campaigns with noise that hides each user."""

from __future__ import annotations

import duckdb

from precision_marketing.privacy.noise import told
from precision_marketing.privacy.public_release import (
    CAMPAIGNS,
    METRICS,
    Release,
    release,
    table_of,
)

RESULTS, SPENT = "public_campaigns", "privacy_budget"
COMMENTS = {
    RESULTS: (
        "Campaigns, with noise that hides each user (docs/privacy.md). A margin is "
        "half of the 95 % interval of the noise. Grain: one row per campaign and arm."
    ),
    SPENT: (
        "What the file tells of one user at most: differential privacy of epsilon and "
        "delta, a user added or left out. Grain: one row per metric, of all of this "
        "release, and of all releases of the database."
    ),
}


def write_public_marts(
    connection: duckdb.DuckDBPyConnection, schema: str, build_id: str, ended: str
) -> dict[str, int]:
    """Write the noised results of campaigns, and what they tell of a user.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Has the warehouse attached as `build`, for writing, and the file to publish as
        `copy`.
    schema : str
        Where the tables go in the file.
    build_id, ended : str
        Name of the build and when it ended.

    Returns
    -------
    dict of str to int
        Rows of each table.

    Raises
    ------
    PrivacyError
        As `release` does.
    """
    told_now = release(connection, build_id, ended)
    campaigns = table_of(connection, CAMPAIGNS, build_id)
    queries = {
        RESULTS: _results(connection, campaigns, told_now),
        SPENT: _spent(connection, told_now),
    }
    counts = {}
    for mart, query in queries.items():
        counts[mart] = connection.execute(
            f"create table copy.{schema}.{mart} as {query}"
        ).fetchall()[0][0]
        connection.execute(
            f"comment on table copy.{schema}.{mart} is '{COMMENTS[mart]}'"
        )
    return counts


def _results(
    connection: duckdb.DuckDBPyConnection, campaigns: str, told_now: Release
) -> str:
    """Return a query of the noised sums, what follows from them, and public facts."""
    connection.execute(
        "create or replace temp table cells (campaign_id varchar, arm varchar, "
        "user_count bigint, order_count bigint, revenue_hundredths bigint)"
    )
    if told_now.cells["campaign_id"]:
        connection.executemany(
            "insert into cells values (?, ?, ?, ?, ?)",
            list(zip(*told_now.cells.values(), strict=True)),
        )
    users, orders, hundredths = (
        1.96 * told_now.multiplier * length
        for length in told_now.budget.sensitivities().values()
    )
    # Users no more than the noise alone makes up are nothing to divide by.
    are_users = f"cells.user_count > {users}"
    return (
        "select cells.campaign_id, campaigns.campaign_name, campaigns.channel, "
        "campaigns.currency, campaigns.started_at, campaigns.ended_at, cells.arm, "
        "cells.user_count, cells.order_count, "
        "cast(cells.revenue_hundredths / 100 as decimal(18, 2)) as revenue_amount, "
        f"case when {are_users} then cells.order_count / cells.user_count end "
        "as orders_per_user, "
        f"case when {are_users} then cells.revenue_hundredths / 100 / cells.user_count "
        "end as revenue_per_user, "
        f"cast({users} as double) as user_count_margin, "
        f"cast({orders} as double) as order_count_margin, "
        f"cast({hundredths / 100} as double) as revenue_amount_margin "
        f"from cells inner join {campaigns} as campaigns "
        "on cells.campaign_id = campaigns.campaign_id order by all"
    )


def _spent(connection: duckdb.DuckDBPyConnection, told_now: Release) -> str:
    """Return a query of what is told by metric, by all of them, by all releases."""
    budget, multiplier = told_now.budget, told_now.multiplier
    per_metric = told([multiplier], 1, budget.delta)
    rows = [
        (metric, per_metric, None, 1, bound, multiplier * length)
        for (metric, bound), length in zip(
            budget.bounds().items(), budget.sensitivities().values(), strict=True
        )
    ]
    for part, multipliers, limit in (
        ("this release", [multiplier], budget.epsilon),
        ("all releases", told_now.multipliers, budget.total_epsilon),
    ):
        epsilon = told(multipliers, len(METRICS), budget.delta)
        rows.append((part, epsilon, limit, len(multipliers), None, None))
    connection.execute(
        "create or replace temp table spent (part varchar, epsilon double, "
        "limit_epsilon double, release_count bigint, most_of_a_user double, "
        "noise_deviation double)"
    )
    connection.executemany("insert into spent values (?, ?, ?, ?, ?, ?)", rows)
    return (
        f"select part, epsilon, cast({budget.delta!r} as double) as delta, "
        "limit_epsilon, release_count, most_of_a_user, noise_deviation, "
        f"{budget.campaigns_per_user} as campaigns_per_user "
        "from spent order by all"
    )
