-- Grain: one row per time window and item: popularity, price, age, eligibility.
{% set windows_in_days = [1, 3, 7, 30] %}
with

items as (

    select * from {{ ref("precision_marketing", "int_items") }}

),

windows as (

    select * from {{ ref("precision_marketing", "int_time_windows") }}

),

popularity as (

    select
        windows.time_window,
        events.item_index,
        count(*) as event_count,
        count(distinct events.user_index) as user_count,
        {% for days in windows_in_days %}
        sum(
            case
                when
                    events.occurred_at
                    >= windows.history_ends_at - interval '{{ days }}' day
                    then 1
                else 0
            end
        ) as event_count_{{ days }}d,
        {% endfor %}
        sum(
            case
                when
                    events.occurred_at >= windows.history_ends_at - interval '60' day
                    and events.occurred_at
                    < windows.history_ends_at - interval '30' day
                    then 1
                else 0
            end
        ) as previous_event_count,
        min(events.occurred_at) as first_event_at,
        max(events.occurred_at) as last_event_at
    from {{ ref("precision_marketing", "int_events") }} as events
    inner join windows on events.time_slice <= windows.last_history_slice
    where events.item_index is not null
    group by windows.time_window, events.item_index

),

final as (

    select
        windows.time_window,
        items.item_index,
        coalesce(popularity.event_count, 0) as event_count,
        coalesce(popularity.user_count, 0) as user_count,
        {% for days in windows_in_days %}
        coalesce(popularity.event_count_{{ days }}d, 0)
            as event_count_{{ days }}d,
        {% endfor %}
        coalesce(popularity.previous_event_count, 0) as previous_event_count,
        {{ precision_marketing.days_between(
            "popularity.last_event_at", "windows.history_ends_at"
        ) }} as days_since_last_event,
        -- Published after the window: not yet on the shelf, so its age is 0.
        greatest(
            0e0,
            {{ precision_marketing.days_between(
                "coalesce(items.published_at, popularity.first_event_at)",
                "windows.history_ends_at"
            ) }}
        ) as age_days,
        items.price,
        -- Availability is known for today only: evaluation windows rank everything.
        items.is_available or windows.time_window <> 'serve' as is_eligible
    from items
    cross join windows
    left join popularity
        on windows.time_window = popularity.time_window
        and items.item_index = popularity.item_index
    where {{ precision_marketing.is_in_window("items", "windows.time_window") }}

)

select * from final
