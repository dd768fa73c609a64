-- Grain: one row per line of the web log: the package's input `events`.
{{ config(materialized="view") }}

with

web_log as (

    select * from {{ ref("web_log") }}

),

final as (

    select
        user_id,
        item_id,
        event_type,
        occurred_at,
        quantity,
        unit_price,
        device
    from web_log

)

select * from final
