"""Puts campaigns that do nothing where the lift models read them.

Reading 36 million assignments from files would cost many minutes and test nothing of
the statistics. So dbt first builds an input of campaigns alone; then the tables at the
grain of campaign and user are filled with drawn users, in the columns dbt gave them;
then dbt builds what stands on them. A column this module does not know stops it.
"""

from pathlib import Path
from typing import Any

import click

from benchmarks.campaigns.idle_campaigns import (
    DAYS,
    KINDS,
    Trials,
    campaign_rows,
    drawn_users,
    write_inputs,
)
from benchmarks.options import FILE, FOLDER

_HISTORY = {
    f"{period}_{measure}": value
    for period in ("history", "baseline")
    for measure, value in (
        ("order_count", "had_bought"),
        ("visit_count", "had_bought"),
        ("revenue_amount", "had_cents / 100.0"),
    )
}
_USER = {
    "campaign_id": "campaign_id",
    "user_id": "user",
    "variant": "case when is_control then 'control' else 'treatment' end",
    "is_control": "is_control",
    # In no segment: what is judged is all users together, and a third of the work.
    "country": "null",
}
# Table -> column -> expression over a drawn user and the campaign.
USER_TABLES = {
    "int_campaign_user_outcomes": _USER
    | _HISTORY
    | {
        "history_segment": "null",
        "measured_order_count": "bought",
        "measured_visit_count": "bought",
        "measured_revenue_amount": "cents / 100.0",
        "priced_order_count": "bought",
    },
    "int_campaign_measurements": _USER
    | {
        "assigned_at": "started_at",
        "measured_from": "started_at",
        "measured_until": "ended_at",
        "history_from": "started_at - interval 90 day",
        "baseline_from": f"started_at - interval {DAYS} day",
        "baseline_until": "started_at",
    },
}
# The same over all users of a campaign, and over those of an arm.
CAMPAIGN_TABLES = {
    "int_campaign_draws": {
        "campaign_id": "campaign_id",
        "common_start": "any_value(measured_from)",
        "has_unlike_draws": "false",
    },
    "int_campaign_variants": {
        "campaign_id": "campaign_id",
        "variant": "variant",
        "is_control": "any_value(is_control)",
        "user_count": "count(*)",
        "assigned_user_count": "count(*)",
        "ordering_assigned_user_count": "sum(measured_order_count)",
    },
}
_SOURCES = {
    "int_campaign_draws": "int_campaign_measurements group by campaign_id",
    "int_campaign_variants": "int_campaign_user_outcomes group by campaign_id, variant",
}
FILLED = (*USER_TABLES, *CAMPAIGN_TABLES)
# dbt's selection of what stands on them. Who was touched stays nobody, and what could
# have been detected, by which nothing is judged, unsaid: it takes a fifth of the time.
STANDING_ON_THEM = (
    "--select",
    *(f"{name}+,+campaign_lift" for name in FILLED),
    *("--exclude", *FILLED, "int_campaign_users", "int_detectable_rates"),
)


def fill(database: Path, trials: Trials) -> None:
    """Put drawn users where lift is measured, as views of files beside the database.

    Parameters
    ----------
    database : Path
        In which dbt built `+campaign_lift` of `write_inputs`.
    trials : Trials
        The same.

    Raises
    ------
    ValueError
        If a table of users has other columns than this module fills; the message names
        them.
    """
    import duckdb

    folder = database.parent / "drawn"
    with duckdb.connect(str(database)) as connection:
        types = {name: _types(connection, name) for name in FILLED}
        campaigns = campaign_rows(trials)
        for name in ("started_at", "ended_at"):
            campaigns[name] = campaigns[name].dt.tz_localize(None)
        connection.register("campaigns", campaigns)
        for part, drawn in enumerate(drawn_users(trials)):
            connection.register("drawn", drawn)
            for name in USER_TABLES:
                (folder / name).mkdir(parents=True, exist_ok=True)
                connection.execute(
                    f"copy (select {_columns(name, types[name])} from drawn "
                    f"join campaigns using (number)) "
                    f"to '{folder / name / f'{part:04d}.parquet'}'"
                )
        for name in USER_TABLES:
            connection.execute(f"drop table intermediate.{name}")
            connection.execute(
                f"create view intermediate.{name} as "
                f"from read_parquet('{folder / name}/*.parquet')"
            )
        for name in CAMPAIGN_TABLES:
            connection.execute(
                f"create or replace table intermediate.{name} as "
                f"select {_columns(name, types[name])} "
                f"from intermediate.{_SOURCES[name]}"
            )


def _types(connection: Any, name: str) -> dict[str, str]:
    """Return the type of each column that dbt gave a table; refuse unknown ones."""
    described = connection.execute(f"describe intermediate.{name}").fetchall()
    types = {column: kind for column, kind, *_ in described}
    known = (USER_TABLES | CAMPAIGN_TABLES)[name]
    # Of what is counted by variant the rest are touches, of which there are none.
    strange = set(known) - set(types)
    if name != "int_campaign_variants":
        strange |= set(types) - set(known)
    if strange:
        raise ValueError(
            f"columns of intermediate.{name} that dbt and the simulation do not both "
            f"know: {', '.join(sorted(strange))}"
        )
    return types


def _columns(name: str, types: dict[str, str]) -> str:
    values = (USER_TABLES | CAMPAIGN_TABLES)[name]
    return ", ".join(
        f"cast({values.get(column, '0')} as {kind}) as {column}"
        for column, kind in types.items()
    )


@click.command(help=__doc__)
@click.option("--kind", type=click.Choice(list(KINDS)), required=True)
@click.option("--draws", type=int, required=True)
@click.option("--users", type=int, required=True)
@click.option("--out", type=FOLDER, help="Write the inputs here.")
@click.option("--database", type=FILE, help="Fill the tables that dbt built of them.")
def main(
    kind: str, draws: int, users: int, out: Path | None, database: Path | None
) -> None:
    """Write the inputs, or fill what dbt built of them."""
    trials = Trials(kind, draws, users)
    if out:
        write_inputs(trials, out)
    if database:
        fill(database, trials)


if __name__ == "__main__":
    main()
