-- Grain: one row per sound row of the input `events`, typed, no duplicates.
{{ config(materialized="view") }}

with

checked as (

    select * from {{ ref("precision_marketing", "stg_events_checked") }}

),

final as (

    select
        -- Lines under one number are an order, and each an event.
        case
            when key_line > 1
                then event_id || {{ precision_marketing.thing_hash("events") }}
            else event_id
        end as event_id,
        user_id,
        item_id,
        case when quantity < 0 then 'refund' else lower(event_type) end as event_type,
        occurred_at,
        abs(quantity) as quantity,
        abs(unit_price) as unit_price,
        rating,
        review_text,
        session_id,
        coalesce(order_id, case when key_line is not null then event_id end)
            as order_id,
        recommendation_id,
        currency,
        not has_unknown_item as is_known_item
    from checked
    where row_status = 'kept'

)

select * from final
