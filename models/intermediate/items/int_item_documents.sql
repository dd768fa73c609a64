-- Grain: one row per time window and item: its text, reviews up to the window only.
with

items as (

    select * from {{ ref("int_items") }}

),

windows as (

    select * from {{ ref("int_time_windows") }}

),

reviews as (

    select
        windows.time_window,
        events.item_index,
        {{ precision_marketing.ordered_text(
            "events.review_text", "events.occurred_at, events.event_id"
        ) }} as review_text
    from {{ ref("int_events") }} as events
    inner join windows on events.time_slice <= windows.last_history_slice
    where events.review_text is not null
    group by windows.time_window, events.item_index

),

final as (

    select
        windows.time_window,
        items.item_index,
        trim(
            coalesce(items.title, '') || ' ' || coalesce(items.description, '') || ' '
            || coalesce(items.category, '') || ' ' || coalesce(items.brand, '') || ' '
            || coalesce(items.tags, '') || ' ' || coalesce(reviews.review_text, '')
        ) as document
    from items
    cross join windows
    left join reviews
        on windows.time_window = reviews.time_window
        and items.item_index = reviews.item_index

)

select * from final
