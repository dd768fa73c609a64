-- Grain: one row per user and item of the user's events: the strongest thing that the
-- user did with it.
{{ config(materialized="view") }}
with

-- As declared: `int_event_types` calls every event a target where there is no other.
event_types as (

    select * from {{ ref("precision_marketing", "stg_event_types") }}

),

final as (

    select
        events.user_index,
        events.item_index,
        case
            when max(event_types.is_conversion) then 'bought'
            when max(event_types.is_target) then 'chose'
            else 'looked at'
        end as deed
    from {{ ref("precision_marketing", "int_events") }} as events
    inner join event_types on events.event_type = event_types.event_type
    where events.item_index is not null
    group by events.user_index, events.item_index

)

select * from final
