"""A made-up shop with many channels: touches and orders at random, as Parquet inputs.

It is for speed, memory and agreement of two computations, not for realism: users,
channels and times are drawn independently (a few channels have most of the touches).
"""

from pathlib import Path

import duckdb

DAYS = 180
_PARTS = {
    "items": "select 'i' || range as item_id, 10.0 as price from range(50)",
    "campaigns": """
        select 'c' || range as campaign_id, 'channel ' || lpad(range::varchar, 3, '0')
        as channel, 7 as click_window_days, 1 as view_window_days from range({channels})
    """,
    "campaign_spend": """
        select 'c' || campaign as campaign_id,
        date '2025-01-01' + cast(day as integer) as spend_date,
        round(5 + {draw}, 2) as spend
        from (select range % {channels} as campaign, range // {channels} as day, range
        from range({channels} * {days}))
    """,
    "campaign_touches": """
        select 't' || range as touch_id, 'u' || {user} as user_id,
        'c' || cast(floor({channels} * pow({campaign}, 2)) as integer) as campaign_id,
        case when {kind} < 0.2 then 'click' else 'impression' end as touch_type,
        timestamp '2025-01-01' + to_seconds(cast({time} as bigint)) as touched_at
        from range({touches} + {heavy_touches})
    """,
    "events": """
        select 'e' || range as event_id, 'u' || {user} as user_id,
        'i' || cast(floor(50 * {campaign}) as integer) as item_id,
        'purchase' as event_type,
        timestamp '2025-01-01' + to_seconds(cast({time} as bigint)) as occurred_at,
        round(1 + 40 * {kind}, 2) as unit_price
        from range({orders} + {heavy_orders})
    """,
}


def _draw(salt: int) -> str:
    """Return SQL for a number from 0 to 1, drawn by the row's number."""
    return f"((hash(range + {salt} * 1000003) % 1000000007) / 1000000007.0)"


def write_shop(
    folder: Path,
    *,
    users: int,
    touches: int,
    orders: int,
    channels: int = 14,
    heavy_touches: int = 0,
    heavy_orders: int = 0,
) -> None:
    """Write the inputs; user `u0` has `heavy_touches` and `heavy_orders` besides."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = {"campaign_touches": touches, "events": orders}
    for salt, (name, query) in enumerate(_PARTS.items()):
        user = f"floor({users} * {_draw(10 * salt + 1)})::bigint"
        if name in counts:
            user = f"case when range < {counts[name]} then {user} else 0 end"
        filled = query.format(
            channels=channels,
            days=DAYS,
            touches=touches,
            orders=orders,
            heavy_touches=heavy_touches,
            heavy_orders=heavy_orders,
            user=user,
            draw=_draw(10 * salt + 2),
            campaign=_draw(10 * salt + 3),
            kind=_draw(10 * salt + 4),
            time=f"{DAYS * 86400} * {_draw(10 * salt + 5)}",
        )
        with duckdb.connect() as connection:
            connection.execute(
                f"copy ({filled}) to '{folder / name}.parquet' (format parquet)"
            )
