-- Grain: one row per time window, consenting user and item of the user's history.
{% set half_life = precision_marketing.setting("interactions", "half_life_days") %}
{% set saturation = precision_marketing.setting("interactions", "saturation") %}
{% set target = precision_marketing.setting("recommendations", "target") %}
with

events as (

    select * from {{ ref("precision_marketing", "int_events") }}
    where item_index is not null

),

windows as (

    select * from {{ ref("precision_marketing", "int_time_windows") }}

),

consenting_users as (

    select user_index from {{ ref("precision_marketing", "int_users") }}
    where has_profiling_consent

),

summed as (

    select
        windows.time_window,
        events.user_index,
        events.item_index,
        {% if half_life > 0 %}
        {{ precision_marketing.exact_sum(
            "events.weight * power(0.5e0, "
            ~ precision_marketing.days_between(
                "events.occurred_at", "windows.history_ends_at"
            ) ~ " / cast(" ~ half_life ~ " as double))"
        ) }} as summed_weight,
        {% else %}
        {{ precision_marketing.exact_sum("events.weight") }} as summed_weight,
        {% endif %}
        count(*) as event_count,
        max(events.is_target) as is_acquired,
        min(events.occurred_at) as first_event_at,
        max(events.occurred_at) as last_event_at
    from events
    inner join windows on events.time_slice <= windows.last_history_slice
    inner join consenting_users on events.user_index = consenting_users.user_index
    group by windows.time_window, events.user_index, events.item_index

),

final as (

    select
        time_window,
        user_index,
        item_index,
        {% if saturation == "log" %}
        -- One strongest event is 1; the tenth adds little.
        ln(1 + summed_weight) / ln(2e0) as interaction_weight,
        {% elif saturation == "binary" %}
        case when summed_weight > 0 then 1e0 else 0e0 end as interaction_weight,
        {% else %}
        summed_weight as interaction_weight,
        {% endif %}
        event_count,
        is_acquired,
        -- What the scorers must not return: under `new`, what the user already has.
        {{ "is_acquired" if target == "new" else "false" }}
            as is_excluded,
        first_event_at,
        last_event_at,
        -- Counted in days with an event: items of one day are equally recent.
        dense_rank() over (
            partition by time_window, user_index
            order by {{ precision_marketing.shop_day("last_event_at") }} desc
        ) as recency_position
    from summed

)

select * from final
