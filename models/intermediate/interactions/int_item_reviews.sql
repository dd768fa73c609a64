-- Grain: one row per time window and item with a review: its reviews up to the window.
with

events as (

    select * from {{ ref("precision_marketing", "int_events") }}
    where review_text is not null and item_index is not null

),

windows as (

    select * from {{ ref("precision_marketing", "int_time_windows") }}

),

final as (

    select
        windows.time_window,
        events.item_index,
        {{ precision_marketing.ordered_text(
            "events.review_text", "events.occurred_at, events.event_id"
        ) }} as review_text
    from events
    inner join windows on events.time_slice <= windows.last_history_slice
    group by windows.time_window, events.item_index

)

select * from final
