-- Grain: one row per conversion: an order, or a line that belongs to no order.
with

conversion_lines as (

    select * from {{ ref("precision_marketing", "int_events") }}
    where is_conversion

),

final as (

    select
        -- Event ids are unique, so an order may be named by one of its lines; order
        -- ids are not: two users may have an order of the same number.
        min(event_id) as conversion_id,
        user_id,
        order_id,
        min(occurred_at) as converted_at,
        count(*) as order_line_count,
        -- Null where no line has a price: the revenue is unknown, not zero.
        cast(
            sum(revenue_amount) as {{ precision_marketing.kind_type("amount") }}
        ) as revenue_amount
    from conversion_lines
    group by
        user_id,
        order_id,
        case when order_id is null then event_id end

)

select * from final
