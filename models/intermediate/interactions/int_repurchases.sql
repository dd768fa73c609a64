-- Grain: one row per window, user and item got: when due again; none of target `new`.
{% set target = precision_marketing.setting("recommendations", "target") %}
with

purchases as (

    -- Several events of one day are one purchase.
    select distinct
        windows.time_window,
        {{ precision_marketing.shop_day("history_ends_at") }} as history_ends_on,
        events.user_index,
        events.item_index,
        {{ precision_marketing.shop_day("events.occurred_at") }} as bought_on
    from {{ ref("precision_marketing", "int_events") }} as events
    inner join {{ ref("precision_marketing", "int_users") }} as users
        on events.user_index = users.user_index and users.has_profiling_consent
    inner join {{ ref("precision_marketing", "int_time_windows") }} as windows
        on events.time_slice <= windows.last_history_slice
    where events.is_target and events.item_index is not null
        and {{ "true" if target == "any" else "false" }}

),

by_user as (

    select
        time_window,
        user_index,
        count(distinct bought_on) as user_purchase_day_count
    from purchases
    group by time_window, user_index

),

by_item as (

    select
        time_window,
        user_index,
        item_index,
        count(*) as purchase_day_count,
        {{ precision_marketing.days_between("min(bought_on)", "max(bought_on)") }}
            as purchase_span_days,
        {{ precision_marketing.days_between("max(bought_on)", "max(history_ends_on)") }}
            as days_since_purchase
    from purchases
    group by time_window, user_index, item_index

),

-- The mean gap over all gaps of a window, and of an item with five gaps of that added.
gaps as (

    select
        time_window,
        {{ precision_marketing.exact_sum("purchase_span_days") }}
        / nullif(sum(purchase_day_count - 1), 0) as mean_gap_days
    from by_item
    group by time_window

),

item_gaps as (

    select
        by_item.time_window,
        by_item.item_index,
        (
            {{ precision_marketing.exact_sum("by_item.purchase_span_days") }}
            + 5e0 * max(gaps.mean_gap_days)
        ) / (sum(by_item.purchase_day_count - 1) + 5) as item_gap_days
    from by_item
    inner join gaps on by_item.time_window = gaps.time_window
    group by by_item.time_window, by_item.item_index

),

final as (

    select
        by_item.time_window,
        by_item.user_index,
        by_item.item_index,
        by_item.purchase_day_count,
        by_user.user_purchase_day_count,
        by_item.days_since_purchase,
        -- The user's own gaps, and the item's as one more.
        (by_item.purchase_span_days + item_gaps.item_gap_days)
        / by_item.purchase_day_count as expected_gap_days
    from by_item
    inner join by_user
        on by_item.time_window = by_user.time_window
        and by_item.user_index = by_user.user_index
    inner join item_gaps
        on by_item.time_window = item_gaps.time_window
        and by_item.item_index = item_gaps.item_index

)

select * from final
