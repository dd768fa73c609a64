-- Grain: one row per cancellation, and per order of what is cancelled: the part of its
-- pile that it adds or takes.
-- Pieces that a user bought of an item at a price lie on a pile, the newest on top. A
-- cancellation takes from there: nothing twice, and nothing before it was bought.
with

order_lines as (

    select
        *,
        cast(case when is_refund then -1 * quantity else quantity end as decimal(28, 9))
            as pieces
    from {{ ref("precision_marketing", "int_order_lines") }}
    where item_id is not null

),

changes as (

    select
        lines.conversion_id as change_id,
        false as is_cancellation,
        lines.user_id,
        lines.item_id,
        lines.unit_price,
        min(case when not lines.is_refund then lines.occurred_at end) as happened_at,
        -- What refunds that name the order took back is not on the pile.
        sum(lines.pieces) as pieces
    from order_lines as lines
    where
        lines.conversion_id is not null
        and (lines.user_id, lines.item_id) in (
            select
                order_lines.user_id,
                order_lines.item_id
            from order_lines
            where order_lines.is_cancellation
        )
    group by lines.conversion_id, lines.user_id, lines.item_id, lines.unit_price
    having sum(lines.pieces) > 0
    union all
    select
        event_id as change_id,
        is_cancellation,
        user_id,
        item_id,
        unit_price,
        occurred_at as happened_at,
        pieces
    from order_lines
    where is_cancellation

),

balances as (

    select
        *,
        dense_rank() over (order by user_id, item_id, unit_price) as pile_index,
        row_number() over by_time as change_number,
        sum(pieces) over by_time as balance
    from changes
    window by_time as (
        partition by user_id, item_id, unit_price
        order by happened_at, is_cancellation, change_id
    )

),

-- No pile is lower than empty: what finds nothing there takes nothing from later ones.
heights as (

    select
        *,
        balance - least(0, min(balance) over (
            partition by pile_index order by change_number
        )) as height
    from balances

),

final as (

    select
        pile_index,
        change_number,
        change_id,
        is_cancellation,
        abs(pieces) as pieces,
        case when is_cancellation then height else height - pieces end as pile_from,
        case
            when is_cancellation then coalesce(lag(height) over in_pile, 0)
            else height
        end as pile_until
    from heights
    window in_pile as (partition by pile_index order by change_number)

)

select * from final
