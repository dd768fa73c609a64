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
    inner join {{ ref("precision_marketing", "int_users") }} as users
        on purchases.user_index = users.user_index and users.has_profiling_consent
    group by windows.time_window, purchases.target_index, purchases.user_index

),

-- Who bought only what the catalogue lacks bought, and touched no item of it.
final as (

    select
        windows.time_window,
        coalesce(touched.target_index, bought.target_index) as target_index,
        coalesce(touched.user_index, bought.user_index) as user_index,
        coalesce(touched.event_count, 0) as event_count,
        {{ precision_marketing.days_between(
            "touched.last_event_at", "windows.history_ends_at"
        ) }} as days_since_event,
        coalesce(bought.order_count, 0) as order_count,
        {{ precision_marketing.days_between(
            "bought.last_order_at", "windows.history_ends_at"
        ) }} as days_since_order
    from touched
    full outer join bought
        on touched.time_window = bought.time_window
        and touched.target_index = bought.target_index
        and touched.user_index = bought.user_index
    inner join windows
        on coalesce(touched.time_window, bought.time_window) = windows.time_window

)

select * from final
