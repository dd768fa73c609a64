"""A published file of as many users as are wanted, and the same lists for the peer.

python -m benchmarks.service.shop --users 100000 --published shop.duckdb
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import click
import duckdb

ITEMS, LENGTH = 10_000, 10
# Tables by name: what the service reads of a publication, with texts of usual length.
_MARTS = {
    "popular_items": f"""
        select
            'all' as segment_kind, 'all' as segment,
            cast(i + 1 as integer) as popularity_rank,
            'i' || lpad(cast(i as varchar), 6, '0') as item_id,
            'Green Bucket Stain Remover Nr. ' || i as item_title,
            'household ' || i % 40 as category, 'Green Bucket ' || i % 200 as brand,
            {ITEMS} - i as user_count
        from range({ITEMS}) as t (i)""",
    # Numbers of items first, so that these are joined by an equation.
    "recommendations": f"""
        with drawn as (
            select
                u, r,
                1 + (hash(u) % {ITEMS} + r * 7) % {ITEMS} as place,
                1 + hash(u + r) % {ITEMS} as because_place
            from range(?) as a (u) cross join range(1, {LENGTH + 1}) as n (r)
        )
        select
            'u' || lpad(cast(u as varchar), 7, '0') as user_id,
            cast(r as integer) as recommendation_rank,
            p.item_id, p.item_title, 10e0 / r + hash(u, r) % 1000 / 1e6 as score,
            'because_you_bought' as reason_code, b.item_id as because_item_id,
            'Because you bought “' || b.item_title || '”.' as reason_text,
            'r1.ials.because_you_bought.' || r || '.2026-04-30.'
            || substr(md5(u || ' ' || p.item_id), 1, 16) as recommendation_id
        from drawn
        inner join marts.popular_items as p on drawn.place = p.popularity_rank
        inner join marts.popular_items as b on drawn.because_place = b.popularity_rank
        order by u, r""",
    "similar_items": f"""
        with drawn as (
            select
                item_id, item_title, r,
                1 + (popularity_rank + r * 13) % {ITEMS} as place
            from marts.popular_items cross join range(1, {LENGTH + 1}) as n (r)
        )
        select
            drawn.item_id, drawn.item_title, cast(r as integer) as similarity_rank,
            b.item_id as similar_item_id, b.item_title as similar_item_title,
            1e0 / r as similarity, 'chosen_together' as similarity_kind
        from drawn
        inner join marts.popular_items as b on drawn.place = b.popularity_rank""",
    "audience_summary": """
        select
            'spring' as campaign_id, 'Spring Cleaning' as campaign_name,
            'email' as channel, 'EUR' as currency""",
    "audience_members": """
        select
            'spring' as campaign_id, user_id, true as is_eligible,
            cast(null as varchar) as suppression_reason,
            row_number() over (order by user_id) as audience_rank,
            .1 as propensity, .08 as propensity_lower, .15 as propensity_upper,
            .42e0 as expected_value_amount, -.1e0 as expected_value_lower_amount,
            .9e0 as expected_value_upper_amount
        from marts.recommendations where recommendation_rank = 1""",
}


def write_published(path: Path, users: int) -> None:
    """Write a published file: ten items and one audience of each user.

    Parameters
    ----------
    path : Path
        Must not exist.
    users : int
        `u0000000` and those after it.
    """
    with duckdb.connect(str(path)) as connection:
        connection.execute("set memory_limit = '1GB'")
        connection.execute("create schema marts")
        for name, query in _MARTS.items():
            values = [users] if "?" in query else []
            connection.execute(f"create table marts.{name} as {query}", values)


def write_peers(published: Path, path: Path) -> None:
    """Write the lists as SQLite for the peer: rows, with an index on the user.

    Parameters
    ----------
    published : Path
        As `write_published` leaves it.
    path : Path
        Must not exist.
    """
    with (
        duckdb.connect(str(published), read_only=True) as source,
        closing(sqlite3.connect(path)) as target,
    ):
        rows = source.execute(
            "select r.user_id, r.recommendation_rank, r.item_id, r.item_title, "
            "p.category, p.brand, r.score, r.reason_code, r.because_item_id, "
            "r.reason_text, r.recommendation_id from marts.recommendations as r "
            "inner join marts.popular_items as p on r.item_id = p.item_id "
            "order by r.user_id, r.recommendation_rank"
        )
        names = [column[0] for column in rows.description]
        target.execute(f"create table recommendations ({', '.join(names)})")
        places = ", ".join("?" * len(names))
        while found := rows.fetchmany(10_000):
            target.executemany(f"insert into recommendations values ({places})", found)
        target.execute(
            "create index of_user on recommendations (user_id, recommendation_rank)"
        )
        target.commit()


@click.command()
@click.option("--users", type=click.IntRange(1), required=True)
@click.option("--published", type=click.Path(path_type=Path), required=True)
def main(users: int, published: Path) -> None:
    """Write a published file in a process of its own, whose memory ends with it."""
    write_published(published, users)


if __name__ == "__main__":
    main()
