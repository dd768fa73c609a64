-- Grain: one row per refund and order that it takes back; one without an order for what
-- of it finds none.
{% set amount = precision_marketing.kind_type("amount") %}
with

order_lines as (

    select * from {{ ref("precision_marketing", "int_order_lines") }}

),

-- A refund that names no order belongs to its user's latest earlier one of the item.
latest_orders as (

    select
        refunds.event_id as refund_id,
        purchases.conversion_id,
        row_number() over (
            partition by refunds.event_id
            order by purchases.occurred_at desc, purchases.event_id desc
        ) as choice
    from order_lines as refunds
    inner join order_lines as purchases
        on refunds.user_id = purchases.user_id
        and refunds.item_id = purchases.item_id
        and refunds.occurred_at >= purchases.occurred_at
    where refunds.is_refund and refunds.order_id is null and not purchases.is_refund

),

-- One that names an order which is none may have a number of its own.
cancelled_orders as (

    select * from {{ ref("precision_marketing", "int_cancelled_orders") }}

),

matched as (

    select
        refunds.event_id as refund_id,
        refunds.user_id,
        refunds.item_id,
        refunds.occurred_at as refunded_at,
        coalesce(
            refunds.conversion_id,
            latest_orders.conversion_id,
            cancelled_orders.conversion_id
        ) as conversion_id,
        case
            when refunds.conversion_id is not null then 'order_id'
            when latest_orders.conversion_id is not null then 'latest_order_of_item'
            when cancelled_orders.conversion_id is not null
                then 'latest_orders_at_price'
            else 'none'
        end as order_match,
        -- Null without a price: how much went back is unknown, not zero.
        -1 * refunds.revenue_amount as refund_amount,
        coalesce(cancelled_orders.share_from, 0e0) as share_from,
        coalesce(cancelled_orders.share_until, 1e0) as share_until
    from order_lines as refunds
    left join latest_orders
        on refunds.event_id = latest_orders.refund_id
        and latest_orders.choice = 1
    left join cancelled_orders on refunds.event_id = cancelled_orders.refund_id
    where refunds.is_refund

),

final as (

    select
        refund_id,
        user_id,
        item_id,
        refunded_at,
        conversion_id,
        order_match,
        cast(
            {{ precision_marketing.decimal_of("refund_amount * share_until", amount) }}
            - {{ precision_marketing.decimal_of("refund_amount * share_from", amount) }}
            as {{ amount }}
        ) as refund_amount
    from matched

)

select * from final
