-- Grain: one row per user and item that a reason may name: what the user did with it.
with

origins as (

    select distinct
        user_index,
        because_item_index as item_index
    from {{ ref("recommendation_origins") }}

),

-- As declared: `int_event_types` calls every event a target where there is no other.
event_types as (

    select * from {{ ref("stg_event_types") }}

),

final as (

    select
        origins.user_index,
        origins.item_index,
        max(event_types.is_conversion) as is_bought,
        max(event_types.is_target) as is_chosen
    from origins
    inner join {{ ref("int_events") }} as events
        on origins.user_index = events.user_index
        and origins.item_index = events.item_index
    inner join event_types on events.event_type = event_types.event_type
    group by origins.user_index, origins.item_index

)

select * from final
