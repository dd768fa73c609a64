-- Grain: one row per target and purchased line of one of its items.
-- Where the data hold no purchase at all, target events (ratings, plays) stand for it.
with

events as (

    select * from {{ ref("precision_marketing", "int_events") }}

),

target_items as (

    select * from {{ ref("precision_marketing", "int_target_items") }}

),

final as (

    select
        -- Bought, whatever it was: of no target but everything, 0.
        coalesce(target_items.target_index, 0) as target_index,
        events.event_id,
        events.user_id,
        events.user_index,
        coalesce(events.order_id, events.event_id) as order_key,
        events.occurred_at,
        events.time_slice,
        events.is_conversion,
        events.revenue_amount
    from events
    left join target_items on events.item_index = target_items.item_index
    where
        events.is_conversion
        or (
            events.is_target
            and not exists (select 1 from {{ ref(
                "precision_marketing", "int_conversions"
            ) }})
        )

)

select * from final
