"""A published file of 500 campaigns over three years, made of the example's."""

from contextlib import closing
from pathlib import Path

import duckdb

COPIES, DAYS = 50, 1095
# Rows of users, which no page reads.
LEFT_OUT = ("audience_members", "campaign_attribution")


def many_campaigns(published: Path, target: Path) -> None:
    """Write the example's marts with 50 times the campaigns, each active every day.

    Counts are hashed from campaign and day, so that they compress as real ones would.
    """
    with closing(duckdb.connect(str(target))) as connection:
        connection.execute(f"attach '{published}' as example (read_only)")
        connection.execute("create schema marts")
        marts = connection.execute(
            "select table_name from duckdb_tables() where database_name = 'example' "
            "and schema_name = 'marts'"
        ).fetchall()
        for (mart,) in marts:
            connection.execute(
                f"create table marts.{mart} as {_copied(connection, mart)}"
            )


def _copied(connection: duckdb.DuckDBPyConnection, mart: str) -> str:
    columns = connection.execute(
        f"select * from example.marts.{mart} limit 0"
    ).description
    source = f"select * from example.marts.{mart}"
    names = {name for name, *_ in columns}
    if "campaign_id" not in names or mart in LEFT_OUT:
        return source
    copied = (
        f"select example.* replace (example.campaign_id || '-' || copies.n "
        f"as campaign_id) from ({source}) as example, range({COPIES}) as copies(n)"
    )
    if mart != "campaign_daily":
        return copied
    return f"""
        select
            daily.* replace (
                date '2022-01-01' + days.n::integer as activity_date,
                hash(campaign_id, days.n) % 5000 as impression_count,
                hash(campaign_id, days.n, 1) % 300 as click_count,
                hash(campaign_id, days.n, 2) % 250 as ctr_click_count,
                hash(campaign_id, days.n, 3) % 40 as conversion_count,
                hash(campaign_id, days.n, 4) % 30 as click_conversion_count,
                hash(campaign_id, days.n, 5) % 400000 / 100 as revenue_amount,
                hash(campaign_id, days.n, 6) % 100000 / 100 as spend_amount
            )
        from (
            select * from ({copied})
            where attribution_model = 'last_touch'
            qualify row_number() over (
                partition by campaign_id order by activity_date, variant, channel
            ) = 1
        ) as daily,
        range({DAYS}) as days(n)
    """
