"""What the profile `public` tells: a build's noised sums, told once and kept."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

import duckdb

from precision_marketing.build.sql_text import identifier, literal
from precision_marketing.privacy.noise import multiplier_for, noised, told
from precision_marketing.privacy.profiles import PrivacyError

USERS, CAMPAIGNS, BUDGET, NODES = (
    "int_bounded_campaign_users",
    "int_campaigns",
    "stg_public_budget",
    "build_nodes",
)
# In the schema of the history: what was told so far, and the noised sums themselves.
RELEASES = "public_releases"
ARMS = ("control", "not drawn", "treatment")
# By metric the SQL of its exact sum, over whole numbers.
METRICS = {
    "user_count": "count(users.user_id)",
    "order_count": "coalesce(sum(users.order_count), 0)",
    "revenue_hundredths": "coalesce(sum(users.revenue_hundredths), 0)",
}


@dataclass(frozen=True)
class Budget:
    """What may be told of a user, and how much of a user counts.

    Parameters
    ----------
    epsilon, delta : float
        Of one release.
    total_epsilon : float
        Of all releases together, at the same delta.
    campaigns_per_user, orders_per_campaign, revenue_per_campaign : int
        Bounds of a user's part in the sums; the revenue in whole units of currency.
    """

    epsilon: float
    delta: float
    total_epsilon: float
    campaigns_per_user: int
    orders_per_campaign: int
    revenue_per_campaign: int

    def bounds(self) -> dict[str, int]:
        """Return by metric the most that a user adds to one cell."""
        return {
            "user_count": 1,
            "order_count": self.orders_per_campaign,
            "revenue_hundredths": 100 * self.revenue_per_campaign,
        }

    def sensitivities(self) -> dict[str, float]:
        """Return by metric the Euclidean length of the most that a user adds."""
        # A user is in one arm of a campaign, and so in one cell for each.
        cells = math.nextafter(math.sqrt(self.campaigns_per_user), math.inf)
        return {metric: cells * bound for metric, bound in self.bounds().items()}


@dataclass(frozen=True)
class Release:
    """What is told of one build.

    Parameters
    ----------
    cells : dict of str to list
        `campaign_id` and `arm`, and by metric the noised sums; of one length.
    multiplier : float
        Spread of the noise in units of the sensitivity.
    budget : Budget
        By which it was made.
    multipliers : list of float
        Of all releases of the database so far, this one among them.
    """

    cells: dict[str, list]
    multiplier: float
    budget: Budget
    multipliers: list[float]


def release(
    connection: duckdb.DuckDBPyConnection, build_id: str, ended: str
) -> Release:
    """Return the noised sums of a build's campaigns, and put them on the account.

    What a build has told once is kept in the warehouse's history and told again as it
    was: another draw of noise would tell more. It is kept before it is written
    anywhere else, so that nothing is told which is not on the account.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Has the warehouse attached as `build`, for writing.
    build_id, ended : str
        Name of the build and when it ended: a name may be given twice.

    Returns
    -------
    Release
        The same for the same build.

    Raises
    ------
    PrivacyError
        If the build has no campaigns, or their tables are of another build; if the
        budget of all releases does not reach, or OpenDP is not installed.
    """
    columns = ", ".join(Budget.__dataclass_fields__)
    found = table_of(connection, BUDGET, build_id)
    budget = Budget(*connection.execute(f"select {columns} from {found}").fetchall()[0])
    releases = f"{_history(connection, build_id)}.{RELEASES}"
    connection.execute(
        f"create table if not exists {releases} (build_id varchar,"
        " build_ended_at varchar, released_at timestamp, multiplier double,"
        " delta double, cells varchar)"
    )
    kept = connection.execute(
        f"select cells, multiplier from {releases}"
        " where build_id = ? and build_ended_at = ?",
        [build_id, ended],
    ).fetchall()
    if kept:
        cells, multiplier = json.loads(kept[0][0]), kept[0][1]
    else:
        multiplier = multiplier_for(budget.epsilon, len(METRICS), budget.delta)
        _check_total(_multipliers(connection, releases), multiplier, budget)
        cells = _noised_cells(connection, build_id, budget, multiplier)
        connection.execute(
            f"insert into {releases} values"
            " (?, ?, current_timestamp at time zone 'UTC', ?, ?, ?)",
            [build_id, ended, multiplier, budget.delta, json.dumps(cells)],
        )
    return Release(cells, multiplier, budget, _multipliers(connection, releases))


def _history(connection: duckdb.DuckDBPyConnection, build_id: str) -> str:
    """Return the schema with the notes of a build, which a verified one has."""
    found = connection.execute(
        "select schema_name from duckdb_tables() "
        "where database_name = 'build' and table_name = ? order by schema_name",
        [NODES],
    ).fetchall()
    schemas = [f"build.{identifier(schema)}" for (schema,) in found]
    return next(
        schema
        for schema in schemas
        if connection.execute(
            f"select 1 from {schema}.{NODES} where build_id = ? limit 1", [build_id]
        ).fetchall()
    )


def table_of(connection: duckdb.DuckDBPyConnection, name: str, build_id: str) -> str:
    """Return a table of a build, quoted.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Has the warehouse attached as `build`.
    name : str
        Of a model.
    build_id : str
        The build it has to be of.

    Returns
    -------
    str
        With its schema.

    Raises
    ------
    PrivacyError
        If there is none, or it is of another build.
    """
    found = connection.execute(
        f"select schema_name from {_history(connection, build_id)}.{NODES} "
        "where table_name = ? and build_id = ? and state = 'finished'",
        [name, build_id],
    ).fetchall()
    if not found:
        raise PrivacyError(
            f"The build has no table `{name}` of its own, which the profile `public` "
            "needs: run `dbt build` of all, with this version and the part `campaigns`."
        )
    return f"build.{identifier(found[0][0])}.{name}"


def _multipliers(connection: duckdb.DuckDBPyConnection, releases: str) -> list[float]:
    rows = connection.execute(
        f"select multiplier from {releases} order by released_at, multiplier"
    )
    return [multiplier for (multiplier,) in rows.fetchall()]


def _check_total(earlier: list[float], multiplier: float, budget: Budget) -> None:
    total = told([*earlier, multiplier], len(METRICS), budget.delta)
    # The search for the noise misses the budget by less.
    if total > budget.total_epsilon * (1 + 1e-9):
        before = told(earlier, len(METRICS), budget.delta)
        raise PrivacyError(
            f"The {len(earlier)} public releases of this database have told epsilon "
            f"{before:.2f} of a user, another one would make it {total:.2f}, and the "
            f"setting `privacy: {{public_total_epsilon: {budget.total_epsilon:g}}}` "
            "ends that: hand on the last one, or raise the limit if that is meant."
        )


def _noised_cells(
    connection: duckdb.DuckDBPyConnection,
    build_id: str,
    budget: Budget,
    multiplier: float,
) -> dict[str, list]:
    """Return the keys of the cells and their noised sums.

    Every campaign of the input has every arm, so that which rows there are says nothing
    of anybody.
    """
    sums = ", ".join(
        f"cast({sql} as bigint) as {name}" for name, sql in METRICS.items()
    )
    arms = ", ".join(literal(arm) for arm in ARMS)
    rows = connection.execute(
        f"select campaigns.campaign_id, arms.arm, {sums} "
        f"from {table_of(connection, CAMPAIGNS, build_id)} as campaigns "
        f"cross join (select unnest([{arms}]) as arm) as arms "
        f"left join {table_of(connection, USERS, build_id)} as users "
        "on campaigns.campaign_id = users.campaign_id and arms.arm = users.arm "
        "group by campaigns.campaign_id, arms.arm order by all"
    ).fetchall()
    campaign_ids, cell_arms, *values = zip(*rows, strict=True) if rows else ((), ())
    exact = dict(zip(METRICS, values, strict=True)) if rows else {}
    cells = noised(exact, budget.sensitivities(), multiplier)
    return {"campaign_id": list(campaign_ids), "arm": list(cell_arms)} | cells
