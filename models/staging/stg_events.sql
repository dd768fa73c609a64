-- Grain: one row per sound row of the input `events`, typed, no duplicates.
{{ config(materialized="view") }}

with

checked as (

    select * from {{ ref("precision_marketing", "stg_events_checked") }}

),

final as (

    select
        event_id,
        user_id,
        item_id,
        lower(event_type) as event_type,
        occurred_at,
        quantity,
        unit_price,
        rating,
        review_text,
        session_id,
        order_id,
        recommendation_id
    from checked
    where row_status = 'kept'

)

select * from final
