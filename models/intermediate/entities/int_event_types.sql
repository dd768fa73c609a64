-- Grain: one row per event type that occurs in the events.
with

event_types as (

    select * from {{ ref("precision_marketing", "stg_event_types") }}

),

occurring_types as (

    select
        event_type,
        max(is_known_item) as has_known_item
    from {{ ref("precision_marketing", "stg_events") }}
    group by event_type

),

final as (

    select
        event_types.event_type,
        -- Relative to the strongest type, so that settings mean the same for a shop
        -- with purchases and for a service with ratings.
        coalesce(
            event_types.weight / nullif(max(event_types.weight) over (), 0e0), 0e0
        ) as weight,
        -- Data without any acquiring event (views only) learns from what it has.
        event_types.is_target
        or not max(event_types.is_target and occurring_types.has_known_item) over ()
            as is_target,
        event_types.is_conversion,
        event_types.revenue_sign
    from event_types
    inner join occurring_types on event_types.event_type = occurring_types.event_type

)

select * from final
