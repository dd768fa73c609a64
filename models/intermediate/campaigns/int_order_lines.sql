-- Grain: one row per purchase or refund, with the order of its user that it names.
with

lines as (

    select * from {{ ref("precision_marketing", "int_events") }}
    where is_conversion or is_refund

),

conversions as (

    select
        conversion_id,
        user_id,
        -- A purchase without an order id is its own order.
        coalesce('o' || order_id, 'e' || conversion_id) as order_name
    from {{ ref("precision_marketing", "int_conversions") }}

),

final as (

    select
        lines.event_id,
        lines.user_id,
        lines.item_id,
        lines.order_id,
        conversions.conversion_id,
        lines.is_refund,
        -- A number of its own, as many shops give a cancellation.
        lines.is_refund
        and lines.order_id is not null
        and conversions.conversion_id is null as is_cancellation,
        lines.occurred_at,
        coalesce(lines.quantity, 1e0) as quantity,
        lines.unit_price,
        lines.revenue_amount
    from lines
    left join conversions
        on lines.user_id = conversions.user_id
        and coalesce('o' || lines.order_id, 'e' || lines.event_id)
        = conversions.order_name

)

select * from final
