-- Grain: one row per refund, with the order that it takes back.
with

events as (

    select * from {{ ref("precision_marketing", "int_events") }}

),

conversions as (

    select * from {{ ref("precision_marketing", "int_conversions") }}

),

refunds as (

    select
        event_id as refund_id,
        user_id,
        item_id,
        order_id,
        occurred_at as refunded_at,
        -- Null without a price: how much went back is unknown, not zero.
        -1 * revenue_amount as refund_amount
    from events
    where is_refund

),

order_lines as (

    select
        conversions.conversion_id,
        events.event_id,
        events.user_id,
        events.item_id,
        events.occurred_at
    from events
    inner join conversions
        on events.user_id = conversions.user_id
        and (
            events.order_id = conversions.order_id
            or (
                events.order_id is null and events.event_id = conversions.conversion_id
            )
        )
    where events.is_conversion

),

-- A refund that names no order belongs to its user's latest earlier one of the item.
latest_orders as (

    select
        refunds.refund_id,
        order_lines.conversion_id,
        row_number() over (
            partition by refunds.refund_id
            order by order_lines.occurred_at desc, order_lines.event_id desc
        ) as choice
    from refunds
    inner join order_lines
        on refunds.user_id = order_lines.user_id
        and refunds.item_id = order_lines.item_id
        and refunds.refunded_at >= order_lines.occurred_at
    where refunds.order_id is null

),

final as (

    select
        refunds.refund_id,
        refunds.user_id,
        refunds.item_id,
        refunds.refunded_at,
        coalesce(conversions.conversion_id, latest_orders.conversion_id)
            as conversion_id,
        case
            when conversions.conversion_id is not null then 'order_id'
            when latest_orders.conversion_id is not null then 'latest_order_of_item'
            else 'none'
        end as order_match,
        cast(
            refunds.refund_amount as {{ precision_marketing.kind_type("amount") }}
        ) as refund_amount
    from refunds
    left join conversions
        on refunds.user_id = conversions.user_id
        and refunds.order_id = conversions.order_id
    left join latest_orders
        on refunds.refund_id = latest_orders.refund_id
        and latest_orders.choice = 1

)

select * from final
