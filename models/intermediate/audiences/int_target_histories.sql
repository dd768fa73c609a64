-- Grain: one row per time window, target and user who had to do with it before.
with

windows as (

    select * from {{ ref("precision_marketing", "int_time_windows") }}

),

interactions as (

    select * from {{ ref("precision_marketing", "int_user_item_matrix") }}

),

target_items as (

    select * from {{ ref("precision_marketing", "int_target_items") }}

),

purchases as (

    select * from {{ ref("precision_marketing", "int_target_purchases") }}

),

touched as (

    select
        interactions.time_window,
        target_items.target_index,
        interactions.user_index,
        cast(sum(interactions.event_count) as bigint) as event_count,
        max(interactions.last_event_at) as last_event_at
    from interactions
    inner join target_items on interactions.item_index = target_items.item_index
    group by
        interactions.time_window,
        target_items.target_index,
        interactions.user_index

),

bought as (

    select
        windows.time_window,
        purchases.target_index,
        purchases.user_index,
        count(distinct purchases.order_key) as order_count,
        max(purchases.occurred_at) as last_order_at
    from purchases
    inner join windows on purchases.time_slice <= windows.last_history_slice
    group by windows.time_window, purchases.target_index, purchases.user_index

),

-- Everybody who bought is among those who had to do with it, but for consent.
final as (

    select
        touched.time_window,
        touched.target_index,
        touched.user_index,
        touched.event_count,
        {{ precision_marketing.days_between(
            "touched.last_event_at", "windows.history_ends_at"
        ) }} as days_since_event,
        coalesce(bought.order_count, 0) as order_count,
        {{ precision_marketing.days_between(
            "bought.last_order_at", "windows.history_ends_at"
        ) }} as days_since_order
    from touched
    inner join windows on touched.time_window = windows.time_window
    left join bought
        on touched.time_window = bought.time_window
        and touched.target_index = bought.target_index
        and touched.user_index = bought.user_index

)

select * from final
